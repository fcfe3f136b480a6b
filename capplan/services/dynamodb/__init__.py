"""Amazon DynamoDB: tables with their indexes."""
