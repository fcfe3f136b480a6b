"""Recommends increases of account quotas that are exceeded or nearly so."""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal

from capplan.pipeline.meter import Metered
from capplan.pipeline.results import Finding, FindingChange, PlannedLimit
from capplan.service import Quota
from capplan.services import QUOTAS, SERVICES

_MIN_HEADROOM = Decimal("0.2")
_SPARE_FACTOR = Decimal("1.2")
_STEP = 100
"""Quotas are requested in multiples of this."""


def quota_increases(metered: Metered, limits: Sequence[PlannedLimit]) -> Iterable[Finding]:
    """A recommendation for each quota with less than 20% headroom that AWS raises on request."""
    rules = {rule.id for resource in metered.scenario.resources.values() for rule in resource.type.rules}
    for limit in limits:
        check = limit.check
        quota = QUOTAS.get(check.limit)
        if check.resource != "account" or quota is None or quota.request is None or check.headroom >= _MIN_HEADROOM:
            continue
        rule = f"{check.limit.partition('.')[0]}.quota"
        if rule in rules:
            yield _finding(metered, limit, quota, rule)


def _finding(metered: Metered, limit: PlannedLimit, quota: Quota, rule: str) -> Finding:
    check = limit.check
    to_raise, factor = quota.follows or (quota.id, 1)
    name, code = quota.request or ("", "")
    needed = math.ceil(check.load * _SPARE_FACTOR / factor / _STEP) * _STEP
    missing = check.load - check.quota
    state = f"{missing.normalize():,f} too few" if missing > 0 else f"{-missing.normalize():,f} left"
    when = f" at {limit.at}" if limit.at else ""
    section = next(s for service in SERVICES for s in service.sections if quota in service.quotas)
    message = (
        f"All {section.key} of the account together need {check.load.normalize():,f} {check.unit}{when}; the quota is "
        f"{check.quota.normalize():,f}: {state}. Request {needed:,} (Service Quotas: {name}, {code})."
    )
    given = metered.context.quotas
    others = {key: value for key, value in given.items() if key != check.limit}
    change = FindingChange("account.quotas", dict(given) or None, {**others, to_raise: needed})
    trade_off = "AWS takes hours to days to approve an increase"
    return Finding(
        rule,
        "account",
        "risk",
        message,
        None,
        (change,),
        trade_off,
        group="risk",
        undo="a higher quota costs nothing and needs no undoing",
        urgency="now" if missing > 0 else "soon",
        action=f"Request a quota of {needed:,} for {check.limit} of the {{name}}",
    )
