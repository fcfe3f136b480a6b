"""Limits of the account that are exceeded, or nearly: which quota to ask AWS for, and how much. It raises nothing."""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal

from capplan.pipeline.meter import Metered
from capplan.pipeline.results import Finding, FindingChange, PlannedLimit

_NEAR = Decimal("0.2")
_SPARE = Decimal("1.2")
_STEP = 100


def quota_findings(metered: Metered, limits: Sequence[PlannedLimit]) -> Iterable[Finding]:
    """One finding for each quota of Lambda's that is filled to four fifths or more."""
    from capplan.services.lambda_.concurrency.environments import REQUESTS_PER_CONCURRENCY  # noqa: PLC0415  only functions have them
    from capplan.services.lambda_.limits import QUOTA_NAMES  # noqa: PLC0415

    for limit in limits:
        check = limit.check
        if check.resource != "account" or check.limit not in QUOTA_NAMES or check.headroom >= _NEAR:
            continue
        name, code = QUOTA_NAMES[check.limit]
        per = REQUESTS_PER_CONCURRENCY if check.limit == "lambda.request_rate" else 1
        needed = math.ceil(check.load * _SPARE / per / _STEP) * _STEP
        missing = check.load - check.quota
        state = f"{missing.normalize():,f} too few" if missing > 0 else f"{-missing.normalize():,f} left"
        when = f" at {limit.at}" if limit.at else ""
        message = (
            f"All functions together need {check.load.normalize():,f} {check.unit}{when}; the account has "
            f"{check.quota.normalize():,f}: {state}. Ask AWS for {needed:,} (Service Quotas: {name}, {code})."
        )
        quotas = {key: value for key, value in metered.context.quotas.items() if key != check.limit}
        change = FindingChange("account.quotas", dict(metered.context.quotas) or None, {**quotas, "lambda.concurrency": needed})  # fmt: skip
        yield Finding("lambda.quota", "account", "risk", message, None, (change,), "AWS takes hours to days to raise it")  # fmt: skip
