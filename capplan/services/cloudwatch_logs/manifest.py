"""What Amazon CloudWatch Logs says of itself: log groups, its quotas, the call that writes to one."""

from capplan.service import Section, Service
from capplan.services.cloudwatch_logs import quotas

SERVICE = Service(
    id="cloudwatch_logs",
    label="CloudWatch Logs",
    sections=(
        Section(
            "log_groups",
            "log group",
            "/app/orders: {retention: 30 d}",
            "log_group:LOG_GROUP",
            verbs=("put-log-events",),
            slashes=True,
            request_keys=dict.fromkeys(("payload", "batch"), ("put-log-events",)),
        ),
    ),
    quotas=quotas.ALL,
    limit_labels={"cloudwatch_logs.put_log_events": "PutLogEvents requests a second"},
)
