"""What partitions throttle in single seconds: many rates at once say what each says alone."""

import numpy as np
import pytest

from capplan.services.dynamodb.capacity.busy_seconds import excess
from capplan.services.dynamodb.partitions.throttling import throttled_share


@pytest.mark.parametrize("partitions", [1, 3, 9, 300, 4096])
@pytest.mark.parametrize("units_per_request", [1.0, 2.5])
def test_many_rates_are_as_each_alone(partitions: int, units_per_request: float) -> None:
    rng = np.random.Generator(np.random.PCG64(partitions))
    shares = np.sort(rng.random(partitions) ** 4 + 1e-3)[::-1]
    shares /= shares.sum()
    keys, rates = shares * rng.random(partitions), np.linspace(1_200, 10_000 + 2_000 * partitions, 150)
    found = throttled_share(rates, shares, 1_000, keys, units_per_request)
    by_one = [float(excess(shares * x, np.sqrt(keys * x * units_per_request), 1_000).sum()) / x for x in rates.tolist()]
    assert found == pytest.approx(np.where(np.array(by_one) > 1e-7, by_one, 0.0), rel=1e-9, abs=1e-12)
    assert found[-1] > 0


def test_far_above_the_ceiling_it_is_what_the_mean_is_above() -> None:
    # 4,000 a second, 3/4 of them of one partition that serves 1,000: 2,000 of 4,000 are throttled; the other is at its own
    found = throttled_share(np.array([4_000.0]), np.array([0.75, 0.25]), 1_000, np.array([1e-9, 1e-9]))
    assert found.tolist() == pytest.approx([0.5], abs=1e-6)
