"""How long a burst balance lasts."""

import pytest

from capplan.services.dynamodb.capacity.burst_bucket import seconds_of_burst


@pytest.mark.parametrize(
    ("balance", "rate", "capacity", "seconds"),
    [
        (12_000.0, 100.0, 40.0, 200.0),  # 300 s × 40 units, 60 units a second above
        (12_000.0, 40.0, 40.0, None),
        (12_000.0, 39.0, 40.0, None),
        (0.0, 41.0, 40.0, 0.0),
    ],
)
def test_a_balance_lasts_for_balance_over_excess(
    balance: float, rate: float, capacity: float, seconds: float | None
) -> None:
    assert seconds_of_burst(balance, rate, capacity) == seconds
