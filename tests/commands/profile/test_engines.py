"""`profile` on every engine: the same rows of each result, row by row, for files of every kind and for every kind of mistake.

One Spark session serves all tests of this file. Athena's and Trino's texts are read by sqlglot as what they are for, and run on
DuckDB after translation back: that they mean the same is tested, that AWS accepts them is not.
"""

import csv
import gzip
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from capplan.commands.profile.events import BROKEN, Mapped, mapped, prepare, table_source
from capplan.commands.profile.from_results import profile_of_results
from capplan.commands.profile.measure import profile
from capplan.commands.profile.printed import as_text, printed
from capplan.commands.profile.statements import RESULTS, STEPS
from capplan.errors import CapplanError
from capplan.reading.spark_engine import spark_engine
from capplan.reading.sql_dialects import translated
from capplan.reading.sql_engine import Engine, sql_engine
from capplan.record import replace

duckdb: Any = pytest.importorskip("duckdb")
sqlglot: Any = pytest.importorskip("sqlglot")
Opens = Callable[[], AbstractContextManager[Engine]]
DAY = "2026-11-02T00:00"


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opens]:
    """One session for all tests. The virtual machine starts with it."""
    pytest.importorskip("pyspark", reason="Spark is an extra: pip install 'capplan[spark]'")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or newer")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")  # tiny data: starting is all
        with spark_engine("1GB", str(tmp_path_factory.mktemp("spark")), None) as engine:
            engine.session.conf.set("spark.sql.shuffle.partitions", "1")
            engine.session.conf.set("spark.sql.adaptive.enabled", "false")

            @contextmanager
            def opened() -> Iterator[Engine]:
                yield type(engine)(engine.session, tmp_path_factory.mktemp("kept"), {})

            yield opened


EVENT = "at_seconds, operation, target, item_key, bytes, duration_ms, failed, throttled, no_zone, bad_bytes, bad_duration, reason"


class Found(NamedTuple):
    """What an engine makes of files: the rows that it could read, all of them as `events` has them, and why some are set aside."""

    rows: list[tuple[Any, ...]]
    reasons: Counter[str | None]


def events(opened: Opens, paths: list[str], asked: Mapped | None = None, salt: str | None = None) -> Found:
    """The rows of some files. DuckDB counts broken rows of CSV files apart, Spark has them among the rows."""
    with opened() as engine:
        made = prepare(engine, engine.files(paths)[0], asked or Mapped(), salt)
        rows = [tuple(row) for row in engine.rows(f"SELECT {EVENT} FROM events")]
    reasons = Counter(row[-1] for row in rows) + Counter(made.rejected)
    return Found(sorted((row for row in rows if row[-1] != BROKEN), key=str), reasons)


def both(spark: Opens, paths: list[str], asked: Mapped | None = None, salt: str | None = None) -> Found:
    """The rows of DuckDB, which are those of Spark."""
    ours, theirs = events(sql_engine, paths, asked, salt), events(spark, paths, asked, salt)
    assert ours == theirs
    return ours


