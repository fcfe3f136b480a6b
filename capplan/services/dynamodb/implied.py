"""What follows from a table by itself: the alarms of auto scaling, requests of a key.

DynamoDB Developer Guide, "Managing throughput capacity automatically with DynamoDB auto scaling" (read 2026-11-23):
Application Auto Scaling makes CloudWatch alarms, two on what is consumed and two on what is provisioned, as they are seen on
tables in use. "DynamoDB encryption at rest usage notes" (read 2026-11-30): the table key is kept for each caller, and asked
for again after five minutes without use; an older text says every five minutes, which is the most that can be.
"""

from collections.abc import Iterable, Iterator
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


def implies(name: str, spec: Table, usage: Usage, home: str) -> tuple[Implied, ...]:
    """Alarms, requests of a key, rules of Contributor Insights, what exports write and copies of backups send away."""
    return (
        *_alarms(name, usage),
        *_key(name, spec, usage),
        *_copies(name, spec, usage, home),
        *_insights(name, spec, usage),
    )


def _copies(name: str, spec: Table, usage: Usage, home: str) -> Iterable[Implied]:
    if not spec.copies_itself:
        return ()
    from capplan.services.dynamodb.backups.charges import backup_implies  # noqa: PLC0415  only where it is copied

    return backup_implies(name, spec, usage, home)


def _insights(name: str, spec: Table, usage: Usage) -> Iterable[Implied]:
    if spec.contributor_insights is None and not any(index.contributor_insights for index in spec.indexes.values()):
        return ()
    from capplan.services.dynamodb.insights import implied_insights  # noqa: PLC0415  only where it is on

    return implied_insights(name, spec, usage)


def _alarms(name: str, usage: Usage) -> Iterator[Implied]:
    targets = [t for used in (usage, *usage.replicas.values()) for t, _ in used.period.outcomes.values()]
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
