"""AWS Glue: jobs, what else is billed by the DPU-hour, and the Data Catalog."""
