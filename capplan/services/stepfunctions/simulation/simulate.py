"""Simulates a state machine: starts and transitions against their token buckets, and open executions."""

from decimal import Decimal
from typing import TYPE_CHECKING

from capplan import units
from capplan.model import Context
from capplan.quantities.rounding import sig6, to_quantity
from capplan.resource_type import MeteredResource, Simulator
from capplan.service import Quota
from capplan.services.stepfunctions.quotas import (
    EXPRESS_START_BUCKET,
    EXPRESS_START_RATE,
    START_BUCKET,
    START_RATE,
    TRANSITION_BUCKET,
    TRANSITION_RATE,
)
from capplan.services.stepfunctions.simulation.token_buckets import Bucket, rejected, waiting
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage
from capplan.timeline import Chart, Event, Series, SimulationRequest, Size, Timeline, Totals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MINUTE = units.SECONDS_PER_MINUTE


def _size(usage: Usage) -> Size:
    return Size((("minutes", units.PERIOD_MINUTES), ("buckets", 1 if usage.express else 2)))


def _run(resource: MeteredResource[StateMachine, Usage], request: SimulationRequest) -> tuple[Timeline, ...]:
    name, _, usage, ctx = resource
    if not usage.executions.terms:
        return ()
    if usage.express:
        return (_starts(name, usage, _bucket(EXPRESS_START_BUCKET, EXPRESS_START_RATE, ctx), request),)
    return (
        _starts(name, usage, _bucket(START_BUCKET, START_RATE, ctx), request),
        _transitions(name, usage, _bucket(TRANSITION_BUCKET, TRANSITION_RATE, ctx), request),
    )


SIMULATOR: Simulator[StateMachine, Usage] = Simulator(_size, _run)


def _bucket(size: Quota, rate: Quota, ctx: Context) -> Bucket:
    """The bucket with the account's own refill rate, minus the usage of other workloads."""
    refill = ctx.quotas.get(rate.id, rate.in_region(ctx.region)) - ctx.in_use.get(rate.id, 0)
    return Bucket(int(size.in_region(ctx.region)), max(1, int(refill)))


def _starts(name: str, usage: Usage, bucket: Bucket, request: SimulationRequest) -> Timeline:
    offered = usage.executions.rate_per_minute()
    lost = rejected(offered, bucket)
    unit = "starts/s"
    month = (Series("started", unit, offered - lost), Series("throttled", unit, lost, "refused"))
    day = request.day or _busiest_day(offered)
    offered_sum, lost_sum = _sum(offered), _sum(lost)
    open_now = usage.open.rate_per_minute() if usage.open.terms else offered * 0
    charts = (_chart(month, day), _chart((Series("open", "executions", open_now, "line"),), day, "open executions"))
    notes = ["rejected starts get a ThrottlingException; the caller has to retry them"] if lost.any() else []
    return Timeline(
        name=f"{name} starts",
        settings="express" if usage.express else "standard",
        day=day,
        totals=Totals("starts", offered_sum, (("started", offered_sum - lost_sum), ("throttled", lost_sum))),
        month=month,
        charts=charts,
        events=_events(lost, "starts are rejected", "no more starts are rejected", bucket),
        notes=(*notes, _note("starts", bucket)),
    )


def _transitions(name: str, usage: Usage, bucket: Bucket, request: SimulationRequest) -> Timeline:
    offered = usage.per_second.rate_per_minute()
    queue = waiting(offered, bucket)
    done = offered.copy()
    done[1:] -= (queue[1:] - queue[:-1]) / _MINUTE
    done[0] -= queue[0] / _MINUTE
    day = request.day or _busiest_day(offered)
    month = (Series("executed", "transitions/s", done), Series("asked for", "transitions/s", offered, "line"))
    charts = [_chart(month, day)]
    if queue.any():
        charts.append(_chart((Series("delay", "s", queue / bucket.refill_per_s, "line"),), day, "delay"))
    left = to_quantity(sig6(float(queue[-1])))
    offered_sum = _sum(offered)
    return Timeline(
        name=f"{name} transitions",
        settings="standard",
        day=day,
        totals=Totals("transitions", offered_sum, (("executed", offered_sum - left), ("still waiting", left))),
        month=month,
        charts=tuple(charts),
        events=_events(queue, "transitions are delayed", "no more transitions are delayed", bucket),
        notes=(_note("transitions", bucket),),
    )


def _note(what: str, bucket: Bucket) -> str:
    return (
        f"bucket of {bucket.size:,} {what}, refill {bucket.refill_per_s:,} per second, used by this state machine alone"
    )


def _busiest_day(per_second: "Floats") -> int:
    return int(per_second.argmax()) // units.MINUTES_PER_DAY + 1


def _sum(per_second: "Floats") -> Decimal:
    return to_quantity(sig6(float(per_second.sum()) * _MINUTE))


def _chart(month: tuple[Series, ...], day: int, title: str = "") -> Chart:
    """One day of the month's series."""
    first = (day - 1) * units.MINUTES_PER_DAY
    minutes = slice(first, first + units.MINUTES_PER_DAY)
    start_s = first * _MINUTE
    return Chart(
        title or f"day {day}", tuple(Series(s.name, s.unit, s.values[minutes], s.role, start_s) for s in month)
    )


def _events(amounts: "Floats", begins: str, ends: str, bucket: Bucket) -> tuple[Event, ...]:
    """Where an amount becomes positive, and where it is zero again."""
    import numpy as np  # noqa: PLC0415

    positive = np.concatenate(([False], amounts > 0, [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(positive))
    reason = f"more than {bucket.refill_per_s:,} per second, and the bucket is empty"
    out: list[Event] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        peak = float(amounts[start:end].max())
        out.append(Event(start * _MINUTE, begins, reason, peak, bad=True))
        if end < len(amounts):
            out.append(Event(end * _MINUTE, ends, "", peak / 2))
    return tuple(out)
