"""Resources billed by run time without retries: crawlers, sessions, data quality, catalog tasks, DataBrew."""
