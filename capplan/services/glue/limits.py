"""What AWS would refuse: time-outs, runs at once, DPUs of the account. It never adds up the account itself.

AWS General Reference, "AWS Glue endpoints and quotas"; Developer Guide, "Configuring job properties"; read 2026-11-23.
"""

from decimal import Decimal
from fractions import Fraction

from capplan.flow import POISSON_SIGMAS
from capplan.model import Context, LimitCheck, PoolLoad
from capplan.quantities import sig6, to_quantity
from capplan.services.glue.spec import MS_PER_MINUTE, Job, timeout_ms
from capplan.services.glue.usage import Usage

TIMEOUT = "glue.timeout"
MAX_CONCURRENT_RUNS = "glue.max_concurrent_runs"
DPUS = "glue.dpus"
FLEX_DPUS = "glue.flex_dpus"
CONCURRENT_RUNS = "glue.concurrent_runs"

_LARGE_REGIONS = frozenset({"us-east-1", "us-east-2", "us-west-2", "ap-northeast-1", "ap-southeast-2", "eu-west-1"})
_LARGE_DPUS, _OTHER_DPUS = Decimal(1000), Decimal(500)
_FLEX_DPUS = Decimal(4000)
_CONCURRENT_RUNS = Decimal(2000)


def pool_quota(limit: str, region: str) -> Decimal | None:
    """AWS's default quota of a limit that the account's jobs share; None for a limit that is not shared here."""
    large = _LARGE_DPUS if region in _LARGE_REGIONS else _OTHER_DPUS
    return {DPUS: large, FLEX_DPUS: _FLEX_DPUS, CONCURRENT_RUNS: _CONCURRENT_RUNS}.get(limit)


def check(name: str, spec: Job, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:  # noqa: ARG001
    """The job's own limits: its time-out, and its runs at the same time."""
    limit_ms = timeout_ms(spec)
    timeout = LimitCheck(
        name, TIMEOUT, to_quantity(usage.high_duration_ms / MS_PER_MINUTE), limit_ms / MS_PER_MINUTE, "min"
    )
    return (timeout, _runs_at_once(name, spec, usage)) if usage.flow.terms else (timeout,)


def _runs_at_once(name: str, spec: Job, usage: Usage) -> LimitCheck:
    """Runs that overlap in the busiest minute; traffic arrives at random, a schedule does not."""
    at_random, peak = is_random(usage), usage.busy.peak()
    load = peak.per_second + (POISSON_SIGMAS * peak.per_second**0.5 if at_random else 0)
    return LimitCheck(
        name, MAX_CONCURRENT_RUNS, to_quantity(sig6(load)), Decimal(spec.max_concurrent_runs), "runs",
        flow=usage.busy, poisson=at_random, minute=peak.minute,
    )  # fmt: skip


def pools(name: str, spec: Job, usage: Usage, ctx: Context) -> tuple[PoolLoad, ...]:  # noqa: ARG001
    """What the job's runs hold of the account's DPUs and runs."""
    if not usage.flow.terms:
        return ()
    held = FLEX_DPUS if spec.execution_class == "flex" else DPUS
    at_random = is_random(usage)
    return (
        PoolLoad(held, usage.busy * Fraction(usage.dpus)),
        PoolLoad(CONCURRENT_RUNS, usage.busy, poisson=at_random),
    )


def is_random(usage: Usage) -> bool:
    """Whether any of the runs is started by traffic rather than by a schedule."""
    return any(shape.recurring for shape, _ in usage.flow.terms)
