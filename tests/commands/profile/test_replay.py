"""A trace through `profile`, `compare-modes` and `simulate`, with the answer of AWS's capacity mode evaluator beside ours."""

import os
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import capplan
from capplan.commands.profile.measure import profile
from capplan.language.load import load
from capplan.language.scenario import Scenario
from capplan.pipeline.results import Modes
from capplan.report.formats.json import to_json
from capplan.report.records.profile import profile_record
from tests.reference.dynamodb.mode_evaluator import DAYS, Bounds, Verdict, capacities, verdict

pytest.importorskip("duckdb")

_FOLDER = os.environ.get("CAPPLAN_FIELD_FILES")
_TRACE = Path(_FOLDER or "none") / "inputs" / "cloudwatch" / "elb_request_count_8c0756.csv"
"""Requests of a load balancer, two weeks of April 2014 by five minutes: Numenta Anomaly Benchmark, realAWSCloudWatch."""
_HELD, _REQUEST = (0.00013, 0.00065), (0.125e-6, 0.625e-6)
"""USD in us-east-1 of an RCU and a WCU hour, of a read and a write request unit (the price list's of 2026-09-18)."""
_MONTHS = 730 / (24 * DAYS)


def scenario(folder: Path, metric: Path, rate: int) -> Scenario:
    (folder / "profile.json").write_text(to_json(profile_record(profile([str(metric)]))))
    path = folder / "scenario.yaml"
    path.write_text(
        f"capplan: 1\nname: Replay\nregion: us-east-1\ntraffic: {{a: {{profile: profile.json, rate: {rate}/s}}}}\n"
        "tables: {orders: {item_size: 1 KB, access: [{get: a, consistency: strong}, {put: a, chance: 20%}]}}\n"
    )
    return load(str(path))


def evaluated(given: Scenario) -> tuple[Verdict, Verdict]:
    """Reads and writes, by the evaluator."""
    minutes = given.flows_by_name["a"].rate_per_minute()[: DAYS * 1440].tolist()
    units = (minutes, [rate * 0.2 for rate in minutes])
    held = capacities(*units, Bounds())
    reads, writes = (verdict(units[i], held[i], _HELD[i], _REQUEST[i]) for i in (0, 1))
    return reads, writes


def cost(modes: Modes, mode: str) -> float:
    options = {option.id: option.monthly_cost for option in modes.tables[0].options}
    return float(options[mode] or Decimal("NaN"))


@pytest.mark.skipif(not _TRACE.exists(), reason="CAPPLAN_FIELD_FILES is not set")
@pytest.mark.parametrize("rate", [200, 2000])
def test_a_real_trace_has_the_mode_that_awss_evaluator_recommends(tmp_path: Path, rate: int) -> None:
    given = scenario(tmp_path, _TRACE, rate)
    assert given.flows_by_name["a"].peak().per_second == pytest.approx(10.6 * rate, rel=0.01)  # 656 of 61.8 in the mean
    modes, (reads, writes) = capplan.compare_modes(given), evaluated(given)
    assert reads.mode == writes.mode == "on_demand"
    assert modes.tables[0].recommended == "on-demand"
    # rate × 2,628,000 s × (0.125 + 0.2 × 0.625) / 1M on both sides
    assert cost(modes, "on-demand") == pytest.approx((reads.on_demand + writes.on_demand) * _MONTHS, rel=1e-6)
    assert cost(modes, "on-demand") == pytest.approx(rate * 2_628_000 * 0.25e-6)
    ours, awss = cost(modes, "auto-scaled-70"), (reads.provisioned + writes.provisioned) * _MONTHS
    assert ours == pytest.approx(awss, rel=0.02)
    # a shape smooths the trace to 3% of its variance: it would recommend auto scaling, and miss what that throttles
    option = next(option for option in modes.tables[0].options if option.id == "auto-scaled-70")
    assert option.throttled_share is not None
    assert option.throttled_share > Decimal("0.001")


