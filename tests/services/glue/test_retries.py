"""Retries: the closed forms against the list of outcomes, whatever the numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.services.glue.jobs import retries

shares = st.fractions(min_value=0, max_value=1, max_denominator=50)
seconds = st.fractions(min_value=1, max_value=90_000, max_denominator=10)
runs = st.builds(
    retries.Attempts,
    chance=shares,
    count=st.integers(min_value=1, max_value=11),
    failed_s=seconds,
    success_s=seconds,
    repeat=st.none() | shares,
)


@given(runs)
def test_outcomes_are_all_there_is(run: retries.Attempts) -> None:
    assert sum(p for _, p in retries.outcomes(run)) == 1


@given(runs)
def test_the_mean_of_the_outcomes_is_the_closed_form(run: retries.Attempts) -> None:
    assert sum(s * p for s, p in retries.outcomes(run)) == retries.expected_billed_s(run)


@given(runs)
def test_quantiles_grow_and_stay_within_the_worst(run: retries.Attempts) -> None:
    found = [retries.billed_quantile_s(run, Fraction(level, 100)) for level in (1, 50, 95, 99, 100)]
    assert found == sorted(found)
    assert found[-1] <= retries.worst_billed_s(run)


@given(runs)
def test_attempts_are_between_one_and_all(run: retries.Attempts) -> None:
    assert 1 <= retries.expected_attempts(run) <= run.count
    assert 0 <= retries.waste_share(run) <= 1


@given(runs)
def test_attempts_that_repeat_by_the_same_chance_know_nothing_of_each_other(run: retries.Attempts) -> None:
    alone = retries.Attempts(run.chance, run.count, run.failed_s, run.success_s)
    told = retries.Attempts(run.chance, run.count, run.failed_s, run.success_s, repeat=run.chance)
    assert retries.outcomes(alone) == retries.outcomes(told)


@pytest.mark.parametrize(
    ("chance", "level", "billed", "working"),
    [
        ("0.1", "0.9", 1800, "1 - p = 0.9 sits right on the level"),
        ("0.1", "0.95", 3600, "one failure more"),
        ("0.1", "0.99", 3600, "1 - p^2 = 0.99 sits right on the level"),
        ("0.1", "0.9999", 7200, "1 - p^4, the last success"),
        ("0", "1", 1800, "never fails"),
        ("1", "0.5", 7200, "always fails: four attempts"),
    ],
)
def test_quantiles_compare_exactly(chance: str, level: str, billed: int, working: str) -> None:
    run = retries.Attempts(Fraction(chance), 4, Fraction(1800), Fraction(1800))
    assert retries.billed_quantile_s(run, Fraction(level)) == billed, working


def test_bad_input_uses_up_all_retries() -> None:
    run = retries.Attempts(Fraction(1, 10), 4, Fraction(600), Fraction(1800), repeat=Fraction(1))
    assert retries.final_failure_share(run) == Fraction(1, 10)
    assert retries.expected_failures(run) == Fraction(4, 10)
    assert retries.expected_billed_s(run) == 1800 + Fraction(4 * 600 - 1800, 10)


def test_the_notice_comes_after_every_attempt_has_failed() -> None:
    assert retries.notice_delay_s(4, Fraction(900), Fraction(10), Fraction(30)) == 4 * 910 + 3 * 30
