"""What is billed by the time it runs and is not retried: crawlers, sessions, evaluations, catalog tasks, DataBrew."""
