"""The busiest hour of one side in seconds: requests come at random, a partition takes no more than its ceiling in any of
them, a provisioned table spends what it has saved. It is one draw, with a seed; the means of the month are elsewhere.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capplan.services.dynamodb.bucket import let_through
from capplan.services.dynamodb.pieces import Piece
from capplan.services.dynamodb.scaling import Step, expand
from capplan.services.dynamodb.sides import Side
from capplan.services.dynamodb.uncertain import CENTRAL
from capplan.timeline import Chart, Series

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MINUTES = 60
_SECONDS = 60


@dataclass(frozen=True, eq=False)
class Hour:
    """An hour in seconds: what came, what the hottest partition refused of it, what the capacity let through.

    Shapes (3600,): units a second. offered = served + by_partition + by_capacity in every second.
    """

    start_minute: int
    offered: "NDArray[np.float64]"
    served: "NDArray[np.float64]"
    by_partition: "NDArray[np.float64]"
    by_capacity: "NDArray[np.float64]"
    capacity: "NDArray[np.float64] | None"
    hottest: "NDArray[np.float64]"


def busiest_hour(levels: "NDArray[np.float64]", day: int) -> int:
    """The first minute of the clock hour of a day (1 to 28) that holds the day's busiest minute."""
    first = (day - 1) * 24 * MINUTES
    return first + int(levels[first : first + 24 * MINUTES].argmax()) // MINUTES * MINUTES


def hour_of(
    side: Side,
    levels: "NDArray[np.float64]",
    pieces: list[Piece],
    steps: tuple[Step, ...] | None,
    start: int,
    seed: int,
) -> Hour:
    """One draw of an hour.

    Args:
        side: The side.
        levels: Units per second offered in each minute of the window.
        pieces: The partitions over time; none where they are even.
        steps: Capacity held; None on demand.
        start: The hour's first minute.
        seed: Of the draw.
    """
    import numpy as np  # noqa: PLC0415  only where a table is followed over time

    rng = np.random.Generator(np.random.PCG64(seed))
    mean = np.repeat(levels[start : start + MINUTES], _SECONDS)
    requests = rng.poisson(mean / side.grain)
    whole = np.asarray(side.grain * requests, dtype=np.float64)
    share = _hottest_share(pieces, side, start)
    part = np.asarray(side.grain * rng.binomial(requests, share), dtype=np.float64)
    over = np.maximum(0.0, part - side.partition)
    alike = round(1 / share) if not pieces and share else 1
    by_partition = np.minimum(whole, over * alike)
    inflow = whole - by_partition
    capacity = None if steps is None else np.repeat(expand(steps, start + MINUTES)[start:], _SECONDS)
    if capacity is None:
        served = np.minimum(inflow, side.quota)
    else:
        before = expand(steps or (), start + MINUTES)[:start]
        bank = let_through(levels[:start], before, burst_s=CENTRAL.burst_seconds).bank
        served = let_through(inflow, capacity, step_s=1, burst_s=CENTRAL.burst_seconds, bank=bank).served
    return Hour(start, whole, served, by_partition, inflow - served, capacity, part)


def _hottest_share(pieces: list[Piece], side: Side, minute: int) -> float:
    """The part of the hottest partition there is at a minute."""
    alive = [piece.share for piece in pieces if piece.born <= minute < piece.gone]
    return min(1.0, max(alive, default=side.hottest_share))


def hour_charts(hour: Hour, unit: str, ceiling: float, clock: str) -> tuple[Chart, ...]:
    """Two charts: all of it, and the hottest partition against its ceiling."""
    import numpy as np  # noqa: PLC0415  the same

    start = hour.start_minute * _SECONDS
    lost = hour.by_partition + hour.by_capacity
    whole = [
        Series("served", unit, hour.served, "filled", start, 1),
        Series("throttled", unit, lost, "refused", start, 1),
    ]
    if hour.capacity is not None:
        whole.append(Series("capacity", unit, hour.capacity, "line", start, 1))
    part = hour.hottest
    ceilings = np.full(len(part), ceiling)
    hottest = [
        Series("served", unit, np.minimum(part, ceiling), "filled", start, 1),
        Series("throttled", unit, np.maximum(0.0, part - ceiling), "refused", start, 1),
        Series("ceiling", unit, ceilings, "line", start, 1),
    ]
    return (
        Chart(f"busiest hour, {clock}, in seconds", tuple(whole)),
        Chart(f"hottest partition, {clock}, in seconds", tuple(hottest)),
    )
