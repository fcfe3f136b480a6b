"""`profile`: every row of small traces is used or set aside with its reason, and each figure can be counted by hand."""

import gzip
import json
import math
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.commands.profile.events import mapped
from capplan.commands.profile.measure import Unit, grouped, profile, quantiles, rank_buckets
from capplan.commands.profile.measured import Profile
from capplan.commands.profile.statements import RESULTS, STEPS
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.quantities.distribution import measured
from capplan.reading.sql_engine import sql_engine
from capplan.report.formats.json import to_json
from capplan.report.record import answer_schema
from capplan.report.records.profile import ProfileRecord, profile_record
from capplan.services.lambda_.billing import expected_billed_ms

duckdb: Any = pytest.importorskip("duckdb")
DAY = "2026-11-02T00:00"  # a Monday


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return str(path)


def error_of(call: Callable[[], object]) -> str:
    with pytest.raises(CapplanError) as raised:
        call()
    return " ".join(f"{found.message} {found.hint}" for found in raised.value.diagnostics)


def test_every_row_of_a_csv_is_used_or_set_aside(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "t.csv",
        f"""time,op,table,key,size,latency,status
{DAY}:00Z,Get,orders,a,100,5,200
{DAY}:01.500Z,Get,orders,"b,2",x,7,500
2026-11-02 09:00:01+09:00,Put,orders,a,-3,9,429
{DAY}:01,Put,stock,a,300,11,
,Get,orders,a,1,1,200
2026-99-02T00:00:00Z,Get,orders,a,1,1,200
1970-01-01T00:00:00Z,Get,orders,a,1,1,200
{DAY}:0""",
    )
    found = profile([file])
    assert found.set_aside == {
        "no time": 1,
        "its time cannot be read": 1,
        "its time is before 2000 or after 2100": 1,
        "not as many columns as the first line": 1,  # the last line is half written
    }
    assert (found.rows, found.used) == (8, 4)
    assert found.busiest_seconds[0] == (1_793_577_601, 3)  # 00:00:01, 09:00:01+09:00 among them
    assert [(p.operation, p.target, p.requests, p.failed) for p in found.mix] == [
        ("Get", "orders", 2, 1),
        ("Put", "orders", 1, 0),
        ("Put", "stock", 1, 0),
    ]
    assert (found.failed, found.throttled) == (1, 1)
    assert found.bytes is not None
    assert (found.bytes.count, found.bytes.mean) == (2, 200)  # (100 + 300) / 2: x and -3 are no sizes
    assert found.duration_ms is not None
    assert (found.duration_ms.mean, found.duration_ms.most) == (8, 11)  # (5 + 7 + 9 + 11) / 4
    assert found.keys is not None
    assert [(k.key, k.requests, k.busiest_second) for k in found.keys.hottest] == [("a", 3, 2), ("b,2", 1, 1)]
    assert found.remarks == (
        "rows whose time names no zone, read as UTC: 1",
        "rows whose size is no number of at least 0, used without it: 2",
    )


ALB = (
    'https 2026-11-02T00:00:0{s}.5Z app/web/07 192.0.2.1:4966 10.0.0.6:80 {times} {code} 200 303 4{s}00 "GET https://example.com:443/ '
    'HTTP/1.1" "Some agent" - - arn:x "Root=1"\n'
)
REPORT = (
    "2026-11-02T00:00:0{s}.500Z REPORT RequestId: {id}\tDuration: {ms} ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 50 MB\t{more}\n"
)


def event(**more: object) -> dict[str, object]:
    return {
        "eventTime": f"{DAY}:01Z",
        "eventSource": "dynamodb.amazonaws.com",
        "eventName": "GetItem",
        "eventCategory": "Data",
        "requestParameters": {"tableName": "orders", "key": {"pk": "a", "sk": "1"}},
        "eventID": "1",
        **more,
    }


