"""Serving all requests of some minutes at once is the same as serving one after the other."""

from decimal import Decimal
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.quantities.distribution import Distribution, fixed, measured
from capplan.services.lambda_.simulation import warm_pool
from capplan.services.lambda_.simulation.draws import Draws, SingleDraws
from capplan.services.lambda_.simulation.stretch import Requests, Served, serve_at_once
from capplan.services.lambda_.simulation.warm_pool import Arrivals, Environments, Minute, Pool, simulate_minutes

KEEP_ALIVE_S = 120.0
SHORT, LONG = (measured({Decimal(ms): 1 for ms in several}) for several in ((120, 200, 900), (5_000, 20_000, 150_000)))
QUICK, SLOW = (measured({Decimal(ms): 1 for ms in several}) for several in ((900, 1_400), (25_000, 200_000, 400_000)))


def served(pool: Pool, minutes: list[list[float]], warm_s: float = 10.0, cold_s: float = 11.0) -> Served | None:
    """Requests that come at these seconds of each minute."""
    bounds = np.arange(len(minutes) + 1, dtype=np.float64) * 60.0
    times = np.array([60.0 * m + second for m, of_one in enumerate(minutes) for second in of_one])
    counts = np.array([len(of_one) for of_one in minutes], dtype=np.int64)
    draws = SingleDraws(np.array([cold_s]), Draws(np.random.Generator(np.random.PCG64(1))))
    return serve_at_once(pool, Requests(bounds, counts, times, np.full(len(times), warm_s, dtype=np.float64)), draws)


@pytest.mark.parametrize(
    ("minutes", "cold", "busy", "live", "working"),
    [
        ([[0.0, 20.0, 40.0]], [1], [1], [1], "the second and the third come when the one before has ended"),
        ([[0.0, 5.0, 40.0]], [2], [2], [2], "the second comes while the first runs"),
        ([[0.0, 10.5]], [2], [2], [2], "a warm run would have ended at 10 s, the cold one does at 11 s"),
        ([[0.0, 11.0]], [1], [1], [1], "at its end it is free"),
        ([[0.0], [], [], [0.0]], [1, 0, 0, 1], [1, 0, 0, 1], [1, 1, 0, 1], "ended at 11 s, removed at 131 s"),
        ([[0.0], [], [10.0]], [1, 0, 0], [1, 0, 1], [1, 1, 1], "at 130 s it has idled for 119 s"),
        ([[0.0], [], [11.0]], [1, 0, 1], [1, 0, 1], [1, 1, 1], "at 131 s it has idled for 120 s and is gone"),
        ([[0.0, 1.0], [0.0], [0.0], [0.0]], [2, 0, 0, 0], [2, 1, 1, 1], [2, 2, 1, 1], "one of two is not used again"),
        ([[55.0], [3.0, 4.0]], [1, 2], [1, 3], [1, 3], "the first still runs until 66 s"),
    ],
)
def test_by_hand(minutes: list[list[float]], cold: list[int], busy: list[int], live: list[int], working: str) -> None:
    assert served(Pool(KEEP_ALIVE_S), minutes) == (cold, busy, live), working


@pytest.mark.parametrize(
    ("pool", "minutes", "warm_s", "cold_s", "working"),
    [
        (Pool(KEEP_ALIVE_S, cap=1), [[0.0, 5.0]], 10.0, 11.0, "the second is throttled"),
        (Pool(90.0), [[0.0]], 10.0, 11.0, "what is live at a minute's end follows of half minutes"),
        (Pool(30.0), [[0.0]], 10.0, 11.0, "or of parts of one"),
        (Pool(KEEP_ALIVE_S), [[0.0]], 0.0, 11.0, "a run without length"),
        (Pool(KEEP_ALIVE_S), [[0.0]], 10.0, 9.0, "a cold run that ends before a warm one would"),
        (Pool(KEEP_ALIVE_S), [[0.0] * 1001], 10.0, 11.0, "more than 1,000 do not start at once"),
        (Pool(KEEP_ALIVE_S), [[n / 100 for n in range(150)]], 10.0, 11.0, "most requests start cold"),
    ],
)
def test_what_is_served_request_by_request_leaves_the_pool_alone(
    pool: Pool, minutes: list[list[float]], warm_s: float, cold_s: float, working: str
) -> None:
    assert served(pool, minutes, warm_s, cold_s) is None, working
    assert (pool.busy, list(pool.idle), pool.tokens, pool.refilled_at) == ([], [], 1000.0, 0.0)


def run(*args: Any) -> tuple[list[Minute], list[bool]]:  # noqa: ANN401  as simulate_minutes
    """The minutes, and of each batch whether it was served at once."""
    at_once: list[bool] = []

    def noted(*given: Any) -> Served | None:  # noqa: ANN401  as serve_at_once
        found = serve_at_once(*given)
        at_once.append(found is not None)
        return found

    with mock.patch.object(warm_pool, "serve_at_once", noted):
        return list(simulate_minutes(*args)), at_once


def one_by_one(*args: Any) -> list[Minute]:  # noqa: ANN401  as simulate_minutes
    with mock.patch.object(warm_pool, "serve_at_once", return_value=None):
        return list(simulate_minutes(*args))


@settings(max_examples=150, deadline=None)
@given(
    rate=st.sampled_from([0.01, 0.1, 1.0, 8.0]),
    swing=st.sampled_from([0.0, 0.9]),
    at_start=st.integers(0, 3),
    warm=st.sampled_from([fixed(100), fixed(90_000), SHORT, LONG]),
    cold=st.sampled_from([fixed(1_100), SLOW, QUICK]),
    keep_alive=st.sampled_from([60, 120, 600, 90]),
    cap=st.sampled_from([None, 2, 30]),
    batch=st.sampled_from([200, 1 << 16]),
    seed=st.integers(0, 99),
)
def test_every_minute_is_the_same(  # noqa: PLR0913, PLR0917  what a run hangs on
    rate: float, swing: float, at_start: int, warm: Distribution, cold: Distribution, keep_alive: int,
    cap: int | None, batch: int, seed: int,
) -> None:  # fmt: skip
    curve = rate * (1 + swing * np.sin(np.arange(240) / 20))
    arrivals = Arrivals(7, curve, (np.arange(240) % 20 == 0) * np.int64(at_start))
    args = (arrivals, warm, cold, Environments(keep_alive, cap), seed)
    with mock.patch.object(warm_pool, "BATCH", batch):
        assert run(*args)[0] == one_by_one(*args)


def test_a_busy_function_is_served_at_once() -> None:
    arrivals = Arrivals(0, np.full(2_000, 5.0), np.zeros(2_000, dtype=np.int64))
    args = (arrivals, fixed(100), fixed(900), Environments(600.0), 1)
    minutes, at_once = run(*args)
    assert at_once == [True] * len(at_once)
    assert len(at_once) > 5  # 600,000 requests in batches of 65,536
    assert minutes == one_by_one(*args)
