"""`capplan profile`: a trace of requests, measured once, as a small file that a scenario's traffic names."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from capplan.cli import progress
from capplan.cli.options import Ascii, Color, ColorChoice, Details, Format, Quiet
from capplan.cli.output import emit_document, output, put
from capplan.cli.steps import guarded

if TYPE_CHECKING:
    from capplan.commands.profile.events import Mapped
    from capplan.reading.sql_engine import Engine as SqlEngine

    Opens = Callable[[], AbstractContextManager[SqlEngine]]


class EngineName(StrEnum):
    """What runs the SQL."""

    duckdb = "duckdb"
    spark = "spark"


class DialectName(StrEnum):
    """Whose SQL is printed."""

    athena = "athena"
    spark = "spark"
    trino = "trino"
    duckdb = "duckdb"


Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILES...", help="Files, folders and patterns: Parquet, CSV, JSON lines, logs."),
]
Target = Annotated[
    str | None, typer.Option("--output", "-o", help="Write the profile to this file, as JSON; the SQL to this folder.")
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="FIELD=NAME",
        help="What a column is: time=ts. Fields: time, operation, target, key, bytes, duration (or duration_s), status, id.",
    ),
]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="FIELD=VALUE", help="Only these rows: target=orders. Repeatable.")
]
Timezone = Annotated[str, typer.Option("--timezone", help="The time zone of the shape, as in the scenario: +09:00.")]
HashKeys = Annotated[bool, typer.Option("--hash-keys", help="Replace keys by hashes that nobody can undo.")]
Engine = Annotated[
    EngineName, typer.Option("--engine", help="What runs the SQL: DuckDB, or Spark on this machine or a cluster.")
]
Remote = Annotated[
    str | None,
    typer.Option("--spark-remote", metavar="sc://HOST:PORT", help="Spark Connect; paths are those of the cluster."),
]
Dialect = Annotated[
    DialectName | None, typer.Option("--print-sql", help="Print the SQL for an engine of yours, and read nothing.")
]
Table = Annotated[
    str | None,
    typer.Option("--table", metavar="SCHEMA.TABLE", help="The table it reads; name its columns by --column."),
]
FromResults = Annotated[
    bool, typer.Option("--from-results", help="FILES are the answers of that SQL: CSV with names, or JSON lines.")
]
Memory = Annotated[
    str | None, typer.Option("--memory", "--memory-limit", help="Of the engine: DuckDB 512MB, Spark 2GB.")
]
TempFolder = Annotated[str | None, typer.Option("--temp-folder", help="Where it may write what exceeds that.")]
_SIZE = re.compile(r"[1-9][0-9]{0,5}(?:MB|GB)")
_REMOTE = re.compile(r"sc://[^\s]+")
_TABLE = re.compile(r"[^\s.\"]+(?:\.[^\s.\"]+){1,2}")
_ZONE = re.compile(r"UTC|[+-](?:0[0-9]|1[0-4]):[0-5][0-9]")


def profile(
    files: Files = None,
    target: Target = None,
    column: ColumnOption = None,
    only: Only = None,
    timezone: Timezone = "UTC",
    hash_keys: HashKeys = False,
    engine: Engine = EngineName.duckdb,
    spark_remote: Remote = None,
    print_sql: Dialect = None,
    table: Table = None,
    from_results: FromResults = False,
    memory: Memory = None,
    temp_folder: TempFolder = None,
    format: Format = None,
    details: Details = False,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """What a trace says: its rate and shape, peaks, keys, sizes, durations, failures. Rows are read by DuckDB or Spark.

    Example: capplan profile 'logs/*.json.gz' -o profile.json
    """
    where = output(format, None, ascii_only=ascii, color=color, quiet=quiet)
    given = files or []
    _check_options(timezone, memory, spark_remote)
    if print_sql is not None or table is not None:
        _check_printing(print_sql, table, given, has_format=bool(format) or from_results)
    elif not given:
        raise typer.BadParameter("name files, folders or patterns in quotes", param_hint="FILES")

    def answer() -> int:
        import secrets  # noqa: PLC0415
        from pathlib import Path  # noqa: PLC0415

        from capplan.commands.profile.events import mapped  # noqa: PLC0415
        from capplan.reading.writing import write_atomic  # noqa: PLC0415

        asked = mapped(column or (), only or ())
        salt = secrets.token_hex(16) if hash_keys else None  # thrown away: a key cannot be tried against its hash
        opened = _opened(engine, spark_remote, memory, temp_folder)
        if print_sql is not None:
            _print(print_sql.value, table, given, asked, salt, opened, target)
            return 0
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.profile import profile_record  # noqa: PLC0415
        from capplan.report.views.profile import profile_document  # noqa: PLC0415

        if from_results:
            from capplan.commands.profile.from_results import profile_of_results  # noqa: PLC0415

            done = profile_of_results(given, timezone)
        else:
            from capplan.commands.profile.measure import profile as measured  # noqa: PLC0415

            done = measured(
                given,
                asked,
                timezone=timezone,
                salt=salt,
                opened=opened,
                temp_folder=temp_folder,
                progress=progress.update,
            )
        if target is not None:
            write_atomic(Path(target), to_json(profile_record(done)))
        emit_document(
            where, lambda: to_json(profile_record(done)), lambda: profile_document(done, target), details=details
        )
        return 0

    return guarded(where, answer, "nothing profiled", doing="reading")


def _opened(engine: EngineName, remote: str | None, memory: str | None, temp_folder: str | None) -> "Opens":
    """What opens the engine."""
    from functools import partial  # noqa: PLC0415

    if engine is EngineName.spark or remote is not None:
        from capplan.reading.spark_engine import spark_engine  # noqa: PLC0415

        return partial(spark_engine, memory or "2GB", temp_folder, remote)
    from capplan.reading.sql_engine import sql_engine  # noqa: PLC0415

    return partial(sql_engine, memory or "512MB", temp_folder)


def _print(
    dialect: str,
    table: str | None,
    files: list[str],
    asked: "Mapped",
    salt: str | None,
    opened: "Opens",
    folder: str | None,
) -> None:
    """The SQL of a profile, as one text or as a file for each statement."""
    from pathlib import Path  # noqa: PLC0415

    from capplan.commands.profile.events import sources_of, table_source  # noqa: PLC0415
    from capplan.commands.profile.printed import as_text, printed  # noqa: PLC0415
    from capplan.reading.writing import write_atomic  # noqa: PLC0415

    if table is not None:
        statements = printed(dialect, [table_source(table, asked)], asked, salt)
    else:
        with opened() as engine:
            statements = printed(dialect, sources_of(engine, engine.files(files)[0], asked), asked, salt)
    if folder is None:
        put(as_text(statements, dialect))
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, text in statements:
        write_atomic(Path(folder) / f"{name}.sql", f"{text};\n")


def _check_options(timezone: str, memory: str | None, remote: str | None) -> None:
    """Raises BadParameter where one is not what it should be."""
    if memory is not None and not _SIZE.fullmatch(memory):
        raise typer.BadParameter(f"expected a size, such as 512MB, found '{memory}'", param_hint="--memory")
    if not _ZONE.fullmatch(timezone):
        raise typer.BadParameter(f"expected UTC or +09:00, found '{timezone}'", param_hint="--timezone")
    if remote is not None and not _REMOTE.fullmatch(remote):
        raise typer.BadParameter(f"expected sc://HOST:15002, found '{remote}'", param_hint="--spark-remote")


def _check_printing(dialect: DialectName | None, table: str | None, files: list[str], *, has_format: bool) -> None:
    """Options that do not fit together. Raises BadParameter."""
    if dialect is None:
        raise typer.BadParameter("goes with --print-sql", param_hint="--table")
    if has_format:
        raise typer.BadParameter("prints SQL: leave out --format and --from-results", param_hint="--print-sql")
    if table is None and (dialect is not DialectName.duckdb or not files):
        raise typer.BadParameter(
            f"--print-sql {dialect.value} needs a table: --table logs.requests", param_hint="--table"
        )
    if table is not None and files:
        raise typer.BadParameter("name a table or files, not both", param_hint="--table")
    if table is not None and not _TABLE.fullmatch(table):
        raise typer.BadParameter(f"expected SCHEMA.TABLE, found '{table}'", param_hint="--table")
