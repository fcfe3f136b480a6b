"""The texts of a function's simulation: settings, events with their reasons, notes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from capplan import units
from capplan.quantities.distribution import mean, quantile
from capplan.quantities.text import figure
from capplan.services.lambda_ import observables
from capplan.services.lambda_.advice import memory
from capplan.services.lambda_.cold_start import month as cold_starts
from capplan.services.lambda_.concurrency import erlang
from capplan.services.lambda_.quotas import SCALING_PERIOD_S, SCALING_RATE
from capplan.services.lambda_.simulation.warm_pool import Minute
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import ColdUse, Usage
from capplan.timeline import Event

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MIN_COLD, _MAX_EVENTS = 3, 40
_RISE = 1.2
_SPILLS = 0.01
_MAX_ERLANGS = 12_500
"""Erlang's recursion takes one step per environment."""


def settings(spec: Function) -> str:
    """A function's settings in a few words."""
    provisioned, reserved = spec.provisioned_concurrency, spec.reserved_concurrency
    parts = [f"{spec.memory_mb} MB", spec.architecture]
    if spec.snap_start:
        parts.append("SnapStart")
    if provisioned is not None:
        parts.append(f"{'up to ' if provisioned.scheduled else ''}{provisioned.largest} provisioned")
    if reserved is not None:
        parts.append(f"{reserved} reserved")
    return ", ".join(parts)


def events(minutes: list[Minute], offered: "NDArray[np.float64]") -> Iterable[Event]:
    """Throttling from when to when, and the minutes with the most cold starts, in order of time.

    Args:
        minutes: The simulated minutes that are shown.
        offered: Invocations per second in each minute of the simulated period.
    """
    return sorted([*_throttling(minutes), *_cold_starts(minutes, offered)], key=lambda event: event.second)


def _throttling(minutes: list[Minute]) -> Iterable[Event]:
    run: list[Minute] = []
    for minute in [*minutes, None]:
        if minute is not None and minute.throttled:
            run.append(minute)
            continue
        if run:
            throttled, arrived = sum(m.throttled for m in run), sum(m.arrived for m in run)
            text = f"{throttled:,} of {arrived:,} throttled in {len(run)} min"
            peak = max(m.peak_busy for m in run)
            reason = f"{peak:,} environments busy, or {SCALING_RATE.value:,} added in {SCALING_PERIOD_S} s"
            yield Event(run[0].minute * units.SECONDS_PER_MINUTE, text, reason, float(throttled), bad=True)
        run = []


def _cold_starts(minutes: list[Minute], offered: "NDArray[np.float64]") -> Iterable[Event]:
    coldest = sorted((m for m in minutes if m.cold >= _MIN_COLD), key=lambda m: (-m.cold, m.minute))
    for minute in coldest[:_MAX_EVENTS]:
        before, now = float(offered[minute.minute - 1]) if minute.minute else 0.0, float(offered[minute.minute])
        rises = now > before * _RISE
        reason = (
            f"traffic rises from {figure(before)} to {figure(now)}/s"
            if rises
            else "more requests at once than idle environments"
        )
        second = minute.minute * units.SECONDS_PER_MINUTE
        yield Event(second, f"{minute.cold:,} cold starts", reason, float(minute.cold))


# --- notes ------------------------------------------------------------------------------------------------------------


def notes(spec: Function, usage: Usage, simulated: float | None, part: str) -> Iterable[str]:
    """Concurrency, cold starts and latency, provisioned concurrency, the memory curve.

    Args:
        spec: The function.
        usage: Its month.
        simulated: Share of cold starts in the simulation; None if nothing was simulated.
        part: The part of the period that was simulated, in words.
    """
    peak = usage.concurrency.peak().per_second
    bound = usage.admitted is not None and any(part.peak_waiting for part in usage.admitted.streams)
    yield (
        f"Concurrency: {usage.peak_concurrency:,} at most: what waits for its turn is served by no more at once."
        if bound
        else f"Concurrency: {figure(peak, 4)} on average in the busiest minute; random arrivals exceed {usage.peak_concurrency:,} in one "
        f"such minute of a thousand (Poisson)."
    )
    if usage.cold is None:
        yield f"It is not known how long cold starts take: {cold_starts.why_unknown(spec)}."
    else:
        yield from _of_cold_starts(spec, usage, usage.cold, simulated, part)
    if spec.provisioned_concurrency is not None:
        busy = float(usage.provisioned_duration.monthly / (usage.provisioned_gb_seconds or 1))
        yield (
            f"Provisioned environments are busy {_percent(busy)} of the time; {_percent(float(usage.spilled))} of invocations "
            f"spill over to on-demand."
        )
    elif peak < _MAX_ERLANGS and not bound:
        needed = erlang.smallest_capacity(peak, _SPILLS)
        yield f"{needed:,} provisioned {'environment covers' if needed == 1 else 'environments cover'} 99% of the busiest minute (Erlang's loss formula)."
    if spec.measured_ms:
        by_memory = memory.durations_ms(spec).items()
        yield "Memory curve: " + ", ".join(f"{mb} MB {figure(ms, 4)} ms" for mb, ms in by_memory) + "."


