"""How an on-demand table's ceiling grows with its traffic.

Twice the previous peak is served at once; the peak of now becomes the previous one 30 minutes later, so that ceilings
are 2p, 4p, 8p … half an hour apart for traffic that asks for more than any of them. A new table takes 4,000 writes or
12,000 reads a second. What a plan's traffic brings every day counts as a previous peak; a spike does not, until it came.

Source: DynamoDB Developer Guide, "On-demand capacity mode", "Warm throughput" (read 2026-11-23).
"""

from typing import TYPE_CHECKING

from capplan.flow import DemandFlow
from capplan.quantities.rounding import sig6

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def recurring_peak(flow: DemandFlow) -> float:
    """The busiest minute of what comes every day and every week, units per second: a table has served it before. What
    comes once, a spike, it has not.
    """
    if not flow.terms:
        return 0.0
    once = [minutes for profile, _ in flow.terms for minutes in profile.once_minutes]
    if not once:
        return float(sig6(flow.peak().per_second))
    rates = flow.rate_per_minute()
    for start, end in once:
        rates[start:end] = 0.0
    return float(sig6(float(rates.max())))


def ceilings(
    rates: "NDArray[np.float64]", at_once: float, *, growth_minutes: int = 30, sustained_minutes: int = 1
) -> "NDArray[np.float64]":
    """The ceiling in each minute, units per second. Same shape as `rates`.

    Args:
        rates: Units per second offered in each minute.
        at_once: What is served before any growth: warm throughput, or twice the previous peak.
        growth_minutes: After which a peak counts as the previous one.
        sustained_minutes: How long a rate must last to be a peak.
    """
    import numpy as np  # noqa: PLC0415  only where a series is computed

    out = np.full(len(rates), float(at_once))
    if not len(rates) or rates.max() <= at_once:
        return out
    served, highest, step = np.minimum(rates, at_once), 0.0, max(1, growth_minutes)
    for start in range(step, len(rates), step):
        stop = start + step
        before = _sustained(served, start - step, start, sustained_minutes)
        reached = np.maximum(highest, np.maximum.accumulate(before))
        out[start:stop] = np.maximum(at_once, 2 * reached[: len(rates) - start])
        served[start:stop] = np.minimum(rates[start:stop], out[start:stop])
        highest = float(reached[-1])
    return out


def _sustained(served: "NDArray[np.float64]", start: int, stop: int, minutes: int) -> "NDArray[np.float64]":
    """The lowest rate of each minute and those just before it."""
    import numpy as np  # noqa: PLC0415  the same

    out = served[start:stop].copy()
    for back in range(1, minutes):
        earlier = served[max(0, start - back) : stop - back]
        out = np.minimum(out, np.concatenate((np.zeros(len(out) - len(earlier)), earlier)))
    return out
