"""What a stream takes in of the records that are put: what its shards do not is throttled back to the producer.

Kinesis Data Streams Developer Guide, "Quotas and limits", "Choose the right mode to stream in" (read 2026-11-30). What a
full second throttles the producer sends again; what a full minute throttles is counted as lost to the stream.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan.flow import DemandFlow, course
from capplan.model import Admitted, AdmittedStream, RequestStream
from capplan.quantities.rounding import sig6
from capplan.services.kinesis.quotas import GROWTH_MINUTES, PEAK_FACTOR

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EVEN = 1e-9


def served_share(
    load: "NDArray[np.float64]", capacity: "NDArray[np.float64] | float", hot: float
) -> "NDArray[np.float64]":
    """The share of each minute's load that the shards take; same shape as `load`.

    Args:
        load: What is put, in shards: the larger of bytes and records a second over what one shard takes.
        capacity: Open shards.
        hot: The share of the records on the most frequent partition key, all of which are on one shard.
    """
    import numpy as np  # noqa: PLC0415  only where something is short

    count = np.maximum(1.0, np.asarray(capacity, dtype=np.float64))
    on_hot = hot + (1.0 - hot) / count
    served = np.minimum(load * on_hot, 1.0) + np.minimum(load * (1.0 - on_hot), count - 1.0)
    share: NDArray[np.float64] = np.ones(len(load))
    np.divide(served, load, out=share, where=load > 0)
    return np.minimum(share, 1.0)


def on_demand_shards(load: "NDArray[np.float64]", at_once: float) -> "NDArray[np.float64]":
    """The shards of an on-demand stream in each minute: twice what it served until 15 minutes ago, at least `at_once`."""
    import numpy as np  # noqa: PLC0415  the same

    out = np.full(len(load), at_once)
    served = np.minimum(load, at_once)
    highest, step = 0.0, GROWTH_MINUTES
    for start in range(step, len(load), step):
        highest = max(highest, float(served[start - step : start].max()))
        out[start : start + step] = max(at_once, PEAK_FACTOR * highest)
        served[start : start + step] = np.minimum(load[start : start + step], out[start : start + step])
    return out


def recurring_peak(flow: DemandFlow) -> float:
    """The busiest minute of what comes every day and every week; an on-demand stream has taken it before."""
    once = [span for profile, _ in flow.terms for span in profile.once_minutes]
    if not flow.terms or not once:
        return flow.peak().per_second if flow.terms else 0.0
    rates = flow.rate_per_minute()
    for start, end in once:
        rates[start:end] = 0.0
    return float(rates.max())


def admitted(name: str, requests: Sequence[RequestStream], share: "NDArray[np.float64]") -> Admitted:
    """The request streams with the same share of each minute served."""
    return Admitted(tuple(_stream(name, i, stream, share) for i, stream in enumerate(requests)))


def _stream(name: str, index: int, stream: RequestStream, share: "NDArray[np.float64]") -> AdmittedStream:
    offered, arrived = stream.flow if stream.offered is None else stream.offered, stream.arrivals.monthly
    rates, weights = offered.rate_per_minute(), offered.month_weights()
    total = float((rates * weights).sum())
    part = min(Fraction(1), sig6(float((rates * share * weights).sum()) / total)) if total else Fraction(1)
    if part == 1:
        return AdmittedStream(offered, arrived)
    low, high = float(share.min()), float(share.max())
    same = high - low < _EVEN  # all month: a part of the formula
    flow = offered * part if same else course(offered, rates * share, offered.monthly * part, f"streams.{name}#{index}")
    return AdmittedStream(flow, arrived * part, dropped=arrived * (1 - part))
