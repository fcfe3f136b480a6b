"""A function followed over time: environments busy and live, cold starts, throttling, minute by minute. It prices nothing.

What the whole window would take too long for is followed for the day, or for its busiest hour; the books then follow
from the formulas, and a note says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capplan import units
from capplan.model import Context, Simulator
from capplan.quantities.distribution import Distribution, mean
from capplan.quantities.rounding import to_quantity
from capplan.services.lambda_ import observables
from capplan.services.lambda_.concurrency import provisioned
from capplan.services.lambda_.concurrency.rate_steps import scheduled
from capplan.services.lambda_.limits import account_concurrency
from capplan.services.lambda_.simulation.warm_pool import Arrivals, Environments, Minute, follow
from capplan.services.lambda_.simulation.wording import events, notes, settings
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage
from capplan.timeline import Chart, Series, SimulationRequest, Size, Timeline, Totals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_REQUESTS = 4_000_000
"""More are not followed one by one; a second and a half on one core."""
_HOUR, _DAY = 60, units.MINUTES_PER_DAY
_LEAD_MINUTES = 20
"""Minutes before what is shown, so that it does not begin with an empty pool."""


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes that are followed: from, to (past the last), and from where on they are shown."""

    start: int
    end: int
    shown: int


def _size(name: str, spec: Function, usage: Usage, ctx: Context, asked_for: SimulationRequest) -> Size:  # noqa: ARG001  every room's signature
    return Size((("minutes", units.WINDOW_MINUTES),))


def _run(name: str, spec: Function, usage: Usage, ctx: Context, asked_for: SimulationRequest) -> tuple[Timeline, ...]:
    if not usage.invocations.terms:
        return ()
    offered = usage.invocations.rate_per_minute()
    day = asked_for.day or int(offered.argmax()) // _DAY + 1
    span = span_of(offered, day)
    cap = cap_of(spec, ctx)
    minutes = list(_followed(spec, usage, cap, span, ctx.seed)) if span is not None else []
    asked_for.progress(1.0, "1 of 1 function")
    shown = [m for m in minutes if span is not None and m.minute >= span.shown]
    whole = span is not None and span.end - span.start == units.WINDOW_MINUTES
    simulated = sum(m.cold for m in shown) / max(1, sum(m.arrived for m in shown)) if shown else None
    return (
        Timeline(
            name=name,
            settings=settings(spec),
            day=day,
            totals=_counted(minutes) if whole else _by_formula(spec, usage, offered),
            month=_month(usage, cap),
            charts=tuple(_charts(spec, shown, day, cap)),
            events=tuple(events(shown, offered)),
            notes=tuple(notes(spec, usage, simulated, span_words(span))),
        ),
    )


def cap_of(spec: Function, ctx: Context) -> int:
    """The most environments at once: the reservation, else what the account has left."""
    if spec.reserved_concurrency is not None:
        return spec.reserved_concurrency
    left = account_concurrency(ctx) - ctx.in_use.get("lambda.concurrency", 0)
    return max(0, int(left))


