"""What a burst balance serves, minute by minute, and how long it lasts."""

import numpy as np
import pytest

from capplan.services.dynamodb.capacity.burst_bucket import seconds_of_burst, serve


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


@pytest.mark.parametrize(
    ("rates", "capacities", "saved", "served", "left"),
    [
        # 10 units a second: each second keeps what it leaves, at most 30 (3 s of 10)
        ([], [10], 7, [], 7),
        ([10, 10], [10], 7, [10, 10], 7),
        ([4], [10], 0, [4], 6),
        ([0, 0, 0, 0], [10], 0, [0, 0, 0, 0], 30),
        ([0], [10], 99, [0], 30),
        ([25], [10], 30, [25], 15),  # 30 - 15
        ([25, 25], [10], 30, [25, 25], 0),
        ([25, 25, 25], [10], 35, [25, 25, 10], 0),
        ([25, 25, 25], [10], 20, [25, 15, 10], 0),  # 15 of 20, then the last 5
        ([4, 25, 4, 14], [10], 0, [4, 16, 4, 14], 2),  # 6 saved and spent; 6 saved, 4 spent
        ([9.5, 20], [10], 0, [9.5, 10.5], 0),  # half a unit is saved too
        ([9.5, 10], [10], 0, [9.5, 10], 0.5),
        ([19.5], [10], 10, [19.5], 0.5),
        ([10.5], [10], 7, [10.5], 6.5),  # half a unit too many
        ([10.5, 4], [10], 0, [10, 4], 6),
        ([9.5], [10], 30, [9.5], 30),
        # the capacity changes: so does what is kept, 3 s of it
        ([0, 0, 9], [10, 2, 2], 0, [0, 0, 8], 0),  # 10 saved, of which 6 are kept at 2 units a second
        ([0, 0, 0, 25], [10, 1, 10, 10], 0, [0, 0, 0, 23], 0),  # 10; 3 of 11 at 1 a second; 13 at 10 again
        ([20, 20], [10, 30], 0, [10, 20], 10),
        ([20, 20, 20], [10, 15, 18], 9, [19, 15, 18], 0),
    ],
)
def test_what_a_second_leaves_serves_the_next(
    rates: list[float], capacities: list[float], saved: float, served: list[float], left: float
) -> None:
    given = np.array(capacities * len(rates) if len(capacities) == 1 else capacities, dtype=float)
    found = serve(np.array(rates, dtype=float), given, step_s=1, burst_s=3, burst_balance=saved)
    assert (found.rates.tolist(), found.burst_balance) == (served, left)


def test_a_step_is_a_minute_and_300_seconds_are_kept() -> None:
    """40 units a second are left idle for a minute: 2,400, which serve 80 beside them for 30 s, so 40 a second of a minute."""
    found = serve(np.array([0.0, 120.0]), 40.0)
    assert (found.rates.tolist(), found.burst_balance) == ([0, 80], 0)
    assert serve(np.zeros(1), 40.0).burst_balance == 60 * 40
    assert serve(np.zeros(6), 40.0).burst_balance == 300 * 40
