"""Computes a job's attempts: billed seconds, real time, and how many calls they make."""

import math
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from capplan import units
from capplan.quantities.distribution import Distribution, each, fixed, mean, quantile, share_above
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.glue import billing
from capplan.services.glue.jobs import retries
from capplan.services.glue.jobs.derived_settings import billed_dpus, duration, failed_share, fails, timeout_ms
from capplan.services.glue.jobs.spec import Job

_ALMOST_ALL = 0.999999
_MOMENTS = 64
"""Equal parts of a varying run time in which a failure may fall, where it may come anywhere."""
_ANYWHERE = tuple((Decimal(i) + Decimal("0.5")) / _MOMENTS for i in range(_MOMENTS))
_BISECTIONS = 40


def attempts(spec: Job) -> retries.Attempts:
    """The job's chain of attempts, in mean billed seconds.

    An attempt that would run past its time-out is billed to it and not retried: it ends the run as a success does.
    """
    failures = fails(spec)
    return retries.Attempts(
        chance=Fraction(failures.chance),
        count=spec.max_retries + 1,
        failed_s=_failed_s(spec),
        success_s=success_s(spec),
        repeat=None if failures.repeat is None else Fraction(failures.repeat),
    )


def success_s(spec: Job) -> Fraction:
    """Mean billed seconds of a successful attempt."""
    if spec.dpu_seconds is not None:
        return Fraction(spec.dpu_seconds) / billed_dpus(spec)
    return billing.expected_billed_s(duration(spec), _minimum_s(spec), timeout_ms(spec))


def _failed_s(spec: Job) -> Fraction:
    """Mean billed seconds of a failed attempt: E[max(minimum, f T)], f its share of the run time."""
    if spec.dpu_seconds is not None:
        return success_s(spec) * failed_share(spec)
    if fails(spec).after is None and duration(spec).fixed:
        return anywhere_billed_s(duration(spec), _minimum_s(spec), timeout_ms(spec))
    return _mean_billed_s(duration(spec), _fail_shares(spec), _minimum_s(spec), timeout_ms(spec))


def anywhere_billed_s(time: Distribution, minimum: int, cap_ms: Decimal) -> Fraction:
    """Mean billed seconds of an attempt of a fixed run time that fails at any moment of it, exact.

    The failure comes at X, uniform on (0, T): the mean of max(minimum, ⌈min(X, cap)⌉).
    """
    whole_s = Fraction(time.points[0][1]) / units.MS_PER_SECOND
    cap_s = Fraction(cap_ms) / units.MS_PER_SECOND
    if whole_s <= minimum or cap_s <= minimum:
        return Fraction(minimum)
    end_s = min(whole_s, cap_s)
    seconds = end_s.numerator // end_s.denominator
    full = Fraction((seconds - minimum) * (seconds + minimum + 1), 2)  # minimum + 1, …, seconds
    until_end = minimum * minimum + full + (end_s - seconds) * (seconds + 1)
    return (until_end + (whole_s - end_s) * math.ceil(cap_s)) / whole_s


@lru_cache(maxsize=8192)
def _mean_billed_s(time: Distribution, shares: tuple[Decimal, ...], minimum: int, cap_ms: Decimal) -> Fraction:
    parts = [billing.expected_billed_s(scaled(time, share), minimum, cap_ms) for share in shares]
    return sum(parts, Fraction(0)) / len(parts)


def _fail_shares(spec: Job) -> tuple[Decimal, ...]:
    """The shares of its run time at which an attempt fails, equally likely."""
    after = fails(spec).after
    return _ANYWHERE if after is None else (after,)


def _minimum_s(spec: Job) -> int:
    return billing.minimum_s(spec.type, spec.glue_version)


def scaled(time: Distribution, share: Decimal) -> Distribution:
    """A share of a duration."""
    if not share:
        return fixed(0)
    return each(time, lambda value: to_quantity(Fraction(value) * Fraction(share)))


# --- percentiles of a run ---------------------------------------------------------------------------------------------


