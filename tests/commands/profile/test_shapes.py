"""Files of AWS that no engine reads by itself: X-Ray segments, exports of tables, Contributor Insights; and S3's own log."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from capplan.commands.profile.events import Mapped, mapped
from capplan.commands.profile.measure import profile
from capplan.commands.profile.measured import Profile
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.report.formats.json import to_json
from capplan.report.formats.terminal import terminal_text
from capplan.report.records.profile import profile_record
from capplan.report.style import Style
from capplan.report.views.profile import profile_document

pytest.importorskip("duckdb")
_FOLDER = os.environ.get("CAPPLAN_FIELD_FILES")


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return str(path)


def error_of(call: Callable[[], object]) -> str:
    with pytest.raises(CapplanError) as raised:
        call()
    return " ".join(f"{found.message} {found.hint}" for found in raised.value.diagnostics)


def rows_add_up(found: Profile) -> bool:
    return found.rows == found.used + sum(found.set_aside.values())


def parts(found: Profile) -> list[tuple[str | None, str | None, int, int]]:
    return [(part.operation, part.target, part.requests, part.failed) for part in found.mix]


# --- S3 ---

S3 = (
    "79a5 shop-bucket [02/Nov/2026:00:00:{s} +0000] 192.0.2.3 arn:aws:iam::111122223333:user/a 3E57 {rest} "
    '"-" "S3Console/0.4, aws-internal/3" - s9lz= SigV4 ECDHE AuthHeader shop-bucket.s3.us-west-1.amazonaws.com TLSV1.2 - -\n'
)


def test_access_logs_of_s3(tmp_path: Path) -> None:
    rows = [
        'REST.PUT.OBJECT photos/a.jpg "PUT /shop-bucket/photos/a.jpg HTTP/1.1" 200 - - 4406583 41754 28',
        'REST.GET.OBJECT photos/a.jpg "GET /shop-bucket/photos/a.jpg?x=1 HTTP/1.1" 206 - 100 4406583 20 -',
        'REST.GET.OBJECT photos/b.jpg "GET /shop-bucket/photos/b.jpg HTTP/1.1" 503 SlowDown 300 - 10 -',
        'REST.GET.BUCKETPOLICY - "GET /shop-bucket?policy HTTP/1.1" 404 NoSuchBucketPolicy 297 - 38 -',
        "S3.EXPIRE.OBJECT photos/c.jpg - - - - 10 - -",
    ]
    text = "".join(S3.format(s=f"0{i}", rest=rest) for i, rest in enumerate(rows, 1)) + "79a5 shop-bucket [02/Nov"
    found = profile([write(tmp_path, "2026-11-02-00-00-00-ABC", text)])
    assert found.files == {"server access log of Amazon S3": 1}
    assert (found.used, found.set_aside) == (5, {"not a whole line of an access log": 1})
    assert (found.failed, found.throttled) == (1, 1)  # SlowDown; 404 is the caller's fault
    assert found.busiest_seconds[0] == (1_793_577_601, 1)
    assert found.keys is not None
    assert [(key.key, key.requests) for key in found.keys.hottest[:1]] == [("photos/a.jpg", 2)]
    assert found.bytes is not None
    assert (found.bytes.count, found.bytes.most) == (3, 4406583)  # of the object, not what a range of it sent
    assert found.duration_ms is not None
    assert found.duration_ms.mean == (41754 + 20 + 10 + 38) / 4
    assert parts(found)[0] == ("REST.GET.OBJECT", "shop-bucket", 2, 1)


# --- X-Ray ---


def segment(name: str, start: float, ms: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    return {
        "id": f"{name}-{start}-{more.get('origin', '')}", "name": name, "trace_id": "1-5d82881a-0a", "start_time": start,
        "end_time": start + ms / 1000, **more,
    }  # fmt: skip


T = 1_793_577_600.25
CALL = {
    **segment("DynamoDB", T, 6),
    "id": "call",
    "namespace": "aws",
    "aws": {"operation": "PutItem", "table_name": "orders"},
}
TRACE = [
    segment("checkout", T, 120, origin="AWS::Lambda"),
    segment(
        "checkout", T, 100, origin="AWS::Lambda::Function", http={"response": {"status": 200}},
        subsegments=[
            {"id": "i", "name": "Initialization", "start_time": T, "end_time": T + 0.04},
            {"id": "v", "name": "Invocation", "start_time": T + 0.04, "end_time": T + 0.1, "subsegments": [CALL]},
        ],
    ),
    segment("checkout", T + 1, 60, origin="AWS::Lambda::Function", fault=True),
    segment("checkout", T + 2, 3, origin="AWS::Lambda", throttle=True, error=True),
    {**segment("late", T, 0), "in_progress": True},
]  # fmt: skip


def answer(segments: list[dict[str, Any]]) -> str:
    documents = [{"Id": one["id"], "Document": json.dumps(one)} for one in segments]
    return json.dumps({"Traces": [{"Id": "1-5d82881a-0a", "Segments": documents}], "UnprocessedTraceIds": []}, indent=2)


@pytest.mark.parametrize("form", ["answer", "lines", "daemon"])
def test_segments_of_xray(tmp_path: Path, form: str) -> None:
    lines = "\n".join(map(json.dumps, TRACE))
    text = {"answer": answer(TRACE), "lines": lines, "daemon": '{"format": "json", "version": 1}\n' + lines}[form]
    found = profile([write(tmp_path, "traces.json.gz", text)])
    assert rows_add_up(found)
    assert {reason: n for reason, n in found.set_aside.items() if reason != "not a segment"} == {
        "Lambda's own segment beside the function's": 1,
        "a segment in progress": 1,
    }
    assert found.set_aside.get("not a segment", 0) == (1 if form == "daemon" else 0)
    assert sorted(map(str, parts(found))) == sorted(
        map(
            str,
            [
                ("AWS::Lambda::Function", "checkout", 2, 1),
                ("AWS::Lambda", "checkout", 1, 1),
                ("PutItem", "orders", 1, 0),
            ],
        )
    )
    assert (found.failed, found.throttled) == (2, 1)
    functions = {of.target: of.duration_ms for of in found.by_target}
    assert functions["checkout"] is not None
    # 100 ms less 40 of init, 60 and the 3 until it was throttled
    assert [(n, float(total)) for n, total in functions["checkout"].groups] == [(1, 3.0), (2, 120.0)]
    assert (found.rate, found.minutes, found.traffic, found.busiest_seconds) == (None, None, {}, ())
    assert "a sample" in found.told[0]


def test_a_call_counts_once_whether_inferred_or_a_subsegment(tmp_path: Path) -> None:
    inferred = {**CALL, "id": "other", "parent_id": "call", "inferred": True, "origin": "AWS::DynamoDB::Table"}
    twice = profile([write(tmp_path, "a.json", answer([TRACE[1], inferred]))])
    assert sum(n for _, target, n, _ in parts(twice) if target == "orders") == 1
    again = profile([write(tmp_path, "b.json", answer([TRACE[2], TRACE[2]]))])
    assert (again.used, again.set_aside) == (1, {"the same segment again": 1})


@pytest.mark.skipif(_FOLDER is None, reason="CAPPLAN_FIELD_FILES is not set")
def test_a_trace_that_aws_prints() -> None:
    found = profile([str(Path(_FOLDER or "") / "inputs" / "xray" / "batch_get_traces.json")])
    assert sorted(map(str, parts(found))) == sorted(
        map(str, [("AWS::ElasticBeanstalk::Environment", "Scorekeep", 1, 0), ("UpdateItem", "scorekeep-user", 1, 0)])
    )
    by_target = {of.target: of.duration_ms.mean for of in found.by_target if of.duration_ms is not None}
    assert by_target == {"Scorekeep": pytest.approx(232, abs=0.01), "scorekeep-user": pytest.approx(6, abs=0.01)}


# --- exports ---


def item(n: int, size: int) -> str:
    """An item of `size` bytes: names 2 + 1, a key of 2 bytes, the rest text."""
    return json.dumps({"Item": {"pk": {"S": f"k{n % 3}"}, "t": {"S": "x" * (size - 5)}}})


def export(folder: Path, items: list[str], *, said: int | None = None, ending: str = "json.gz") -> str:
    base = "AWSDynamoDB/01693685827463-2d8752fd"
    summary = {
        "tableArn": "arn:aws:dynamodb:us-east-1:111122223333:table/orders", "exportTime": "2026-11-01T07:28:34.028Z",
        "itemCount": len(items) if said is None else said, "outputFormat": "DYNAMODB_JSON", "exportType": "FULL_EXPORT",
    }  # fmt: skip
    write(folder, f"{base}/manifest-summary.json", json.dumps(summary))
    write(folder, f"{base}/manifest-summary.checksum", "abc")
    write(folder, f"{base}/manifest-files.json", '{"itemCount": 1, "dataFileS3Key": "AWSDynamoDB/x"}\n')
    write(folder, f"{base}/_started", "")
    half = len(items) // 2
    write(folder, f"{base}/data/a.{ending}", "\n".join(items[:half]))
    write(folder, f"{base}/data/b.{ending}", "\n".join(items[half:]) + "\n")
    write(folder, f"{base}/data/c.{ending}", "")
    return str(folder / "AWSDynamoDB")


def test_an_export_gives_sizes_by_dynamodbs_rule_and_items_by_key(tmp_path: Path) -> None:
    sizes = [1024, 1024, 1025, 400, 3000, 3000, 90]
    folder = export(tmp_path, [*(item(n, size) for n, size in enumerate(sizes)), '{"Item": {"pk": {"X": 1}}}', '{"It'])
    found = profile([folder], mapped(["key=pk"], []))
    assert (found.files, found.items, found.set_aside) == ({"export of DynamoDB": 2}, 7, {"not an item": 2})
    assert found.bytes is not None
    assert (found.bytes.mean, found.bytes.least, found.bytes.most) == (sum(sizes) / 7, 90, 3000)
    assert found.collections is not None
    assert (found.collections.distinct, found.collections.largest[0]) == (3, ("k0", 3))
    assert (found.first, found.rate, found.traffic, found.keys, found.requests) == (None, None, {}, None, 0)
    assert "2 of the 9 items of the export were not read" in found.remarks
    shown = terminal_text(profile_document(found, "orders.json"), Style(width=100))
    assert "item_size: {profile: orders.json}" in shown
    (tmp_path / "orders.json").write_text(to_json(profile_record(found)))
    (tmp_path / "scenario.yaml").write_text(
        "capplan: 1\nname: A\nregion: us-east-1\ntraffic: {a: {rate: 7/s}}\n"
        "tables: {orders: {item_size: {profile: orders.json}, items: 7, access: [{put: a}]}}\n"
    )
    units = load(str(tmp_path / "scenario.yaml")).resources["tables.orders"].spec.item_size
    # 90, 400 and twice 1,024 are one unit of 1 KB, 1,025 two, twice 3,000 three: 12 of 7 items
    from capplan.quantities.distribution import expected_blocks

    assert expected_blocks(units, 1024) * 7 == 12


def test_an_export_in_ion_is_the_same(tmp_path: Path) -> None:
    lines = [f'$ion_1_0 {{Item:{{pk:"k{n % 3}",t:"{"x" * n}"}}}}' for n in range(1, 9)]
    found = profile([export(tmp_path, lines, ending="ion.gz")], mapped(["key=pk"], []), salt="salt")
    assert (found.items, found.set_aside, found.hashed) == (8, {}, True)
    assert found.bytes is not None
    assert found.bytes.mean == 5 + 4.5  # the names' 3 bytes, 2 of the key, 1 to 8 of the text
    assert found.collections is not None
    assert found.collections.largest[0][0].startswith("k") is False


@pytest.mark.parametrize(
    ("items", "column", "said"),
    [
        ([item(1, 100)] * 2, "key=pkk", "the items have no attribute 'pkk' as their key did you mean 'pk'?"),
        ([item(1, 100)] * 2, "time=t", "the fields of this export of DynamoDB are known --column key=ATTRIBUTE"),
        (['{"Item": {"a": {"X": 5}}}'] * 2, "key=pk", "no row can be used not an item: 2"),
    ],
)
def test_what_is_wrong_with_an_export(tmp_path: Path, items: list[str], column: str, said: str) -> None:
    assert said in error_of(lambda: profile([export(tmp_path, items)], mapped([column], [])))


def test_an_incremental_export_and_a_file_cut_off(tmp_path: Path) -> None:
    folder = Path(export(tmp_path, [item(n, 100) for n in range(900)]))
    data = next(folder.rglob("a.json.gz"))
    data.write_bytes(data.read_bytes()[:-20])
    assert "the gzip file is cut off or broken" in error_of(lambda: profile([str(folder)]))
    summary = next(folder.rglob("manifest-summary.json"))
    summary.write_text(summary.read_text().replace("FULL_EXPORT", "INCREMENTAL_EXPORT"))
    assert "an incremental export has changes, not items" in error_of(lambda: profile([str(folder)]))
    summary.write_text("{}")
    assert "the manifest of an export cannot be read" in error_of(lambda: profile([str(folder)]))


# --- Contributor Insights ---


def report(contributors: list[tuple[list[str], float]], **more: object) -> str:
    listed = [
        {"Keys": keys, "ApproximateAggregateValue": units, "Datapoints": [{"Timestamp": T, "ApproximateValue": units}]}
        for keys, units in contributors
    ]
    labels = {"KeyLabels": ["PartitionKey"], "AggregationStatistic": "Sum"}
    return json.dumps({**labels, "Contributors": listed, **more}, indent=1)


def test_the_hottest_keys_of_contributor_insights(tmp_path: Path) -> None:
    text = report([(["a"], 600.0), (["b"], 200.0), (["c"], 100.0)], AggregateValue=1000.0, ApproximateUniqueCount=13)
    found = profile([write(tmp_path, "report.json", text)])
    assert found.keys is not None
    assert [(key.key, key.requests, key.busiest_second) for key in found.keys.hottest] == [
        ("a", 600, None), ("b", 200, None), ("c", 100, None),
    ]  # fmt: skip
    # ten keys that are not listed share the 100 that are left
    assert (found.keys.distinct, found.keys.requests, found.keys.is_exact) == (13, 1000, False)
    assert [(b.first, b.last, b.requests) for b in found.keys.buckets] == [
        (1, 1, 600),
        (2, 2, 200),
        (3, 3, 100),
        (4, 13, 100),
    ]
    assert (found.rate, found.traffic, found.minutes) == (None, {}, None)
    (tmp_path / "keys.json").write_text(to_json(profile_record(found)))
    (tmp_path / "scenario.yaml").write_text(
        "capplan: 1\nname: A\nregion: us-east-1\ntraffic: {a: {rate: 7/s}}\ntables: {orders: {item_size: 1 KB, items: 13, "
        "partition_key: {name: id, popularity: {profile: keys.json}}, access: [{put: a}]}}\n"
    )
    key = load(str(tmp_path / "scenario.yaml")).resources["tables.orders"].spec.partition_key
    assert (key.distinct, key.popularity.keys.parts[0], key.popularity.keys.total) == (13, 600, 1000)
    hashed = profile([str(tmp_path / "report.json")], salt="s")
    assert hashed.keys is not None
    assert len(hashed.keys.hottest[0].key) == 16


def test_keys_that_are_not_listed_take_no_more_than_the_last_that_is(tmp_path: Path) -> None:
    text = report([(["a"], 600.0), (["b"], 10.0)], AggregateValue=1000.0, ApproximateUniqueCount=4)
    found = profile([write(tmp_path, "report.json", text)]).keys
    assert found is not None
    assert (found.distinct, found.requests) == (4, 630)  # two keys of at most 10, not of 195


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (report([(["a", "1"], 5.0)]), "expected a partition key, found 2 keys ask for the rule of partition keys"),
        (report([]), "the report has no contributors"),
        (report([(["a"], -5.0)]), "expected a number of 0 or more"),
        (report([(["a"], 5.0)]).replace("600", "x")[:-5], "not JSON"),
    ],
)
def test_what_is_wrong_with_a_report(tmp_path: Path, text: str, said: str) -> None:
    assert said in error_of(lambda: profile([write(tmp_path, "report.json", text)]))


# --- in a scenario ---


def test_the_screen_says_what_a_scenario_takes(tmp_path: Path) -> None:
    events = [
        {
            "eventTime": f"2026-11-02T00:{n:02}:01Z", "eventSource": "dynamodb.amazonaws.com", "eventCategory": "Data",
            "eventName": "GetItem" if n % 4 else "PutItem", "requestParameters": {"tableName": "orders", "key": {"pk": "a"}},
        }
        for n in range(40)
    ]  # fmt: skip
    found = profile([write(tmp_path, "trail.json", "\n".join(map(json.dumps, events)))], Mapped())
    shown = terminal_text(profile_document(found, "out/profile.json"), Style(width=100))
    for line in (
        "requests: {profile: profile.json}",
        "orders:",
        "partition_key: {name: pk, popularity: {profile: profile.json}}",
        "- {get: requests, chance: 75%}",
        "- {put: requests, chance: 25%}",
    ):
        assert line in shown
