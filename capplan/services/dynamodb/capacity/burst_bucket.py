"""A capacity with a burst bank, over time: what it lets through of a series. It never scales the capacity.

The bank is a token bucket: what a step leaves unused is kept, up to some seconds of the capacity. Between two changes of
sign (demand above or below capacity) the clamp binds on one side only, so a whole run of steps is one sum.

Source: DynamoDB Developer Guide, "Burst and adaptive capacity" (read 2026-11-23).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capplan.services.dynamodb.quotas import BURST_SECONDS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class LetThrough:
    """Rates served in each step (units per second), and the bank at the end (units)."""

    served: "NDArray[np.float64]"
    bank: float


def serve(
    levels: "NDArray[np.float64]",
    capacity: "NDArray[np.float64] | float",
    *,
    step_s: float = 60,
    burst_s: float = BURST_SECONDS,
    bank: float = 0.0,
) -> LetThrough:
    """What a token bucket serves of each step.

    Args:
        levels: Units per second asked for. Shape (steps,), never negative.
        capacity: Units per second, one value or one a step.
        step_s: Length of a step.
        burst_s: Seconds of unused capacity kept.
        bank: Units saved before the first step.

    Returns:
        Rates served, never above `levels`; the bank stays within 0 and burst_s × capacity.
    """
    import numpy as np  # noqa: PLC0415  only where a series is computed

    held = np.broadcast_to(np.asarray(capacity, dtype=np.float64), levels.shape)
    served = np.minimum(levels, held)
    net = (held - levels) * step_s
    if not len(levels):
        return LetThrough(served, bank)
    short = net < 0
    breaks = np.flatnonzero((short[1:] != short[:-1]) | (held[1:] != held[:-1])) + 1
    starts = np.concatenate(([0], breaks))
    ends = [*breaks.tolist(), len(levels)]
    sums = np.add.reduceat(net, starts).tolist()
    runs = zip(starts.tolist(), ends, sums, (held[starts] * burst_s).tolist(), strict=True)
    for start, end, total, full in runs:
        bank = min(bank, full)
        if total >= 0:
            bank = min(full, bank + total)
        elif bank + total >= 0:
            bank += total
            served[start:end] = levels[start:end]
        else:
            drained = np.minimum(np.cumsum(-net[start:end]), bank)
            served[start:end] += np.diff(drained, prepend=0.0) / step_s
            bank = 0.0
    return LetThrough(np.minimum(served, levels), bank)