def span_of(offered: "NDArray[np.float64]", day: int) -> Span | None:
    """The longest stretch around the day's busiest minute that can be followed request by request."""
    first = (day - 1) * _DAY
    busiest = first + int(offered[first : first + _DAY].argmax())
    hour = min(max(first, busiest - _HOUR // 2), first + _DAY - _HOUR)
    tried = (
        Span(0, units.WINDOW_MINUTES, first),
        Span(max(0, first - _LEAD_MINUTES), first + _DAY, first),
        Span(max(0, hour - _LEAD_MINUTES), hour + _HOUR, hour),
    )
    for one in tried:
        if float(offered[one.start : one.end].sum()) * units.SECONDS_PER_MINUTE <= MOST_REQUESTS:
            return one
    return None


def span_words(span: Span | None) -> str:
    """What was followed, for a note."""
    if span is None:
        return "not followed one by one: too many"
    length = span.end - span.shown
    return "the busiest hour" if length <= _HOUR else "the day" if span.end - span.start < units.WINDOW_MINUTES else "the four weeks"  # fmt: skip


def _followed(spec: Function, usage: Usage, cap: int, span: Span, seed: int) -> Iterable[Minute]:
    kept = spec.provisioned_concurrency
    environments = Environments(
        float(spec.keep_alive_ms) / units.MS_PER_SECOND, cap, provisioned.ready_at(kept) if kept else lambda minute: 0  # noqa: ARG005
    )  # fmt: skip
    arrivals = _arrivals(usage, span, seed)
    warm = observables.capped(spec.duration, spec.timeout_ms)
    return follow(arrivals, warm, _cold_time(spec, usage), environments, seed)


def _cold_time(spec: Function, usage: Usage) -> Distribution:
    """A cold request's time: its first call, later by the mean of its init."""
    if usage.cold is None:
        return observables.capped(spec.duration, spec.timeout_ms)
    first = observables.capped(usage.cold.start.first, spec.timeout_ms)
    later = to_quantity(mean(usage.cold.start.init))
    return Distribution(tuple((share, ms + later) for share, ms in first.points))


def _arrivals(usage: Usage, span: Span, seed: int) -> Arrivals:
    import numpy as np  # noqa: PLC0415  a simulation has loaded it

    at_once = np.zeros(units.WINDOW_MINUTES)
    for shape, times in scheduled(usage.invocations):
        np.add.at(at_once, np.array(shape.starts, dtype=int), float(times))
    cut = slice(span.start, span.end)
    random = np.maximum(0.0, usage.invocations.rate_per_minute() - at_once / units.SECONDS_PER_MINUTE)
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    together = np.floor(at_once[cut] + rng.random(span.end - span.start)).astype(np.int64)
    return Arrivals(span.start, random[cut], together)


# --- what is shown ----------------------------------------------------------------------------------------------------


def _counted(minutes: list[Minute]) -> Totals:
    requests, colds, refused = (sum(getattr(m, f) for m in minutes) for f in ("arrived", "cold", "refused"))
    parts = (("warm", requests - colds - refused), ("cold", colds), ("throttled", refused))
    return Totals("invocations", to_quantity(requests), tuple((n, to_quantity(c)) for n, c in parts))


def _by_formula(spec: Function, usage: Usage, offered: "NDArray[np.float64]") -> Totals:
    requests = to_quantity(round(float(offered.sum()) * units.SECONDS_PER_MINUTE))
    kept = spec.reserved_concurrency
    refused = to_quantity(round(float(requests) * observables.refused_share(usage, kept)) if kept is not None else 0)
    share = float(usage.cold.share) if usage.cold is not None else 0.0
    colds = to_quantity(round(float(requests) * share))
    parts = (("warm", requests - refused - colds), ("cold", colds), ("throttled", refused))
    return Totals("invocations", requests, parts)


def _month(usage: Usage, cap: int) -> tuple[Series, ...]:
    import numpy as np  # noqa: PLC0415

    needed = usage.concurrency.rate_per_minute()
    busy = np.minimum(needed, cap)
    return (Series("busy", "environments", busy), Series("throttled", "environments", needed - busy, "refused"))


def _charts(spec: Function, shown: list[Minute], day: int, cap: int) -> Iterable[Chart]:
    import numpy as np  # noqa: PLC0415

    if not shown:
        return
    first = shown[0].minute
    cut = shown[:_DAY] if len(shown) > _DAY else shown
    start_s = first * units.SECONDS_PER_MINUTE

    def series(name: str, unit: str, values: list[float], *, line: bool = False) -> Series:
        return Series(name, unit, np.array(values, dtype=np.float64), "line" if line else "filled", start_s)

    title = f"day {day}" if len(cut) > _HOUR else f"day {day}, its busiest hour"
    busiest = [float(m.busiest) for m in cut]
    lines = [series("live", "environments", [float(m.live) for m in cut], line=True)]
    if max(busiest) > cap / 2:
        lines.append(series("limit", "environments", [float(cap)] * len(cut), line=True))
    if spec.provisioned_concurrency is not None:
        ready = provisioned.ready_at(spec.provisioned_concurrency)
        lines.append(series("ready", "environments", [float(ready(m.minute)) for m in cut], line=True))
    yield Chart(f"{title}, most busy at once", (series("busy", "environments", busiest), *lines))
    yield Chart(f"{title}, cold starts", (series("cold", "a minute", [float(m.cold) for m in cut]),))
    if any(m.refused for m in cut):
        yield Chart(f"{title}, throttled", (series("throttled", "a minute", [float(m.refused) for m in cut]),))


SIMULATOR: Simulator[Function, Usage] = Simulator(_size, _run)
