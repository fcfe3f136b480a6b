"""P11: a trace to a profile, against DuckDB alone running the very same statements; and memory, and rows per second.

`python -m tests.benchmarks.p11_profile 1e6 1e7 1e8` makes the rows, measures each size and prints a line; `--spark` measures Spark
on this machine beside it, `--folder` keeps the files. DuckDB is an extra: without it there is nothing to measure.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.timing import CAPPLAN, ROOT

GOAL_RATIO, GOAL_MIB = 1.15, 250.0
MEMORY = "104MB"
"""What a hundred million rows need: DuckDB takes some 90 MiB beside it, Python and our own code the rest."""
ROWS = """
SELECT make_timestamp(1793577600000000 + CAST(range * (28 * 86400e6 / {n}) AS BIGINT)) AS ts,
  CASE WHEN hash(range, 1) % 10 < 7 THEN 'GetItem' ELSE 'PutItem' END AS op,
  'table-' || (hash(range, 2) % 8) AS "table",
  'customer-' || CAST(floor(pow(1e6, (hash(range, 3) % 1000000007) / 1000000007.0)) AS BIGINT) AS key,
  CAST(100 + hash(range, 4) % 4000 AS INTEGER) AS bytes,
  round(exp(2 + 3 * (hash(range, 5) % 1000003) / 1000003.0), 2) AS latency_ms,
  CASE WHEN hash(range, 6) % 1000 = 0 THEN '503' WHEN hash(range, 6) % 500 = 1 THEN '429' ELSE '200' END AS status
FROM range({n})
"""
"""Four weeks of requests: 8 tables, a million keys of which half the requests fall on a thousand, sizes, durations, failures."""
ALONE = """
import json, sys
import duckdb
statements, settings = json.load(open(sys.argv[1]))
connection = duckdb.connect(":memory:", config=settings)
for statement in statements:
    connection.execute(statement).fetchall()
"""


class Run(NamedTuple):
    """What a process took."""

    cpu_seconds: float
    seconds: float
    peak_mib: float


def made(folder: Path, rows: int) -> Path:
    """A Parquet file of so many rows, made once."""
    import duckdb

    path = folder / f"rows-{rows}.parquet"
    if not path.exists():
        part = path.with_suffix(".part")
        connection = duckdb.connect(config={"memory_limit": "1GB", "preserve_insertion_order": False})
        connection.execute(f"COPY ({ROWS.format(n=rows)}) TO '{part}' (FORMAT parquet, COMPRESSION zstd)")
        part.rename(path)
    return path


def statements_of(path: Path, memory: str, place: Path) -> None:
    """Write the statements of a profile of a file, as it gives them to DuckDB for a small one, and its settings."""
    from capplan.commands.profile.measure import profile
    from capplan.reading import sql_engine

    said: list[str] = []
    folders: set[str] = set()
    rows = sql_engine.DuckDB.rows

    def noted(self: sql_engine.DuckDB, sql: str) -> list[tuple[Any, ...]]:
        said.append(sql)
        folders.add(str(self.folder))
        return rows(self, sql)

    sql_engine.DuckDB.rows = noted  # type: ignore[method-assign]
    small = str(made(place.parent, 1000))
    try:
        profile([small], opened=partial(sql_engine.sql_engine, memory))
    finally:
        sql_engine.DuckDB.rows = rows  # type: ignore[method-assign]
    (folder,) = folders
    settings: dict[str, Any] = {
        "memory_limit": memory,
        "temp_directory": str(place.parent / "alone"),
        "preserve_insertion_order": False,
    }
    if sql_engine.is_little(memory):
        settings["threads"] = 1
    there = [sql.replace(small, str(path)).replace(folder, str(place.parent)) for sql in said]
    place.write_text(json.dumps([there, settings]))


def run_once(command: Sequence[str]) -> Run:
    """One run, its output thrown away."""
    start = time.perf_counter()
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=env) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss / 1024)


def measured(path: Path, memory: str, runs: int, *, spark: bool = False) -> tuple[Run, Run, Run | None]:
    """Medians: the profile, DuckDB alone, Spark; the two by turns."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "statements.json"
        statements_of(path, memory, place)
        own = (*CAPPLAN, "profile", str(path), "-f", "json", "--memory", memory)
        alone = (sys.executable, "-c", ALONE, str(place))
        pairs = [(run_once(own), run_once(alone)) for _ in range(runs)]
    other = run_once((*CAPPLAN, "profile", str(path), "-f", "json", "--engine", "spark")) if spark else None
    return _median([a for a, _ in pairs]), _median([b for _, b in pairs]), other


def _median(runs: Sequence[Run]) -> Run:
    return Run(*(statistics.median(values) for values in zip(*runs, strict=True)))


def run(rows: int = 10**7, runs: int = 3) -> list[tuple[str, float, float]]:
    """(name, value, goal): the ratio of processor time, and the most memory in MiB."""
    if find_spec("duckdb") is None:
        print("P11 needs DuckDB: pip install -e .[traces]")  # noqa: T201  a benchmark talks
        return []
    with tempfile.TemporaryDirectory() as folder:
        own, alone, _ = measured(made(Path(folder), rows), MEMORY, runs)
    return [
        (f"P11 profile of {rows:.0e} rows over DuckDB alone", own.cpu_seconds / alone.cpu_seconds, GOAL_RATIO),
        (f"P11 memory of {rows:.0e} rows, MiB", own.peak_mib, GOAL_MIB),
    ]


def main() -> None:
    """A line for each number of rows."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.p11_profile")
    parser.add_argument("rows", nargs="+", type=float)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", default=MEMORY, help="such as 512MB, the default of `profile`")
    parser.add_argument("--spark", action="store_true")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "capplan-p11")
    chosen = parser.parse_args()
    chosen.folder.mkdir(exist_ok=True)
    for rows in map(int, chosen.rows):
        path = made(chosen.folder, rows)
        own, alone, other = measured(path, chosen.memory, chosen.runs, spark=chosen.spark)
        size = path.stat().st_size / 1e6
        print(  # noqa: T201
            f"{rows:>13,} rows {size:8,.0f} MB: {own.cpu_seconds:7.2f} s CPU, {own.cpu_seconds / alone.cpu_seconds:.3f}x of "
            f"DuckDB alone ({alone.cpu_seconds:.2f} s), {own.peak_mib:.0f} MiB ({alone.peak_mib:.0f}), "
            f"{rows / own.cpu_seconds / 1e6:.2f} M rows per s of a core" + (f"; Spark {other}" if other else ""),
            flush=True,
        )


if __name__ == "__main__":
    main()
