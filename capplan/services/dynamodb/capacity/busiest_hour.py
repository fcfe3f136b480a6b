"""The busiest hour of one side in seconds: requests come at random, a partition takes no more than its ceiling in any of
them, a provisioned table spends what it has saved. It is one draw, with a seed; the means of the month are elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capplan.services.dynamodb.capacity.burst_bucket import serve
from capplan.services.dynamodb.capacity.busy_seconds import SIGMAS
from capplan.services.dynamodb.capacity.scalable_target import ScalableTarget
from capplan.services.dynamodb.capacity.scaling import Step, expand
from capplan.services.dynamodb.capacity.uncertain import CENTRAL
from capplan.services.dynamodb.partitions.lifetimes import Piece
from capplan.timeline import Chart, Series

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MINUTES = 60
_SECONDS = 60
_MOST_PARTS = 64
"""Hot partitions drawn one by one."""


@dataclass(frozen=True, eq=False)
class Hour:
    """An hour in seconds: what came, what partitions refused of it, what the capacity let through.

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
    side: ScalableTarget,
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
    parts = list(_hot_parts(requests, pieces, side, float(mean.max(initial=0.0)), start, rng))
    over = [np.maximum(0.0, part - side.partition) for part in parts]
    alike = 1 if pieces or not side.hottest_share else round(1 / side.hottest_share)
    by_partition = np.minimum(whole, alike * np.sum(over, axis=0))
    part = np.maximum.reduce(parts)
    inflow = whole - by_partition
    capacity = None if steps is None else np.repeat(expand(steps, len(levels))[start : start + MINUTES], _SECONDS)
    if capacity is None:
        served = np.minimum(inflow, side.quota)
    else:
        before = expand(steps or (), len(levels))[:start]
        bank = serve(levels[:start], before, burst_s=CENTRAL.burst_seconds).bank
        served = serve(inflow, capacity, step_s=1, burst_s=CENTRAL.burst_seconds, bank=bank).served
    return Hour(start, whole, served, by_partition, inflow - served, capacity, part)


def _hot_parts(
    requests: "NDArray[np.int64]",
    pieces: list[Piece],
    side: ScalableTarget,
    most: float,
    start: int,
    rng: "np.random.Generator",
) -> "Iterable[NDArray[np.float64]]":
    """Units a second at each partition that may come near its ceiling, the hottest always among them; one draw of all
    together, so that they never take more than there is.
    """
    import numpy as np  # noqa: PLC0415  the same

    left, rest = requests, np.ones(len(requests))
    for share in _shares(pieces, side, most, start):
        odds = np.clip(share / np.maximum(rest, 1e-12), 0.0, 1.0)
        drawn = rng.binomial(left, odds)
        left, rest = left - drawn, rest - share
        yield np.asarray(side.grain * drawn, dtype=np.float64)


def _shares(pieces: list[Piece], side: ScalableTarget, most: float, start: int) -> "list[NDArray[np.float64]]":
    """The part of each such partition in each second of the hour; 0 where it is not there."""
    import numpy as np  # noqa: PLC0415  the same

    here = [piece for piece in pieces if piece.born < start + MINUTES and piece.gone > start]
    if not here:
        return [np.full(MINUTES * _SECONDS, min(1.0, side.hottest_share))]
    here.sort(key=lambda piece: (-piece.share, piece.number, piece.born))
    hot = [p for p in here if most * p.share + SIGMAS * (most * p.share * side.grain) ** 0.5 > side.partition]
    first = {
        next(i for i, p in enumerate(here) if p.born <= minute < p.gone) for minute in range(start, start + MINUTES)
    }
    near = [piece for i, piece in enumerate(here) if i < min(len(hot), _MOST_PARTS) or i in first]
    out = []
    for piece in near:
        each = np.zeros(MINUTES)
        each[max(0, piece.born - start) : piece.gone - start] = min(1.0, piece.share)
        out.append(np.repeat(each, _SECONDS))
    return out


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