def write(folder: Path, name: str, text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return str(folder / name)


MOMENTS = (  # a text, its whole second since 1970 (1793577601 is 2026-11-02T00:00:01Z), whether its zone is said
    ("2026-11-02T00:00:01Z", 1_793_577_601, True),
    ("2026-11-02 00:00:01.999", 1_793_577_601, False),
    ("2026-11-02T09:00:01+09:00", 1_793_577_601, True),
    ("2026-11-01T18:30:01.5-0530", 1_793_577_601, True),
    ("2026-11-02 00:00:01+00", 1_793_577_601, True),
    ("2026-11-02 00:00:01 UTC", 1_793_577_601, True),
    ("2026/11/02 00:00:01", 1_793_577_601, False),
    ("2026-11-02T00:00Z", 1_793_577_600, True),
    ("2026-11-02", 1_793_577_600, False),
    ("02/Nov/2026:05:30:01 +0530", 1_793_577_601, True),
    ("02/Dec/2026:00:00:01 +0000", 1_796_169_601, True),  # 30 days later
    ("1793577601", 1_793_577_601, True),
    ("1793577601.999", 1_793_577_601, True),
    ("1793577601999", 1_793_577_601, True),
    ("1793577601999999", 1_793_577_601, True),
    ("1793577601999999999", 1_793_577_601, True),
    ("2026-02-30T00:00:01Z", None, True),  # no such day
    ("2026-11-02T24:00:01Z", None, True),
    ("2026-11-02T00:00:01+19:00", None, True),
    ("02/Nox/2026:00:00:01 +0000", None, True),
    ("02/ovD/2026:00:00:01 +0000", None, True),  # these letters are there, across two months
    ("99999999999999999999", None, False),
    ("later", None, False),
    (" 2026-11-02T00:00:01Z", None, True),
    ("epoch", None, False),  # DuckDB casts it
    ("tomorrow", None, False),  # Spark casted it once
)
NUMBERS = (  # a text, the number; None where it is no size
    ("0", 0), ("7", 7), ("12.5", 12.5), ("1e3", 1000), (".5", 0.5), ("5.", 5), (" 8 ", 8), ("+4", 4), ("1234.5678", 1234.5678),
    ("-1", None), ("x", None), ("5d", None), ("0x10", None), ("NaN", None), ("Infinity", None), ("1e999", None),
    ("1e13", None), ("1_000", None), ("true", None),
)  # fmt: skip


def test_times_are_read_alike(tmp_path: Path, spark: Opens) -> None:
    rows = "".join(f'"{text}",k{place}\n' for place, (text, _, _) in enumerate(MOMENTS))
    found = both(spark, [write(tmp_path, "t.csv", f"time,key\n{rows}")])
    by_key = {row[3]: row for row in found.rows}
    for place, (text, second, zone) in enumerate(MOMENTS):
        row = by_key[f"k{place}"]
        assert (row[0], row[-1]) == (second, None if second else "its time cannot be read"), text
        assert second is None or row[8] == (0 if zone else 1), text


def test_numbers_are_read_alike(tmp_path: Path, spark: Opens) -> None:
    rows = "".join(f'{DAY}:01Z,k{place},"{text}","{text}"\n' for place, (text, _) in enumerate(NUMBERS))
    asked = mapped(["duration_s=seconds"], [])
    by_key = {
        row[3]: row for row in both(spark, [write(tmp_path, "n.csv", f"time,key,size,seconds\n{rows}")], asked).rows
    }
    for place, (text, number) in enumerate(NUMBERS):
        size, milliseconds, is_bad = by_key[f"k{place}"][4], by_key[f"k{place}"][5], by_key[f"k{place}"][9]
        assert (size, is_bad) == (number, 0 if number is not None else 1), text
        assert milliseconds == (None if number is None else number * 1000), text


@pytest.mark.parametrize("name", ["duckdb", "spark"])
def test_values_are_rounded_to_three_digits(tmp_path: Path, request: pytest.FixtureRequest, name: str) -> None:
    # thousandths 999, 1000, 1004, 1005, 123456, 999499, 999500, and 0.0005 and 0.00049 of one: half up to 3 digits
    texts = ("0.999", "1", "1.004", "1.005", "123.456", "999.499", "999.5", "0.0000005", "0.00000049")
    rows = "".join(f"{DAY}:01Z,{text}\n" for text in texts)
    opened = sql_engine if name == "duckdb" else request.getfixturevalue("spark")
    with opened() as engine:
        prepare(engine, engine.files([write(tmp_path, "v.csv", f"time,latency\n{rows}")])[0], Mapped(), None)
        engine.keep("parts", STEPS["parts"])
        found = [tuple(map(int, row[1:])) for row in engine.rows(RESULTS["durations"].sql)]
    assert found == [
        (0, 2, 0, 0, 0), (999, 1, 0, 999, 999), (1000, 2, 4, 1000, 1004), (1010, 1, -5, 1005, 1005),
        (123_000, 1, 456, 123_456, 123_456), (999_000, 1, 499, 999_499, 999_499), (1_000_000, 1, -500, 999_500, 999_500),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP_NS", "DATE", "DOUBLE", "BIGINT", "VARCHAR"])
def test_columns_of_parquet(tmp_path: Path, spark: Opens, kind: str) -> None:
    moment = "TIMESTAMP '2026-11-02 00:00:00.25' + INTERVAL (range) SECOND"
    value = {
        "DOUBLE": f"epoch({moment})",
        "BIGINT": f"epoch_ms({moment})",
        "TIMESTAMPTZ": f"timezone('UTC', {moment})",
    }.get(kind, f"CAST({moment} AS {kind})")
    path = tmp_path / "t.parquet"
    duckdb.connect().execute(
        f"""COPY (SELECT {value} AS ts, range % 7 AS pk, CAST(range AS UTINYINT) AS size, 0.5 * range AS latency,
        CAST(range % 3 AS DECIMAL(9, 2)) AS "status" FROM range(70)) TO '{path}'"""
    )
    ours, theirs = events(sql_engine, [str(path)]), events(spark, [str(path)])
    if kind == "TIMESTAMP_NS":  # Spark has no such type and reads numbers, which name their zone
        theirs = Found([(*row[:8], 1, *row[9:]) for row in theirs.rows], theirs.reasons)
    assert ours == theirs
    first = 1_793_577_600
    assert {row[0] for row in ours.rows} == ({first} if kind == "DATE" else set(range(first, first + 70)))
    assert Counter(row[3] for row in ours.rows) == {str(k): 10 for k in range(7)}


def event(**more: object) -> dict[str, object]:
    return {
        "eventTime": f"{DAY}:01Z", "eventSource": "dynamodb.amazonaws.com", "eventName": "GetItem", "eventCategory": "Data",
        "requestParameters": {"tableName": "orders", "key": {"pk": "a", "sk": "1"}}, "eventID": "1", **more,
    }  # fmt: skip


S3 = (
    "79a59 photos-bucket [02/Nov/2026:00:00:0{s} +0000] 192.0.2.3 79a59 3E{s} REST.GET.OBJECT a%2Bb/{s}.jpg "
    '"GET /a HTTP/1.1" {code} 113 2662 17{s} 10 "-" "Some agent" - s9l= SigV4 - AuthHeader - TLSv1.2\n'
)
LOGS: dict[str, str] = {
    "s3.log": S3.format(s=1, code="200 -") + S3.format(s=2, code="503 SlowDown") + "79a59 photos-bucket [02/Nov/20",
    "alb.log.gz": "".join(
        f'https 2026-11-02T00:00:0{s}.5Z app/web/07 192.0.2.1:4966 10.0.0.6:80 {times} {code} 200 303 4{s}00 '
        '"GET https://example.com:443/ HTTP/1.1" "Some agent" - - arn:x "Root=1"\n'
        for s, times, code in ((1, "0.001 0.917 0.002", 200), (2, "-1 -1 -1", 502))
    ) + "h2 2026",
    "apigw.log": '192.0.2.1 - - [02/Nov/2026:00:00:01 +0000] "GET /a HTTP/1.1" 503 100 abc=\n'
    '192.0.2.1 - - [02/Nov/2026:00:00:02 +0000] "GET /b HTTP/1.1" 200 - abc=\nhalf a li',
    "lambda.log.gz": f"{DAY}:01.000Z START RequestId: a Version: 1\n"
    + "".join(
        f"{DAY}:0{s}.500Z REPORT RequestId: {i}\tDuration: {ms} ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\t"
        f"Max Memory Used: 50 MB\t{more}\n"
        for s, i, ms, more in ((1, "a", "100.5", ""), (2, "b", "299.5", "Status: timeout"))
    ),
    "lambda.json": f'{{"time": "{DAY}:01Z", "type": "platform.start", "record": {{}}}}\n'
    f'{{"time": "{DAY}:01Z", "type": "platform.report", "record": {{"metrics": {{"durationMs": 12.5}}}}}}\n{{"time": "2026',
    "trail.json.gz": json.dumps({"Records": [
        event(), event(errorCode="ThrottlingException"), event(eventSource="s3.amazonaws.com"),
        event(eventName="CreateTable", eventCategory="Management"), event(requestParameters=None),
    ]}),
    "array.json": json.dumps([{"ts": f"{DAY}:01Z", "ms": 1}, 7, {"ts": 1_793_577_602_000}], indent=1),
    "lines.jsonl": "\n".join([
        f'{{"time": "{DAY}:01Z", "op": "Get", "key": {{"a": [1, 2.50, null, true]}}, "size": 1.0, "status": null}}',
        f'{{"time": "{DAY}:01Z", "op": "Größe \\u00e9 \'", "key": "", "size": "x", "status": "ThrottlingException"}}',
        f'{{"time": "{DAY}:01Z"}} and more', f'{{"time": "{DAY}:01Z"}}{{}}', "[1]", "7", "", '{"op": "Get"}', '{"time": "20',
    ]),
    "t.csv": f'time,op,key,size\n{DAY}:01Z,Get,"b,""2""",1\n{DAY}:02Z,"two\nlines",c,\n{DAY}:03Z,Get\n{DAY}:04Z,Get,a,1,more\n'
    f"{DAY}:0",
    "t.tsv": f"time\top\n{DAY}:01Z\tGet\n\n{DAY}:02Z\t\n",
}  # fmt: skip


def test_files_of_every_kind(tmp_path: Path, spark: Opens) -> None:
    """All of them together: each kind has rows that no other has."""
    for name, text in LOGS.items():
        write(tmp_path, name, text)
    found = both(spark, [str(tmp_path)])
    assert len({row[1] for row in found.rows}) >= 8  # operations
    assert sum(found.reasons.values()) == sum(EXPECTED_ROWS.values())
    for name, text in LOGS.items():
        (tmp_path / name).unlink()
        alone = write(tmp_path, name, text)
        assert sum(events(sql_engine, [alone]).reasons.values()) == EXPECTED_ROWS[name], name


def test_every_result_is_the_same_row_by_row(tmp_path: Path, spark: Opens) -> None:
    for name, text in LOGS.items():
        write(tmp_path, name, text)
    rows = "".join(
        f"{DAY[:-1]}{n % 10}:{n * 7 % 60:02}Z,k{n * n % 11},{n * 3.7:.2f},{n},{500 if n % 9 == 0 else 200}\n"
        for n in range(300)
    )
    write(tmp_path, "many.csv", f"time,key,latency,size,status\n{rows}")
    ours, theirs = profile([str(tmp_path)]), profile([str(tmp_path)], opened=spark)
    assert theirs == ours
    assert ours.rows == ours.used + sum(ours.set_aside.values()) == sum(EXPECTED_ROWS.values()) + 300


def test_ids_hashes_and_filters(tmp_path: Path, spark: Opens) -> None:
    lines = [
        event(),
        event(),
        event(eventTime=f"{DAY}:00Z"),
        event(eventID="2", requestParameters={"tableName": "stock"}),
    ]
    trail = write(tmp_path, "more.jsonl", "\n".join(map(json.dumps, lines)))
    asked = mapped(["key=requestParameters.key.pk", "id=eventID"], ["table=orders"])
    found = both(spark, [trail], asked, "salt")
    assert found.reasons == {"the same id again": 2, "target is not orders": 1, None: 1}
    used = next(row for row in found.rows if row[-1] is None)
    assert used[0] == 1_793_577_600  # of three rows with one id the first by time is used
    assert used[3] == hashlib.sha256(b"salta").hexdigest()[:16]


def test_rows_of_any_order_and_in_any_files_give_the_same(tmp_path: Path) -> None:
    rows = [f"{DAY[:-1]}{n % 10}:{n * 7 % 60:02}Z,k{n * n % 11},{n * 3.7:.2f}\n" for n in range(300)]
    one = write(tmp_path, "one.csv", "time,key,latency\n" + "".join(rows))
    parts = [
        write(tmp_path, f"part-{place}.csv", "time,key,latency\n" + "".join(rows[::-1][place::3])) for place in range(3)
    ]
    assert profile([one]) == replace(profile(parts), files={"CSV": 1})


EXPECTED_ROWS = {
    "s3.log": 3, "alb.log.gz": 3, "apigw.log": 3, "lambda.log.gz": 3, "lambda.json": 3, "trail.json.gz": 5, "array.json": 3,
    "lines.jsonl": 8, "t.csv": 5, "t.tsv": 2,
}  # fmt: skip
"""Lines of texts that are not empty, elements of arrays, records of CSV files without their first line."""


@pytest.mark.parametrize("name", ["duckdb", "spark"])
@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("half.parquet", b"PAR1" + b"x" * 40, "not a whole Parquet file it ends without its footer"),
        ("cut.csv.gz", gzip.compress(b"time,op\n" + b"2026-11-02T00:00:01Z,Get\n" * 90_000)[:-200], "the gzip file is cut off"),
        ("cut.json", b'{"Records": [{"eventTime": "2026-11-02T00:00:00Z", "eventSou', "not JSON to its end"),
        ("cut-array.json", b'[{"time": "2026-11-02T00:00:00Z"}, {"time": "2026', "not JSON to its end"),
        ("empty.csv", b"", "no file has a row every file given is empty"),
        ("header.csv", b"time,op\n", "no row can be used the files have no rows"),
        ("none.csv", b"time,op\nlater,Get\n", "no row can be used its time cannot be read: 1"),
        ("notime.csv", b"a,b\n1,2\n", "no column is the time name it: --column time=NAME; its columns: a, b"),
        ("text.txt", b"hello\n", "not a trace that can be told"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_an_error_that_says_why(
    tmp_path: Path, request: pytest.FixtureRequest, name: str, file: str, content: bytes, said: str
) -> None:
    opened = sql_engine if name == "duckdb" else request.getfixturevalue("spark")
    (tmp_path / file).write_bytes(content)
    with pytest.raises(CapplanError) as raised:
        profile([str(tmp_path / file)], opened=opened)
    found = raised.value.diagnostics[0]
    assert said in f"{found.message} {found.hint}"
    assert Path(found.file).name == file


def test_a_name_with_quotes_is_no_sql(tmp_path: Path, spark: Opens) -> None:
    file = write(tmp_path, "a'b.csv", f"""time,"o""p'; DROP TABLE x --`"\n{DAY}:01Z,Get\n""")
    found = both(spark, [file], mapped(["""operation=o"p'; DROP TABLE x --`"""], []))
    assert [row[1] for row in found.rows] == ["Get"]


TABLE_ROWS = f"""SELECT * FROM (VALUES
    ('{DAY}:01Z', 'Get', '{{"tableName": "orders", "key": {{"pk": "a"}}}}', '12', '1.25', '200'),
    ('{DAY}:01.7Z', 'Put', '{{"tableName": "orders", "key": {{"pk": "b"}}}}', 'x', '7', '503'),
    ('2026-11-02 09:01:01+0900', 'Get', NULL, '', NULL, 'ThrottlingException'),
    ('02/Nov/2026:00:03:01 +0000', 'Get', '{{"tableName": null}}', '4000', '1234.5', NULL),
    ('1793577601000', NULL, '{{}}', '5', '0.001', ''),
    ('never', 'Get', NULL, '1', '1', '200'), (NULL, 'Get', NULL, '1', '1', '200'))
    AS t(ts, op, parameters, size, took, code)"""
ASKED = mapped(
    ["time=ts", "operation=op", "target=parameters.tableName", "key=parameters.key", "bytes=size", "duration=took",
     "status=code"], [],
)  # fmt: skip


def exported(folder: Path, dialect: str, salt: str | None = None, opened: Opens | None = None) -> list[str]:
    """The answers of the printed statements as CSV files; run by Spark where it is given, else by DuckDB."""
    columnar = folder / "requests.parquet"
    connection = duckdb.connect()
    connection.execute(f"SET TimeZone = 'UTC'; CREATE TABLE requests AS {TABLE_ROWS}; COPY requests TO '{columnar}'")
    out = []
    for name, text in printed(dialect, [table_source("main.requests", ASKED)], ASKED, salt):
        place = folder / f"{name}.csv"
        if opened is not None:
            with opened() as engine:
                session: Any = getattr(engine, "session")  # noqa: B009  the protocol has none
                session.sql("CREATE SCHEMA IF NOT EXISTS main")
                session.sql("DROP TABLE IF EXISTS main.requests")
                session.sql(f"CREATE TABLE main.requests USING parquet LOCATION '{columnar}'")
                answer = session.sql(text)
                names, rows = answer.columns, answer.collect()
        else:
            answer = connection.execute(sqlglot.transpile(text, read=dialect, write="duckdb")[0])
            names, rows = [column[0] for column in answer.description], answer.fetchall()
        with place.open("w", newline="") as file:
            csv.writer(file).writerows([names, *rows])
        out.append(str(place))
    return out


@pytest.mark.parametrize("dialect", ["athena", "trino", "duckdb", "spark"])
def test_printed_sql_answers_what_can_be_counted_by_hand(
    tmp_path: Path, request: pytest.FixtureRequest, dialect: str
) -> None:
    opened = request.getfixturevalue("spark") if dialect == "spark" else None
    found = profile_of_results(exported(tmp_path, dialect, opened=opened), "UTC")
    assert (found.rows, found.used, found.failed, found.throttled) == (7, 5, 2, 1)
    assert found.set_aside == {"no time": 1, "its time cannot be read": 1}
    assert found.busiest_minute == (1_793_577_600, 3)  # 00:00:01 three times, one of them in ms
    assert found.busiest_seconds == ((1_793_577_601, 3), (1_793_577_661, 1), (1_793_577_781, 1))
    assert found.rate == 5 / 240  # from 00:00 to the end of 00:03
    assert {(part.operation, part.target): (part.requests, part.failed) for part in found.mix} == {
        ("Get", "orders"): (1, 0), ("Put", "orders"): (1, 1), ("Get", None): (2, 1), (None, None): (1, 0),
    }  # fmt: skip
    assert found.keys is not None
    assert [(key.key, key.busiest_second) for key in found.keys.hottest] == [('{"pk":"a"}', 1), ('{"pk":"b"}', 1)]
    assert found.bytes is not None
    assert (found.bytes.count, found.bytes.mean, found.bytes.most) == (3, 1339, 4000)  # (12 + 4000 + 5) / 3
    assert found.duration_ms is not None
    assert found.duration_ms.mean == 310.68775  # (1.25 + 7 + 1234.5 + 0.001) / 4
    assert found.remarks == ("rows whose size is no number of at least 0, used without it: 1",)
    assert not found.hashed


def test_results_come_as_json_lines_in_any_order_and_with_hashes(tmp_path: Path) -> None:
    paths = exported(tmp_path, "trino", salt="salt")
    lines = []
    for path in paths[::-1]:
        with Path(path).open(newline="") as file:
            lines += [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)][::-1]
    found = profile_of_results([write(tmp_path, "all.jsonl", "\n".join(map(json.dumps, lines)))], "UTC")
    by_csv = profile_of_results(paths, "UTC")
    assert found == replace(by_csv, files={"results of a query": 1})
    assert found.hashed
    assert found.keys is not None
    assert all(len(key.key) == 16 for key in found.keys.hottest)


def test_results_are_named_by_a_pattern_too(tmp_path: Path) -> None:
    paths = exported(tmp_path, "duckdb")
    assert profile_of_results([f"{Path(paths[0]).parent}/*.csv"], "UTC") == profile_of_results(sorted(paths), "UTC")


def changed(path: str, old: str, new: str) -> None:
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda paths: paths.remove(paths[0]), "no file has the result outcome"),
        (lambda paths: paths.remove(paths[7]), "no file has the result key_counts"),
        (lambda paths: paths.remove(paths[8]), "no file has the result hottest"),
        (lambda paths: paths.remove(paths[3]), "the result 'bytes' has 0 rows behind it, the outcome 3"),
        (lambda paths: paths.append(paths[5]), "the result 'minutes' is there more than once"),
        (lambda paths: changed(paths[5], "minutes,1793577600,3\n", ""), "the result 'minutes' has 2 rows behind it, the outcome 5"),
        (lambda paths: changed(paths[5], ",3", ","), "expected a whole number, found nothing"),
        (lambda paths: changed(paths[5], ",3", ",3.5"), "expected a whole number, found '3.5'"),
        (lambda paths: changed(paths[5], ",3", ""), "not as many columns as the first line is the file whole?"),
        (lambda paths: changed(paths[5], "minutes", "minute"), "'minute' is no result of a profile did you mean 'minutes'?"),
        (lambda paths: changed(paths[5], "result,", "x,"), "its first line has no column 'result'"),
        (lambda paths: changed(paths[5], ",requests", ",n"), "there is no column 'requests' the result has minute, requests"),
    ],
)  # fmt: skip
def test_results_that_do_not_fit_together_are_errors(
    tmp_path: Path, change: Callable[[list[str]], object], said: str
) -> None:
    paths = exported(tmp_path, "duckdb")
    change(paths)
    with pytest.raises(CapplanError) as raised:
        profile_of_results(paths, "UTC")
    found = raised.value.diagnostics[0]
    assert said in f"{found.message} {found.hint}"


