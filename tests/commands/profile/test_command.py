"""`capplan profile` as a command: the file it writes, and what it says without its engine."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def run(folder: Path, *arguments: str, without: str = "") -> subprocess.CompletedProcess[str]:
    """The command in a folder; `without` a module, as if it were not installed."""
    code = f"import sys; sys.modules.update(dict.fromkeys({without.split()})); from capplan.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip


def trace(folder: Path) -> None:
    rows = "".join(f"2026-11-02T00:00:{second:02}Z,Get,k{second % 7}\n" for second in range(60))
    (folder / "trace.csv").write_text(f"time,op,key\n{rows}2026-11-02T00:00")


def test_without_the_engine_it_says_what_to_install(tmp_path: Path) -> None:
    trace(tmp_path)
    done = run(tmp_path, "profile", "trace.csv", without="duckdb")
    assert done.returncode == 2
    assert "reading traces needs DuckDB" in done.stderr
    assert "python -m pip install 'capplan[traces]'" in done.stderr


def test_a_metric_and_a_report_of_contributors_need_no_engine(tmp_path: Path) -> None:
    counts = "".join(f"2026-11-02T00:{minute:02}:00Z,120\n" for minute in range(0, 60, 5))
    (tmp_path / "metric.csv").write_text(f"timestamp,value\n{counts}")
    done = run(tmp_path, "profile", "metric.csv", "-f", "json", without="duckdb")
    assert json.loads(done.stdout)["rate_per_second"] == "0.4"  # 120 in 300 s
    keys = [{"Keys": [f"k{n}"], "ApproximateAggregateValue": 10.0 * n} for n in (1, 2)]
    report = {"KeyLabels": ["PK"], "AggregationStatistic": "Sum", "AggregateValue": 30.0, "Contributors": keys}
    (tmp_path / "report.json").write_text(json.dumps(report | {"ApproximateUniqueCount": 2}))
    done = run(tmp_path, "profile", "report.json", "-f", "json", without="duckdb")
    assert json.loads(done.stdout)["keys"]["distinct"] == 2


def test_a_bill_in_parquet_says_what_needs_the_engine(tmp_path: Path) -> None:
    scenario = "capplan: 1\nname: Shop\nregion: us-east-1\ntables: {orders: {item_size: 1 KB, items: 1M}}\n"
    (tmp_path / "scenario.yaml").write_text(scenario)
    (tmp_path / "bill.parquet").write_bytes(b"PAR1" + bytes(20) + b"PAR1")
    done = run(tmp_path, "reconcile", "scenario.yaml", "bill.parquet", without="duckdb")
    assert done.returncode == 2
    assert "bill.parquet: error: reading Parquet needs DuckDB" in done.stderr


def test_a_scenario_plans_on_the_file_it_writes(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    trace(tmp_path)
    done = run(tmp_path, "profile", "trace.csv", "--hash-keys", "-o", "profile.json")
    assert done.returncode == 0
    assert "set aside: not as many columns as the first line" in done.stdout
    answer = json.loads((tmp_path / "profile.json").read_text())
    assert (answer["rows"], answer["rows_used"], answer["traffic"]) == (61, 60, {"rate": "1/s"})
    assert answer["keys"]["distinct"] == 7
    assert not any(key["key"].startswith("k") for key in answer["keys"]["hottest"])
    (tmp_path / "scenario.yaml").write_text(
        "capplan: 1\nname: Shop\nregion: us-east-1\ntraffic: {shoppers: {profile: profile.json}}\n"
        "tables: {orders: {item_size: 1 KB, items: 1M, access: [{put: shoppers}], "
        "partition_key: {name: id, popularity: {profile: profile.json}}}}\n"
    )
    planned = run(tmp_path, "estimate", "scenario.yaml", "-f", "json")
    assert planned.returncode == 0
    # 1 request a second is 730 × 3,600 = 2,628,000 write request units
    assert json.loads(planned.stdout)["resources"][0]["usage"]["write_request_units"] == "2628000"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--memory-limit", "much"), "expected a size, such as 512MB"),
        (("--timezone", "Tokyo"), "expected UTC or +09:00"),
        (("--column", "tme=ts"), "did you mean time?"),
        (("--table", "logs.requests"), "goes with --print-sql"),
        (("--print-sql", "athena"), "needs a table: --table logs.requests"),
        (("--print-sql", "athena", "--table", "logs.requests"), "name a table or files, not both"),
        (("--print-sql", "duckdb", "-f", "markdown"), "leave out --format and --from-results"),
        (("--engine", "spark", "--spark-remote", "host:15002"), "expected sc://HOST:15002"),
    ],
)
def test_options_that_are_wrong(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    pytest.importorskip("duckdb")
    trace(tmp_path)
    done = run(tmp_path, "profile", "trace.csv", *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_files_are_asked_for_and_a_table_has_a_schema(tmp_path: Path) -> None:
    assert "name files, folders or patterns in quotes" in run(tmp_path, "profile").stderr
    done = run(tmp_path, "profile", "--print-sql", "trino", "--table", "requests", "--column", "time=ts")
    assert "expected SCHEMA.TABLE, found 'requests'" in " ".join(done.stderr.split())


@pytest.mark.parametrize(("module", "arguments"), [
    ("pyspark", ("trace.csv", "--engine", "spark")),
    ("sqlglot", ("--print-sql", "athena", "--table", "logs.requests", "--column", "time=ts")),
])  # fmt: skip
def test_without_another_engine_it_says_what_to_install(
    tmp_path: Path, module: str, arguments: tuple[str, ...]
) -> None:
    trace(tmp_path)
    done = run(tmp_path, "profile", *arguments, without=module)
    assert done.returncode == 2
    assert "python -m pip install 'capplan[" in done.stderr


def test_sql_that_is_printed_and_run_elsewhere_makes_the_same_profile(tmp_path: Path) -> None:
    duckdb: Any = pytest.importorskip("duckdb")
    pytest.importorskip("sqlglot")
    trace(tmp_path)
    text = (tmp_path / "trace.csv").read_text()
    (tmp_path / "trace.csv").write_text(text[: text.rindex("\n")])  # without the half line, which only we count
    done = run(tmp_path, "profile", "trace.csv", "--print-sql", "duckdb", "-o", "sql")
    assert (done.returncode, done.stdout) == (0, "")
    connection = duckdb.connect()
    names = [path.stem for path in (tmp_path / "sql").iterdir()]
    for name in names:
        sql = (tmp_path / "sql" / f"{name}.sql").read_text().replace("trace.csv", str(tmp_path / "trace.csv"))
        connection.execute(f"COPY ({sql.strip().rstrip(';')}) TO '{tmp_path / name}.csv' (HEADER)")
    files = [f"{name}.csv" for name in names]
    assert run(tmp_path, "profile", "--from-results", *files, "-o", "back.json").returncode == 0
    assert run(tmp_path, "profile", "trace.csv", "-o", "direct.json").returncode == 0
    back, direct = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("back", "direct"))
    for key in ("files", "columns"):  # these the results do not say
        back.pop(key), direct.pop(key)
    assert back == direct
