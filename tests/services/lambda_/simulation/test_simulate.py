"""The simulated pool counts every request, meets theory, and is what `simulate` shows."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import capplan
from capplan.commands.simulate import simulate
from capplan.quantities.distribution import fixed
from capplan.services.lambda_.cold_start import month as cold_starts
from capplan.services.lambda_.cold_start.steady_state import Pool as Formula
from capplan.services.lambda_.cold_start.steady_state import steady_state
from capplan.services.lambda_.concurrency.erlang import blocking
from capplan.services.lambda_.simulation.warm_pool import Arrivals, Environments, Minute, Pool, simulate_minutes
from capplan.timeline import SimulationRequest, Timeline
from tests.helpers import scenario
from tests.reference.lambda_.steady_run import steady_run


def simulated(
    per_second: float, minutes: int, warm_ms: int, cold_ms: int, environments: Environments, seed: int = 1
) -> list[Minute]:
    arrivals = Arrivals(0, np.full(minutes, per_second), np.zeros(minutes, dtype=np.int64))
    return list(simulate_minutes(arrivals, fixed(warm_ms), fixed(cold_ms), environments, seed))


# --- by hand ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "cold", "busiest", "working"),
    [
        ([0.0, 10.0, 20.0], 1, 1, "one environment serves them all"),
        ([0.0, 0.5, 10.0], 2, 2, "the second comes while the first runs"),
        ([0.0, 601.5, 1204.0], 3, 1, "each idles for more than 600 s after its end"),
        ([0.0, 601.0, 1201.9], 3, 1, "at 600 s exactly it is gone; then 599.9 s after a cold end at 602"),
        ([0.0, 600.9], 1, 1, "one ended at 1 s and is idle for 599.9 s"),
    ],
)
def test_environments_are_reused_until_they_have_idled_too_long(
    times: list[float], cold: int, busiest: int, working: str
) -> None:
    pool = Pool(600)
    served = pool.serve(times, [1.0] * len(times), iter([1.0] * len(times)))
    wanted = 2 if "599.9 s after" in working else cold
    assert served == (wanted, 0, busiest), working


def test_requests_above_the_cap_are_throttled() -> None:
    assert Pool(600, cap=2).serve([0.0, 0.1, 0.2, 5.0], [1.0] * 4, iter([1.0] * 4)) == (2, 1, 2)


def test_a_thousand_start_at_once_and_a_hundred_a_second_more() -> None:
    pool = Pool(600)
    assert pool.serve([0.0] * 1500, [60.0] * 1500, iter([60.0] * 1500))[:2] == (1000, 500)
    assert pool.serve([3.0] * 1500, [60.0] * 1500, iter([60.0] * 1500))[:2] == (300, 1200)


def test_provisioned_environments_never_start_cold_and_are_never_removed() -> None:
    minutes = simulated(
        1 / 3600, 6000, 100, 5000, Environments(600, provisioned=lambda minute: 1 if minute >= 3000 else 0)
    )
    before, after = minutes[:3000], minutes[3000:]
    assert sum(m.cold for m in before) > 0.7 * sum(m.arrived for m in before)
    assert sum(m.cold for m in after) == 0
    assert {m.live for m in after} == {1}


# --- laws -------------------------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(
    rate=st.floats(0.01, 50), warm_ms=st.integers(1, 3000), cap=st.integers(1, 60), seed=st.integers(0, 2**32), keep=st.integers(1, 900)
)  # fmt: skip
def test_every_request_is_counted_once(rate: float, warm_ms: int, cap: int, seed: int, keep: int) -> None:
    minutes = simulated(rate, 30, warm_ms, warm_ms + 500, Environments(keep, cap), seed)
    for m in minutes:
        assert 0 <= m.cold + m.throttled <= m.arrived
        assert m.peak_busy <= cap
        assert m.live <= cap
    more = simulated(rate, 30, warm_ms, warm_ms + 500, Environments(keep, cap * 100), seed)
    assert sum(m.throttled for m in more) <= sum(m.throttled for m in minutes)
    assert [m.arrived for m in more] == [m.arrived for m in minutes]


@pytest.mark.parametrize(("rate", "warm_s", "cold_s"), [(0.1, 2.0, 2.3), (1.0, 0.2, 1.2), (0.02, 2.0, 2.3)])
def test_cold_starts_meet_the_formula(rate: float, warm_s: float, cold_s: float) -> None:
    runs = [steady_run(rate, warm_s, cold_s, Environments(600), 300_000, seed) for seed in range(3)]
    share = sum(run.cold for run in runs) / sum(run.requests for run in runs)
    assert share == pytest.approx(steady_state(Formula(rate, warm_s, cold_s, 600)).cold_share, rel=0.12)


def test_throttling_meets_erlangs_formula() -> None:
    runs = [steady_run(5, 2, 2, Environments(600, 12), 200_000, seed) for seed in range(3)]
    share = sum(run.throttled for run in runs) / sum(run.requests for run in runs)
    assert share == pytest.approx(blocking(10, 12), rel=0.03)
    assert all(run.warm + run.cold + run.throttled == run.requests for run in runs)


def test_a_day_that_rises_and_falls_meets_the_formula(tmp_path: Path) -> None:
    body = (
        'traffic: {web: {rate: 30/min, daily: {peak: 3x, trough: 0.2x, at: "20:00"}, '
        'spikes: [{name: s, at: "day 12 10:00", for: 30 min, times: 8x}]}}\n'
        "functions:\n  f: {triggers: web, duration: 200 ms, init: 400 ms, memory: 512 MB}\n"
    )
    loaded = scenario(body, tmp_path)
    share = float(capplan.plan(loaded).resources[0].usage["cold_start_share"])
    counts = {part: float(amount) for part, amount in simulated_timeline(body, tmp_path).totals.parts}
    assert counts["cold"] / sum(counts.values()) == pytest.approx(share, rel=0.1)


def test_the_peak_inside_a_minute_stays_within_its_margin() -> None:
    minutes = simulated(100, 1000, 100, 100, Environments(600))[30:]
    above = sum(m.peak_busy > 2 * (10 + 3.09 * math.sqrt(10)) for m in minutes)
    assert above == 0
    assert sum(m.peak_busy > 10 for m in minutes) > 0.9 * len(minutes)


# --- what is shown ----------------------------------------------------------------------------------------------------


def simulated_timeline(body: str, folder: Path, day: int | None = None) -> Timeline:
    return simulate(scenario(body, folder), asked_for=SimulationRequest(day)).resources[0].timelines[0]


FUNCTION = "functions:\n  f: {triggers: web, duration: 200 ms, init: 400 ms, memory: 512 MB, %s}\n"


def test_a_schedule_starts_cold_every_time(tmp_path: Path) -> None:
    body = 'traffic: {web: {schedule: "rate(30 minutes)"}}\n' + FUNCTION % "architecture: arm64"
    totals = simulated_timeline(body, tmp_path).totals
    assert [(name, int(amount)) for name, amount in totals.parts] == [("warm", 0), ("cold", 28 * 48), ("throttled", 0)]
    assert not totals.gap


def test_throttling_is_an_event_with_its_reason(tmp_path: Path) -> None:
    body = 'traffic: {web: {rate: 1/s, spikes: [{name: s, at: "day 3 10:00", for: 5 min, times: 100x}]}}\n'
    timeline = simulated_timeline(body + FUNCTION % "reserved_concurrency: 10", tmp_path)
    (event,) = [event for event in timeline.events if event.bad]
    assert timeline.day == 3
    assert event.second == (2 * 1440 + 600) * 60
    assert "throttled in 5 min" in event.text
    assert any("throttled" in chart.title for chart in timeline.charts)
    assert not timeline.totals.gap


def test_notes_show_the_band_and_the_mixture(tmp_path: Path) -> None:
    body = "traffic: {web: {rate: 6/h}}\n" + FUNCTION % "architecture: arm64"
    notes = " ".join(simulated_timeline(body, tmp_path).notes)
    assert (
        "61% at 5 min, 37% at 10 min, 22% at 15 min" in notes
    )  # exp(-1/2), exp(-1), exp(-3/2), and the calls' own time
    assert "p95 600 ms (200 warm)" in notes
    assert cold_starts.BAND_S == (300, 600, 900)


def test_a_busy_function_is_simulated_for_an_hour_and_the_notes_say_so(tmp_path: Path) -> None:
    body = "traffic: {web: {rate: 500/s}}\n" + FUNCTION % "architecture: arm64"
    timeline = simulated_timeline(body, tmp_path)
    assert "Simulated over the busiest hour" in " ".join(timeline.notes)
    assert len(timeline.charts[0].series[0].values) == 60
    assert not timeline.totals.gap


def test_the_same_seed_gives_the_same_run(tmp_path: Path) -> None:
    body = "traffic: {web: {rate: 6/h}}\n" + FUNCTION % "architecture: arm64"
    first, again = simulated_timeline(body, tmp_path), simulated_timeline(body, tmp_path)
    assert first.totals == again.totals
    assert first.notes == again.notes
    assert first.events == again.events
