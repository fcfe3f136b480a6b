"""What gates can ask for of a function, and what a simulation and `explain` show of it."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Admitted, Context, Observable, RequestStream
from capplan.quantities.distribution import Distribution
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.lambda_.cold_start import latency
from capplan.services.lambda_.cold_start import month as cold_starts
from capplan.services.lambda_.concurrency import erlang
from capplan.services.lambda_.concurrency.rate_steps import rate_steps
from capplan.services.lambda_.limits import available_concurrency
from capplan.services.lambda_.sources import limits as source_limits
from capplan.services.lambda_.sources.trigger import QUEUES, STREAMS
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import ColdUse, Usage, time_of

PERCENTILES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))


def observe(spec: Function, usage: Usage, ctx: Context) -> Mapping[str, Observable]:
    """What gates can ask for. The limit of its concurrency is its reservation, or what the account has left."""
    return {
        "concurrency.peak": Observable(Decimal(usage.peak_concurrency), "", available_concurrency(spec, ctx)),
        "requests": Observable(to_quantity(usage.requests), ""),
        **losses(spec, usage),
        **_iterator_age(spec, usage),
        **_cold_starts(spec, usage),
        **_waits(spec, usage),
    }


def losses(spec: Function, usage: Usage) -> Mapping[str, Observable]:
    """What of it is lost, or fails."""
    return {
        "timed_out": Observable(to_quantity(usage.timed_out), "%"),
        "killed": Observable(to_quantity(usage.timed_out), "%"),
        "throttled": Observable(throttled(spec, usage), "%"),
        "dead_letters": Observable(to_quantity(usage.dead_letters), ""),
    }


def _waits(spec: Function, usage: Usage) -> dict[str, Observable]:
    """How long each source that waits for an answer waits, by its name: the limit has the longest of them."""
    out: dict[str, Observable] = {}
    for stream in usage.streams:
        wait = source_limits.waited_by(spec, stream)
        if wait is None:
            continue
        waited_ms, timeout_ms = time_of(spec, usage.cold, stream.records).high_waited_ms(), wait.timeout_ms
        name = f"integration_timeout.{wait.via}"
        load, quota = source_limits.seconds(waited_ms), source_limits.seconds(timeout_ms)
        out[f"{name}.load"] = Observable(load, "", quota)
        out[f"{name}.used"] = Observable(to_quantity(waited_ms / timeout_ms), "share")
    return out


def throttled(spec: Function, usage: Usage) -> Decimal:
    """Share of calls that are throttled back to their callers. Range 0 to 1; what waits for its turn is not throttled."""
    if usage.admitted is not None:
        return to_quantity(_dropped_share(spec, usage, usage.admitted))
    if spec.reserved_concurrency is None or not any(_is_call(spec, stream) for stream in usage.streams):
        return Decimal(0)
    return to_quantity(sig6(throttled_share(usage, spec.reserved_concurrency)))


def _dropped_share(spec: Function, usage: Usage, admitted: Admitted) -> Fraction:
    """Of calls, those that are throttled at their last attempt."""
    calls = [p for s, p in zip(usage.streams, admitted.streams, strict=True) if _is_call(spec, s)]
    offered = sum((part.served + part.dropped for part in calls), Fraction(0))
    return sum((part.dropped for part in calls), Fraction(0)) / offered if offered else Fraction(0)


def _iterator_age(spec: Function, usage: Usage) -> dict[str, Observable]:
    """How far the reader of a stream falls behind at most; only where it reads one."""
    ages = [0.0 for stream in usage.streams if _reads_stream(spec, stream)]
    if usage.admitted is not None:
        parts = zip(usage.streams, usage.admitted.streams, strict=True)
        ages = [part.oldest_wait_s for stream, part in parts if _reads_stream(spec, stream)]
    return {"iterator_age": Observable(to_quantity(sig6(max(ages))), "seconds")} if ages else {}


def _is_call(spec: Function, stream: RequestStream) -> bool:
    """Whether its caller waits for the answer; events, messages and records wait for their turn."""
    polled = stream.trigger is not None and spec.triggers[stream.trigger].source in STREAMS | QUEUES
    return not stream.access.is_async and not polled


def _reads_stream(spec: Function, stream: RequestStream) -> bool:
    return stream.trigger is not None and spec.triggers[stream.trigger].source in STREAMS


def throttled_share(usage: Usage, environments: int) -> float:
    """Share of a month's invocations that find every environment busy: Erlang's loss formula at each step."""
    return _blocked_share(usage.invocations, float(usage.mean_ms) / units.MS_PER_SECOND, environments)


@lru_cache(maxsize=1024)
def _blocked_share(invocations: DemandFlow, mean_s: float, environments: int) -> float:
    total = float(invocations.monthly)
    if not total:
        return 0.0
    throttled = sum(
        step.monthly * erlang.blocking(step.per_second * mean_s, environments) for step in rate_steps(invocations)
    )
    return min(1.0, throttled / total)


def _cold_starts(spec: Function, usage: Usage) -> dict[str, Observable]:
    if usage.cold is None:
        reason = cold_starts.why_unknown(spec)
        unknown = {f"latency.{name}": Observable(None, "ms", why_unknown=reason) for name, _ in PERCENTILES}
        return {"cold_starts": Observable(None, "%", why_unknown=reason), **unknown}
    by_percentile = latencies_ms(spec, usage.cold, float(usage.cold.share))
    return {
        "cold_starts": Observable(to_quantity(usage.cold.share), "%"),
        **{f"latency.{name}": Observable(to_quantity(sig6(ms)), "ms") for name, ms in by_percentile.items()},
    }


def latencies_ms(spec: Function, cold: ColdUse, cold_share: float) -> dict[str, float]:
    """Milliseconds of an invocation by percentile, if so many of all are cold."""
    warm = capped(spec.duration, spec.timeout_ms)
    first_call = capped(cold.start.first_call, spec.timeout_ms)
    return {
        name: latency.percentile_ms(share, warm, cold.start.init, first_call, cold_share) for name, share in PERCENTILES
    }


def capped(duration: Distribution, timeout_ms: Decimal) -> Distribution:
    """A fixed duration ended by its timeout; a distribution stays as it is, its tail counts as timeouts elsewhere."""
    if duration.fixed and duration.points[0][1] > timeout_ms:
        return Distribution(((duration.points[0][0], timeout_ms),))
    return duration
