"""What a function's simulation says in words: settings, events and their reasons, notes. It simulates nothing."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from capplan import units
from capplan.quantities.distribution import mean, quantile
from capplan.services.lambda_ import observables
from capplan.services.lambda_.advice import memory
from capplan.services.lambda_.cold_start import month as cold
from capplan.services.lambda_.concurrency import environments as concurrency
from capplan.services.lambda_.simulation.warm_pool import Minute
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import ColdUse, Usage
from capplan.timeline import Event

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FEWEST_COLD, _MOST_EVENTS = 3, 40
_RISES = 1.2
_SPILLS = 0.01


def settings(spec: Function) -> str:
    """How a function is set, in a few words."""
    kept = spec.provisioned_concurrency
    ready = [f"{kept.most} kept ready" if not kept.scheduled else f"up to {kept.most} kept ready"] if kept else []
    reserved = [f"{spec.reserved_concurrency} reserved"] if spec.reserved_concurrency is not None else []
    return ", ".join([f"{spec.memory_mb} MB", spec.architecture, *(["SnapStart"] if spec.snap_start else []), *ready, *reserved])  # fmt: skip


def events(shown: list[Minute], offered: "NDArray[np.float64]") -> Iterable[Event]:
    """Throttling from when to when, and the minutes with the most cold starts."""
    found = [*_throttling(shown), *_starting(shown, offered)]
    return sorted(found, key=lambda event: event.second)


def _throttling(shown: list[Minute]) -> Iterable[Event]:
    run: list[Minute] = []
    for minute in [*shown, None]:
        if minute is not None and minute.refused:
            run.append(minute)
            continue
        if run:
            refused, arrived = sum(m.refused for m in run), sum(m.arrived for m in run)
            text = f"{refused:,} of {arrived:,} throttled in {len(run)} min"
            reason = f"{max(m.busiest for m in run):,} environments busy, or 1,000 added in 10 s"
            yield Event(run[0].minute * units.SECONDS_PER_MINUTE, text, reason, float(refused), bad=True)
        run = []


def _starting(shown: list[Minute], offered: "NDArray[np.float64]") -> Iterable[Event]:
    most = sorted((m for m in shown if m.cold >= _FEWEST_COLD), key=lambda m: (-m.cold, m.minute))[:_MOST_EVENTS]
    for one in most:
        before, now = float(offered[one.minute - 1]) if one.minute else 0.0, float(offered[one.minute])
        rises = now > before * _RISES
        reason = f"traffic rises from {before:.3g} to {now:.3g}/s" if rises else "more at once than environments alive"
        yield Event(one.minute * units.SECONDS_PER_MINUTE, f"{one.cold:,} cold starts", reason, float(one.cold))


# --- notes ------------------------------------------------------------------------------------------------------------


def notes(spec: Function, usage: Usage, simulated: float | None, followed: str) -> Iterable[str]:
    """Concurrency, cold starts with their band and their price in time, what would be ready, the memory curve."""
    peak = usage.concurrency.peak().per_second
    yield (
        f"Concurrency: {peak:,.4g} on average in the busiest minute, {usage.peak_concurrency:,} inside it one minute in a "
        f"thousand (Poisson)."
    )
    if usage.cold is None:
        yield f"Cold starts take an unknown time: {cold.unknown_because(spec)}."
    else:
        yield from _cold(spec, usage, usage.cold, simulated, followed)
    if spec.provisioned_concurrency is None and peak < concurrency.SQS_MAX * 10:
        needed = concurrency.smallest_capacity(peak, _SPILLS)
        yield f"Kept ready, {needed:,} environments leave 1% of the busiest minute to on-demand (Erlang's loss formula)."
    elif spec.provisioned_concurrency is not None:
        busy = float(usage.provisioned_duration.monthly / (usage.provisioned_gb_seconds or 1))
        yield f"What is kept ready is busy {_share(busy)} of the time; {_share(float(usage.spilled))} of invocations spill over to on-demand."
    if spec.measured_ms:
        found = memory.durations_ms(spec)
        yield "Memory curve: " + ", ".join(f"{mb} MB {float(ms):,.4g} ms" for mb, ms in found.items()) + "."


def _cold(spec: Function, usage: Usage, found: ColdUse, simulated: float | None, followed: str) -> Iterable[str]:
    band = [(s, _at_keep_alive(spec, usage, found, s)) for s in cold.BAND_S]
    told = ", ".join(f"{_share(share)} at {seconds // 60} min" for seconds, share in band)
    seen = (
        f" Simulated over {followed}: {_share(simulated)}." if simulated is not None else f" Requests are {followed}."
    )
    yield f"Cold starts: {_share(float(found.share))} of invocations by formula. By how long AWS keeps idle environments: {told}.{seen}"
    init, first = found.start.init, found.start.first
    said = f" ({found.start.said})" if found.start.said else ""
    yield (
        f"A cold start takes {quantile(init, 0.5):,.4g} ms of init, {quantile(init, 0.99):,.4g} ms in one of a hundred{said}, "
        f"then a first call of {float(mean(first)):,.4g} ms on average; it bills {float(found.extra_ms):,.4g} ms more than a warm one."
    )
    with_cold, warm = observables.latencies(spec, found), observables.warm_latencies(spec, found)
    pairs = ", ".join(f"{name} {with_cold[name]:,.4g} ms ({warm[name]:,.4g} warm)" for name in with_cold)
    yield f"Latency of warm and cold together: {pairs}."


def _at_keep_alive(spec: Function, usage: Usage, found: ColdUse, keep_alive_s: float) -> float:
    pools = cold.pools_of(spec, found.start, keep_alive_s)
    times = (pools.warm_s, pools.cold_s, keep_alive_s)
    return min(
        float(usage.spilled),
        cold.share_of(usage.invocations.terms, times, pools.tenants, spec.provisioned_concurrency),
    )


def _share(share: float) -> str:
    return f"{share * 100:.2g}%"
