"""What gets through of what invokes a function, through a whole scenario: each row's sum is in its comment."""

from fractions import Fraction
from pathlib import Path

import pytest

from capplan.model import Admitted
from capplan.pipeline.meter import Metered, meter
from capplan.units import MONTH_SECONDS
from tests.helpers import scenario

RATE = "traffic: {web: {rate: 20/s}}\n"


def metered(body: str, folder: Path, traffic: str = RATE) -> Metered:
    return meter(scenario(traffic + "functions:\n  f: {" + body + "}\n", folder), 0)


def admitted(body: str, folder: Path, traffic: str = RATE) -> Admitted:
    result = metered(body, folder, traffic).demand["functions.f"].admitted
    assert result is not None
    return result


def per_second(volume: Fraction) -> float:
    return float(volume / MONTH_SECONDS)


@pytest.mark.parametrize(
    ("body", "served", "dropped"),
    [
        # ten environments of one second serve 10 a second of 20; calls meet them all busy (Erlang: 10 servers, 20 erlangs)
        ("triggers: web, duration: 1 s, reserved_concurrency: 10", 20 * (1 - 0.5379632), 20 * 0.5379632),
        # events wait up to 6 h, then 10 a second are given up; at the end of the 672 h those of the last 6 still wait
        ("triggers: {traffic: web, via: sns}, duration: 1 s, reserved_concurrency: 10", 10, 10 - 20 * 6 / 672),
        ("triggers: {traffic: web, via: sns}, duration: 1 s, reserved_concurrency: 10, maximum_event_age: 1 min", 10, 10),
        # messages wait 4 days, 96 of 672 h
        ("triggers: {traffic: web, via: sqs, batch: 1, maximum_concurrency: 5}, duration: 1 s", 5, 15 - 20 * 96 / 672),
        ("triggers: {traffic: web, via: sqs, batch: 1, maximum_concurrency: 5, retention: 1 h}, duration: 1 s", 5, 15 - 20 * 1 / 672),
        # four message groups, one message at a time each
        ("triggers: {traffic: web, via: sqs-fifo, batch: 1, message_groups: 4}, duration: 1 s", 4, 16 - 20 * 96 / 672),
        # two shards by three batches at a time; records are kept a day, or as long as the mapping says
        ("triggers: {traffic: web, via: kinesis, batch: 1, shards: 2, parallelization_factor: 3}, duration: 1 s", 6, 14 - 20 * 24 / 672),
        ("triggers: {traffic: web, via: kinesis, batch: 1, shards: 2, max_record_age: 1 h}, duration: 1 s", 2, 18 - 20 * 1 / 672),
        ("triggers: {traffic: web, via: kafka, batch: 1, partitions: 3, max_record_age: 1 h}, duration: 1 s", 3, 17 - 20 * 1 / 672),
        # three receives, a minute apart: throttled by the function, not held back by `maximum_concurrency`
        ("triggers: {traffic: web, via: sqs, batch: 1, max_receive_count: 3, visibility_timeout: 1 min}, duration: 1 s, reserved_concurrency: 5", 5, 15),
        ("triggers: {traffic: web, via: sqs, batch: 1, max_receive_count: 3, maximum_concurrency: 5}, duration: 1 s", 5, 15 - 20 * 96 / 672),
        # every batch fails and is tried three times: a third of what one shard could do
        ("triggers: {traffic: web, via: kinesis, batch: 1, shards: 3, retries: 2}, duration: 1 s, fails: 100%", 1, 19 - 20 * 24 / 672),
        # reserved 0 switches a function off
        ("triggers: web, duration: 1 s, reserved_concurrency: 0", 0, 20),
        # ten a second for each unit of concurrency; of those, Erlang's 0.1 / 1.1 find the environment busy
        ("triggers: {traffic: web, via: api-gateway-http}, duration: 10 ms, reserved_concurrency: 1", 10 / 1.1, 20 - 10 / 1.1),
    ],
)  # fmt: skip
def test_what_is_served_and_what_is_lost(body: str, served: float, dropped: float, tmp_path: Path) -> None:
    (part,) = admitted(body, tmp_path).streams
    assert per_second(part.served + part.waiting + part.dropped) == pytest.approx(20)
    assert per_second(part.served) == pytest.approx(served, rel=2e-3)
    assert per_second(part.dropped) == pytest.approx(dropped, rel=2e-3)


