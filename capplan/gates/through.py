"""The metrics of what gets through of a resource's demand: offered, served, dropped, what waits and for how long."""

from fractions import Fraction

from capplan.gates.observed import SECONDS, ObservedMetric, metric_of
from capplan.language.gate_units import SHARE
from capplan.model import Demand, Observable
from capplan.quantities.rounding import sig6, to_quantity

_NEVER = "what waits is not served within the four weeks"


def metrics_of(offered: Demand, served: Demand) -> dict[str, ObservedMetric]:
    """Of all streams of a resource, in arrivals a month: calls, events, messages or records, before batches and retries."""
    admitted = served.admitted
    if admitted is None:
        total = sum((stream.arrivals.monthly for stream in offered.requests), Fraction(0))
        nothing = {name: ObservedMetric(Fraction(0)) for name in ("dropped", "waiting.peak", "dead_letters")}
        times = {name: metric_of(_seconds(0.0)) for name in ("oldest_wait", "drain_time")}
        share = {"dropped_share": ObservedMetric(Fraction(0), SHARE)}
        return {"offered": ObservedMetric(total), "served": ObservedMetric(total), **nothing, **share, **times}
    streams = admitted.streams
    dropped = sum((s.dropped for s in streams), Fraction(0))
    total = sum((s.served + s.waiting + s.dropped for s in streams), Fraction(0))
    drains = [s.drain_s for s in streams]
    drain_s = None if None in drains else max((d for d in drains if d is not None), default=0.0)
    return {
        "offered": ObservedMetric(total),
        "served": ObservedMetric(sum((s.served for s in streams), Fraction(0))),
        "dropped": ObservedMetric(dropped),
        "dropped_share": ObservedMetric(dropped / total if total else Fraction(0), SHARE),
        "waiting.peak": ObservedMetric(sig6(sum(s.peak_waiting for s in streams))),
        "oldest_wait": metric_of(_seconds(max((s.oldest_wait_s for s in streams), default=0.0))),
        "drain_time": metric_of(_seconds(drain_s)),
        "dead_letters": ObservedMetric(sum((s.dead_letters for s in streams), Fraction(0))),
    }


def _seconds(value: float | None) -> Observable:
    known = None if value is None else to_quantity(sig6(value))
    return Observable(known, SECONDS, why_unknown="" if known is not None else _NEVER)
