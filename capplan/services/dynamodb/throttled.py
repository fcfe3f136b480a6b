"""Which share of a table's requests is refused, minute by minute. It never retries, saves burst or scales with a delay.

Source: DynamoDB Developer Guide, "Diagnosing throttling issues", "Burst and adaptive capacity" (read 2026-11-23).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan.flow import Flow
from capplan.quantities import sig6
from capplan.services.dynamodb.auto_scaling import held_units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What one arm (table or global index) takes in one direction.

    Attributes:
        flow: Units offered per second.
        partition_units_per_s: The ceiling of one partition.
        hottest_share: The busiest partition's part of the units.
        shares: Each partition's part; None where all are even.
        floor, units_per_s: The least and the most capacity; they are the same but for auto scaling.
        target: Auto scaling's target, which decides what lies between; None without.
    """

    flow: Flow
    partition_units_per_s: int
    hottest_share: Fraction
    shares: "NDArray[np.float64] | None"
    floor: Fraction
    units_per_s: Fraction
    target: float | None = None

    def holds(self) -> bool:
        """Whether the busiest minute fits both ceilings, so that nothing is refused."""
        peak = sig6(self.flow.peak().per_second)
        return peak * self.hottest_share <= self.partition_units_per_s and peak <= self.units_per_s


@dataclass(frozen=True, slots=True)
class Offered:
    """Requests of one kind, and the ceilings they need: (arm, "read" or "write")."""

    flow: Flow
    needs: tuple[tuple[str, str], ...]


def throttled_share(offered: Sequence[Offered], ceilings: Mapping[tuple[str, str], Ceiling]) -> Fraction:
    """Refused over offered requests of the month, 6 significant digits.

    In each minute a kind of request loses the largest fraction that any ceiling it needs refuses: a base write that an
    index cannot take is refused as a whole.
    """
    breached = {key: ceiling for key, ceiling in ceilings.items() if not ceiling.holds()}
    hit = [one for one in offered if any(need in breached for need in one.needs)]
    total = sum((one.flow.monthly for one in offered), Fraction(0))
    if not hit or not total:
        return Fraction(0)
    import numpy as np  # noqa: PLC0415  only where something is refused

    refused = {key: refused_fraction(ceiling) for key, ceiling in breached.items()}
    lost = 0.0
    for one in hit:
        worst = np.maximum.reduce([refused[need] for need in one.needs if need in refused])
        lost += float((one.flow.levels() * worst * one.flow.month_weights()).sum()) * 60
    return min(Fraction(1), sig6(lost / float(total)))


def refused_fraction(ceiling: Ceiling) -> "NDArray[np.float64]":
    """The fraction of units refused in each minute: the larger of what partitions and what the whole arm cannot
    take. Shape (40320,).
    """
    import numpy as np  # noqa: PLC0415  only where something is refused

    levels = ceiling.flow.levels()
    safe = np.maximum(levels, 1e-300)
    whole = 1 - np.minimum(1.0, _capacity(ceiling, levels) / safe)
    return np.asarray(np.maximum(whole, _partition_refusal(ceiling, safe)))


def _capacity(ceiling: Ceiling, levels: "NDArray[np.float64]") -> "NDArray[np.float64] | float":
    import numpy as np  # noqa: PLC0415  the same

    if ceiling.target is None:
        return float(ceiling.units_per_s)
    return np.asarray(np.clip(held_units(levels, ceiling.target), float(ceiling.floor), float(ceiling.units_per_s)))


def _partition_refusal(ceiling: Ceiling, levels: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Σ over partitions of max(0, share − ceiling / level), without an array of minutes × partitions."""
    import numpy as np  # noqa: PLC0415  the same

    limit = ceiling.partition_units_per_s / levels
    if ceiling.shares is None:
        share = float(ceiling.hottest_share)
        return np.asarray(np.maximum(0.0, share - limit) / share)
    ordered = np.sort(ceiling.shares)
    above = np.concatenate((np.cumsum(ordered[::-1])[::-1], [0.0]))
    first = np.searchsorted(ordered, limit, side="right")
    return np.asarray(np.maximum(0.0, above[first] - (len(ordered) - first) * limit))