@pytest.mark.parametrize(
    ("name", "text", "label", "used", "aside", "failed", "duration"),
    [
        (
            "alb.log.gz",
            # 0.001 + 0.917 + 0.002 s = 920 ms; the target of the second did not answer
            ALB.format(s=1, times="0.001 0.917 0.002", code=200) + ALB.format(s=2, times="-1 -1 -1", code=502) + "h2 2026",
            "access log of an Application Load Balancer", 2, {"not a whole line of an access log": 1}, 1, 920,
        ),
        (
            "apigw.log",
            '192.0.2.1 - - [02/Nov/2026:00:00:01 +0000] "GET /a HTTP/1.1" 503 100 abc=\n',
            "access log in the common log format", 1, {}, 1, None,
        ),
        (
            "apigw.jsonl",
            '{"requestTime": "02/Nov/2026:00:00:01 +0000", "httpMethod": "GET", "status": "200", "responseLatency": "12"}\n',
            "JSON", 1, {}, 0, 12,
        ),
        (
            "lambda.gz",
            f"{DAY}:01.000Z START RequestId: a Version: 1\n" + REPORT.format(s=1, id="a", ms="100.5", more="")
            + REPORT.format(s=2, id="b", ms="299.5", more="Status: timeout"),
            "log of a Lambda function", 2, {"not a REPORT line": 1}, 1, 200,
        ),
        (
            "lambda.json",
            "\n".join(
                [
                    f'{{"time": "{DAY}:01Z", "type": "platform.start", "record": {{}}}}',
                    f'{{"time": "{DAY}:01Z", "type": "platform.report", "record": {{"metrics": {{"durationMs": 12.5}}}}}}',
                    '{"time": "2026',
                ]
            ),
            "log of a Lambda function, as JSON", 1, {"not a platform.report": 1, "not JSON": 1}, 0, 12.5,
        ),
        (
            "trail.json.gz",
            json.dumps({"Records": [event(), event(errorCode="ThrottlingException"), event(eventSource="s3.amazonaws.com"),
                                    event(eventName="CreateTable", eventCategory="Management")]}),
            "data events of CloudTrail", 2, {"not a data event of DynamoDB": 2}, 1, None,
        ),
        ("array.json", json.dumps([{"ts": f"{DAY}:01Z", "ms": 1}, {"ts": 1_793_577_602_000}], indent=1), "JSON", 2, {}, 0, None),
    ],
)  # fmt: skip
def test_logs_that_are_told_by_their_lines(
    tmp_path: Path,
    name: str,
    text: str,
    label: str,
    used: int,
    aside: dict[str, int],
    failed: int,
    duration: float | None,
) -> None:
    found = profile([write(tmp_path, name, text)])
    assert found.files == {label: 1}
    assert (found.used, found.set_aside, found.failed) == (used, aside, failed)
    assert found.rows == used + sum(aside.values())
    assert (found.duration_ms.mean if found.duration_ms else None) == duration
    assert found.busiest_seconds[0][0] == 1_793_577_601


def test_columns_are_named_and_rows_chosen_on_the_command_line(tmp_path: Path) -> None:
    lines = [event(), event(), event(eventID="2", requestParameters={"tableName": "stock", "key": {"pk": "b"}})]
    file = write(tmp_path, "trail.json", "\n".join(map(json.dumps, lines)))
    asked = mapped(["key=requestParameters.key.pk", "id=eventID"], ["table=orders"])
    found = profile([file], asked)
    assert found.set_aside == {"the same id again": 1, "target is not orders": 1}
    assert found.keys is not None
    assert [key.key for key in found.keys.hottest] == ["a"]
    hashed = profile([file], mapped(["key=requestParameters.key.pk"], []), salt="salt")
    assert hashed.keys is not None
    assert hashed.keys.distinct == 2
    assert all(len(key.key) == 16 for key in hashed.keys.hottest)
    seconds = write(tmp_path, "s.csv", f"when,took\n{DAY}:01Z,0.25\n")
    of_seconds = profile([seconds], mapped(["time=when", "duration_s=took"], []))
    assert of_seconds.duration_ms is not None
    assert of_seconds.duration_ms.mean == 250


def test_sizes_and_durations_of_each_target(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "t.csv",
        "time,table,size,latency,status\n"
        + "".join(f"{DAY}:01Z,orders,{size},{ms},200\n" for size, ms in ((1000, 5), (1024, 7), (1030, 9), (1040, 11)))
        + f"{DAY}:02Z,stock,300,40,500\n{DAY}:02Z,,1,1,200\n",
    )
    found = profile([file])
    assert [(of.target, of.requests, of.failed) for of in found.by_target] == [("orders", 4, 0), ("stock", 1, 1)]
    orders = found.by_target[0]
    assert orders.bytes is not None
    assert orders.duration_ms is not None
    # 1,000 and 1,024 are of one KB, 1,030 and 1,040 of two
    assert [(n, int(total)) for n, total in orders.bytes.groups] == [(2, 2024), (2, 2070)]
    assert [(n, int(total)) for n, total in orders.duration_ms.groups] == [(1, 5), (1, 7), (1, 9), (1, 11)]
    assert (orders.duration_ms.mean, orders.bytes.mean) == (8, 1023.5)
    assert found.bytes is not None
    assert sum(n for n, _ in found.bytes.groups) == 6
    assert profile([file], mapped([], ["table=stock"])).by_target == ()


