"""Retry and Catch as arithmetic."""

from fractions import Fraction

import pytest

from capplan.services.stepfunctions.asl.definition import Retrier
from capplan.services.stepfunctions.execution.retries import delay_s, matches, mean_delay_s, power, tidy, tries


@pytest.mark.parametrize(
    ("errors", "error", "taken"),
    [
        (("E",), "E", True),
        (("E",), "F", False),
        (("State.ALL",), "E", False),
        (("States.ALL",), "States.Timeout", True),
        (("States.ALL",), "States.DataLimitExceeded", False),
        (("States.ALL",), "States.Runtime", False),
        (("States.TaskFailed",), "E", True),
        (("States.TaskFailed",), "States.Timeout", False),
        (("States.Timeout",), "States.Timeout", True),
    ],
)
def test_an_error_is_taken_by_name_or_by_wildcard(errors: tuple[str, ...], error: str, taken: bool) -> None:  # noqa: FBT001
    assert matches(errors, error) is taken


def test_waits_grow_to_the_longest_allowed() -> None:
    entry = Retrier(("E",), Fraction(3), 5, Fraction(2), Fraction(10))
    assert [delay_s(entry, k) for k in range(1, 5)] == [3, 6, 10, 10]


def test_full_jitter_halves_the_mean_wait() -> None:
    entry = Retrier(("E",), Fraction(2), 3, Fraction(2), full_jitter=True)
    assert [delay_s(entry, k) for k in (1, 2)] == [2, 4]
    assert [mean_delay_s(entry, k) for k in (1, 2)] == [1, 2]


def test_attempts_are_a_geometric_series() -> None:
    found = tries([Retrier(("E",), max_attempts=3)], {"E": Fraction(1, 10)})
    assert found.attempts == Fraction("1.111"), "1 + 0.1 + 0.01 + 0.001"
    assert found.retry_wait_s == Fraction("0.124"), "0.1 x 1 s + 0.01 x 2 s + 0.001 x 4 s"
    assert found.errors == {"E": Fraction(1, 10_000)}


def test_an_error_no_retrier_takes_ends_the_tries() -> None:
    found = tries([Retrier(("E",), max_attempts=1)], {"E": Fraction(1, 4), "F": Fraction(1, 4)})
    assert found.attempts == Fraction(5, 4)
    assert found.errors == {"E": Fraction(1, 16), "F": Fraction(5, 16)}, "F: 1/4 at once + 1/4 x 1/4 after a retry"


def test_each_retrier_has_its_own_budget() -> None:
    two = [Retrier(("E",), max_attempts=1), Retrier(("F",), max_attempts=1)]
    found = tries(two, {"E": Fraction(1, 2), "F": Fraction(1, 2)})
    assert found.attempts == Fraction(5, 2), "EE, FF end after 2; EFx, FEx after 3"
    assert found.p_success == 0
    assert found.errors == {"E": Fraction(1, 2), "F": Fraction(1, 2)}
    assert found.retry_wait_s == Fraction(3, 2), "1 s for sure, another in half of the cases"


def test_hundred_million_retries_stay_cheap() -> None:
    endless = Retrier(("E",), Fraction(1), 99_999_999, Fraction(1))
    assert tries([endless], {"E": Fraction(1)}).attempts == 100_000_000
    assert tries([endless], {"E": Fraction(1)}).retry_wait_s == 99_999_999
    assert float(tries([endless], {"E": Fraction(1, 2)}).attempts) == 2.0
    near = tries([endless], {"E": Fraction(999_999, 1_000_000)})
    assert float(near.attempts) == pytest.approx(1e6)
    assert float(near.retry_wait_s) == pytest.approx(999_999)


def test_long_numbers_are_cut_without_a_visible_difference() -> None:
    exact = Fraction(2, 3) ** 3000
    assert abs(tidy(exact) / exact - 1) < Fraction(1, 10**55)
    assert abs(power(Fraction(2, 3), 3000) / exact - 1) < Fraction(1, 10**50)
