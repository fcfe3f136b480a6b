"""The rules of auto scaling, row by row."""

import pytest

from capplan.services.dynamodb.capacity.auto_scaling import DecreaseBudget, first_alarm, new_capacity, thresholds


def test_a_step_aims_at_the_target_within_its_bounds() -> None:
    assert new_capacity(840, 0.7, 150, 1200) == 1200
    assert new_capacity(840, 0.7, 1, 40_000) == 1200
    assert new_capacity(100, 0.7, 150, 1200) == 150


def test_alarms_lie_at_the_target_and_20_points_below() -> None:
    assert thresholds(500, 0.7) == pytest.approx((350, 250))
    high, low = thresholds(100, 0.7)
    assert first_alarm([60, 80, 80, 80], 0, 4, high, low) == (2, True)
    assert first_alarm([40] * 30, 0, 30, high, low) == (14, False)
    assert first_alarm([50] * 30, 0, 30, high, low) is None, "at the threshold is not below it"


def test_a_day_allows_27_decreases() -> None:
    assert sum(map(DecreaseBudget().take, range(24 * 60))) == 4 + 23
    assert list(map(DecreaseBudget().take, [6] * 5)) == [True] * 4 + [False]
    late = [23 * 60] * 5
    assert list(map(DecreaseBudget().take, [*late, 24 * 60])) == [True] * 4 + [False, True], "a new day opens with 4"
