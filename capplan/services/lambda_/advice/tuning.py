"""Which memory to choose: measured durations, their curve, their cost. It never looks up a price.

The strategies and the trimmed mean are those of AWS Lambda Power Tuning (github alexcasalboni/aws-lambda-power-tuning,
262ecc2). AWS gives one vCPU at 1,769 MB (Lambda Developer Guide, "Configure Lambda function memory").
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from capplan.services.lambda_ import billing
from capplan.services.lambda_.quota_checks import MB_PER_VCPU

Exact = Decimal | Fraction | int
Strategy = Literal["cost", "speed", "balanced"]
_FIXED_TRANSITIONS = 6
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A memory size with what an invocation costs and takes there, in any units."""

    memory_mb: int
    cost: Fraction
    duration: Fraction


def trimmed_mean(values: Sequence[Exact], trim_share: Exact = Fraction(1, 5)) -> Fraction:
    """Mean of what is left after dropping floor(n x trim) values at each end."""
    drop = math.floor(len(values) * Fraction(trim_share))
    kept = sorted(Fraction(value) for value in values)[drop : len(values) - drop]
    return sum(kept, Fraction(0)) / len(kept)


def choose(candidates: Sequence[Candidate], strategy: Strategy, weight: Exact = Fraction(1, 2)) -> Candidate:
    """The best size. Balanced weighs cost by `weight` and duration by the rest, each against its largest value.

    Equal cost: the faster one; equal speed: the cheaper one. Then the smaller.
    """
    if strategy == "cost":
        return min(candidates, key=lambda c: (c.cost, c.duration, c.memory_mb))
    if strategy == "speed":
        return min(candidates, key=lambda c: (c.duration, c.cost, c.memory_mb))
    most, longest = max(c.cost for c in candidates), max(c.duration for c in candidates)
    share = Fraction(weight)
    return min(candidates, key=lambda c: (share * c.cost / most + (1 - share) * c.duration / longest, c.memory_mb))


def tuning_transitions(sizes: int, invocations: int | None = None) -> int:
    """State transitions of one tuning run; with `invocations`, of one that measures cold starts only."""
    return _FIXED_TRANSITIONS + (3 * sizes if invocations is None else sizes + 2 * sizes * invocations)


# --- the curve --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MemoryCurve:
    """Duration over memory of single-threaded code: a floor, and work that shrinks with CPU up to one vCPU."""

    floor_ms: float
    work_ms_mb: float

    def duration_ms(self, memory_mb: float) -> float:
        """The duration at a memory size."""
        return self.floor_ms + self.work_ms_mb / min(memory_mb, MB_PER_VCPU)


def fit_curve(measured_ms: Mapping[int, float]) -> MemoryCurve:
    """The curve through measured durations, least squares of relative errors; neither part below 0.

    Args:
        measured_ms: Mean duration by memory in MB; at least two sizes, one below 1,769 MB.
    """
    rows = [(1 / ms, 1 / (min(mb, MB_PER_VCPU) * ms)) for mb, ms in measured_ms.items()]
    uu, uv, vv = (sum(r[i] * r[j] for r in rows) for i, j in ((0, 0), (0, 1), (1, 1)))
    u, v = sum(r[0] for r in rows), sum(r[1] for r in rows)
    det = uu * vv - uv * uv
    floor = (u * vv - v * uv) / det if det else 0.0
    work = (v * uu - u * uv) / det if det else 0.0
    if floor < 0 or not det:
        return MemoryCurve(0.0, v / vv)
    return MemoryCurve(u / uu, 0.0) if work < 0 else MemoryCurve(floor, work)


def usd_per_million(mean_ms: Exact, memory_mb: Exact, gb_second_usd: Exact, request_usd: Exact) -> Fraction:
    """Cost of a million invocations from a mean duration, to which rounding up adds half a millisecond."""
    used = billing.gb_seconds(_MILLION, billing.billed_mean_ms(mean_ms), memory_mb)
    return used * Fraction(gb_second_usd) + _MILLION * Fraction(request_usd)


def cost_curve(mean_ms: Mapping[int, Exact], gb_second_usd: Exact, request_usd: Exact) -> list[Candidate]:
    """Cost per million and duration at each memory size."""
    return [
        Candidate(mb, usd_per_million(ms, mb, gb_second_usd, request_usd), Fraction(ms)) for mb, ms in mean_ms.items()
    ]