def waiting(usage: Usage) -> Iterable[str]:
    """What waits for its turn: how much, how long, and what is given up or still waits at the end."""
    for stream, part in zip(usage.streams, usage.admitted.streams if usage.admitted is not None else (), strict=False):
        if not part.peak_waiting:
            continue
        drains = "does not drain" if part.drain_s is None else f"drains in {duration_text(part.drain_s)}"
        lost = f" {float(part.dropped):,.0f} a month are given up." if part.dropped else ""
        yield (
            f"From {stream.cause.removeprefix('traffic.')}: {part.peak_waiting:,.0f} wait at the peak, the oldest for "
            f"{duration_text(part.oldest_wait_s)}; that {drains}.{lost}"
        )


def lost(usage: Usage) -> str:
    """What waits until it is given up, and so is never invoked; empty for nothing."""
    parts = usage.admitted.streams if usage.admitted is not None else ()
    waiting = [part for part in parts if part.peak_waiting and part.dropped]
    given_up, offered = (
        sum(float(p.dropped) for p in waiting),
        sum(float(p.served + p.waiting + p.dropped) for p in parts),
    )
    return (
        f"{given_up:,.0f} of {offered:,.0f} a month are given up ({_percent(given_up / offered)})" if given_up else ""
    )


def duration_text(seconds: float) -> str:
    """Seconds as a person says them: 40 s, 12 min, 6 h, 4 days."""
    for size, unit in (
        (units.SECONDS_PER_DAY, "days"),
        (units.SECONDS_PER_HOUR, "h"),
        (units.SECONDS_PER_MINUTE, "min"),
    ):
        if seconds >= 2 * size:
            return f"{seconds / size:,.3g} {unit}"
    return f"{seconds:,.3g} s"


def _of_cold_starts(spec: Function, usage: Usage, cold: ColdUse, simulated: float | None, part: str) -> Iterable[str]:
    by_keep_alive = ", ".join(
        f"{_percent(_share_at(spec, usage, cold, seconds))} at {seconds // 60} min" for seconds in cold_starts.BAND_S
    )
    run = f"Simulated over {part}: {_percent(simulated)}." if simulated is not None else f"{part}."
    yield (
        f"Cold starts: {_percent(float(cold.share))} of invocations by formula. By how long AWS keeps idle environments: "
        f"{by_keep_alive}. {run}"
    )
    init, first_call = cold.start.init, cold.start.first_call
    source = f" ({cold.start.source})" if cold.start.source else ""
    yield (
        f"A cold start takes {figure(quantile(init, 0.5), 4)} ms of init (p50; p99 {figure(quantile(init, 0.99), 4)} ms){source}, then a "
        f"first call of {figure(mean(first_call), 4)} ms on average; it bills {figure(cold.extra_ms, 4)} ms more than a warm "
        f"invocation."
    )
    with_cold, warm = (observables.latencies_ms(spec, cold, share) for share in (float(cold.share), 0.0))
    pairs = ", ".join(f"{name} {figure(with_cold[name], 4)} ms ({figure(warm[name], 4)} warm)" for name in with_cold)
    yield f"Latency of warm and cold invocations: {pairs}."


def _share_at(spec: Function, usage: Usage, cold: ColdUse, keep_alive_s: float) -> float:
    """Share of cold starts at another keep-alive."""
    pools = cold_starts.pools_of(spec, cold.start, keep_alive_s)
    share = cold_starts.cached_share(usage.invocations.terms, pools, spec.provisioned_concurrency)
    return min(float(usage.spilled), share)


def _percent(share: float) -> str:
    return f"{figure(share * 100, 2)}%"
