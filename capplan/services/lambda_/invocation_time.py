"""The whole time of an invocation, records of its batch and cold start included, against the limits that end it.

Lambda Developer Guide, "Understanding the Lambda execution environment lifecycle" (read 2026-11-23): an on-demand
environment has 10 s for its INIT phase. An init that takes longer runs again inside the first invocation, within the
function's timeout. Provisioned environments and SnapStart's snapshots are initialized before anything waits for them.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.quantities.distribution import Distribution, each, fixed, mean, quantile, share_above
from capplan.quantities.rounding import sig6, to_decimal, to_quantity
from capplan.record import Record
from capplan.services.lambda_.billing import capped_mean_ms
from capplan.services.lambda_.cold_start import latency
from capplan.services.lambda_.cold_start.month import Start
from capplan.services.lambda_.quotas import INIT_MAX
from capplan.services.lambda_.sources.batches import max_records
from capplan.services.lambda_.spec import Function

HIGH_SHARE = 0.999
"""Limits of time are compared with this percentile: one invocation of a thousand takes longer."""
_INIT_MAX_MS = Decimal(INIT_MAX.value) * units.MS_PER_SECOND
_TAIL_SLICES = 16
_NEGLIGIBLE = 1e-9


class ColdPart(Record, frozen=True):
    """A share of the cold starts: the time of their INIT phase, and that of the invocation after it."""

    weight: Fraction
    init: Distribution
    invocation: Distribution

    @property
    def mean_init_ms(self) -> Fraction:
        """Mean time of the INIT phase."""
        return mean(self.init)


def cold_parts(spec: Function, start: Start, records: Fraction) -> tuple[ColdPart, ...]:
    """The cold starts of invocations with so many records: those whose init ends in time, and those that run it twice."""
    first_call = with_records(spec, start.first_call, records)
    late = 0.0 if spec.snap_start is not None else share_above(start.init, _INIT_MAX_MS)
    if late < _NEGLIGIBLE:
        return (ColdPart(Fraction(1), start.init, first_call),)
    ended = fixed(_INIT_MAX_MS)
    if start.init.fixed:
        return (ColdPart(Fraction(1), ended, longer_by(first_call, start.init.points[0][1])),)
    share = sig6(late)
    slices = [late * (i + 0.5) / _TAIL_SLICES for i in range(_TAIL_SLICES)]
    again = [to_decimal(sig6(quantile(start.init, 1 - slice_))) for slice_ in slices]
    in_time_ms = max(0.0, float(mean(start.init)) - late * float(sum(again)) / _TAIL_SLICES) / max(
        1 - late, _NEGLIGIBLE
    )
    return (
        ColdPart(1 - share, fixed(to_decimal(sig6(in_time_ms))), first_call),
        *(ColdPart(share / _TAIL_SLICES, ended, longer_by(first_call, init_ms)) for init_ms in again),
    )


def with_records(spec: Function, duration: Distribution, records: Fraction) -> Distribution:
    """A duration, with what the records of a batch add to it."""
    return (
        duration
        if spec.per_record_ms is None
        else longer_by(duration, to_quantity(records * Fraction(spec.per_record_ms)))
    )


def duration_of_batch(spec: Function, records: Fraction) -> Distribution:
    """The duration of a warm invocation with so many records."""
    return with_records(spec, spec.duration, records)


def longer_by(duration: Distribution, extra_ms: Decimal) -> Distribution:
    """A duration with a constant added."""
    return each(duration, lambda ms: ms + extra_ms)


class InvocationTime(Record, frozen=True):
    """How long the invocations of one source take.

    Attributes:
        warm: The duration of a warm one.
        cold: The cold starts; empty where it is not known how long they take.
        cold_share: Of all invocations. Range 0 to 1.
        timeout_ms: When AWS ends an invocation; the INIT phase is not part of it.
    """

    warm: Distribution
    cold: tuple[ColdPart, ...]
    cold_share: Fraction
    timeout_ms: Decimal

    def timed_out(self) -> Fraction:
        """Share of invocations that the timeout ends. Range 0 to 1, 6 digits."""
        return self._share(
            share_above(self.warm, self.timeout_ms),
            (share_above(part.invocation, self.timeout_ms) for part in self.cold),
        )

    def longer_than(self, limit_ms: Fraction) -> Fraction:
        """Share of invocations for which a caller waits longer than this, INIT included. Range 0 to 1, 6 digits."""
        warm = share_above(self.warm, limit_ms) if self.timeout_ms > limit_ms else 0.0
        return self._share(warm, (self._cold_longer_than(part, limit_ms) for part in self.cold))

    def _cold_longer_than(self, part: ColdPart, limit_ms: Fraction) -> float:
        """Share of a part's cold starts that take longer, averaged over slices of their init."""
        left = [float(limit_ms) - init_ms for init_ms in latency.slices_of(part.init)]
        late = (
            1.0 if ms <= 0 else share_above(part.invocation, ms) if float(self.timeout_ms) > ms else 0.0 for ms in left
        )
        return sum(late) / len(left)

    def _share(self, warm: float, cold: Iterable[float]) -> Fraction:
        """A share of warm invocations and of each part of the cold ones, as a share of all."""
        of_cold = sum(float(part.weight) * share for part, share in zip(self.cold, cold, strict=True))
        share = float(self.cold_share)
        total = (1 - share) * warm + share * of_cold if self.cold else warm
        return sig6(min(1.0, total)) if total > _NEGLIGIBLE else Fraction(0)

    def high_ms(self) -> Fraction:
        """The 99.9th percentile of the time that the timeout is compared with; INIT is not part of it."""
        return self._high([(part.weight, fixed(0), part.invocation) for part in self.cold])

    def high_waited_ms(self) -> Fraction:
        """The 99.9th percentile of the time that a caller waits: INIT included, ended by the timeout."""
        whole = self._high([(part.weight, part.init, part.invocation) for part in self.cold])
        longest = Fraction(self.timeout_ms) + max(
            (high(part.init) for part in self._counting_cold()), default=Fraction(0)
        )
        return min(whole, longest)

    def _counting_cold(self) -> tuple[ColdPart, ...]:
        """The cold starts that are at least one invocation of a thousand."""
        return tuple(part for part in self.cold if float(part.weight * self.cold_share) >= 1 - HIGH_SHARE - _NEGLIGIBLE)

    def _high(self, cold: list[tuple[Fraction, Distribution, Distribution]]) -> Fraction:
        if not cold or float(self.cold_share) <= 1 - HIGH_SHARE:
            return high(self.warm)
        shares = [(Fraction(1) - self.cold_share, fixed(0), self.warm)]
        shares += [(weight * self.cold_share, init, invocation) for weight, init, invocation in cold]
        if all(init.fixed and run.fixed for _, init, run in shares):
            return _fixed_percentile([(w, Fraction(i.points[0][1] + run.points[0][1])) for w, i, run in shares])
        return sig6(latency.mixed_percentile_ms(HIGH_SHARE, tuple((float(w), i, run) for w, i, run in shares)))


