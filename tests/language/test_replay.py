"""`traffic: {NAME: {profile: FILE}}` with a week of minutes: each minute of the month is one that was counted."""

import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.commands.forecast.forecast import forecast
from capplan.commands.simulate import simulate
from capplan.errors import CapplanError
from capplan.flow import DemandFlow, rate_per_minute_of
from capplan.language.load import load
from capplan.language.replay import Replay, replayed
from capplan.reading.counts import packed, unpacked
from capplan.timeline import moment_of

MONDAY = int(datetime(2026, 11, 2, tzinfo=UTC).timestamp())
DAY, WEEK = 1440, 10_080


def counts(weeks: int, peak_at: int, peak: int = 601) -> list[int]:
    """60 requests in each minute, `peak` in one."""
    out = [60] * (weeks * WEEK)
    out[peak_at] = peak
    return out


def scenario(
    folder: Path, traffic: str, minutes: object, *, first: int = MONDAY, period: int = 60, zone: str = "UTC"
) -> str:
    data = {
        "schema": "capplan.profile/1",
        "timezone": zone,
        "traffic": {"rate": "1/s"},
        "minutes": {
            "first": datetime.fromtimestamp(first, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "period_seconds": period,
            "requests": packed(minutes) if isinstance(minutes, list) else minutes,
        },
    }
    (folder / "profile.json").write_text(json.dumps(data))
    path = folder / "scenario.yaml"
    path.write_text(
        f'capplan: 1\nname: Shop\nregion: us-east-1\ntimezone: "{zone}"\ntraffic: {{shoppers: {{{traffic}}}}}\n'
        "tables: {orders: {item_size: 1 KB, items: 1M, access: [{put: shoppers}]}}\n"
    )
    return str(path)


def flow(path: str) -> DemandFlow:
    return load(path).flows_by_name["shoppers"]


def test_each_minute_is_the_one_that_was_counted(tmp_path: Path) -> None:
    minutes = counts(4, 2 * WEEK + 3 * DAY + 600)  # Thursday of the third week, 10:00
    replay = flow(scenario(tmp_path, "profile: profile.json", minutes))
    assert replay.rate_per_minute() == pytest.approx([n / 60 for n in minutes])
    assert replay.peak().minute == 2 * WEEK + 3 * DAY + 600
    # 28 days of 86,400 and 541 more; a month of 2,628,000 s at that mean
    assert float(replay.monthly) == pytest.approx((28 * 86_400 + 541) / (28 * 86_400) * 2_628_000, rel=1e-12)


@pytest.mark.parametrize(
    ("weeks", "first_day", "zone", "busiest"),
    [
        (1, 0, "UTC", [600]),
        (2, 0, "UTC", [600]),
        (1, 3, "UTC", [3 * DAY + 600]),  # the trace began on a Thursday
        (1, 3, "+09:00", [3 * DAY + 600 + 9 * 60]),  # 10:00 UTC is 19:00 in Tokyo
    ],
)
def test_a_minute_keeps_its_weekday_and_time_in_the_scenarios_zone(
    tmp_path: Path, weeks: int, first_day: int, zone: str, busiest: list[int]
) -> None:
    path = scenario(tmp_path, "profile: profile.json", counts(weeks, 600), first=MONDAY + first_day * 86_400, zone=zone)
    series = flow(path).rate_per_minute()
    found = [i for i in range(len(series)) if series[i] > 5]
    assert found == [at + n * weeks * WEEK for n in range(4 // weeks) for at in busiest]


def test_a_sunday_becomes_the_monday_of_a_zone_ahead() -> None:
    profile = replayed("a", Replay(MONDAY + 6 * 86_400, 60, tuple(map(float, counts(1, 15 * 60)))), 10 * 3600)
    assert profile.peak.minute == 60  # Sunday 15:00 UTC is Monday 01:00 at +10:00


def test_longer_traces_give_their_last_weeks_and_five_minutes_are_spread(tmp_path: Path) -> None:
    minutes = [999] * DAY + [60] * (2 * WEEK)  # a day more than two weeks
    assert flow(scenario(tmp_path, "profile: profile.json", minutes)).peak().per_second == pytest.approx(1)
    fives = [300] * (WEEK // 5)
    fives[1] = 600  # 600 in five minutes are 2/s
    series = flow(scenario(tmp_path, "profile: profile.json", fives, period=300)).rate_per_minute()
    assert [i for i in range(WEEK) if series[i] == pytest.approx(2)] == [5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("traffic", "minutes", "peak"),
    [
        ("profile: profile.json", counts(1, 600), 601 / 60),
        # the mean is (60 × 10,080 + 541) / 10,080 a minute: 100/s there
        ("profile: profile.json, rate: 100/s", counts(1, 600), 100 * 601 * WEEK / (60 * WEEK + 541)),
        ("profile: profile.json, replay: false", counts(1, 600), 1),
        ("profile: profile.json, noise: 0%", counts(1, 600), 1),
        ("profile: profile.json", counts(1, 600)[1:], 1),  # a minute less than a week: the shape
        ("profile: profile.json", [0] * WEEK, 1),
    ],
)
def test_what_is_written_beside_it_replaces_it(tmp_path: Path, traffic: str, minutes: list[int], peak: float) -> None:
    assert flow(scenario(tmp_path, traffic, minutes)).peak().per_second == pytest.approx(peak)


def test_a_replay_grows_and_doubles_as_a_rate_does(tmp_path: Path) -> None:
    path = scenario(tmp_path, "profile: profile.json, growth: 10%/month", counts(4, 600))
    months = forecast(load(path), 3, fixes=False).months
    assert float(months[2].monthly_cost / months[0].monthly_cost) > 1.1
    assert flow(path).peak(2.0).per_second == pytest.approx(2 * 601 / 60)


def test_a_simulation_sees_the_minute_that_was(tmp_path: Path) -> None:
    path = Path(scenario(tmp_path, "profile: profile.json", counts(1, 2 * DAY + 600, 60_000)))
    provisioned = "capacity: {mode: provisioned, write: 100, read: 1}, item_size"
    path.write_text(path.read_text().replace("item_size", provisioned))
    events = simulate(load(str(path))).resources[0].timelines[0].events
    throttled = [(moment_of(event.second), event.text) for event in events if "throttled" in event.text]
    # 60,000 in a minute; 100 a second serve 6,000, and 300 seconds of unused capacity 30,000: 40% are lost, each Wednesday
    assert throttled == [(f"day {day} 10:00", "40.0% throttled for 1 min") for day in (3, 10, 17, 24)]


@pytest.mark.parametrize(
    ("traffic", "minutes", "said"),
    [
        ("profile: profile.json, replay: true", counts(1, 600)[1:], "no whole week of minutes"),
        ("profile: profile.json, replay: true, daily: [1" + ", 1" * 23 + "]", counts(1, 6), "'daily' does not apply"),
        ("rate: 60/s, replay: true", counts(1, 600), "'replay' needs a profile"),
        ("profile: profile.json", "not base64!", "minutes of 'profile.json' cannot be read"),
        ("profile: profile.json", packed([1] * WEEK)[:-8], "minutes of 'profile.json' cannot be read"),
        ("profile: profile.json", "AAAA", "minutes of 'profile.json' cannot be read"),
        ("profile: profile.json", None, "minutes of 'profile.json' cannot be read"),
        ("profile: profile.json, replay: often", counts(1, 600), "expected"),
    ],
)
def test_what_cannot_be_replayed_is_an_error_where_it_is_written(
    tmp_path: Path, traffic: str, minutes: object, said: str
) -> None:
    with pytest.raises(CapplanError) as raised:
        load(scenario(tmp_path, traffic, minutes))
    found = raised.value.diagnostics
    assert [one.line for one in found] == [5]
    assert said in f"{found[0].message} {found[0].hint}"


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(0, 20_000), st.integers(-14 * 60, 14 * 60))
def test_no_request_is_lost(seed: int, start_minute: int, zone_minutes: int) -> None:
    fives = np.random.default_rng(seed).integers(0, 10**9, WEEK // 5).tolist()
    replay = Replay(MONDAY + start_minute * 60, 300, tuple(map(float, fives)))
    profile = replayed("a", replay, zone_minutes * 60)
    series = rate_per_minute_of(profile)
    assert sorted(series * replay.per_second) == pytest.approx(sorted(n / 300 for n in fives for _ in range(20)))
    assert series.mean() == pytest.approx(1)
    assert profile.monthly == Fraction(2_628_000)
    assert profile.at is not None
    assert profile.at(profile.peak.minute) == profile.peak.per_second == series.max()


@given(st.lists(st.integers(0, 10**12)))
def test_counts_are_read_as_they_were_written(numbers: list[int]) -> None:
    assert unpacked(packed(numbers)) == tuple(numbers)