def made(folder: Path, counts: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Path:
    """A week of a metric by five minutes."""
    start = np.datetime64("2026-11-02T00:00")
    rows = [f"{start + np.timedelta64(5 * i, 'm')}:00Z,{n:.0f}" for i, n in enumerate(counts)]
    metric = folder / "metric.csv"
    metric.write_text("timestamp,value\n" + "\n".join(rows) + "\n")
    return metric


def test_a_steady_load_with_busy_hours_is_provisioned_by_both(tmp_path: Path) -> None:
    given = scenario(tmp_path, made(tmp_path, np.where((np.arange(7 * 288) % 24) < 12, 4500.0, 3000.0)), 200)
    modes, (reads, writes) = capplan.compare_modes(given), evaluated(given)
    assert (reads.mode, writes.mode) == ("provisioned", "provisioned")
    assert next(o for o in modes.tables[0].options if o.id == modes.tables[0].recommended).mode == "provisioned"
    ours, awss = cost(modes, "auto-scaled-70"), (reads.provisioned + writes.provisioned) * _MONTHS
    assert ours == pytest.approx(awss, rel=0.07)  # ours rises minutes later, and holds whole units


def test_where_both_differ_ours_throttles_what_awss_serves_at_once(tmp_path: Path) -> None:
    """90 times the load for five minutes: both advise on-demand. The evaluator scales at once to what was asked; auto
    scaling sees what was consumed, which a short capacity bounds, and is still far from it when the rise is over.
    """
    given = scenario(tmp_path, made(tmp_path, np.where((np.arange(7 * 288) % 20) < 1, 27_000.0, 300.0)), 200)
    modes, (reads, writes) = capplan.compare_modes(given), evaluated(given)
    assert (reads.mode, writes.mode) == ("on_demand", "on_demand")
    assert modes.tables[0].recommended == "on-demand"
    option = next(option for option in modes.tables[0].options if option.id == "auto-scaled-70")
    assert option.throttled_share is not None
    # of 20 × 5 minutes one has 90 of 109 parts of the load: nearly all of it is lost
    assert Decimal("0.5") < option.throttled_share < Decimal(90) / 109
    assert cost(modes, "auto-scaled-70") < (reads.provisioned + writes.provisioned) * _MONTHS / 10


# --- the evaluator's rule, by hand ---


def test_a_flat_load_holds_its_units_over_the_target() -> None:
    reads, writes = capacities([7.0] * 120, [0.35] * 120, Bounds())
    assert set(reads) == {10.0}
    assert set(writes) == {1.0}, "the least"


def test_it_rises_after_two_minutes_and_falls_after_fifteen() -> None:
    units = [7.1] + [7.0] * 19 + [14.0] * 2 + [7.0] * 60
    reads, _ = capacities(units, [0.0] * len(units), Bounds())
    at_first = 7.1 / 0.7
    assert reads[20:23] == pytest.approx([at_first, at_first, 20])  # at the end of the second minute
    assert reads[23:38] == pytest.approx([20] * 14 + [10])  # minute 36 still has minute 21 among its 15
    assert reads[37:] == pytest.approx([10] * (len(units) - 37))


def test_it_falls_four_times_a_day_and_then_once_an_hour() -> None:
    units = ([70.0] * 3 + [7.0] * 17) * 3 * 48  # two days, a rise every 20 minutes
    reads, _ = capacities(units, [0.0] * len(units), Bounds())
    falls = [i for i in range(1, len(reads)) if reads[i] < reads[i - 1]]
    assert [i for i in falls if i < 120] == [18, 38, 58, 78]
    later = [i for i in falls if 120 < i < 1440]
    assert min(b - a for a, b in pairwise(later)) >= 60
    assert [i - 1440 for i in falls if 1440 <= i < 1560] == [0, 18, 38, 58, 118]  # anew from midnight on
