"""AWS's names for why a request was throttled.

Source: DynamoDB Developer Guide, "Diagnosing throttling issues" (read 2026-11-23).
"""

CAUSES = {  # what a partition cannot take, and what an on-demand table has not grown to, have one name
    "partition": "KeyRangeThroughputExceeded",
    "growth": "KeyRangeThroughputExceeded",
    "provisioned": "ProvisionedThroughputExceeded",
    "account": "AccountLimitExceeded",
    "od-max": "MaxOnDemandThroughputExceeded",
}


def reason(resource: str, direction: str, limit: str) -> str:
    """AWS's reason: table or index; read or write; a key of CAUSES."""
    return f"{resource.capitalize()}{direction.capitalize()}{CAUSES[limit]}"
