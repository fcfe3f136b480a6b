"""The share of units that partitions which come and go throttle over time.

Source: DynamoDB Developer Guide, "Burst and adaptive capacity" (read 2026-11-23).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from capplan.services.dynamodb.capacity.busy_seconds import SIGMAS, excess
from capplan.services.dynamodb.partitions.lifetimes import Partition
from capplan.services.dynamodb.partitions.throttling import EPSILON, throttled_share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def throttled_share_over_time(
    rates: "NDArray[np.float64]", partitions: Sequence[Partition], ceiling: float, units_per_request: float
) -> "NDArray[np.float64]":
    """The share of all units that partitions at their ceiling throttle in each minute. Shape as `rates`; range 0 to 1.

    Partitions that are there all the time are computed at once, the others each in its own minutes.
    """
    import numpy as np  # noqa: PLC0415  only where a table is simulated over time

    positive = np.maximum(rates, 1e-300)
    always = [p for p in partitions if p.start == 0 and p.end == len(rates)]
    lost = np.zeros(len(rates))
    if always:
        shares, keys = np.array([p.share for p in always]), np.array([p.hottest_key_share for p in always])
        lost += throttled_share(positive, shares, ceiling, keys, units_per_request)
    for partition in partitions:
        if partition.start == 0 and partition.end == len(rates):
            continue
        minutes = slice(partition.start, partition.end)
        series, share, key = positive[minutes], partition.share, partition.hottest_key_share
        peak = float(series.max(initial=0.0))
        if peak * share + SIGMAS * (peak * key * units_per_request) ** 0.5 > ceiling:
            lost[minutes] += excess(series * share, np.sqrt(series * key * units_per_request), ceiling) / series
    return np.where(lost > EPSILON, np.minimum(1.0, lost), 0.0)
