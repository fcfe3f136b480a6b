"""Token buckets over time: what is admitted, refused or kept waiting, minute by minute. It knows no quota.

Source: Step Functions Developer Guide, "Service quotas": bucket size and refill (read 2026-11-23).
"""

from typing import TYPE_CHECKING

from capplan import units
from capplan.services.stepfunctions.quotas import Bucket

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def refused(offered: "Floats", bucket: Bucket) -> "Floats":
    """What a bucket turns away, per second, of a rate that is even within each minute.

    Args:
        offered: Requests a second in each minute. Shape (minutes,), never negative.
        bucket: Its size and refill; it begins full.

    Returns:
        Same shape; at most what is offered.
    """
    import numpy as np  # noqa: PLC0415  only where something is followed over time

    out = np.zeros(len(offered))
    if not (offered > bucket.refill_per_s).any():
        return out
    tokens = float(bucket.size)
    for i, rate in enumerate(offered.tolist()):
        over = (rate - bucket.refill_per_s) * units.SECONDS_PER_MINUTE
        out[i] = max(0.0, over - tokens) / units.SECONDS_PER_MINUTE
        tokens = min(float(bucket.size), max(0.0, tokens - over))
    return out


def waiting(offered: "Floats", bucket: Bucket) -> "Floats":
    """What a bucket makes wait, at the end of each minute: AWS delays transitions, it refuses none.

    Args:
        offered: Transitions a second in each minute. Shape (minutes,).
        bucket: Its size and refill; it begins full.

    Returns:
        Transitions that wait. Shape (minutes,).
    """
    import numpy as np  # noqa: PLC0415  only where something is followed over time

    out = np.zeros(len(offered))
    if not (offered > bucket.refill_per_s).any():
        return out
    tokens, queue = float(bucket.size), 0.0
    for i, rate in enumerate(offered.tolist()):
        room = tokens + bucket.refill_per_s * units.SECONDS_PER_MINUTE
        asked = queue + rate * units.SECONDS_PER_MINUTE
        queue = max(0.0, asked - room)
        tokens = min(float(bucket.size), max(0.0, room - asked))
        out[i] = queue
    return out
