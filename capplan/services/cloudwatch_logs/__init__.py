"""Amazon CloudWatch Logs: ingestion, storage and scans of log groups."""
