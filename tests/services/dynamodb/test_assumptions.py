"""What a table's answer rests on, what that is worth, and that every one of the workload's can be written."""

from pathlib import Path

import numpy as np
import pytest

import capplan
from capplan.language.load_profiles import Daily, traffic_profile, with_noise
from capplan.services.dynamodb.assumptions import HELD_MORE, HELD_MORE_FLAT, USUAL_NOISE
from capplan.services.dynamodb.capacity.scaling import Bounds, Policy, capacity_steps, expand
from capplan.units import PERIOD_MINUTES
from tests.helpers import scenario

AUTO = "capacity: {mode: provisioned, write: {min: 5, max: 40000, target: 70%}, read: 5}"
WRITTEN = "items: 100M, partition_key: {name: id, popularity: uniform}"


def assumed(table: str, traffic: str, folder: Path, size: str = "1 KB") -> dict[str, str]:
    """The workload's assumptions: path and reason."""
    body = f"traffic: {{x: {{{traffic}}}}}\ntables:\n  t: {{item_size: {size}, {WRITTEN}, {table}}}\n"
    found = capplan.plan(scenario(body, folder)).assumptions
    return {one.assumption.path: one.assumption.reason for one in found if one.assumption.kind == "workload"}


@pytest.mark.parametrize(("table", "traffic", "path", "worth"), [
    ("access: [{put: x}]", "rate: 10/s", "", ""),
    ("ttl: e, access: [{put: x}]", "rate: 10/s", "", ""),
    ("ttl: e, stream: new-image, access: [{put: x}]", "rate: 10/s", "tables.t.expires", "as many items expire as are put"),
    ("ttl: e, expires: 50%, stream: new-image, access: [{put: x}]", "rate: 10/s", "", ""),
    ("access: [{put: x}]", "rate: 20000/s", "tables.t.warm", "throttle 0.1% of"),
    ("warm: seen, access: [{put: x}]", "rate: 20000/s", "", ""),
    ("warm: {write: 20000}, access: [{put: x}]", "rate: 20000/s", "", ""),
    ("access: [{put: x}]", "rate: 3000/s", "", ""),
    ("access: [{consistency: eventual, scan: 1/day, items: 100M}]", "rate: 1/s", "tables.t.access.scan.segments", "more segments"),
    ("access: [{consistency: eventual, scan: 1/day, items: 100M, segments: 8}]", "rate: 1/s", "", ""),
    (f"{AUTO}, access: [{{put: x}}]", "rate: 700/s", "traffic.x.noise", "about 28% more"),
    (f"{AUTO}, access: [{{put: x}}]", "rate: 700/s, daily: {peak: 2x, trough: 0.5x, at: '20:00'}", "traffic.x.noise", "about 16% more"),
    (f"{AUTO}, access: [{{put: x}}]", "rate: 700/s, noise: 0%", "", ""),
    (f"{AUTO}, access: [{{put: x}}]", "rate: 700/s, noise: 15%", "", ""),
    ("capacity: {mode: provisioned, write: 800, read: 5}, access: [{put: x}]", "rate: 700/s", "", ""),
])  # fmt: skip
def test_what_decides_is_said_with_its_worth_until_it_is_written(
    table: str, traffic: str, path: str, worth: str, tmp_path: Path
) -> None:
    """A new table of 20,000/s: 16,000, 12,000 and 4,000 a second are throttled for half an hour each, 0.11% of a month."""
    found = assumed(table, traffic, tmp_path)
    assert list(found) == ([path] if path else [])
    assert worth in found.get(path, "")


def test_an_entry_without_a_size_is_the_item_and_says_what_a_small_one_takes(tmp_path: Path) -> None:
    table = "indexes: {by: {partition_key: {name: d, popularity: uniform}, project: keys-only, items: 100M}}, access: [{put: x}]"
    assert assumed(table, "rate: 1/s", tmp_path, size="3 KB") == {
        "tables.t.indexes.by.entry_size": "the largest an entry can be, 3 units a write; up to 1 KB takes 1"
    }
    assert assumed(table, "rate: 1/s", tmp_path) == {"tables.t.indexes.by.entry_size": "the largest an entry can be"}


@pytest.mark.parametrize(("daily", "more"), [(Daily(), HELD_MORE_FLAT), (Daily(2, 0.3), HELD_MORE)])
def test_what_noise_is_worth_is_what_auto_scaling_holds_more(daily: Daily, more: float) -> None:
    profile = traffic_profile("x", daily, {}, ())
    held = []
    for one in (profile, with_noise(profile, USUAL_NOISE)):
        (steps,) = capacity_steps([(one.expand() * 300, Policy(0.7, (Bounds(0, 5, 40_000),)))])
        held.append(expand(steps, PERIOD_MINUTES).mean())
    assert held[1] / held[0] - 1 == pytest.approx(more, abs=0.03)


@pytest.mark.parametrize("share", [0.05, 0.15, 0.3])
def test_noise_keeps_the_volume_and_has_its_deviation(share: float) -> None:
    profile = traffic_profile("x", Daily(), {}, ())
    noisy = with_noise(profile, share)
    series = noisy.expand()
    assert float(series.sum()) == pytest.approx(PERIOD_MINUTES)
    assert float(series.std()) == pytest.approx(share, rel=0.05)
    assert noisy.monthly == profile.monthly
    assert noisy.peak.per_second == series.max() == series[noisy.peak.minute]
    assert np.array_equal(series, with_noise(profile, share).expand()), "the same traffic, the same noise"
    assert with_noise(profile, 0).flat
