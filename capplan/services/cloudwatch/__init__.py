"""Amazon CloudWatch: alarms, custom metrics and dashboards."""
