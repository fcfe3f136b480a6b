"""A function over time: busy and live environments, cold starts and throttling, minute by minute.

If simulating the whole period would take too long, the day is simulated, or its busiest hour; the totals then follow
from the formulas, and a note says so.
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from capplan import units
from capplan.flow import DemandFlow
from capplan.quantities.distribution import Distribution, each, mean
from capplan.quantities.rounding import to_quantity
from capplan.record import Record, replace
from capplan.resource_type import MeteredResource, Simulator
from capplan.services.lambda_ import observables
from capplan.services.lambda_.admission.lanes import lanes_of
from capplan.services.lambda_.concurrency import provisioned
from capplan.services.lambda_.concurrency.rate_steps import scheduled
from capplan.services.lambda_.limits import available_concurrency
from capplan.services.lambda_.simulation import texts
from capplan.services.lambda_.simulation.warm_pool import Arrivals, Environments, Minute, simulate_minutes
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage
from capplan.timeline import Chart, Series, SimulationRequest, Size, Timeline, Totals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_REQUESTS = 4_000_000
"""The most that are simulated one by one; a second and a half on one core."""
_HOUR, _DAY = 60, units.MINUTES_PER_DAY
_LEAD_MINUTES = 20
"""Minutes before what is shown, so that it does not begin with an empty pool."""


class Span(Record, frozen=True):
    """Minutes that are simulated: from `start` to before `end`; they are shown from `shown` on."""

    start: int
    end: int
    shown: int

    @property
    def is_whole(self) -> bool:
        """Whether the whole period is simulated."""
        return self.end - self.start == units.PERIOD_MINUTES


def _size(_: Usage) -> Size:
    return Size((("minutes", units.PERIOD_MINUTES),))


def _run(resource: MeteredResource[Function, Usage], asked_for: SimulationRequest) -> tuple[Timeline, ...]:
    name, spec, usage, ctx = resource
    flows = _flows(spec, usage)
    if not flows.offered.terms:
        return ()
    offered = flows.offered.rate_per_minute()
    day = asked_for.day or int(offered.argmax()) // _DAY + 1
    span = span_of(offered, day)
    cap = max(0, int(available_concurrency(spec, ctx)))
    minutes = list(_simulated(spec, usage, flows, cap, span, ctx.seed)) if span is not None else []
    asked_for.progress(1.0, "1 of 1 function")
    shown = [m for m in minutes if span is not None and m.minute >= span.shown]
    is_whole = span is not None and span.is_whole
    cold_share = sum([m.cold for m in shown]) / max(1, sum([m.arrived for m in shown])) if shown else None
    return (
        Timeline(
            name=name,
            settings=texts.settings(spec),
            day=day,
            totals=_counted(minutes) if is_whole else _by_formula(spec, usage, offered),
            month=_period(usage, flows, cap),
            charts=tuple(_charts(spec, shown, day, cap)),
            events=tuple(texts.events(shown, offered)),
            notes=(*texts.notes(spec, usage, cold_share, span_text(span)), *texts.waiting(usage)),
            lost=texts.lost(usage),
        ),
    )


def span_of(offered: "NDArray[np.float64]", day: int) -> Span | None:
    """The longest span around the day's busiest minute that can be simulated request by request; None if none can.

    Args:
        offered: Invocations per second in each minute of the simulated period.
        day: 1 to 28.
    """
    first = (day - 1) * _DAY
    busiest = first + int(offered[first : first + _DAY].argmax())
    hour = min(max(first, busiest - _HOUR // 2), first + _DAY - _HOUR)
    spans = (
        Span(0, units.PERIOD_MINUTES, first),
        Span(max(0, first - _LEAD_MINUTES), first + _DAY, first),
        Span(max(0, hour - _LEAD_MINUTES), hour + _HOUR, hour),
    )
    requests = (float(offered[span.start : span.end].sum()) * units.SECONDS_PER_MINUTE for span in spans)
    return next((span for span, count in zip(spans, requests, strict=True) if count <= MAX_REQUESTS), None)


def span_text(span: Span | None) -> str:
    """The simulated part of the period, for a note."""
    if span is None:
        return "Too many requests to simulate one by one"
    if span.end - span.shown <= _HOUR:
        return "the busiest hour"
    return "the four weeks" if span.is_whole else "the day"


class _Flows(NamedTuple):
    """What is simulated of a function's invocations.

    Attributes:
        offered: All, what waits as it is served.
        calls: Those that are throttled where no environment is free.
        refused: Those that are throttled before they are simulated: by what the account's other functions use, or after
            the caller's retries.
        waits: Those that wait for an environment, as they are served.
    """

    offered: DemandFlow
    calls: DemandFlow
    refused: DemandFlow
    waits: DemandFlow


def _flows(spec: Function, usage: Usage) -> _Flows:
    none = DemandFlow.zero()
    calls, refused, waits = none, none, none
    for lane in lanes_of(spec, usage.streams):
        flow, asked = lane.stream.flow, lane.stream.offered
        if lane.kind != "call":
            waits += flow
        elif asked is None or (spec.reserved_concurrency is not None and lane.tries == 1):
            calls += flow if asked is None else asked
        else:
            calls, refused = calls + flow, refused + asked + flow * -1
    return _Flows(calls + refused + waits, calls, refused, waits)


def _simulated(spec: Function, usage: Usage, flows: _Flows, cap: int, span: Span, seed: int) -> Iterable[Minute]:
    keep_alive_s = float(spec.keep_alive_ms) / units.MS_PER_SECOND
    environments = Environments(keep_alive_s, cap, provisioned.provisioned_at(spec.provisioned_concurrency))
    warm = observables.capped(spec.duration, spec.timeout_ms)
    minutes = simulate_minutes(_arrivals(flows, span, seed), warm, _cold_time(spec, usage), environments, seed)
    return _with_refused(minutes, flows.refused, seed) if flows.refused.terms else minutes


def _with_refused(minutes: Iterable[Minute], refused: DemandFlow, seed: int) -> Iterable[Minute]:
    """The minutes with those that were throttled before."""
    import numpy as np  # noqa: PLC0415  a simulation has loaded it

    rng = np.random.Generator(np.random.PCG64([seed, 2]))
    counts = rng.poisson(np.maximum(0.0, refused.rate_per_minute()) * units.SECONDS_PER_MINUTE)
    for m in minutes:
        count = int(counts[m.minute])
        yield replace(m, arrived=m.arrived + count, throttled=m.throttled + count)


def _cold_time(spec: Function, usage: Usage) -> Distribution:
    """Time of a cold request: its first call plus the mean of its init."""
    if usage.cold is None:
        return observables.capped(spec.duration, spec.timeout_ms)
    first_call = observables.capped(usage.cold.start.first_call, spec.timeout_ms)
    init_ms = to_quantity(mean(usage.cold.start.init))
    return each(first_call, lambda ms: ms + init_ms)


def _arrivals(flows: _Flows, span: Span, seed: int) -> Arrivals:
    import numpy as np  # noqa: PLC0415  a simulation has loaded it

    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    random, at_start = _random_and_at_start(flows.calls, span, rng)
    if not flows.waits.terms:
        return Arrivals(span.start, random, at_start)
    return Arrivals(span.start, random, at_start, *_random_and_at_start(flows.waits, span, rng))


def _random_and_at_start(
    flow: DemandFlow, span: Span, rng: "np.random.Generator"
) -> "tuple[NDArray[np.float64], NDArray[np.int64]]":
    """What comes at random in each minute, per second, and what schedules bring at its start."""
    import numpy as np  # noqa: PLC0415

    by_schedule = np.zeros(units.PERIOD_MINUTES)
    for profile, times in scheduled(flow):
        np.add.at(by_schedule, np.array(profile.starts, dtype=int), float(times))
    minutes = slice(span.start, span.end)
    random = np.maximum(0.0, flow.rate_per_minute() - by_schedule / units.SECONDS_PER_MINUTE)
    at_start = np.floor(by_schedule[minutes] + rng.random(span.end - span.start)).astype(np.int64)
    return random[minutes], at_start


# --- results ----------------------------------------------------------------------------------------------------------


def _counted(minutes: list[Minute]) -> Totals:
    arrived, cold, throttled = (sum(map(attrgetter(of_one), minutes)) for of_one in ("arrived", "cold", "throttled"))
    parts = (("warm", arrived - cold - throttled), ("cold", cold), ("throttled", throttled))
    return Totals("invocations", to_quantity(arrived), tuple((name, to_quantity(count)) for name, count in parts))


def _by_formula(spec: Function, usage: Usage, offered: "NDArray[np.float64]") -> Totals:
    requests = to_quantity(round(float(offered.sum()) * units.SECONDS_PER_MINUTE))
    flows = _flows(spec, usage)
    calls, everything = float((flows.calls + flows.refused).monthly), float(flows.offered.monthly)
    share = float(observables.throttled(spec, usage)) * calls / everything if everything else 0.0
    throttled = to_quantity(round(float(requests) * share))
    cold = to_quantity(round(float(requests) * (float(usage.cold.share) if usage.cold is not None else 0.0)))
    parts = (("warm", requests - throttled - cold), ("cold", cold), ("throttled", throttled))
    return Totals("invocations", requests, parts)


def _period(usage: Usage, flows: _Flows, cap: int) -> tuple[Series, ...]:
    import numpy as np  # noqa: PLC0415

    needed = usage.concurrency.rate_per_minute()
    if usage.admitted is not None:
        busy_ms = usage.mean_ms
        lost = flows.offered.spread(busy_ms) * (busy_ms / units.MS_PER_SECOND)
        needed = np.maximum(needed, lost.rate_per_minute())
    busy = np.minimum(np.minimum(needed, usage.concurrency.rate_per_minute()), cap)
    return (Series("busy", "environments", busy), Series("throttled", "environments", needed - busy, "refused"))


def _charts(spec: Function, shown: list[Minute], day: int, cap: int) -> Iterable[Chart]:
    import numpy as np  # noqa: PLC0415

    if not shown:
        return
    minutes = shown[:_DAY]
    start_s = minutes[0].minute * units.SECONDS_PER_MINUTE

    def series(name: str, unit: str, values: list[int], *, line: bool = False) -> Series:
        return Series(name, unit, np.array(values, dtype=np.float64), "line" if line else "filled", start_s)

    title = f"day {day}" if len(minutes) > _HOUR else f"day {day}, its busiest hour"
    busy = [m.peak_busy for m in minutes]
    lines = [series("live", "environments", [m.live for m in minutes], line=True)]
    if max(busy) > cap / 2:
        lines.append(series("limit", "environments", [cap] * len(minutes), line=True))
    if spec.provisioned_concurrency is not None:
        ready = provisioned.provisioned_at(spec.provisioned_concurrency)
        lines.append(series("ready", "environments", [ready(m.minute) for m in minutes], line=True))
    yield Chart(f"{title}, most busy at once", (series("busy", "environments", busy), *lines))
    yield Chart(f"{title}, cold starts", (series("cold", "a minute", [m.cold for m in minutes]),))
    if any(m.throttled for m in minutes):
        yield Chart(f"{title}, throttled", (series("throttled", "a minute", [m.throttled for m in minutes]),))


SIMULATOR: Simulator[Function, Usage] = Simulator(_size, _run)