def test_runs_of_a_schedule_wait_for_the_one_before(tmp_path: Path) -> None:
    # 70 s of work each minute in one environment: 2,628,000 s / 70 s = 37,543 of 43,800 runs; after six hours each that
    # comes too late is given up; 360 wait then, one a minute
    body = "triggers: tick, duration: 70 s, timeout: 90 s, reserved_concurrency: 1"
    result = metered(body, tmp_path, "traffic: {tick: {schedule: rate(1 minute)}}\n")
    admitted = result.demand["functions.f"].admitted
    assert admitted is not None
    (part,) = admitted.streams
    assert part.served == pytest.approx(2_628_000 / 70, rel=1e-4)
    assert part.served + part.waiting + part.dropped == pytest.approx(43_800)
    assert part.dropped > 0
    assert part.peak_waiting == pytest.approx(360, rel=1e-2)
    assert part.oldest_wait_s == 6 * 3600
    assert part.dead_letters == part.dropped
    assert result.usage["functions.f"].peak_concurrency == 1


@pytest.mark.parametrize(
    "body",
    [
        "triggers: web, duration: 100 ms",
        "triggers: web, duration: 100 ms, reserved_concurrency: 20",
        "triggers: {traffic: web, via: sns}, duration: 1 s, reserved_concurrency: 20",
        "triggers: {traffic: web, via: sqs, batch: 1, maximum_concurrency: 20}, duration: 1 s",
        "triggers: {traffic: web, via: kinesis, shards: 2}, duration: 100 ms",
    ],
)
def test_where_nothing_is_short_the_exact_demand_stands(body: str, tmp_path: Path) -> None:
    result = metered(body, tmp_path)
    assert result.demand["functions.f"].admitted is None
    assert result.demand["functions.f"] is result.offered["functions.f"]


def test_a_backlog_fills_batches(tmp_path: Path) -> None:
    # 20 messages a second through two pollers of 1 s + 10 ms a message: 2 × b / (1 + 0.01 b) = 20 at b = 11.1: batches of
    # ten do 18.2 a second in 1.82 invocations
    body = "triggers: {traffic: web, via: sqs, maximum_concurrency: 2}, duration: 1 s, per_record: 10 ms"
    (part,) = admitted(body, tmp_path).streams
    assert per_second(part.served) == pytest.approx(20 / 1.1, rel=1e-3)
    assert part.records == pytest.approx(10, rel=1e-3)
    assert per_second(part.flow.monthly) == pytest.approx(2 / 1.1, rel=1e-3)


def test_batches_grow_only_as_far_as_they_must(tmp_path: Path) -> None:
    # five pollers of one second and 20 messages a second: four messages each, and nobody waits
    body = "triggers: {traffic: web, via: sqs, maximum_concurrency: 5}, duration: 1 s"
    (part,) = admitted(body, tmp_path).streams
    assert not part.dropped
    assert not part.waiting
    assert not part.peak_waiting
    assert part.records == pytest.approx(4, rel=1e-4)
    assert per_second(part.flow.monthly) == pytest.approx(5, rel=1e-4)


def test_a_daily_peak_is_served_later(tmp_path: Path) -> None:
    # 1 a second, 11 from 10:00 to 11:00 UTC (36,000 more), 3 a second are served: 8 × 3,600 = 28,800 wait at 11:00, and
    # 2 a second are worked off after that: 14,400 s, and the last one tries 5 minutes later. Tries are in no order: of the
    # thousands of the first minutes after 10:00 one at least is expected to wait until nearly all are done, five hours.
    hours = ", ".join("11" if hour == 10 else "1" for hour in range(24))
    traffic = f"traffic: {{web: {{rate: {34 / 24}/s, daily: [{hours}]}}}}\n"
    body = "triggers: {traffic: web, via: sns}, duration: 1 s, reserved_concurrency: 3"
    (part,) = admitted(body, tmp_path, traffic).streams
    assert not part.dropped
    assert not part.waiting
    assert part.peak_waiting == pytest.approx(28_800, rel=1e-3)
    assert part.oldest_wait_s == pytest.approx(5 * 3600, abs=300)
    assert part.drain_s == pytest.approx(14_400 + 300, rel=1e-2)
    assert part.flow.peak().per_second == pytest.approx(3, rel=1e-6), "callees see three a second"


