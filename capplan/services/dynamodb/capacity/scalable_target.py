"""One arm of a table in one direction over the window's minutes: what its partitions, ceilings and capacity refuse. It
knows nothing of the other arms.

Source: DynamoDB Developer Guide, "Diagnosing throttling issues", "Burst and adaptive capacity", "On-demand capacity
mode" (read 2026-11-23).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capplan.flow import DemandFlow
from capplan.quantities.rounding import sig6
from capplan.services.dynamodb.capacity import on_demand_growth as growth
from capplan.services.dynamodb.capacity.burst_bucket import serve
from capplan.services.dynamodb.capacity.busy_seconds import second_peak
from capplan.services.dynamodb.capacity.scaling import Policy, Step, expand, wanted
from capplan.services.dynamodb.capacity.uncertain import Constants
from capplan.services.dynamodb.partitions.lifetimes import Piece
from capplan.services.dynamodb.partitions.load import Heat
from capplan.services.dynamodb.partitions.throttling import refused_part
from capplan.services.dynamodb.partitions.throttling_over_time import refused_by_pieces

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DUST = 1e-9
SideKey = tuple[str, str]
"""An arm ("" for the table, else the index's name) and "read" or "write"."""


@dataclass(frozen=True)
class ScalableTarget:
    """What one arm meets and may take in one direction; units per second throughout.

    Attributes:
        key: Arm and direction.
        flow: Units offered.
        partition: The ceiling of one partition.
        hottest_share: The busiest partition's part of the units.
        heat_of: What the heat is computed from: equal sides have equal outcomes.
        heat: How the units fall on the partitions, computed when asked; None where they are even.
        hottest_key_share: The busiest key's part, whose single seconds count; 0 where all keys are cold.
        grain: Units that come at once.
        pieces: Partitions that split over time, in place of `heat`.
        quota: The quota of one table or index.
        policy: How provisioned capacity is held; None on demand.
        maximum: The user's own on-demand maximum.
        at_once: What an on-demand arm serves before it grows; `at_first` if it has never seen its peak.
    """

    key: SideKey
    flow: DemandFlow
    partition: float
    hottest_share: float
    quota: float
    policy: Policy | None = None
    maximum: float | None = None
    at_once: float = 0.0
    at_first: float = 0.0
    heat_of: object = None
    heat: Callable[[], Heat | None] = field(default=lambda: None, compare=False)
    hottest_key_share: float = 0.0
    grain: float = 1.0
    pieces: tuple[Piece, ...] = ()

    @property
    def peak(self) -> float:
        """The busiest minute, 6 significant digits."""
        return float(sig6(self.flow.peak().per_second)) if self.flow.terms else 0.0

    @property
    def busiest_second(self) -> float:
        """Units in the busiest second of the busiest partition."""
        key = min(self.hottest_key_share, self.hottest_share)
        return second_peak(self.peak * self.hottest_share, self.peak * key, self.grain)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a side.

    Attributes:
        steps: Capacity held, from minute to minute; None on demand.
        refused: By cause (a key of `throttling.CAUSES`), the fraction of the offered units refused in each minute.
            Shape (minutes,). Empty where nothing is.
    """

    steps: tuple[Step, ...] | None
    refused: "Mapping[str, NDArray[np.float64]]" = field(default_factory=dict)

    def refused_fraction(self) -> "NDArray[np.float64] | None":
        """All causes together; None where nothing is refused."""
        parts = list(self.refused.values())
        return None if not parts else sum(parts[1:], parts[0].copy())

    def shortest_of(self, side: ScalableTarget) -> tuple[int, float, float] | None:
        """Where provisioned capacity fell furthest short: the minute, what was offered and what was held, units per
        second; None where it never did.
        """
        lost = self.refused.get("provisioned")
        if lost is None or self.steps is None:
            return None
        minute = int(lost.argmax())
        held = next(units for start, units in reversed(self.steps) if start <= minute)
        return minute, float(side.flow.rate_per_minute()[minute]), float(held)


def start_of(side: ScalableTarget, constants: Constants) -> float:
    """What an on-demand side serves before it grows."""
    return side.at_first if constants.unseen else side.at_once


def unthrottled(side: ScalableTarget, constants: Constants) -> Outcome | None:
    """The outcome where nothing is refused and no capacity moves, without a series; None where there is one to run."""
    peak = side.peak
    if side.busiest_second > side.partition or peak > side.quota:
        return None
    if side.policy is None:
        most = start_of(side, constants) if side.maximum is None else min(side.maximum, start_of(side, constants))
        return Outcome(None) if peak <= most else None
    if len(side.policy.bounds) > 1:
        return None
    low, high = side.policy.bounds[0].minimum, side.policy.bounds[0].maximum
    target = side.policy.target
    if target is None:
        return Outcome(((0, low),)) if peak <= low else None
    if all(shape.flat for shape, _ in side.flow.terms):
        held = wanted(peak, target, low, high)
        return Outcome(((0, held),)) if peak <= held else None
    return Outcome(((0, low),)) if peak <= low * target else None


def through_partitions(side: ScalableTarget, levels: "NDArray[np.float64]") -> "NDArray[np.float64] | None":
    """The fraction of the units that partitions let through in each minute; None where it is all of them."""
    import numpy as np  # noqa: PLC0415  only where a series is computed

    if side.busiest_second <= side.partition * (1 + _DUST):
        return None
    refused = _refused_by_partitions(side, levels)
    return np.asarray(1 - refused) if refused.any() else None


def _refused_by_partitions(side: ScalableTarget, levels: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """The part of the units that partitions at their ceiling refuse in each minute."""
    import numpy as np  # noqa: PLC0415  the same

    if side.pieces:
        return refused_by_pieces(levels, side.pieces, side.partition, side.grain)
    safe = np.maximum(levels, 1e-300)
    heat = side.heat()
    if heat is None:
        return np.asarray(np.maximum(0.0, side.hottest_share - side.partition / safe) / side.hottest_share)
    return refused_part(safe, heat.shares, side.partition, heat.tops, side.grain)


def settle(
    side: ScalableTarget, levels: "NDArray[np.float64]", passed: "NDArray[np.float64] | None", steps: Sequence[Step] | None,
    constants: Constants,
) -> Outcome:  # fmt: skip
    """What a side refuses when nobody else holds its requests back.

    Args:
        side: The side.
        levels: Units per second offered in each minute.
        passed: The fraction that partitions let through; None for all.
        steps: Its capacity; None on demand.
        constants: The uncertain figures.
    """
    inflow = levels if passed is None else levels * passed
    if steps is None:
        lost = _on_demand(side, inflow, constants)
    else:
        capacity = expand(steps, len(levels))
        lost = {"provisioned": inflow - serve(inflow, capacity, burst_s=constants.burst_seconds).served}
    return outcome(levels, passed, lost, steps)


def outcome(
    levels: "NDArray[np.float64]",
    passed: "NDArray[np.float64] | None",
    lost: "Mapping[str, NDArray[np.float64]]",
    steps: Sequence[Step] | None,
) -> Outcome:
    """Units lost by cause as fractions of what was offered, partitions first. The books are asserted."""
    import numpy as np  # noqa: PLC0415  the same

    safe = np.maximum(levels, 1e-300)
    refused = {} if passed is None else {"partition": np.asarray(1 - passed)}
    for cause, amount in lost.items():
        if amount.max(initial=0.0) > 0:
            refused[cause] = refused.get(cause, np.zeros(len(levels))) + amount / safe
    whole = sum(refused.values(), np.zeros(len(levels)))
    assert float(whole.max(initial=0.0)) <= 1 + _DUST, "more is refused than was offered"  # noqa: S101  the books
    assert float(whole.min(initial=0.0)) >= -_DUST, "less than nothing is refused"  # noqa: S101  the same
    return Outcome(None if steps is None else tuple(steps), refused)


def _on_demand(
    side: ScalableTarget, inflow: "NDArray[np.float64]", constants: Constants
) -> "dict[str, NDArray[np.float64]]":
    """Units refused by the lowest ceiling of each minute: the user's maximum, the table's growth, its quota."""
    import numpy as np  # noqa: PLC0415  the same

    grown = growth.ceilings(
        inflow,
        start_of(side, constants),
        growth_minutes=round(constants.growth_minutes),
        sustained_minutes=round(constants.sustained_minutes),
    )
    ceilings = [("account", np.full(len(inflow), side.quota)), ("partition", grown)]
    if side.maximum is not None:
        burst = constants.maximum_burst_seconds
        ceilings.append(("od-max", np.maximum(side.maximum, serve(inflow, side.maximum, burst_s=burst).served)))
    table = np.stack([ceiling for _, ceiling in ceilings])
    lowest = table.argmin(axis=0)
    lost = np.maximum(0.0, inflow - table.min(axis=0))
    return {cause: np.where(lowest == i, lost, 0.0) for i, (cause, _) in enumerate(ceilings)}