@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=80), st.sampled_from([Unit(1024_000, 401), Unit(1000, 1001)])
)
def test_groups_of_values_keep_their_number_their_sum_and_their_blocks(values: list[int], unit: Unit) -> None:
    groups = grouped([(1, value) for value in sorted(values)], unit)
    assert sum(n for n, _ in groups) == len(values)
    assert sum(total for _, total in groups) * 1000 == sum(values)
    means = [total / n for n, total in groups]
    assert means == sorted(means)
    blocks = [math.ceil(total * 1000 / n / unit.size) for n, total in groups for _ in range(n)]
    assert [min(b, unit.most) for b in blocks] == [min(-(-value // unit.size), unit.most) for value in sorted(values)]


@pytest.mark.parametrize(
    ("given", "billed"),
    [
        (["59", "60"], Decimal("59.5")),  # half of each: never 60 for both
        (["0.3"] * 4, Decimal(1)),
        (["100.4", "99.6", "100", "99.9"], Decimal("100.25")),  # 101 + 3 x 100, though all are 100 to 3 digits
        (["0.999", "1", "1.004"], (1 + 1 + 2) / Decimal(3)),
    ],
)
def test_milliseconds_are_rounded_up_value_by_value(tmp_path: Path, given: list[str], billed: Decimal) -> None:
    file = write(tmp_path, "t.csv", "time,latency\n" + "".join(f"{DAY}:01Z,{one}\n" for one in given))
    found = profile([file]).duration_ms
    assert found is not None
    law = measured({total / n: n for n, total in found.groups})
    assert float(expected_billed_ms(law, Decimal(3000))) == pytest.approx(float(billed))


def test_files_of_several_kinds_and_a_file_named_twice(tmp_path: Path) -> None:
    file = write(tmp_path, "b.csv", f"time,op\n{DAY}:01Z,Get\n")
    write(tmp_path, "c.csv", f"op,time\nPut,{DAY}:02Z\n")  # the same columns in another order
    write(tmp_path, "d.jsonl", f'{{"time": "{DAY}:03Z", "op": "Put"}}\n')
    write(tmp_path, "e.csv", "")
    found = profile([str(tmp_path), file])
    assert {(part.operation, part.requests) for part in found.mix} == {("Put", 2), ("Get", 1)}
    assert found.remarks == ("empty files: 1", "files named more than once, read once: 1")


@pytest.mark.parametrize("kind", ["TIMESTAMP", "TIMESTAMPTZ", "epoch", "milliseconds", "VARCHAR"])
def test_times_of_parquet(tmp_path: Path, kind: str) -> None:
    moment = "TIMESTAMP '2026-11-02 00:00:00' + INTERVAL (range) SECOND"
    value = {
        "epoch": f"epoch({moment})",
        "milliseconds": f"CAST(epoch({moment}) * 1000 AS BIGINT)",
        "TIMESTAMPTZ": f"timezone('UTC', {moment})",
    }.get(kind, f"CAST({moment} AS {kind})")
    path = tmp_path / "t.parquet"
    duckdb.connect().execute(f"COPY (SELECT {value} AS ts, range % 3 AS pk FROM range(120)) TO '{path}'")
    found = profile([str(path)])
    assert (found.used, found.rate, found.busiest_minute) == (120, 1, (1_793_577_600, 60))
    assert bool(found.remarks) == (kind in ("TIMESTAMP", "VARCHAR"))
    assert found.keys is not None
    assert [(b.first, b.last, b.requests) for b in found.keys.buckets] == [(1, 3, 120)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("half.parquet", b"PAR1" + b"x" * 40, "not a whole Parquet file it ends without its footer"),
        (
            "cut.csv.gz",
            gzip.compress(b"time,op\n" + b"2026-11-02T00:00:01Z,Get\n" * 90_000)[:-200],
            "the gzip file is cut off",
        ),
        ("cut.json", b'{"Records": [{"eventTime": "2026-11-02T00:00:00Z", "eventSou', "not JSON to its end"),
        ("empty.csv", b"", "no file has a row every file given is empty"),
        ("header.csv", b"time,op\n", "no row can be used the files have no rows"),
        ("none.csv", b"time,op\nlater,Get\n", "no row can be used its time cannot be read: 1"),
        ("notime.csv", b"a,b\n1,2\n", "no column is the time name it: --column time=NAME; its columns: a, b"),
        ("text.txt", b"hello\n", "not a trace that can be told"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_that_says_why(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert said in error_of(lambda: profile([str(tmp_path / name)]))


def test_what_is_wrong_on_the_command_line(tmp_path: Path) -> None:
    file = write(tmp_path, "b.csv", f"time,op\n{DAY}:01Z,Get\n")
    assert "did you mean 'op'?" in error_of(lambda: profile([file], mapped(["operation=opp"], [])))
    assert "did you mean time?" in error_of(lambda: mapped(["tme=x"], []))
    assert "matches no file" in error_of(lambda: profile([str(tmp_path / "no*.csv")]))
    assert "there is no such folder" in error_of(
        lambda: profile([file], opened=partial(sql_engine, temp_folder=str(tmp_path / "none")))
    )


def test_a_name_with_quotes_is_no_sql(tmp_path: Path) -> None:
    file = write(tmp_path, "a'b.csv", f"""time,"o""p'; DROP TABLE x --"\n{DAY}:01Z,Get\n""")
    found = profile([file], mapped(["""operation=o"p'; DROP TABLE x --"""], []))
    assert [part.operation for part in found.mix] == ["Get"]


def two_weeks(folder: Path) -> Profile:
    """60 requests a minute, 120 from 20:00 to 21:00, half of it on Saturday and Sunday; in Tokyo's time."""
    path = folder / "weeks.parquet"
    duckdb.connect().execute(f"""COPY (
      SELECT seconds, 'k' || (n % 10) AS pk FROM (
        SELECT epoch(TIMESTAMP '{DAY}:00') + minute * 60 + n * 60.0 / requests - 9 * 3600 AS seconds, n FROM (
          SELECT range AS minute, CASE WHEN range // 60 % 24 = 20 THEN 120 ELSE 60 END
            // CASE WHEN range // 1440 % 7 >= 5 THEN 2 ELSE 1 END AS requests FROM range(20160)
        ), LATERAL (SELECT unnest(range(requests)) AS n)
      )) TO '{path}'""")
    return profile([str(path)], mapped(["time=seconds"], []), timezone="+09:00")


def test_a_scenario_uses_the_rate_and_the_shape(tmp_path: Path) -> None:
    found = two_weeks(tmp_path)
    # a weekday has 23 h × 3,600 + 7,200 = 90,000 requests; 2 weeks: 10 of them and 4 of half: 1,080,000 in 1,209,600 s
    assert found.used == 1_080_000
    assert found.rate == pytest.approx(1_080_000 / 1_209_600)
    assert found.by_hour[20] == pytest.approx(2.0)
    assert found.by_hour[5 * 24] == pytest.approx(0.5)
    assert found.traffic["weekly"] == {"sat": "0.5x", "sun": "0.5x"}
    (tmp_path / "profile.json").write_text(to_json(profile_record(found)))
    assert (tmp_path / "profile.json").stat().st_size < 50_000
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(json.loads((tmp_path / "profile.json").read_text()), answer_schema("profile", ProfileRecord))
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(
        'capplan: 1\nname: Shop\nregion: us-east-1\ntimezone: "+09:00"\ntraffic: {a: {profile: profile.json}}\n'
        "tables: {orders: {item_size: 1 KB, items: 1M, access: [{put: a}]}}\n"
    )
    flow = load(str(scenario)).flows_by_name["a"]
    month = 1_080_000 / 1_209_600 * 730 * 3600
    assert float(flow.monthly) == pytest.approx(month, rel=0.001)
    assert flow.peak().per_second == pytest.approx(2.0, rel=0.05)


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 1000)), min_size=1, max_size=60))
def test_buckets_of_ranks_keep_every_key_and_every_request(pairs: list[tuple[int, int]]) -> None:
    counts = sorted(dict(pairs).items(), reverse=True)
    buckets = rank_buckets(counts)
    assert sum(bucket.requests for bucket in buckets) == sum(n * keys for n, keys in counts)
    assert [bucket.first for bucket in buckets] == [1, *(bucket.last + 1 for bucket in buckets[:-1])]
    assert buckets[-1].last == sum(keys for _, keys in counts)


@given(st.lists(st.integers(0, 999), min_size=1, max_size=200))
def test_quantiles_are_the_nearest_rank(values: list[int]) -> None:
    groups = [(Decimal(value), values.count(value)) for value in sorted(set(values))]
    for share, value in quantiles(groups, len(values)):
        assert value == sorted(values)[max(1, math.ceil(share * len(values))) - 1]


def test_the_statements_have_no_words_of_one_engine_only() -> None:
    for text in (*STEPS.values(), *(result.sql for result in RESULTS.values())):
        assert not [word for word in ("epoch", "::", "QUALIFY", "try_cast", "FILTER") if word in text]
