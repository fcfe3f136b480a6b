"""`profile` of a metric of CloudWatch: periods that count, gaps, several metrics, and what is no count."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from capplan.commands.profile.events import Mapped
from capplan.commands.profile.measure import profile
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.report.formats.json import to_json
from capplan.report.records.profile import profile_record

MONDAY = 1_793_577_600  # 2026-11-02 00:00 UTC


def metric(folder: Path, counts: dict[int, object], name: str = "metric.csv", header: str = "timestamp,value") -> str:
    """Counts by the number of their five minutes."""
    path = folder / name
    path.write_text(f"{header}\n" + "".join(f"{MONDAY + 300 * i},{n}\n" for i, n in counts.items()))
    return str(path)


def answer(*series: tuple[str, list[int], list[float]]) -> str:
    results = [{"Id": name, "Label": name, "Timestamps": at, "Values": values} for name, at, values in series]
    return json.dumps({"Messages": [], "MetricDataResults": results})


def error_of(call: Callable[[], object]) -> str:
    with pytest.raises(CapplanError) as raised:
        call()
    return " ".join(f"{found.message} {found.hint}" for found in raised.value.diagnostics)


def test_a_line_is_a_period_and_not_a_request(tmp_path: Path) -> None:
    found = profile([metric(tmp_path, {0: 300, 1: 900, 2: 0})])
    assert (found.rows, found.requests, found.files) == (3, 1200, {"metric of CloudWatch": 1})
    assert found.rate == pytest.approx(1200 / 900)
    assert found.busiest_minute == (MONDAY + 300, Decimal(180))  # 900 in five minutes
    assert (found.busiest_seconds, found.keys, found.bytes) == ((), None, None)
    assert found.by_hour[0] == pytest.approx(1200 / 900)
    assert found.minutes is not None
    assert (found.minutes.period_seconds, [*map(int, found.minutes.counts)]) == (300, [300, 900, 0])


def test_gaps_lie_on_the_line_between_their_neighbors_where_few_are_missing(tmp_path: Path) -> None:
    counts: dict[int, object] = dict.fromkeys(range(300), 600)
    del counts[100], counts[101]
    counts[102] = 1200
    found = profile([metric(tmp_path, counts)])
    assert found.minutes is not None
    assert [*map(int, found.minutes.counts[99:103])] == [600, 800, 1000, 1200]
    assert "a replay has 2 periods without a point on the line between their neighbors" in found.told
    many = profile([metric(tmp_path, dict.fromkeys([*range(100), *range(110, 200)], 600))])
    assert many.minutes is None
    assert "too many periods are missing for a replay" in many.told


def test_a_week_of_it_is_replayed(tmp_path: Path) -> None:
    counts: dict[int, object] = dict.fromkeys(range(7 * 288), 300)
    counts[12] = 3000  # Monday 01:00: 10/s
    (tmp_path / "profile.json").write_text(to_json(profile_record(profile([metric(tmp_path, counts)]))))
    (tmp_path / "scenario.yaml").write_text(
        "capplan: 1\nname: A\nregion: us-east-1\ntraffic: {a: {profile: profile.json}}\n"
        "tables: {orders: {item_size: 1 KB, items: 1M, access: [{put: a}]}}\n"
    )
    peak = load(str(tmp_path / "scenario.yaml")).flows_by_name["a"].peak()
    assert (round(peak.per_second, 9), peak.minute) == (10, 60)


def test_one_metric_in_parts_and_one_of_several(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text(answer(("reads", [MONDAY, MONDAY + 60], [60, 120]), ("writes", [MONDAY], [5])))
    (tmp_path / "2.json").write_text(answer(("reads", [MONDAY + 120], [180])))
    asked = Mapped(only=(("target", "reads"),))
    found = profile([str(tmp_path)], asked)
    assert (found.requests, found.files) == (360, {"metric of CloudWatch": 2})
    assert "did you mean reads?" in error_of(lambda: profile([str(tmp_path)], Mapped(only=(("target", "read"),))))
    assert "2 metrics, of which each has a profile of its own choose one: --only target=reads" in error_of(
        lambda: profile([str(tmp_path)])
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timestamp,value\nsoon,5\n", "no line begins with a time"),
        (f"timestamp,value\n{MONDAY},5\n{MONDAY + 60},many\n", "'many' is not a number"),
        (f"timestamp,value\n{MONDAY},5\n", "one point does not say how long its period is"),
        (f"timestamp,value\n{MONDAY},5\n{MONDAY + 60},-5\n", "it is below 0 at times"),
        (f"timestamp,value\n{MONDAY},0\n{MONDAY + 60},0\n", "it is 0 all the time"),
        ('{"Label": "CPUUtilization", "Datapoints": []}', "the metric has no points"),
        (
            '{"Datapoints": [{"Timestamp": 1793577600, "Average": 5, "Unit": "A"},{"Timestamp": 1793577900, "Average": 5}]}',
            "Average of A is no count over time",
        ),
        ('{"MetricDataResults": [{"Id": "a", "Timestamps": [1793577600], "Values": [1, 2]}]}', "1 values"),
        ('{"MetricDataResults": [', "not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_count_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "metric.txt").write_text(text)
    assert said in error_of(lambda: profile([str(tmp_path / "metric.txt")]))


def test_a_metric_and_a_log_do_not_add_up(tmp_path: Path) -> None:
    file = metric(tmp_path, {0: 1, 1: 2})
    (tmp_path / "log.csv").write_text("time,op\n2026-11-02T00:00:00Z,Get\n")
    said = error_of(lambda: profile([file, str(tmp_path / "log.csv")]))
    assert "'metric.csv' is a metric of CloudWatch, 'log.csv' a log of requests profile them apart" in said
