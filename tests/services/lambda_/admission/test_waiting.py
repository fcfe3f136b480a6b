"""Work that waits: a backlog by minutes, its age, what is given up, and who gets which part of what is shared."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from capplan.services.lambda_.admission.waiting import (
    Competitor,
    Ramp,
    Waited,
    later,
    oldest_at_random_s,
    shared_out,
    wait,
)


def minutes(*counts: float) -> NDArray[np.float64]:
    return np.array(counts, dtype=np.float64)


def waited(arriving: NDArray[np.float64], capacity: float, age: int | None = None, ramp: Ramp | None = None) -> Waited:
    return wait(arriving, np.full(len(arriving), capacity), age, ramp)


def test_a_backlog_is_served_when_less_comes() -> None:
    # 30 a minute for two minutes, 10 a minute are served: 20 and 40 wait, then 30, 20, 10, none
    result = waited(minutes(30, 30, 0, 0, 0, 0, 0), 10)
    assert result.backlog.tolist() == [20, 40, 30, 20, 10, 0, 0]
    assert result.served.tolist() == [10, 10, 10, 10, 10, 10, 0]
    # the last of the second minute's 30 leave in the sixth: those that wait at the end of the fifth came 3⅓ to 3 min ago
    assert result.age_s[4] == pytest.approx(200)
    assert result.drain_s == 4 * 60, "from the second minute's end, when most wait"


def test_what_gets_too_old_is_given_up() -> None:
    # 20 a minute, 10 are served: what came in the last 3 minutes is 60 at most, and no more waits
    result = waited(minutes(*[20] * 10), 10, age=3)
    assert result.backlog.tolist() == [10, 20, 30, 40, 50, 60, 60, 60, 60, 60]
    assert result.dropped.tolist() == [0, 0, 0, 0, 0, 0, 10, 10, 10, 10]
    assert result.age_s[-1] == pytest.approx(180)
    assert result.drain_s is None


def test_the_oldest_where_any_of_those_that_wait_may_be_the_next() -> None:
    # 100, then 10 a minute; 10 are served, of 100 and then 100 that wait: nine in ten stay each minute, until nothing is new
    arriving, backlog = minutes(100, 10, 10, 10, 0, 0), minutes(90, 90, 90, 90, 45, 0)
    # in the fifth minute 100 × 0.9⁴ × ½ of the first are left: it waited five minutes, until the sixth serves all
    assert oldest_at_random_s(arriving, backlog) == 300
    # one that is left with 1,000 newer ones, of which nine in ten are served, is expected to be gone then
    assert oldest_at_random_s(minutes(2, 1000), minutes(1, 100)) == 60
    assert oldest_at_random_s(minutes(1, 2, 3), minutes(0, 0, 0)) == 0


def test_served_later() -> None:
    # 10 a minute, two minutes late: nothing for two minutes, then 10 a minute, and 20 wait
    result = later(waited(minutes(10, 10, 10, 10), 10), minutes(10, 10, 10, 10), 2)
    assert result.served.tolist() == [0, 0, 10, 10]
    assert result.backlog.tolist() == [10, 20, 20, 20]
    assert result.age_s.tolist() == [120, 120, 120, 120]


def test_pollers_grow_by_a_step_each_minute() -> None:
    # from 5 by 30 a minute: 35, 65, 95, then all 100 that still come
    result = waited(minutes(100, 100, 100, 0, 0), 1000, ramp=Ramp(5, 30))
    assert result.served.tolist() == [35, 65, 95, 105, 0]


@settings(max_examples=60)
@example([1.4e-45, 1.0], 0.0, 1)
@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=40),
    st.floats(0, 80),
    st.one_of(st.none(), st.integers(1, 50)),
)
def test_nothing_is_lost_from_the_books(counts: list[float], capacity: float, age: int | None) -> None:
    result = waited(minutes(*counts), capacity, age)
    total = result.served.sum() + result.dropped.sum() + result.backlog[-1]
    assert total == pytest.approx(sum(counts), abs=1e-6)
    assert (result.served <= capacity + 1e-6).all()
    if age is not None:
        assert (result.age_s <= age * 60 + 1e-6).all()


@settings(max_examples=60)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.floats(0, 50), st.floats(0, 50))
def test_more_capacity_never_serves_less(counts: list[float], capacity: float, more: float) -> None:
    few, many = (waited(minutes(*counts), c, age=5) for c in (capacity, capacity + more))
    assert (np.cumsum(many.served) >= np.cumsum(few.served) - 1e-6).all()
    assert (many.backlog <= few.backlog + 1e-6).all()


# --- what shares environments -----------------------------------------------------------------------------------------


def competitor(*arriving: float, again: float = 1.0, most: float = 1e9) -> Competitor:
    return Competitor(minutes(*arriving), 1.0, most, again, None)


def test_each_gets_what_the_others_leave() -> None:
    first, second = shared_out([competitor(3), competitor(2)], minutes(10), minutes(4))
    assert (first.tolist(), second.tolist()) == ([4], [3])


def test_where_all_want_more_each_has_its_part_by_what_it_wants() -> None:
    # 30 + 10 of calls want 20 between them: 15 and 5; in the next minute the 15 left over try again: 45 and 10 want 20
    (part,) = shared_out([competitor(30, 30)], minutes(20, 20), minutes(10, 10))
    assert part.tolist() == pytest.approx([15, 20 * 45 / 55])


def test_what_tries_again_seldom_wants_less() -> None:
    # 15 are left over, a fifth of them tries again: 33 and 10
    (part,) = shared_out([competitor(30, 30, again=0.2)], minutes(20, 20), minutes(10, 10))
    assert part.tolist() == pytest.approx([15, 20 * 33 / 43])


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50), st.floats(0, 50)), min_size=1, max_size=20),
    st.floats(1, 60),
)
def test_parts_never_add_up_to_more_than_there_is(rows: list[tuple[float, float, float]], room: float) -> None:
    one, other, calls = (minutes(*(row[i] for row in rows)) for i in range(3))
    lanes = [Competitor(one, 1.0, 1e9, 1.0, None), Competitor(other, 1.0, 20.0, 0.2, None)]
    parts = shared_out(lanes, np.full(len(rows), room), calls)
    served = sum(wait(lane.arriving, part, None).served for lane, part in zip(lanes, parts, strict=True))
    assert (np.asarray(served) <= room + 1e-6).all()
