"""`capplan profile`: a trace of requests, measured once, as a small file that a scenario's traffic names."""

import re
from typing import Annotated

import typer

from capplan.cli import progress
from capplan.cli.options import Ascii, Color, ColorChoice, Details, Format, Quiet
from capplan.cli.output import emit_document, output
from capplan.cli.steps import guarded

Files = Annotated[
    list[str], typer.Argument(metavar="FILES...", help="Files, folders and patterns: Parquet, CSV, JSON lines, logs.")
]
Target = Annotated[str | None, typer.Option("--output", "-o", help="Write the profile to this file, as JSON.")]
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
MemoryLimit = Annotated[str, typer.Option("--memory-limit", help="Of the engine, such as 2GB.")]
TempFolder = Annotated[str | None, typer.Option("--temp-folder", help="Where it may write what exceeds that.")]
_SIZE = re.compile(r"[1-9][0-9]{0,5}(?:MB|GB)")
_ZONE = re.compile(r"UTC|[+-](?:0[0-9]|1[0-4]):[0-5][0-9]")


def profile(
    files: Files,
    target: Target = None,
    column: ColumnOption = None,
    only: Only = None,
    timezone: Timezone = "UTC",
    hash_keys: HashKeys = False,
    memory_limit: MemoryLimit = "512MB",
    temp_folder: TempFolder = None,
    format: Format = None,
    details: Details = False,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """What a trace says: its rate and shape, peaks, keys, sizes, durations, failures. Rows are read by DuckDB.

    Example: capplan profile 'logs/*.json.gz' -o profile.json
    """
    where = output(format, None, ascii_only=ascii, color=color, quiet=quiet)
    if not _SIZE.fullmatch(memory_limit):
        raise typer.BadParameter(f"expected a size, such as 512MB, found '{memory_limit}'", param_hint="--memory-limit")
    if not _ZONE.fullmatch(timezone):
        raise typer.BadParameter(f"expected UTC or +09:00, found '{timezone}'", param_hint="--timezone")

    def answer() -> int:
        import secrets  # noqa: PLC0415
        from pathlib import Path  # noqa: PLC0415

        from capplan.commands.profile.events import mapped  # noqa: PLC0415
        from capplan.commands.profile.measure import profile as measured  # noqa: PLC0415
        from capplan.reading.writing import write_atomic  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.profile import profile_record  # noqa: PLC0415
        from capplan.report.views.profile import profile_document  # noqa: PLC0415

        done = measured(
            files,
            mapped(column or (), only or ()),
            timezone=timezone,
            salt=secrets.token_hex(16) if hash_keys else None,  # thrown away: a key cannot be tried against its hash
            memory_limit=memory_limit,
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
