"""Metrics in CloudWatch's own forms: newest first, in no order, with gaps, in several zones; and what is no count."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from capplan.commands.import_files import draft_of
from capplan.commands.import_files import imported as import_onto
from capplan.errors import CapplanError
from capplan.importing.metrics.read import is_metrics_csv, metric_data, metric_statistics, metrics_csv
from capplan.importing.metrics.traffic import measured_traffic
from capplan.importing.value import Value
from capplan.reading.foreign_json import read_foreign_json
from capplan.reading.yaml_reader import read_yaml
from capplan.record import replace
from tests.importing.drafts import imported, write


def _value(data: object) -> Value:
    document = read_foreign_json(json.dumps(data), "metrics.json")
    return Value(document.data, document)


def _times(*minutes: int) -> list[str]:
    return [f"2026-11-01T00:{minute:02d}:00+00:00" for minute in minutes]


def test_metric_data_is_read_in_order_of_time() -> None:
    result = {"Id": "m1", "Label": "Invocations", "Timestamps": _times(10, 5, 0), "Values": [30, 20.5, 10]}
    (series,) = metric_data(_value({"MetricDataResults": [{**result, "StatusCode": "PartialData"}]}))
    assert [point.value for point in series.points] == [10, Decimal("20.5"), 30]
    assert (series.name, series.metric, series.period_seconds, series.complete) == ("m1", "Invocations", 300, False)


def test_a_series_that_is_cut_off_has_the_period_of_the_others_in_its_answer() -> None:
    whole = {
        "Id": "reads",
        "Label": "ConsumedReadCapacityUnits",
        "Timestamps": _times(0, 5, 10, 15, 20),
        "Values": [9] * 5,
    }
    cut = {"Id": "index", "Label": "ConsumedReadCapacityUnits", "Timestamps": _times(0, 10, 20), "Values": [9] * 3}
    answer = {"MetricDataResults": [whole, {**cut, "StatusCode": "PartialData"}]}
    assert [series.period_seconds for series in metric_data(_value(answer))] == [300, 300], "9 in 5 min, not in 10"


@pytest.mark.parametrize(
    ("minutes", "period", "working"),
    [
        ((0, 5, 10, 15), 300, "regular"),
        ((0, 5, 10, 40), 300, "most"),
        ((0, 15, 25, 50), 300, "no distance twice: 15, 10 and 25 min have 5 min in common"),
    ],
)
def test_the_period_is_that_of_most_points_or_divides_all(minutes: tuple[int, ...], period: int, working: str) -> None:
    result = {"Id": "m", "Label": "Invocations", "Timestamps": _times(*minutes), "Values": [1] * len(minutes)}
    assert metric_data(_value({"MetricDataResults": [result]}))[0].period_seconds == period, working


def test_statistics_count_by_their_sum() -> None:
    points = [
        {"Timestamp": t, "Sum": n, "Average": 1, "Unit": "Count"}
        for t, n in zip(_times(5, 0, 10), (2, 1, 3), strict=True)
    ]
    (series,) = metric_statistics(_value({"Label": "Invocations", "Datapoints": points}))
    assert [int(point.value) for point in series.points] == [1, 2, 3]
    assert (series.statistic, series.unit) == ("Sum", "Count")


@pytest.mark.parametrize(
    ("point", "why"),
    [
        ({"Maximum": 4, "Unit": "Percent"}, "Maximum of Percent is no count over time: ask for --statistics Sum"),
        (
            {"Average": 4, "Unit": "Milliseconds"},
            "Average of Milliseconds is no count over time: ask for --statistics Sum",
        ),
        ({"Sum": 4, "Unit": "Bytes"}, "its unit is Bytes, not a count"),
        ({"Sum": 0, "Unit": "Count"}, "it is 0 all the time"),
        ({"Sum": -1, "Unit": "Count"}, "it is below 0 at times"),
    ],
)
def test_what_is_no_count_gives_no_traffic_and_says_why(point: dict[str, object], why: str) -> None:
    points = [{"Timestamp": t, **point} for t in _times(0, 5, 10)]
    (series,) = metric_statistics(_value({"Label": "M", "Datapoints": points}))
    assert measured_traffic(series).reason == why


@pytest.mark.parametrize(
    ("label", "is_count"),
    [
        ("Invocations", True),
        ("admin minutes maxed", True),
        ("shop avg latency", False),
        ("p99 of place-order", False),
        ("CPUUtilization", False),
        ("rcu_max", False),
    ],
)
def test_a_label_may_say_that_it_is_no_count(label: str, *, is_count: bool) -> None:
    result = {"Id": "m", "Label": label, "Timestamps": _times(0, 5, 10), "Values": [9, 9, 9]}
    (series,) = metric_data(_value({"MetricDataResults": [result]}))
    assert (measured_traffic(replace(series, name=label)).reason == "") == is_count


def test_a_rate_per_second_is_that_rate() -> None:
    points = [{"Timestamp": t, "Average": 7, "Unit": "Count/Second"} for t in _times(0, 5, 10)]
    (series,) = metric_statistics(_value({"Label": "M", "Datapoints": points}))
    assert measured_traffic(series).data["rate"] == "7/s"


_CONSOLE = """"Full label","shop Invocations"
"Label","Invocations"
"Period","300"
"Statistic","Sum"
"2026-11-01T00:00:00Z","5"
"2026-11-01T00:05:00Z","6"
"""


@pytest.mark.parametrize(
    ("text", "series"),
    [
        ("timestamp,value\n2026-11-01 00:00:00,94.0\n2026-11-01 00:05:00,56.0\n", {"value": [94, 56]}),
        (
            "Label,Invocations,Errors\n2026/11/01 00:00:00,9,1\n2026/11/01 00:01:00,8,\n",
            {"Invocations": [9, 8], "Errors": [1]},
        ),
        (
            _CONSOLE,
            {"Invocations": [5, 6]},
        ),
        ("time,a\n1793491200000,1\n1793491260000,2\n", {"a": [1, 2]}),
        ("2026-11-01 00:00:00,1\n2026-11-01 00:01:00,2\n", {"column 2": [1, 2]}),
    ],
    ids=["time and value", "several columns with a gap", "the console's header", "milliseconds", "no header"],
)
def test_csv_in_the_forms_of_the_console(text: str, series: dict[str, list[int]]) -> None:
    assert is_metrics_csv(text)
    assert {one.name: [int(p.value) for p in one.points] for one in metrics_csv(text, "m.csv")} == series


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("2026-11-01T00:00:00Z", 1_793_491_200),
        ("2026-11-01T09:00:00+09:00", 1_793_491_200),
        ("2026-10-31T17:00:00-0700", 1_793_491_200),
        ("2026-11-01", 1_793_491_200),
        ("1793491200", 1_793_491_200),
        ("1793491200.5", 1_793_491_200),
    ],
)
def test_times_in_any_zone_are_the_same_moment(time: str, seconds: int) -> None:
    (series,) = metrics_csv(f"t,v\n{time},1\n2026-11-02T00:00:00Z,2\n", "m.csv")
    assert series.points[0].at == seconds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("t,v\n2026-11-01 00:00:00,1\nlater,2\n", "m.csv:3:1: 'later' is not a time"),
        ("t,v\n2026-11-01 00:00:00,many\n", "m.csv:2:1: 'many' is not a number"),
        ("t,v\n2026-11-01 00:00:00,inf\n", "m.csv:2:1: 'inf' is not a number that can be read"),
        ("t,v\na,b\n", "m.csv:1:1: no line begins with a time"),
    ],
)
def test_a_wrong_line_is_named(text: str, message: str) -> None:
    with pytest.raises(CapplanError) as error:
        metrics_csv(text, "m.csv")
    assert str(error.value) == message


def test_a_metric_fills_in_the_traffic_that_its_file_is_named_after(tmp_path: Path) -> None:
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Book": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "MemorySize": 128,
                    "Events": {"Get": {"Type": "HttpApi", "Properties": {"Path": "/", "Method": "get"}}},
                },
            }
        },
    }
    draft = imported(tmp_path, template)
    (asked,) = [one for one in draft.entries if one.section == "traffic"]
    counts = "".join(f"2026-11-01 00:{minute:02d}:00,{120}\n" for minute in range(0, 60, 5))
    path = write(tmp_path, f"{asked.name}.csv", f"timestamp,value\n{counts}")
    both = draft_of([str(tmp_path / "file-0.json"), path], folder=tmp_path)
    (filled,) = [one for one in both.entries if one.section == "traffic"]
    assert (filled.name, filled.values) == (asked.name, {"rate": "24/min"}), "120 in 5 min"
    assert not filled.questions


def test_a_metric_that_is_imported_onto_a_scenario_is_in_its_time_zone(tmp_path: Path) -> None:
    busy = "".join(
        f"2026-11-{day:02d} {hour:02d}:00:00,{9000 if hour == 20 else 3000 + 1000 * (hour in (19, 21))}\n"
        for day in range(1, 15)
        for hour in range(24)
    )
    metric = write(tmp_path, "visits.csv", f"timestamp,value\n{busy}")
    scenario = write(
        tmp_path,
        "scenario.yaml",
        'capplan: 1\nname: Shop\nregion: eu-west-1\ntimezone: "+09:00"\ntraffic:\n  visits: {rate: 1/s}\n',
    )
    traffic = read_yaml(import_onto([metric], scenario).text, "s").data
    assert "05:" in str(traffic), "20:30 UTC is 05:30 at +09:00"
    assert "20:" in str(draft_of([metric], folder=tmp_path).entries[0].values["daily"])


def test_a_wrong_shape_is_named_with_its_path() -> None:
    with pytest.raises(CapplanError) as error:
        metric_data(_value({"MetricDataResults": [{"Timestamps": _times(0), "Values": ["many"]}]}))
    assert "expected a number at MetricDataResults[0].Values[0], found 'many'" in str(error.value)
