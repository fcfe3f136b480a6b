"""What a provisioned capacity with its burst balance serves of a series.

The balance is a token bucket: what a step leaves unused is kept, up to some seconds of the capacity. Between two changes of
sign (demand above or below capacity) only one bound of the bucket can be met, so a whole run of steps is one sum.

Source: DynamoDB Developer Guide, "Burst and adaptive capacity" (read 2026-11-23).
"""

from typing import TYPE_CHECKING

from capplan.record import Record
from capplan.services.dynamodb.quotas import BURST_SECONDS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Served(Record, frozen=True):
    """Rates served in each step (units per second), and the burst balance at the end (units)."""

    rates: "NDArray[np.float64]"
    burst_balance: float


def serve(
    rates: "NDArray[np.float64]",
    capacity: "NDArray[np.float64] | float",
    *,
    step_s: float = 60,
    burst_s: float = BURST_SECONDS,
    burst_balance: float = 0.0,
) -> Served:
    """What a token bucket serves of each step.

    Args:
        rates: Units per second offered. Shape (steps,), never negative.
        capacity: Units per second, one value or one a step.
        step_s: Length of a step.
        burst_s: Seconds of unused capacity kept.
        burst_balance: Units saved before the first step.

    Returns:
        Rates served, never above those offered; the balance stays within 0 and burst_s × capacity.
    """
    import numpy as np  # noqa: PLC0415  only where a series is computed

    capacities = np.broadcast_to(np.asarray(capacity, dtype=np.float64), rates.shape)
    served = np.minimum(rates, capacities)
    net = (capacities - rates) * step_s
    if not len(rates):
        return Served(served, burst_balance)
    short = net < 0
    breaks = np.flatnonzero((short[1:] != short[:-1]) | (capacities[1:] != capacities[:-1])) + 1
    starts = np.concatenate(([0], breaks))
    ends = [*breaks.tolist(), len(rates)]
    sums = np.add.reduceat(net, starts).tolist()
    runs = zip(starts.tolist(), ends, sums, (capacities[starts] * burst_s).tolist(), strict=True)
    for start, end, total, full in runs:
        if burst_balance > full:  # noqa: PLR1730  a call costs more
            burst_balance = full
        after = burst_balance + total
        if total >= 0:
            burst_balance = full if after > full else after  # noqa: FURB136  the same
        elif after >= 0:
            burst_balance = after
            served[start:end] = rates[start:end]
        else:
            drained = np.minimum(np.cumsum(-net[start:end]), burst_balance)
            served[start:end] += np.diff(drained, prepend=0.0) / step_s
            burst_balance = 0.0
    return Served(np.minimum(served, rates), burst_balance)


def seconds_of_burst(burst_balance: float, rate: float, capacity: float) -> float | None:
    """Seconds for which a balance serves a constant rate (units per second) above the capacity; None where the rate is
    not above it.
    """
    return burst_balance / (rate - capacity) if rate > capacity else None
