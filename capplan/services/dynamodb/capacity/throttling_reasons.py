"""AWS's names for why a request was throttled.

Source: DynamoDB Developer Guide, "Diagnosing throttling issues" (read 2026-11-23).
"""

CAUSES = {
    "partition": "KeyRangeThroughputExceeded",
    "provisioned": "ProvisionedThroughputExceeded",
    "account": "AccountLimitExceeded",
    "od-max": "MaxOnDemandThroughputExceeded",
}


def reason(resource: str, direction: str, limit: str) -> str:
    """AWS's reason: table or index; read or write; partition, provisioned, account or od-max."""
    return f"{resource.capitalize()}{direction.capitalize()}{CAUSES[limit]}"