def test_what_comes_at_once_waits_for_the_instant(tmp_path: Path) -> None:
    # 3,000 events of 2 s at once, 1,000 environments: 2,000 wait, the last two rounds of 2 s, and try again as long after
    body = "duration: 10 ms, triggers: tick, calls: [{invoke: g, times: 3000, async: true}]}\n  g: {duration: 2 s"
    result = metered(body, tmp_path, "traffic: {tick: {schedule: rate(5 minutes)}}\n").demand["functions.g"].admitted
    assert result is not None
    (part,) = result.streams
    assert not part.dropped
    assert not part.waiting
    assert part.peak_open == 1000
    assert part.peak_waiting == pytest.approx(2000)
    assert part.oldest_wait_s == pytest.approx(8)


@pytest.mark.parametrize(
    ("quota", "seconds", "peak_open", "oldest_wait_s"),
    [
        # 1,000 at once, 100 more each second: the last could start after 20 s, all still run; it tries up to as long after
        (5000, 60, 3000, 2 * 20),
        # the caller's environment is free again: 2,001 after 10 s; the last take those of the ones that end after 60 s
        (2001, 60, 2001, 2 * 60),
        (5000, 5, 2000, 10),  # after 10 s: 3 x 1,000 of the first, so 10 x 100 were added by then at most
    ],
)
def test_a_burst_never_opens_more_than_it_has(
    quota: int, seconds: int, peak_open: float, oldest_wait_s: float, tmp_path: Path
) -> None:
    head = f"account: {{quotas: {{lambda.concurrency: {quota}}}}}\ntraffic: {{tick: {{schedule: rate(1 hour)}}}}\n"
    calls = "calls: [{invoke: g, times: 3000, async: true}]"
    body = f"duration: 10 ms, triggers: tick, {calls}}}\n  g: {{timeout: 5 min, duration: {seconds} s"
    result = metered(body, tmp_path, head).demand["functions.g"].admitted
    assert result is not None
    (part,) = result.streams
    assert part.peak_open <= peak_open
    assert part.oldest_wait_s == pytest.approx(oldest_wait_s, abs=seconds)
    if seconds == 60:
        assert part.peak_open == peak_open
        assert part.oldest_wait_s == pytest.approx(oldest_wait_s)


def test_dead_letters_are_what_failed_at_every_attempt(tmp_path: Path) -> None:
    # 10 % of 20 a second fail each time: 0.1³ of them at the third attempt
    usages = {
        body: metered(body + ", duration: 10 ms, fails: 10%", tmp_path).usage["functions.f"].dead_letters
        for body in (
            "triggers: {traffic: web, via: sns}",
            "triggers: {traffic: web, via: sqs, max_receive_count: 3}",
            "triggers: {traffic: web, via: kinesis, shards: 2, retries: 2}",
            "triggers: web",
        )
    }
    assert [per_second(volume) for volume in usages.values()] == pytest.approx([0.02, 0.02, 0.02, 0])


# --- poison -----------------------------------------------------------------------------------------------------------

KINESIS = "via: kinesis, shards: 2, batch: 4, window: 1 s, retries: 3, poison: 10%"
ONE_OF_FOUR = 1 - 0.9**4
FROM_THE_FIRST = 0.1 * (4 + 3 * 0.9 + 2 * 0.9**2 + 0.9**3)
"""Records from the first poison one on: 4 if it is the first, which one in ten is, then 3 …"""


