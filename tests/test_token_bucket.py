"""What a token bucket lets through: fluid within a minute, conserved over the month."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.calls import Access
from capplan.flow import DemandFlow, LoadProfile, Peak, steady
from capplan.model import Demand, RequestStream
from capplan.record import replace
from capplan.token_bucket import Bucket, admit, seconds_to_empty
from capplan.units import MONTH_SECONDS, PERIOD_MINUTES, PERIOD_TO_MONTH

NONE = Fraction(0)


def demand(*flows: DemandFlow) -> Demand:
    return Demand(tuple(RequestStream(Access(op="request"), flow, "traffic.t") for flow in flows))


def at(rate: int) -> DemandFlow:
    return DemandFlow.of(steady("t", recurring=True), Fraction(rate))


def spike(minutes: int, per_second: float) -> DemandFlow:
    """So many requests a second in the first minutes of the simulated period, once a month."""
    import numpy as np

    series = np.zeros(PERIOD_MINUTES)
    series[:minutes] = per_second
    profile = LoadProfile(
        "spike", True, Fraction(round(minutes * 60 * per_second)), Peak(per_second, 0), False, lambda: series,
        once_minutes=((0, minutes),),
    )  # fmt: skip
    return DemandFlow.of(profile, Fraction(1))


@pytest.mark.parametrize(
    ("rate", "burst", "wanted", "seconds"),
    [
        (10_000, 5_000, 15_000, Fraction(1)),  # 5,000 / (15,000 - 10,000)
        (2_500, 1_250, 2_600, Fraction(25, 2)),  # 1,250 / 100
        (10_000, 5_000, 10_000, None),
        (10_000, 5_000, 9_999, None),
    ],
)
def test_a_full_bucket_lasts_for_burst_over_excess(
    rate: int, burst: int, wanted: int, seconds: Fraction | None
) -> None:
    assert seconds_to_empty(Fraction(rate), Fraction(burst), Fraction(wanted)) == seconds


def test_what_passes_of_a_constant_excess_is_the_rate() -> None:
    admitted = admit("api", demand(at(15_000)), [Bucket(Fraction(10_000), Fraction(5_000))])
    assert admitted is not None
    part = admitted.streams[0]
    # 10,000 of 15,000 a second, and once 5,000 more
    assert float(part.served) == pytest.approx(15_000 * MONTH_SECONDS * 2 / 3, rel=1e-5)
    assert part.served + part.dropped == 15_000 * MONTH_SECONDS


def test_a_spike_uses_the_burst_once() -> None:
    # three minutes of 160/s against 100/s and a burst of 1,800: 180 × 100 + 1,800 of 28,800 pass
    admitted = admit("api", demand(spike(3, 160.0)), [Bucket(Fraction(100), Fraction(1_800))])
    assert admitted is not None
    assert float(admitted.streams[0].served) == pytest.approx(180 * 100 + 1_800, rel=1e-5)


def test_what_fits_the_burst_is_served() -> None:
    # one minute of 130/s against 100/s: 1,800 too many, which the bucket holds
    assert admit("api", demand(spike(1, 130.0)), [Bucket(Fraction(100), Fraction(1_800))]) is None


BURST, NO_BURST = Bucket(Fraction(100), Fraction(200)), Bucket(Fraction(100))


def starts(runs: int, over: int = 0) -> DemandFlow:
    """So many requests at the start of minute 600, and others over that minute."""
    import numpy as np

    series, even = np.zeros(PERIOD_MINUTES), np.zeros(PERIOD_MINUTES)
    series[600], even[600] = 1 / 60, over / 60
    job = LoadProfile("job", False, Fraction(1), Peak(1 / 60, 600), False, series.copy, ((600, 601),), starts=(600,))
    web = LoadProfile("web", False, Fraction(over), Peak(over / 60, 600), False, even.copy, ((600, 601),))
    return DemandFlow.of(job, Fraction(runs)) + DemandFlow.of(web, Fraction(1) if over else Fraction(0))


@pytest.mark.parametrize(
    ("runs", "over", "each", "bucket", "served"),
    [
        # 100 a second and 200 at once: what comes in an instant finds the 200, though the minute brings 6,000
        (200, 0, 1, BURST, None),
        (201, 0, 1, BURST, 200),
        (500, 0, 1, BURST, 200),
        (150, 0, 2, BURST, 100),  # 300 tokens
        (80, 0, 1, Bucket(Fraction(100), Fraction(50)), 50),  # a burst may be less than a second's tokens
        # no burst is published: an instant finds the tokens of its second
        (100, 0, 1, NO_BURST, None),
        (101, 0, 1, NO_BURST, 100),
        (500, 0, 1, NO_BURST, 100),
        # what follows in that minute finds its 6,000 and what the start has left of the 200
        (150, 6_050, 1, BURST, None),
        (150, 6_180, 1, BURST, 150 + 6_050),
        (200, 6_180, 1, BURST, 200 + 6_000),
        (500, 6_180, 1, BURST, 200 + 6_000),
        # without a burst the start takes its tokens of the 6,000
        (100, 5_900, 1, NO_BURST, None),
        (100, 6_100, 1, NO_BURST, 100 + 5_900),
        (0, 6_100, 1, NO_BURST, 6_000),
    ],
)
def test_a_start_of_a_schedule_takes_the_bucket_at_once(
    runs: int, over: int, each: int, bucket: Bucket, served: int | None
) -> None:
    asked = demand(starts(runs, over))
    admitted = admit("api", asked, [replace(bucket, each=Fraction(each))])
    if served is None:
        assert admitted is None
        return
    assert admitted is not None
    (part,) = admitted.streams
    assert float(part.served) == pytest.approx(served, rel=2e-6), "a share has six digits"
    assert part.served + part.dropped == runs + over


def test_a_bucket_fills_again_and_no_further_than_its_burst() -> None:
    """30 tokens and 1 a second: 90 of a start at noon find 30, a minute later all 60 and 30 more would be there, but 30 are."""
    import numpy as np

    series = np.zeros(PERIOD_MINUTES)
    series[[720, 721]] = 1 / 60
    job = LoadProfile(
        "job", False, Fraction(2), Peak(1 / 60, 720), False, series.copy, ((720, 722),), starts=(720, 721)
    )
    admitted = admit("api", demand(DemandFlow.of(job, Fraction(90))), [Bucket(Fraction(1), Fraction(30))])
    assert admitted is not None
    assert float(admitted.streams[0].served) == pytest.approx(60, rel=2e-6)


def minutes(name: str, levels: dict[int, float], otherwise: float = 0.0) -> DemandFlow:
    """A rate per second in some minutes, once a month each, and another one in all others."""
    import numpy as np

    series = np.full(PERIOD_MINUTES, otherwise)
    for minute, level in levels.items():
        series[minute] = level
    monthly = sum((Fraction(level) * 60 for level in levels.values()), Fraction(0))
    monthly += Fraction(otherwise) * 60 * (PERIOD_MINUTES - len(levels)) * PERIOD_TO_MONTH
    peak = max(levels, key=lambda minute: levels[minute])
    once = tuple((minute, minute + 1) for minute in sorted(levels))
    profile = LoadProfile(name, False, monthly, Peak(levels[peak], peak), False, series.copy, once)
    return DemandFlow.of(profile, Fraction(1))


def test_a_quiet_minute_fills_the_bucket_by_what_it_leaves() -> None:
    """60 a minute and 100 at once: 150 leave 10; 30 make them 40; of 120 the 60 and those 40 pass. 280 of 300."""
    admitted = admit("api", demand(minutes("a", {10: 2.5, 11: 0.5, 12: 2})), [Bucket(Fraction(1), Fraction(100))])
    assert admitted is not None
    assert float(admitted.streams[0].served) == pytest.approx(280, rel=2e-6)
    assert [admitted.streams[0].flow.at(minute) * 60 for minute in (10, 11, 12)] == pytest.approx([150, 30, 100])


def test_a_stream_that_comes_at_another_time_loses_nothing() -> None:
    """150 a second in minute 5 meet 100; the 20 a second of minute 9 are served, and so is a stream without requests."""
    asked = demand(minutes("a", {5: 150}), minutes("b", {9: 20}), DemandFlow.zero())
    buckets = [Bucket(Fraction(100)), Bucket(Fraction(20_000), each=Fraction(200), limit="x.rate")]
    admitted = admit("api", asked, buckets)
    assert admitted is not None
    a, b, none = admitted.streams
    assert (float(a.served), float(a.dropped)) == pytest.approx((6_000, 3_000), rel=2e-6)
    assert (b.served, b.dropped) == (Fraction(1_200), NONE)
    assert (none.served, none.dropped) == (NONE, NONE)
    assert (b.flow, none.flow) == (asked.requests[1].flow, DemandFlow.zero())
    wanted = admitted.wanted["x.rate"]  # 200 tokens each: of 100 a second in minute 5, and of 20 in minute 9
    assert [wanted.at(minute) for minute in (5, 6, 9)] == pytest.approx([20_000, 0, 4_000])
    assert wanted.monthly == (a.flow.monthly + 1_200) * 200


def test_minutes_that_lose_other_shares_are_served_by_a_series_of_their_own() -> None:
    """150 a second in minute 5 meet 100; all other minutes have one request in two minutes, and keep it."""
    admitted = admit("api", demand(minutes("a", {5: 150}, 1 / 128)), [Bucket(Fraction(100))])
    assert admitted is not None
    (part,) = admitted.streams
    assert [part.flow.at(minute) for minute in (5, 6)] == pytest.approx([100, 1 / 128])


def test_minutes_that_all_lose_the_same_share_stay_a_formula() -> None:
    """100 + 200 a second in minute 5 and 200 + 100 in minute 6 meet 150: half of each is served."""
    asked = demand(minutes("a", {5: 100, 6: 200}), minutes("b", {5: 200, 6: 100}))
    admitted = admit("api", asked, [Bucket(Fraction(150))])
    assert admitted is not None
    assert [part.flow for part in admitted.streams] == [stream.flow * Fraction(1, 2) for stream in asked.requests]
    assert [part.dropped for part in admitted.streams] == [9_000, 9_000]


def test_others_take_their_part_of_a_limit_of_the_account() -> None:
    # 60 + 90 want 100: two thirds pass of each
    admitted = admit("api", demand(at(60)), [Bucket(Fraction(100), others=at(90), limit="x.rate")])
    assert admitted is not None
    assert float(admitted.streams[0].served) == pytest.approx(60 * MONTH_SECONDS * 2 / 3, rel=1e-5)
    assert float(admitted.wanted["x.rate"].monthly) == pytest.approx(60 * MONTH_SECONDS), (
        "it asks for all it is asked for"
    )


def test_a_later_bucket_sees_what_the_first_lets_through() -> None:
    buckets = [Bucket(Fraction(50), Fraction(1)), Bucket(Fraction(40), Fraction(1), limit="x.rate")]
    admitted = admit("api", demand(at(100)), buckets)
    assert admitted is not None
    assert float(admitted.wanted["x.rate"].monthly) == pytest.approx(50 * MONTH_SECONDS, rel=1e-4)
    assert float(admitted.streams[0].served) == pytest.approx(40 * MONTH_SECONDS, rel=1e-4)


@given(
    rates=st.lists(st.integers(1, 500), min_size=1, max_size=3),
    minutes=st.integers(1, 50),
    quota=st.integers(1, 600),
    burst=st.integers(0, 2_000),
    each=st.integers(1, 4),
)
@settings(max_examples=30)
def test_nothing_is_lost_and_no_more_than_the_rate_and_the_burst_is_served(
    rates: list[int], minutes: int, quota: int, burst: int, each: int
) -> None:
    asked = demand(*(at(rate) for rate in rates), spike(minutes, 300.0))
    admitted = admit("api", asked, [Bucket(Fraction(quota), Fraction(burst), each=Fraction(each))])
    if admitted is None:
        assert (sum(rates) + 300) * each <= quota or burst
        return
    for stream, part in zip(asked.requests, admitted.streams, strict=True):
        assert part.served + part.dropped == stream.arrivals.monthly
        assert part.dropped >= 0
    served = sum(float(part.served) for part in admitted.streams)
    # a bucket that empties and fills again serves its burst each time: once here, for the one spike and the start
    assert served * each <= (quota * MONTH_SECONDS + 2 * burst) * (1 + 1e-5)


def test_a_later_limit_is_asked_for_what_the_earlier_one_lets_through() -> None:
    """15,000 a second meet a rate of 10,000; each of those takes 2 tokens of the account's limit: 20,000 a second."""
    account = Bucket(Fraction(5_000), each=Fraction(2), limit="account.rate")
    admitted = admit("api", demand(at(15_000)), [Bucket(Fraction(10_000)), account])
    assert admitted is not None
    assert float(admitted.wanted["account.rate"].monthly) == pytest.approx(20_000 * MONTH_SECONDS, rel=1e-5)