def _fixed_percentile(values: list[tuple[Fraction, Fraction]]) -> Fraction:
    """The smallest of some values that 99.9% of their weight does not exceed."""
    below, ordered = Fraction(0), sorted(values, key=lambda value: value[1])
    for weight, value in ordered:
        below += weight
        if below >= Fraction(999, 1000):
            return value
    return ordered[-1][1]


def high(values: Distribution) -> Fraction:
    """The 99.9th percentile; a fixed value itself."""
    return Fraction(values.points[0][1]) if values.fixed else sig6(quantile(values, HIGH_SHARE))


def invocation_time(spec: Function, start: Start | None, cold_share: Fraction, records: Fraction) -> InvocationTime:
    """How long invocations with so many records take."""
    cold = cold_parts(spec, start, records) if start is not None else ()
    return InvocationTime(duration_of_batch(spec, records), cold, cold_share, spec.timeout_ms)


def mean_cold_ms(parts: Iterable[ColdPart], timeout_ms: Decimal) -> Fraction:
    """Mean time of a cold start and the invocation after it, ended by the timeout."""
    return sum((p.weight * (p.mean_init_ms + capped_mean_ms(p.invocation, timeout_ms)) for p in parts), Fraction(0))


def needed_ms(spec: Function, start: Start | None, share: float) -> float:
    """The timeout that this share of invocations needs, each with as many records as its batch may have, cold or warm."""
    records = max((Fraction(max_records(trigger)) for trigger in spec.triggers), default=Fraction(1))
    runs = [duration_of_batch(spec, records)]
    runs += [part.invocation for part in cold_parts(spec, start, records)] if start is not None else []
    return max(quantile(run, share) for run in runs)
