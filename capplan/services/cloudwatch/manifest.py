"""What Amazon CloudWatch says of itself: alarms, metrics, Contributor Insights, dashboards."""

from capplan.service import Section, Service
from capplan.services.cloudwatch import quotas

SERVICE = Service(
    id="cloudwatch",
    label="CloudWatch",
    sections=(
        Section("alarms", "alarm", "errors: {count: 12}", "alarms:ALARM", slashes=True),
        Section("metrics", "metric", "business: {count: 40}", "metrics:METRIC", verbs=("put-metric-data",)),
        Section(
            "insight_rules", "insight rule", "by-customer: {rules: 2}", "insights:RULES", verbs=("match",), slashes=True
        ),
        Section("dashboards", "dashboard", "operations: {count: 2}", "dashboards:DASHBOARD"),
    ),
    quotas=quotas.ALL,
    limit_labels={"cloudwatch.put_metric_data": "PutMetricData requests a second"},
)
