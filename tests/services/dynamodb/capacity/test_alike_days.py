"""Days that are alike: which they are, and that what is not simulated again is what it would have been."""

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from capplan.services.dynamodb.capacity import back_pressure, scaling
from capplan.services.dynamodb.capacity.alike_days import day_kinds
from capplan.services.dynamodb.capacity.auto_scaling import DecreaseBudget
from capplan.services.dynamodb.capacity.back_pressure import JointRequests, JointTarget, simulate_jointly
from capplan.services.dynamodb.capacity.scaling import Bounds, Policy, capacity_steps
from capplan.services.dynamodb.capacity.uncertain import CENTRAL, Case, constants
from capplan.units import MINUTES_PER_DAY, PERIOD_DAYS
from tests.reference.dynamodb.capacity import slow_scaling

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

BASE = Policy(0.7, (Bounds(0, 10, 3000),))


def course(seed: int, days: int = PERIOD_DAYS) -> "NDArray[np.float64]":
    """A week of rough days, over and over; and half an hour of a flash sale on day 12."""
    rng = np.random.default_rng(seed)
    day = np.repeat(rng.uniform(5, 300, 96), 15)
    week = np.concatenate([day * factor for factor in (1, 1, 1, 1, 1, 1.4, 1.5)])
    out = np.tile(week, 4)[: days * MINUTES_PER_DAY]
    out[11 * MINUTES_PER_DAY + 600 : 11 * MINUTES_PER_DAY + 630] *= 8
    return out


def daily(*bounds: tuple[int, int, int]) -> tuple[Bounds, ...]:
    """Bounds that come again each day: minute, minimum, maximum."""
    return tuple(Bounds(d * MINUTES_PER_DAY + m, low, high) for d in range(PERIOD_DAYS) for m, low, high in bounds)


def each_day_anew(series: "Iterable[object]", minutes: int) -> list[int]:
    del series
    return list(range(-(-minutes // MINUTES_PER_DAY)))


def test_days_are_alike_where_every_series_is() -> None:
    a, b = np.zeros(4 * MINUTES_PER_DAY), np.zeros(4 * MINUTES_PER_DAY)
    a[MINUTES_PER_DAY] = 1  # the first minute of day 2
    assert day_kinds([a], len(a)) == [0, 1, 0, 0]
    b[-1] = 1  # the last minute of day 4
    assert day_kinds([a, b], len(a)) == [0, 1, 0, 2]
    assert day_kinds([a[:2000]], 2000) == [0, 1], "a day that is cut short is like no whole one"


@pytest.mark.parametrize("seed", range(3))
def test_five_days_agree_with_the_slow_reference(seed: int) -> None:
    levels = np.round(course(seed, 5))
    (found,) = capacity_steps([(levels, Policy(0.7, (Bounds(0, 10, 400),)))])
    assert found == slow_scaling(levels.tolist(), Fraction("0.7"), 10, 400)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("case", ["mild", "central", "harsh"])
def test_auto_scaling_is_as_if_each_day_were_simulated(seed: int, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = course(seed)
    scheduled = Policy(0.9, daily((0, 10, 3000), (600, 50, 200), (1200, 10, 3000)), warm=200.0)
    series = [(rates, Policy(0.5, BASE.bounds, warm=200.0)), (rates * 0.3, scheduled if seed % 2 else BASE)]
    found = capacity_steps(series, constants(case))
    repeated: list[int] = []
    monkeypatch.setattr(scaling, "day_kinds", each_day_anew)
    monkeypatch.setattr(scaling._Scaling, "repeat", lambda *_: repeated.append(1))  # noqa: SLF001
    assert capacity_steps(series, constants(case)) == found
    assert not repeated


@pytest.mark.parametrize("seed", range(3))
def test_back_pressure_is_as_if_each_day_were_simulated(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = course(seed)
    passed = np.minimum(1.0, 250 / rates) if seed % 2 else None
    targets = [
        JointTarget(Policy(0.7, BASE.bounds, warm=200.0), "", rates, None),
        JointTarget(Policy(0.7, daily((0, 10, 3000), (600, 50, 100))), "", rates * 0.3, None),
        JointTarget(Policy(0.7, (Bounds(0, 10, 300),)), "by-status", rates * 0.6, passed),
        JointTarget(Policy(None, (Bounds(0, 60, 60),)), "by-day", rates * 0.4, None),
    ]
    requests = [JointRequests(rates, {0: 1.0, 2: 0.6, 3: 0.4}), JointRequests(rates * 0.3, {1: 1.0})]
    found = simulate_jointly(targets, requests, CENTRAL)
    assert any(fraction < 1 for fraction in found[1][2]), "the index holds writes back"
    monkeypatch.setattr(back_pressure, "day_kinds", each_day_anew)
    assert simulate_jointly(targets, requests, CENTRAL) == found


def test_most_days_are_not_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a week that comes four times at most: day 1, its weekdays until they settle, and once more after a new peak."""
    simulated: list[int] = []
    one_day = scaling._simulate_day  # noqa: SLF001

    def counted(running: list[scaling._Scaling], end: int, budget: DecreaseBudget) -> None:
        simulated.append(end // MINUTES_PER_DAY)
        one_day(running, end, budget)

    monkeypatch.setattr(scaling, "_simulate_day", counted)
    capacity_steps([(course(1), BASE)])
    assert len(simulated) <= PERIOD_DAYS // 2