def billed_quantile_s(spec: Job, share: Fraction) -> Fraction:
    """Billed seconds that a share of the runs does not exceed: failed attempts at their mean, the last as it varies.

    Exact where every attempt takes the same time, else by bisection, to 6 significant digits.
    """
    chain = attempts(spec)
    if duration(spec).fixed or spec.dpu_seconds is not None:
        return retries.billed_quantile_s(chain, share)
    worst_s = float(retries.worst_billed_s(high_attempts(spec, _ALMOST_ALL)))
    return _varying_quantile_s(duration(spec), chain, _minimum_s(spec), timeout_ms(spec), (share, worst_s))


@lru_cache(maxsize=8192)
def _varying_quantile_s(
    time: Distribution, chain: retries.Attempts, minimum: int, cap_ms: Decimal, goal: tuple[Fraction, float]
) -> Fraction:
    """The least billed seconds that a share of the runs does not exceed, sought below those of the worst run."""
    share, failed_s, cap = float(goal[0]), float(chain.failed_s), float(cap_ms)

    def succeeds_within(billed_s: float) -> float:
        left_ms = billed_s * units.MS_PER_SECOND
        return 0.0 if billed_s < minimum else 1.0 if left_ms >= cap else 1 - share_above(time, left_ms)

    def within(billed_s: float) -> float:
        total, reaching = 0.0, 1.0
        for failures in range(chain.count):
            again = float(chain.chance if not failures else chain.again)
            total += reaching * (1 - again) * succeeds_within(billed_s - failures * failed_s)
            reaching *= again
        return total + (reaching if chain.count * failed_s <= billed_s else 0.0)

    low, high = 0.0, goal[1]
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if within(middle) >= share else (middle, high)
    return sig6(high)


def high_attempts(spec: Job, share: float) -> retries.Attempts:
    """The chain of attempts, each as long as a quantile of the run time."""
    if duration(spec).fixed:
        return attempts(spec)
    long = fixed(to_quantity(sig6(quantile(duration(spec), share))))
    return attempts(spec.model_copy(update={"duration": long, "data": None}))


# --- real time --------------------------------------------------------------------------------------------------------


def attempt_ms(spec: Job) -> Fraction:
    """Mean real time of an attempt that does not fail, cut at the time-out."""
    return _cut_mean_ms(duration(spec), timeout_ms(spec))


def failing_ms(spec: Job) -> Fraction:
    """Mean real time until a failing attempt fails."""
    return _mean_cut_ms(duration(spec), _fail_shares(spec), timeout_ms(spec))


@lru_cache(maxsize=8192)
def _mean_cut_ms(time: Distribution, shares: tuple[Decimal, ...], cap_ms: Decimal) -> Fraction:
    parts = [_cut_mean_ms(scaled(time, share), cap_ms) for share in shares]
    return sum(parts, Fraction(0)) / len(parts)


def seen_ms(spec: Job) -> Fraction:
    """Mean time of a first attempt from its start on, whether or not it fails."""
    chance = attempts(spec).chance
    return Fraction(spec.startup_ms) + (1 - chance) * attempt_ms(spec) + chance * failing_ms(spec)


def active_ms(spec: Job) -> Fraction:
    """Mean time in which a run is active, all its attempts with their start-up."""
    chain = attempts(spec)
    failed = retries.expected_failures(chain) * failing_ms(spec)
    starting = retries.expected_attempts(chain) * Fraction(spec.startup_ms)
    return retries.success_share(chain) * attempt_ms(spec) + failed + starting


def calls_per_unit(spec: Job) -> Fraction:
    """Calls of one run, in those of a complete one: 1 if it succeeds, and of each failed attempt its completed share."""
    if spec.type == "streaming":
        return Fraction(1)
    chain = attempts(spec)
    return retries.success_share(chain) + retries.expected_failures(chain) * failed_share(spec)


def _cut_mean_ms(time: Distribution, cap_ms: Decimal) -> Fraction:
    """E[min(T, cap)]."""
    if time.fixed:
        return Fraction(min(time.points[0][1], cap_ms))
    start = min(quantile(time, 1 - _ALMOST_ALL), float(cap_ms))
    return min(mean(time), sig6(start + billing.tail_ms(time, start, float(cap_ms))))
