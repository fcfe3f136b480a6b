"""Which quotas of the account to ask AWS for, and how much: those that are exceeded, or nearly."""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal

from capplan.pipeline.meter import Metered
from capplan.pipeline.results import Finding, FindingChange, PlannedLimit
from capplan.service import Quota
from capplan.services import QUOTAS, SERVICES

_NEAR = Decimal("0.2")
_SPARE = Decimal("1.2")
_STEP = 100


def quota_findings(metered: Metered, limits: Sequence[PlannedLimit]) -> Iterable[Finding]:
    """One finding for each quota of the account that is filled to four fifths or more, of services with a rule for it."""
    rules = {rule.id for resource in metered.scenario.resources.values() for rule in resource.type.rules}
    for limit in limits:
        check = limit.check
        quota = QUOTAS.get(check.limit)
        if check.resource != "account" or quota is None or quota.request is None or check.headroom >= _NEAR:
            continue
        rule = f"{check.limit.partition('.')[0]}.quota"
        if rule in rules:
            yield _finding(metered, limit, quota, rule)


def _finding(metered: Metered, limit: PlannedLimit, quota: Quota, rule: str) -> Finding:
    check = limit.check
    to_raise, factor = quota.follows or (quota.id, 1)
    name, code = quota.request or ("", "")
    needed = math.ceil(check.load * _SPARE / factor / _STEP) * _STEP
    missing = check.load - check.quota
    state = f"{missing.normalize():,f} too few" if missing > 0 else f"{-missing.normalize():,f} left"
    when = f" at {limit.at}" if limit.at else ""
    section = next(s for service in SERVICES for s in service.sections if quota in service.quotas)
    message = (
        f"All {section.key} of the account need {check.load.normalize():,f} {check.unit}{when}; its quota is "
        f"{check.quota.normalize():,f}: {state}. Ask AWS for {needed:,} (Service Quotas: {name}, {code})."
    )
    given = metered.context.quotas
    kept = {key: value for key, value in given.items() if key != check.limit}
    change = FindingChange("account.quotas", dict(given) or None, {**kept, to_raise: needed})
    return Finding(rule, "account", "risk", message, "AWS takes hours to days to raise it", None, (), (change,))
