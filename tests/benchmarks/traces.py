"""A month of CloudWatch minutes as GetMetricData answers: sums of consumed units, the newest first. Made up, and seeded."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MINUTES = 40_320


@dataclass(frozen=True, eq=False)
class Metric:
    """One metric of one table: minutes since some day, the newest first, and the sum of units in each."""

    table: str
    label: str
    timestamps: "NDArray[np.int64]"
    values: "NDArray[np.float64]"


def trace(tables: int, seed: int = 1) -> list[Metric]:
    """ConsumedReadCapacityUnits and ConsumedWriteCapacityUnits of so many tables: days, weeks, noise and a few spikes."""
    rng = np.random.Generator(np.random.PCG64(seed))
    minutes = np.arange(MINUTES)
    out = []
    for i in range(tables):
        for label, mean in (("ConsumedReadCapacityUnits", 900.0), ("ConsumedWriteCapacityUnits", 150.0)):
            day = 1 + 0.8 * np.cos((minutes - 1200) * 2 * np.pi / 1440 + i)
            week = np.where(minutes // 1440 % 7 >= 5, 0.6, 1.0)
            level = mean * day * week * rng.uniform(0.85, 1.15, MINUTES)
            for start in rng.integers(0, MINUTES - 60, 6).tolist():
                level[start : start + 30] *= 6
            out.append(Metric(f"table-{i}", label, minutes[::-1], rng.poisson(level * 60)[::-1].astype(np.float64)))
    return out
