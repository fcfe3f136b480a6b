"""Batches with poison records: each row's sum is in its comment; chances are held against batches drawn one by one."""

import math
import random
from collections.abc import Callable

import pytest

from capplan.services.lambda_ import batch_failures
from capplan.services.lambda_.batch_failures import Tried

Kind = Callable[[float, float, batch_failures.Failing, float], Tried]
WHOLE, MESSAGE, FIRST = batch_failures.whole, batch_failures.by_message, batch_failures.from_the_first
HALVED, BOTH = batch_failures.halved, batch_failures.halved_from_the_first


def never(_: float) -> float:
    return 0.0


@pytest.mark.parametrize(
    ("kind", "records", "poison", "retries", "invocations", "given", "dead"),
    [
        # a chance in two that one of two is poison is 3/4: 3 attempts instead of 1
        (WHOLE, 2, 0.5, 2, 1 + 3 / 4 * 2, 2 * (1 + 3 / 4 * 2), 2 * 3 / 4),
        # only the poison half of the messages comes back: 1 + 2 × ½ deliveries of each
        (MESSAGE, 2, 0.5, 2, 2, 4, 1),
        # of two: the first is poison (½) and both are retried, or only the second (¼): 2 × ½ + 1 × ¼ records each time
        (FIRST, 2, 0.5, 2, 1 + 2 * 3 / 4, 2 + 2 * (2 * 1 / 2 + 1 / 4), 1.25),
        # three in four are split: 2 more invocations of one; each of both is poison by half and retried twice
        (HALVED, 2, 0.5, 2, 1 + 2 * 3 / 4 + 2 * 1 / 2 * 2, 2 + 2 * 3 / 4 + 2, 1),
        # all four are poison: 4, 2 + 2, 1 + 1 + 1 + 1 records, each of the last again
        (HALVED, 4, 1.0, 1, 1 + 2 + 4 + 4, 4 + 4 + 4 + 4, 4),
        # the first is poison (½): both halves, its own 3 times, and the other's 2 on average; the second only (¼): it, 3 times
        (BOTH, 2, 0.5, 2, 1 + 1 / 2 * (3 + 2) + 1 / 4 * 3, 2 + 1 / 2 * 5 + 1 / 4 * 3, 1),
        # nothing is poison
        (WHOLE, 10, 0.0, 5, 1, 10, 0),
        (FIRST, 10, 0.0, 5, 1, 10, 0),
        (HALVED, 10, 0.0, 5, 1, 10, 0),
        (BOTH, 10, 0.0, 5, 1, 10, 0),
    ],
)  # fmt: skip
def test_by_hand(
    kind: Kind, records: float, poison: float, retries: float, invocations: float, given: float, dead: float
) -> None:
    of_batch = kind(records, poison, never, retries)
    assert of_batch.invocations == pytest.approx(invocations)
    assert of_batch.records == pytest.approx(given)
    assert of_batch.dead == pytest.approx(dead)


@pytest.mark.parametrize("records", [16, 64, 1024])
def test_one_record_is_found_in_twice_the_halvings(records: int) -> None:
    # p so small that a batch has one at most: 2 log2 n more invocations for each that has one
    poison = 1e-9
    of_batch = HALVED(records, poison, never, 0)
    assert (of_batch.invocations - 1) / (records * poison) == pytest.approx(2 * math.log2(records), rel=1e-4)
    # halves of n/2, n/4 …: twice 1/2 + 1/4 + … of the batch again
    assert (of_batch.records - records) / (records * poison) == pytest.approx(2 * (records - 1), rel=1e-4)


# --- one by one -------------------------------------------------------------------------------------------------------


