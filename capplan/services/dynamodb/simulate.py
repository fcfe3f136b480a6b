"""A table followed over time: what is offered, served and throttled, minute by minute. It prices nothing."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from capplan import units
from capplan.flow import Flow
from capplan.model import Context, Simulator
from capplan.quantities import sig6, to_quantity
from capplan.services.dynamodb.requests import TABLE
from capplan.services.dynamodb.scaling import expand
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Arm, Usage, shares_of
from capplan.timeline import Bars, Books, Chart, Series, Size, Timeline, Wish

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DIRECTIONS = ("write", "read")


def _size(name: str, spec: Table, usage: Usage, ctx: Context, wish: Wish) -> Size:  # noqa: ARG001  every room's signature
    partitions = max(arm.partitions for arm in usage.arms)
    return Size(
        (("minutes", units.WINDOW_MINUTES), ("tables and indexes", len(usage.arms)), ("partitions", partitions))
    )


def _run(name: str, spec: Table, usage: Usage, ctx: Context, wish: Wish) -> tuple[Timeline, ...]:  # noqa: ARG001  the same
    return tuple(_timelines(name, usage, ctx, wish))


def _timelines(name: str, usage: Usage, ctx: Context, wish: Wish) -> Iterable[Timeline]:
    for arm in usage.arms:
        for direction in _DIRECTIONS:
            flow: Flow = arm.write if direction == "write" else arm.read
            if flow.terms:
                yield _timeline(name, usage, arm, direction, ctx, wish)


def _timeline(name: str, usage: Usage, arm: Arm, direction: str, ctx: Context, wish: Wish) -> Timeline:
    side, outcome = usage.window.sides[arm.index or TABLE, direction]
    offered = side.flow.levels()
    fraction = outcome.refused_fraction()
    refused = offered * (0.0 if fraction is None else fraction)
    unit = f"{direction[0].upper()}{'RU' if arm.write_capacity is None else 'CU'}"
    month = _series(offered - refused, refused, f"{unit}/s")
    if outcome.steps is not None:
        month = (*month, Series("capacity", f"{unit}/s", expand(outcome.steps, units.WINDOW_MINUTES), "line"))
    day = wish.day or int(offered.argmax()) // units.MINUTES_PER_DAY + 1
    return Timeline(
        name=f"{name if arm.index is None else f'{name}.{arm.index}'} {direction}s",
        settings="on-demand" if arm.write_capacity is None else "provisioned",
        day=day,
        books=_books(offered, refused, unit),
        month=month,
        charts=(_day(month, day),),
        bars=(_heat(shares_of(arm, ctx.seed), offered, arm, int(side.partition), f"{unit}/s"),),
    )


def _series(served: "NDArray[np.float64]", refused: "NDArray[np.float64]", unit: str) -> tuple[Series, ...]:
    return (Series("served", unit, served), Series("throttled", unit, refused, "refused"))


def _books(offered: "NDArray[np.float64]", refused: "NDArray[np.float64]", unit: str) -> Books:
    lost = to_quantity(sig6(float(refused.sum()) * units.SECONDS_PER_MINUTE))
    everything = to_quantity(sig6(float(offered.sum()) * units.SECONDS_PER_MINUTE))
    return Books(unit, everything, (("served", everything - lost), ("throttled", lost)))


def _day(month: tuple[Series, ...], day: int) -> Chart:
    first = (day - 1) * units.MINUTES_PER_DAY
    cut = slice(first, first + units.MINUTES_PER_DAY)
    start_s = first * units.SECONDS_PER_MINUTE
    return Chart(f"day {day}", tuple(Series(s.name, s.unit, s.values[cut], s.role, start_s) for s in month))


def _heat(
    shares: "NDArray[np.float64] | None", offered: "NDArray[np.float64]", arm: Arm, limit: int, unit: str
) -> Bars:
    peak = float(offered.max())
    parts = [float(arm.hottest_share)] if shares is None else sorted(shares.tolist(), reverse=True)
    title = f"HEAT  busiest minute, {arm.partitions:,} partitions, hottest first"
    return Bars(title, unit, float(limit), tuple(peak * part for part in parts))


SIMULATOR: Simulator[Table, Usage] = Simulator(_size, _run)
