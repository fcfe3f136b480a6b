"""DynamoDB Accelerator (DAX): clusters that cache the reads of tables, and write through to them."""
