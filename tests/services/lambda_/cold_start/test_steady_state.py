"""The steady-state formula against a simulation of every environment, and closed forms for simple arrivals."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.services.lambda_.cold_start.steady_state import Pool, blocked_shares, of_chain, steady_state
from capplan.services.lambda_.concurrency import erlang
from tests.reference.lambda_ import cold_start_simulation, cold_starts


def test_rare_calls_start_cold_with_exp_of_minus_rate_times_keep_alive() -> None:
    assert cold_starts.sparse_share(0.002, 300) == pytest.approx(math.exp(-0.6))
    assert cold_starts.fixed_interval_share(900, 1, 600) == 1
    assert cold_starts.fixed_interval_share(60, 1, 300) == 0


def test_the_formula_agrees_with_the_closed_form_of_rare_calls() -> None:
    state = steady_state(Pool(0.0005, 0.1, 0.1, 300))
    assert state.cold_share == pytest.approx(cold_starts.sparse_share(0.0005, 300), rel=0.01)


@given(rate=st.floats(0.001, 20), warm=st.floats(0.05, 5))
def test_shares_of_the_formula_add_up(rate: float, warm: float) -> None:
    state = steady_state(Pool(rate, warm, warm + 1, 300))
    assert sum(state.shares) == pytest.approx(1)
    assert 0 <= state.cold_share <= 1
    assert cold_starts.means(Pool(rate, warm, warm + 1, 300)).idle >= -1e-9


@pytest.mark.parametrize(
    ("rate", "warm_s", "keep_alive_s", "provisioned"),
    [(300, 10, 600, 0), (40, 60, 600, 0), (50, 60, 60, 0), (300, 10, 600, 2000), (300, 10, 5, 0)],
)
def test_a_large_pool_is_the_same_without_the_states_that_it_never_has(
    rate: float, warm_s: float, keep_alive_s: float, provisioned: int
) -> None:
    pool = Pool(rate, warm_s, warm_s + 1, keep_alive_s, provisioned)
    whole, state = of_chain(pool, provisioned), steady_state(pool)
    assert state.cold_share == pytest.approx(whole.cold_share, rel=1e-6)
    assert state.environments == pytest.approx(whole.environments, rel=1e-9)


@pytest.mark.parametrize(
    ("rate", "environments"), [(3, 2), (300, 250), (300, 3000), (3e4, 29_000), (3e4, 30_000), (3e4, 31_000)]
)
def test_shares_from_some_environments_on_are_those_of_the_steps_from_none(rate: float, environments: int) -> None:
    pool = Pool(rate, 1.0, 1.0, 600)
    every, some = blocked_shares(pool, 0), blocked_shares(pool, environments)
    assert len(some) == max(1 + 60, len(every) - environments)
    assert some[: len(every) - environments] == pytest.approx(every[environments : environments + len(some)], rel=1e-12)


def test_ten_million_environments_take_no_longer_than_their_spread() -> None:
    state = steady_state(Pool(1e8, 0.1, 0.4, 600))
    assert 0 < state.cold_share < 1e-3
    assert state.environments == pytest.approx(1e7, rel=2e-3)


def test_simulation_agrees_with_the_formula_and_with_itself() -> None:
    pool = cold_start_simulation.Pool(0.1, 2.0, 2.3, 600)
    formula = Pool(0.1, 2.0, 2.3, 600)
    run, state = cold_start_simulation.simulate(pool, 500_000, 7), steady_state(formula)
    assert run == cold_start_simulation.simulate(pool, 500_000, 7)
    assert run.mean_running == pytest.approx(cold_starts.means(formula).running, rel=0.03)
    assert run.mean_instances == pytest.approx(state.environments, rel=0.05)
    assert run.p_cold == pytest.approx(state.cold_share, rel=0.15)


def test_a_full_pool_rejects_what_erlang_says() -> None:
    pool = cold_start_simulation.Pool(5, 2.0, 2.0, 600, cap=10)
    rejected = cold_start_simulation.simulate(pool, 20_000, 1).p_reject
    assert rejected == pytest.approx(erlang.blocking(10, 10), rel=0.05)