def test_the_printed_text_says_what_to_do_with_it() -> None:
    text = as_text(printed("athena", [table_source("logs.requests", ASKED)], ASKED, None), "athena")
    assert text.startswith("-- 9 statements of capplan profile for athena")
    assert "capplan profile --from-results *.csv" in text
    for name in RESULTS:
        assert f": {name}\n" in text
    assert not sqlglot.parse(text, read="athena")[0].find(
        sqlglot.exp.Anonymous
    )  # every function is one that Athena has


def test_every_function_of_a_statement_is_one_that_is_translated() -> None:
    for dialect in ("athena", "trino", "spark"):
        for sql in (*STEPS.values(), *(result.sql for result in RESULTS.values())):
            assert not sqlglot.parse_one(translated(sql, dialect), read=dialect).find(sqlglot.exp.Anonymous)


def test_memory_and_spill_folder_reach_the_engines(tmp_path: Path, spark: Opens) -> None:
    with partial(sql_engine, "300MB", str(tmp_path))() as engine:
        ((limit, place),) = engine.rows("SELECT current_setting('memory_limit'), current_setting('temp_directory')")
        assert limit == "286.1 MiB"  # 300,000,000 bytes
        assert str(place).startswith(str(tmp_path))
    assert not list(tmp_path.iterdir())
    with spark() as other:
        conf = getattr(other, "session").conf  # noqa: B009  the protocol has none
        assert conf.get("spark.driver.memory") == "1g"
        assert "spark" in conf.get("spark.local.dir")


def test_what_does_not_fit_in_memory_is_spilled_or_an_error(tmp_path: Path) -> None:
    file = tmp_path / "keys.parquet"
    duckdb.connect().execute(
        f"COPY (SELECT 1793577601 + range % 9 AS time, sha256(CAST(range AS VARCHAR)) AS key FROM range(1500000)) TO '{file}'"
    )
    # the keys of 64 bytes alone are 96 MB
    found = profile([str(file)], opened=partial(sql_engine, "96MB", str(tmp_path)))
    assert found.keys is not None
    assert found.keys.distinct == 1_500_000
    with pytest.raises(CapplanError) as raised:
        profile([str(file)], opened=partial(sql_engine, "5MB", str(tmp_path)))
    assert raised.value.diagnostics[0].message == "the memory limit is too low for these files"
    assert [path.name for path in tmp_path.iterdir()] == ["keys.parquet"]