def drawn(
    kind: Kind, records: int, poison: float, fails: float, retries: int, draw: random.Random
) -> tuple[int, int, int]:
    """Invocations, the records that they are given, and dead records of one batch."""
    bisects, reports = kind in (HALVED, BOTH), kind in (FIRST, BOTH)
    todo, invocations, given, dead = [([draw.random() < poison for _ in range(records)], 0)], 0, 0, 0
    while todo:
        batch, tries = todo.pop()
        invocations, given = invocations + 1, given + len(batch)
        error = draw.random() < fails
        if not error and not any(batch):
            continue
        first = batch.index(True) if reports and not error else 0
        if bisects and len(batch) > 1:
            half = len(batch) - len(batch) // 2
            todo += [(batch[first:], 0)] if first else [(batch[:half], 0), (batch[half:], 0)]
        elif tries < retries:
            todo.append((batch[first:], tries + 1))
        else:
            dead += len(batch) - first
    return invocations, given, dead


@pytest.mark.parametrize("fails", [0.0, 0.2])
@pytest.mark.parametrize(("records", "poison", "retries"), [(7, 0.1, 2), (20, 0.02, 3)])
@pytest.mark.parametrize("kind", [WHOLE, FIRST, HALVED, BOTH])
def test_the_mean_of_batches_one_by_one(kind: Kind, records: int, poison: float, retries: int, fails: float) -> None:
    draw, count = random.Random(f"{records} {fails}"), 20_000  # noqa: S311  a simulation
    sums = [0, 0, 0]
    for _ in range(count):
        for place, value in enumerate(drawn(kind, records, poison, fails, retries, draw)):
            sums[place] += value
    of_batch = kind(records, poison, lambda _: fails, retries)
    assert of_batch.invocations == pytest.approx(sums[0] / count, rel=0.03)
    assert of_batch.records == pytest.approx(sums[1] / count, rel=0.03)
    assert of_batch.dead == pytest.approx(sums[2] / count, rel=0.06)


# --- a blocked shard --------------------------------------------------------------------------------------------------


def test_a_block_lasts_for_its_retries() -> None:
    # once in a thousand seconds' batches, four attempts of 2 s
    shard = batch_failures.blocked(10, 1, 0.01, 2, 3, 86_400)
    assert (shard.seconds, shard.mean_s, shard.late_s) == (8, 8, 0)


def test_a_shard_that_is_always_late_is_always_busy() -> None:
    # a block in 100 batches of 10 s, of which 1 s is work: between blocks the lag falls by 900 s of 24 h, so each lasts so long
    shard = batch_failures.blocked(10, 1, 0.01, 1, math.inf, 86_400)
    assert shard.mean_s == pytest.approx(900)
    assert shard.mean_s + 100 * 1 == pytest.approx(100 * 10), "work and blocks fill the time in which its records come"
    assert shard.late_s == pytest.approx(86_400 - 900)


@pytest.mark.parametrize("max_age_s", [200.0, 1000.0, 5000.0])
def test_the_lag_of_a_shard_block_by_block(max_age_s: float) -> None:
    # work 1 s for batches that come each 10 s; lag falls 9 s a batch, and rises to the maximum age at each block
    draw, lag, now, area, blocked_s, blocks = random.Random(1), 0.0, 0.0, 0.0, 0.0, 0  # noqa: S311  a simulation
    for _ in range(300_000):
        fall_s = draw.expovariate(1 / 900)
        falls_s = min(fall_s, lag)
        area += (lag - falls_s / 2) * falls_s / 9
        idle_s = (fall_s - falls_s) * 10 / 9 if fall_s > falls_s else 0.0
        now, lag = now + falls_s / 9 + idle_s, lag - falls_s
        rises_s = max_age_s - lag
        area, now, lag = area + (lag + max_age_s) / 2 * rises_s, now + rises_s, max_age_s
        blocked_s, blocks = blocked_s + rises_s, blocks + 1
    shard = batch_failures.blocked(10, 1, 0.01, 1, math.inf, max_age_s)
    assert shard.mean_s == pytest.approx(blocked_s / blocks, rel=0.01)
    assert shard.late_s == pytest.approx(area / now, rel=0.02)
