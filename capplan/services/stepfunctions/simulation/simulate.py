"""A state machine followed over time: starts against their bucket, transitions that wait, open executions. It prices nothing."""

from decimal import Decimal
from typing import TYPE_CHECKING

from capplan import units
from capplan.model import Context, Simulator
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.stepfunctions.quotas import Bucket, start_bucket, transition_bucket
from capplan.services.stepfunctions.simulation.token_buckets import refused, waiting
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage
from capplan.timeline import Chart, Event, Series, SimulationRequest, Size, Timeline, Totals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MINUTE = units.SECONDS_PER_MINUTE


def _size(name: str, spec: StateMachine, usage: Usage, ctx: Context, asked_for: SimulationRequest) -> Size:  # noqa: ARG001  every room's signature
    return Size((("minutes", units.WINDOW_MINUTES), ("buckets", 1 if usage.express else 2)))


def _run(
    name: str, spec: StateMachine, usage: Usage, ctx: Context, asked_for: SimulationRequest
) -> tuple[Timeline, ...]:
    if not usage.executions.terms:
        return ()
    found = [_starts(name, spec, usage, ctx, asked_for)]
    moves = _quota(transition_bucket(ctx.region, spec.type), ctx, "transition_rate")
    if moves is not None:
        found.append(_transitions(name, usage, moves, asked_for))
    return tuple(found)


SIMULATOR: Simulator[StateMachine, Usage] = Simulator(_size, _run)


def _quota(bucket: Bucket | None, ctx: Context, limit: str) -> Bucket | None:
    """The bucket with the account's own refill, less what other workloads take."""
    if bucket is None:
        return None
    key = f"stepfunctions.{limit}"
    refill = ctx.quotas.get(key, bucket.refill_per_s) - ctx.in_use.get(key, 0)
    return Bucket(bucket.size, max(1, int(refill)))


def _starts(name: str, spec: StateMachine, usage: Usage, ctx: Context, asked_for: SimulationRequest) -> Timeline:
    express = spec.type == "express"
    bucket = _quota(start_bucket(ctx.region, spec.type), ctx, "express_start_rate" if express else "start_rate")
    offered = usage.executions.rate_per_minute()
    lost = refused(offered, bucket) if bucket is not None else offered * 0
    unit = "starts/s"
    month = (Series("started", unit, offered - lost), Series("throttled", unit, lost, "refused"))
    day = asked_for.day or int(offered.argmax()) // units.MINUTES_PER_DAY + 1
    whole, gone = _sum(offered), _sum(lost)
    open_now = usage.open.rate_per_minute() if usage.open.terms else offered * 0
    charts = (_day(month, day), _day((Series("open", "executions", open_now, "line"),), day, "open executions"))
    notes = ["a refused start is the caller's to repeat: ThrottlingException"] if lost.any() else []
    if bucket is not None:
        notes.append(f"{bucket.size:,} starts at once and {bucket.refill_per_s:,} a second, as if alone in the account")
    return Timeline(
        name=f"{name} starts",
        settings=spec.type,
        day=day,
        totals=Totals("starts", whole, (("started", whole - gone), ("throttled", gone))),
        month=month,
        charts=charts,
        events=_events(lost, "starts are throttled", "starts fit again", bucket),
        notes=tuple(notes),
    )


def _transitions(name: str, usage: Usage, bucket: Bucket, asked_for: SimulationRequest) -> Timeline:
    offered = usage.per_second.rate_per_minute()
    queue = waiting(offered, bucket)
    done = offered.copy()
    done[1:] -= (queue[1:] - queue[:-1]) / _MINUTE
    done[0] -= queue[0] / _MINUTE
    day = asked_for.day or int(offered.argmax()) // units.MINUTES_PER_DAY + 1
    month = (Series("executed", "transitions/s", done), Series("asked for", "transitions/s", offered, "line"))
    charts = [_day(month, day)]
    if queue.any():
        charts.append(_day((Series("delay", "s", queue / bucket.refill_per_s, "line"),), day, "delay"))
    left = to_quantity(sig6(float(queue[-1])))
    whole = _sum(offered)
    note = f"{bucket.size:,} transitions at once and {bucket.refill_per_s:,} a second, as if alone in the account"
    return Timeline(
        name=f"{name} transitions",
        settings="standard",
        day=day,
        totals=Totals("transitions", whole, (("executed", whole - left), ("still waiting", left))),
        month=month,
        charts=tuple(charts),
        events=_events(queue, "transitions wait", "transitions wait no more", bucket),
        notes=(note,),
    )


def _sum(per_second: "Floats") -> Decimal:
    return to_quantity(sig6(float(per_second.sum()) * _MINUTE))


def _day(month: tuple[Series, ...], day: int, title: str = "") -> Chart:
    first = (day - 1) * units.MINUTES_PER_DAY
    cut = slice(first, first + units.MINUTES_PER_DAY)
    start_s = first * _MINUTE
    return Chart(title or f"day {day}", tuple(Series(s.name, s.unit, s.values[cut], s.role, start_s) for s in month))


def _events(amounts: "Floats", begins: str, ends: str, bucket: Bucket | None) -> tuple[Event, ...]:
    """Where something starts to be refused or to wait, and where it stops."""
    import numpy as np  # noqa: PLC0415

    busy = np.concatenate(([False], amounts > 0, [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(busy))
    out: list[Event] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        most = float(amounts[start:end].max())
        reason = f"past {bucket.refill_per_s:,} a second the bucket is empty" if bucket is not None else ""
        out.append(Event(start * _MINUTE, begins, reason, most, bad=True))
        if end < len(amounts):
            out.append(Event(end * _MINUTE, ends, "", most / 2))
    return tuple(out)
