"""What follows from a table by itself: the alarms of auto scaling, requests of a key.

DynamoDB Developer Guide, "Managing throughput capacity automatically with DynamoDB auto scaling" (read 2026-11-23):
Application Auto Scaling makes CloudWatch alarms, two on what is consumed and two on what is provisioned, as they are seen on
tables in use. "DynamoDB encryption at rest usage notes" (read 2026-11-30): the table key is kept for each caller, and asked
for again after five minutes without use; an older text says every five minutes, which is the most that can be.
"""

from collections.abc import Iterator
from fractions import Fraction

from capplan import units
from capplan.encryption import AWS_OWNED, at_most, key_requests
from capplan.flow import DemandFlow
from capplan.model import Implied
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage

ALARMS = 4
"""For each scaled direction of a table or index: 8 for a table with both."""
KEY_KEPT_S = 300


def implies(name: str, spec: Table, usage: Usage) -> tuple[Implied, ...]:
    """Alarms, requests of a key."""
    return (*_alarms(name, usage), *_key(name, spec, usage))


def _alarms(name: str, usage: Usage) -> Iterator[Implied]:
    targets = [target for target, _ in usage.period.outcomes.values()]
    scaled = sum(target.policy is not None and target.policy.target_utilization is not None for target in targets)
    if scaled:
        yield Implied("alarms", f"TargetTracking-table/{name}", {"count": ALARMS * scaled})


def _key(name: str, spec: Table, usage: Usage) -> tuple[Implied, ...]:
    """Each caller asks for the table key once in five minutes at most."""
    most = Fraction(units.MONTH_SECONDS, KEY_KEPT_S)
    by_caller: dict[str, list[DemandFlow]] = {}
    for stream in usage.demand.requests:
        by_caller.setdefault(stream.cause, []).append(stream.flow)
    asked = [at_most(DemandFlow.total(flows), most) for flows in by_caller.values()]
    return key_requests(spec.encryption, "dynamodb", "decrypt", asked, f"tables.{name}", (AWS_OWNED,))
