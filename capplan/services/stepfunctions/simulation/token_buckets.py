"""Token buckets, minute by minute: which starts are rejected, which transitions wait.

Source: Step Functions Developer Guide, "Service quotas": bucket size and refill rate (read 2026-11-23).
"""

from typing import TYPE_CHECKING

from capplan import units
from capplan.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Bucket(Record, frozen=True):
    """A token bucket: how many requests it admits at once, and how many more in each second."""

    size: int
    refill_per_s: int


def rejected(offered: "Floats", bucket: Bucket) -> "Floats":
    """Requests per second that the bucket rejects, at a rate that is constant within each minute.

    Args:
        offered: Requests per second in each minute. Shape (minutes,), never negative.
        bucket: Its size and refill rate; it starts full.

    Returns:
        Same shape; at most what is offered.
    """
    import numpy as np  # noqa: PLC0415  only where something is simulated

    out = np.zeros(len(offered))
    if not (offered > bucket.refill_per_s).any():
        return out
    tokens = float(bucket.size)
    for i, rate in enumerate(offered.tolist()):
        excess = (rate - bucket.refill_per_s) * units.SECONDS_PER_MINUTE
        out[i] = max(0.0, excess - tokens) / units.SECONDS_PER_MINUTE
        tokens = min(float(bucket.size), max(0.0, tokens - excess))
    return out


def waiting(offered: "Floats", bucket: Bucket) -> "Floats":
    """Transitions that wait at the end of each minute: AWS delays them, it rejects none.

    Args:
        offered: Transitions per second in each minute. Shape (minutes,).
        bucket: Its size and refill rate; it starts full.

    Returns:
        Transitions. Shape (minutes,).
    """
    import numpy as np  # noqa: PLC0415  only where something is simulated

    out = np.zeros(len(offered))
    if not (offered > bucket.refill_per_s).any():
        return out
    tokens, queue = float(bucket.size), 0.0
    for i, rate in enumerate(offered.tolist()):
        capacity = tokens + bucket.refill_per_s * units.SECONDS_PER_MINUTE
        due = queue + rate * units.SECONDS_PER_MINUTE
        queue = max(0.0, due - capacity)
        tokens = min(float(bucket.size), max(0.0, capacity - due))
        out[i] = queue
    return out
