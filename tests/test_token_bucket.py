"""What a token bucket lets through: fluid within a minute, conserved over the month."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.calls import Access
from capplan.flow import DemandFlow, LoadProfile, Peak, steady
from capplan.model import Demand, RequestStream
from capplan.token_bucket import Bucket, admit, seconds_to_empty
from capplan.units import MONTH_SECONDS, PERIOD_MINUTES


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


def test_a_start_of_a_schedule_takes_the_bucket_at_once() -> None:
    import numpy as np

    series = np.zeros(PERIOD_MINUTES)
    series[600] = 1 / 60
    # 500 in the instant, 200 tokens: 300 rejected, though the minute has 6,000
    start = LoadProfile(
        "job", False, Fraction(1), Peak(1 / 60, 600), False, lambda: series, ((600, 601),), starts=(600,)
    )  # fmt: skip
    flow = DemandFlow.of(start, Fraction(500))
    admitted = admit("api", demand(flow), [Bucket(Fraction(100), Fraction(200))])
    assert admitted is not None
    assert (float(admitted.streams[0].served), float(admitted.streams[0].dropped)) == pytest.approx((200, 300))


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