@pytest.mark.parametrize(
    ("keys", "requests", "dead"),
    [
        # 20 a second in batches of 4; one that holds poison is tried four times, and all of it is dead
        (KINESIS, 5 * (1 + 3 * ONE_OF_FOUR), 20 * ONE_OF_FOUR),
        # halves: 2 more for each batch of 4 with poison and for each of both of 2; each poison record three times more
        (KINESIS + ", bisect: true", 5 * (1 + 2 * ONE_OF_FOUR + 2 * 2 * (1 - 0.9**2) + 3 * 0.4), 20 * 0.1),
        (KINESIS + ", partial_responses: true", 5 * (1 + 3 * ONE_OF_FOUR), 5 * FROM_THE_FIRST),
        # a queue: five receives of a batch with poison, or of the message only
        ("via: sqs, batch: 4, window: 1 s, max_receive_count: 5, poison: 10%", 5 * (1 + 4 * ONE_OF_FOUR), 20 * ONE_OF_FOUR),
        ("via: sqs, batch: 4, window: 1 s, max_receive_count: 5, poison: 10%, partial_responses: true", 5 * (1 + 4 * 0.1), 20 * 0.1),
        # without poison nothing changes
        ("via: kinesis, shards: 2, batch: 4, window: 1 s, bisect: true, partial_responses: true", 5, 0),
    ],
)  # fmt: skip
def test_poison_is_tried_again_with_what_is_around_it(keys: str, requests: float, dead: float, tmp_path: Path) -> None:
    usage = metered(f"triggers: {{traffic: web, {keys}}}, duration: 10 ms", tmp_path).usage["functions.f"]
    assert per_second(usage.requests) == pytest.approx(requests, rel=1e-5)
    assert per_second(usage.dead_letters) == pytest.approx(dead, rel=1e-5)


def test_parts_of_a_batch_take_their_own_time(tmp_path: Path) -> None:
    # certain poison, in twos: one invocation of 2 records, two of 1: 10 + 2 × 1 ms, and twice 10 + 1 ms, of which a third each
    body = "triggers: {traffic: web, via: kinesis, batch: 2, window: 1 s, retries: 0, poison: 100%, bisect: true}"
    usage = metered(body + ", duration: 10 ms, per_record: 1 ms", tmp_path).usage["functions.f"]
    assert float(usage.mean_ms) == pytest.approx((12 + 11 + 11) / 3)


def test_a_batch_that_times_out_is_halved_until_it_does_not(tmp_path: Path) -> None:
    # 8 records take 8 s, over 3 s; so do 4; 2 do not: 1 + 2 + 4 invocations, and nothing is lost
    body = "triggers: {traffic: web, via: kinesis, batch: 8, window: 1 s, retries: 0, bisect: true}"
    usage = metered(body + ", duration: 1 ms, per_record: 1 s, timeout: 3 s", tmp_path, RATE).usage["functions.f"]
    assert usage.dead_letters == 0
    assert float(usage.invocations.monthly / MONTH_SECONDS) <= 20 / 8 * 7 * (1 + 1e-5)
    assert float(usage.timed_out) == pytest.approx(3 / 7, rel=1e-4)


@pytest.mark.parametrize(
    ("keys", "age_s"),
    [
        # four attempts of a second: what comes behind the first waits for them
        ("retries: 3", 4),
        # for ever is until the record expires: a day, or as the mapping says
        ("retries: forever", 86_400),
        ("max_record_age: 1 h", 3600),
        ("retries: 10000, max_record_age: 1 min", 60),
    ],
)
def test_poison_blocks_its_shard(keys: str, age_s: float, tmp_path: Path) -> None:
    body = f"triggers: {{traffic: web, via: kinesis, shards: 10, window: 5 s, poison: 0.001%, {keys}}}, duration: 1 s"
    (part,) = admitted(body, tmp_path).streams
    assert part.oldest_wait_s == pytest.approx(age_s)
    assert part.dropped == 0
    assert part.peak_waiting >= 2 * age_s, "of one shard of ten, with 2 a second, at least"


def test_a_shard_with_much_poison_is_blocked_most_of_the_time(tmp_path: Path) -> None:
    # batches of 10 come every 5 s to each of ten shards and take 1 s; 1 in 100 has poison and blocks for what is left of a
    # day. Always late, shards are always busy: 10 invocations a second, and all but the last day's arrivals are served
    body = "triggers: {traffic: web, via: kinesis, shards: 10, batch: 10, window: 5 s, poison: 0.1%}, duration: 1 s"
    result = metered(body, tmp_path)
    (part,) = (result.demand["functions.f"].admitted or Admitted(())).streams
    assert per_second(result.usage["functions.f"].requests) == pytest.approx(10 * 27 / 28, rel=0.002)
    assert per_second(part.served) == pytest.approx(20 * 27 / 28, rel=0.002)
    assert per_second(part.waiting) == pytest.approx(20 / 28, rel=0.01)
    assert per_second(part.dead_letters) == pytest.approx(20 * 27 / 28 * (1 - 0.999**10), rel=0.002)
