"""Computes what gets through of requests that a service takes so many of a second: the rest is throttled back.

Within a minute its requests are taken as even; in a minute in which more come than may, each has the same chance.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan.flow import DemandFlow, course
from capplan.model import Admitted, AdmittedStream, RequestStream
from capplan.quantities.rounding import sig6

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EVEN = 1e-9


def capped(
    name: str,
    requests: Sequence[RequestStream],
    counted: Sequence[Fraction],
    per_second: float,
    others: DemandFlow | None = None,
) -> Admitted | None:
    """What gets through; None where everything does.

    Args:
        name: The resource, as a name for series.
        requests: Its request streams.
        counted: For each: how much one request counts; 0 where it is not limited.
        per_second: How much counts a second at most.
        others: What others count of the same limit.
    """
    pairs = list(zip(requests, counted, strict=True))
    load = DemandFlow.total([*(stream.flow * times for stream, times in pairs), others or DemandFlow.zero()])
    if not load.terms or load.peak().per_second <= per_second:
        return None
    import numpy as np  # noqa: PLC0415  only where something is short

    share = np.minimum(1.0, per_second / np.maximum(load.rate_per_minute(), 1e-12))
    every = np.ones(len(share))
    return Admitted(tuple(_part(name, i, s, share if n else every) for i, (s, n) in enumerate(pairs)))


def _part(name: str, place: int, stream: RequestStream, share: "NDArray[np.float64]") -> AdmittedStream:
    """One stream, with a share of each minute served."""
    arrived = stream.arrivals.monthly
    low, high = float(share.min()), float(share.max())
    if low >= 1:
        return AdmittedStream(stream.flow, arrived)
    rates, weights = stream.flow.rate_per_minute(), stream.flow.month_weights()
    total = float((rates * weights).sum())
    part = min(Fraction(1), sig6(float((rates * share * weights).sum()) / total)) if total else Fraction(1)
    flow = (
        stream.flow * part
        if high - low < _EVEN
        else course(stream.flow, rates * share, stream.flow.monthly * part, f"{name}#{place}")
    )
    return AdmittedStream(flow, arrived * part, dropped=arrived * (1 - part))
