"""Computes what services beside a table do for it that are not modeled: the alarms of auto scaling.

Source: DynamoDB Developer Guide, "Managing throughput capacity automatically with DynamoDB auto scaling" (read
2026-11-23): Application Auto Scaling makes CloudWatch alarms, two on what is consumed and two on what is provisioned, as
they are seen on tables in use.
"""

from fractions import Fraction

from capplan.model import NotIncluded
from capplan.services.dynamodb.usage import Usage

ALARMS = 4
"""For each scaled direction of a table or index: 8 for a table with both."""


def not_included(usage: Usage) -> tuple[NotIncluded, ...]:
    """The month of the table's alarms; nothing where no capacity is auto scaled."""
    targets = [target for target, _ in usage.period.outcomes.values()]
    scaled = sum(target.policy is not None and target.policy.target_utilization is not None for target in targets)
    if not scaled:
        return ()
    words = f"{ALARMS} for each scaled direction of a table or index"
    return (
        NotIncluded(
            "CloudWatch alarms of auto scaling",
            "cloudwatch.alarm.standard_month",
            Fraction(ALARMS * scaled),
            "alarms",
            words,
        ),
    )
