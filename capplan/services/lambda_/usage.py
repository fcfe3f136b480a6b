"""What AWS meters of a function: requests, GB-seconds, concurrency. It never prices them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import Flow
from capplan.model import Assumption, Context, Demand
from capplan.quantities import Distribution, quantile, share_above, sig6, to_quantity
from capplan.services.lambda_ import billing, concurrency
from capplan.services.lambda_.spec import Function

_CERTAIN = 0.999


@dataclass(frozen=True, slots=True)
class Usage:
    """A month of a function.

    Attributes:
        invocations: Runs per second.
        synchronous: Those that the request-rate quota counts: all but asynchronous ones.
        billed_requests: Billed requests per second; asynchronous events past 256 KB count more than once.
        gb_seconds: GB-seconds per second.
        ephemeral_gb_seconds: GB-seconds of storage above the free part, per second.
        concurrency: Mean invocations at once, by Little's law; what runs for minutes is counted through them.
        peak_concurrency: ceil(N + 3.09 sqrt N) in the busiest minute.
        timed_out: Share of invocations that reach the time-out.
    """

    invocations: Flow
    synchronous: Flow
    billed_requests: Flow
    gb_seconds: Flow
    ephemeral_gb_seconds: Flow
    concurrency: Flow
    peak_concurrency: int
    billed_ms: Fraction
    timed_out: Fraction
    largest_sync_bytes: Fraction
    largest_async_bytes: Fraction

    @property
    def requests(self) -> Fraction:
        """Billed requests a month."""
        return self.billed_requests.monthly


def meter(name: str, spec: Function, demand: Demand, ctx: Context) -> Usage:  # noqa: ARG001  every room's signature
    """What a month of demand makes AWS count."""
    flow = demand.flow
    billed = Flow.total(
        w.flow * (billing.expected_async_requests(w.access.payload) if w.access.is_async else 1) for w in demand.works
    )
    billed_ms = billing.expected_billed_ms(spec.duration, spec.timeout_ms)
    mean_ms = billing.capped_mean_ms(spec.duration, spec.timeout_ms)
    at_once = flow.spread(mean_ms) * (mean_ms / units.MS_PER_SECOND)
    return Usage(
        invocations=flow,
        synchronous=Flow.total(w.flow for w in demand.works if not w.access.is_async),
        billed_requests=billed,
        gb_seconds=flow * billing.gb_seconds(1, billed_ms, spec.memory_mb),
        ephemeral_gb_seconds=flow
        * billing.ephemeral_gb_seconds(billed_ms / units.MS_PER_SECOND, spec.ephemeral_storage_mb),
        concurrency=at_once,
        peak_concurrency=concurrency.peak_concurrency(at_once.peak().per_second) if at_once.terms else 0,
        billed_ms=billed_ms,
        timed_out=_timed_out(spec),
        largest_sync_bytes=_largest(demand, is_async=False),
        largest_async_bytes=_largest(demand, is_async=True),
    )


def _largest(demand: Demand, *, is_async: bool) -> Fraction:
    """The largest payload that is given, 0 where none is."""
    sizes = (w.access.payload for w in demand.works if w.access.is_async == is_async)
    return max((high(size) for size in sizes if size is not None), default=Fraction(0))


def high(of: Distribution) -> Fraction:
    """The value that one in a thousand passes; a fixed value itself."""
    return Fraction(of.points[0][1]) if of.fixed else sig6(quantile(of, _CERTAIN))


def _timed_out(spec: Function) -> Fraction:
    return sig6(share_above(spec.duration, spec.timeout_ms))


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The figures of JSON's `usage`."""
    return {
        "requests": to_quantity(usage.requests),
        "gb_seconds": to_quantity(usage.gb_seconds.monthly),
        "peak_concurrency": usage.peak_concurrency,
    }


def assume(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[Assumption, ...]:  # noqa: ARG001  every room's signature
    """Defaults the answer rests on."""
    defaults = (
        ("memory_mb", "memory", "128 MB", "AWS's default memory"),
        ("timeout_ms", "timeout", "3 s", "AWS's default time-out"),
        ("architecture", "architecture", "x86_64", "AWS's default architecture"),
    )
    return tuple(
        Assumption(f"functions.{name}.{key}", value, reason, "aws_default")
        for field, key, value, reason in defaults
        if field not in spec.model_fields_set
    )
