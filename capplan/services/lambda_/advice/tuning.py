"""Duration over memory from measured points, and the best size by cost, speed or both.

The strategies are those of AWS Lambda Power Tuning (github alexcasalboni/aws-lambda-power-tuning, 262ecc2).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from capplan.record import Record
from capplan.services.lambda_.quotas import MB_PER_VCPU

Exact = Decimal | Fraction | int
Strategy = Literal["cost", "speed", "balanced"]


class Candidate(Record, frozen=True):
    """A memory size with the cost and the duration of an invocation, in any units."""

    memory_mb: int
    cost: Fraction
    duration: Fraction


def choose(candidates: Sequence[Candidate], strategy: Strategy, weight: Exact = Fraction(1, 2)) -> Candidate:
    """The best size. Balanced weighs cost by `weight` and duration by the rest, each against its largest value.

    Equal cost: the faster one; equal speed: the cheaper one. Then the smaller.
    """
    if strategy == "cost":
        return min(candidates, key=lambda c: (c.cost, c.duration, c.memory_mb))
    if strategy == "speed":
        return min(candidates, key=lambda c: (c.duration, c.cost, c.memory_mb))
    max_cost, max_duration = max(c.cost for c in candidates), max(c.duration for c in candidates)
    share = Fraction(weight)
    return min(
        candidates, key=lambda c: (share * c.cost / max_cost + (1 - share) * c.duration / max_duration, c.memory_mb)
    )


class MemoryCurve(Record, frozen=True):
    """Duration over memory of single-threaded code: a floor, and work that shrinks with CPU up to one vCPU."""

    floor_ms: float
    work_ms_mb: float

    def duration_ms(self, memory_mb: float) -> float:
        """The duration at a memory size."""
        return self.floor_ms + self.work_ms_mb / min(memory_mb, MB_PER_VCPU)


def fit_curve(measured_ms: Mapping[int, float]) -> MemoryCurve:
    """The curve through measured durations, least squares of relative errors; neither part below 0.

    Args:
        measured_ms: Mean duration by memory in MB; at least two sizes, one of them below one vCPU (1,769 MB).
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
