"""What a gate may ask of a function, and what a simulation or an explanation tells of it. It changes no figure."""

from collections.abc import Mapping
from decimal import Decimal

from capplan import units
from capplan.model import Context, Observable
from capplan.quantities.distribution import Distribution
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.lambda_.cold_start import latency
from capplan.services.lambda_.cold_start import month as cold
from capplan.services.lambda_.concurrency.environments import blocking
from capplan.services.lambda_.concurrency.rate_steps import course
from capplan.services.lambda_.limits import account_concurrency
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import ColdUse, Usage

PERCENTILES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))


def observe(name: str, spec: Function, usage: Usage, ctx: Context) -> Mapping[str, Observable]:  # noqa: ARG001  every room's signature
    """What a gate may ask of a function. Its concurrency's limit is its reservation, else what the account has left."""
    limit = account_concurrency(ctx) - ctx.in_use.get("lambda.concurrency", Decimal(0))
    if spec.reserved_concurrency is not None:
        limit = Decimal(spec.reserved_concurrency)
    return {
        "concurrency.peak": Observable(Decimal(usage.peak_concurrency), "", limit),
        "requests": Observable(to_quantity(usage.requests), ""),
        "timed_out": Observable(to_quantity(usage.timed_out), "%"),
        "throttled": _throttled(spec, usage),
        **_starts(spec, usage),
    }


def _throttled(spec: Function, usage: Usage) -> Observable:
    if spec.reserved_concurrency is None:
        why = "nothing is reserved for it: the account's pool decides; write reserved_concurrency"
        return Observable(None, "%", why_unknown=why)
    return Observable(to_quantity(sig6(refused_share(usage, spec.reserved_concurrency))), "%")


def refused_share(usage: Usage, environments: int) -> float:
    """Share of a month's invocations that find every environment busy: Erlang's loss formula at each step."""
    total = float(usage.invocations.monthly)
    if not total:
        return 0.0
    held_s = float(usage.mean_ms) / units.MS_PER_SECOND
    lost = sum(s.weight * blocking(s.per_second * held_s, environments) for s in course(usage.invocations))
    return min(1.0, lost / total)


def _starts(spec: Function, usage: Usage) -> dict[str, Observable]:
    if usage.cold is None:
        why = cold.unknown_because(spec)
        unknown = {f"latency.{name}": Observable(None, "ms", why_unknown=why) for name, _ in PERCENTILES}
        return {"cold_starts": Observable(None, "%", why_unknown=why), **unknown}
    found = {
        f"latency.{name}": Observable(to_quantity(sig6(ms)), "ms") for name, ms in latencies(spec, usage.cold).items()
    }
    return {"cold_starts": Observable(to_quantity(usage.cold.share), "%"), **found}


def latencies(spec: Function, found: ColdUse) -> dict[str, float]:
    """The time of an invocation by percentile, warm and cold ones together."""
    warm = capped(spec.duration, spec.timeout_ms)
    first = capped(found.start.first, spec.timeout_ms)
    return {n: latency.percentile_ms(p, warm, found.start.init, first, float(found.share)) for n, p in PERCENTILES}


def warm_latencies(spec: Function, found: ColdUse) -> dict[str, float]:
    """The same if none were cold."""
    warm = capped(spec.duration, spec.timeout_ms)
    return {n: latency.percentile_ms(p, warm, found.start.init, found.start.first, 0.0) for n, p in PERCENTILES}


def capped(duration: Distribution, timeout_ms: Decimal) -> Distribution:
    """A fixed duration ended by its time-out; the tail of a distribution past it is a time-out of its own."""
    if duration.fixed and duration.points[0][1] > timeout_ms:
        return Distribution(((duration.points[0][0], timeout_ms),))
    return duration
