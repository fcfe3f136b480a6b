"""Writes answers to the terminal and to files: formats, the terminal's width, symbols and color."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

import typer

from capplan.errors import CapplanError
from capplan.record import Record
from capplan.report.layout import Style

FORMATS = ("table", "json")
_PIPE_WIDTH = 100


class Output(Record, frozen=True):
    """How the answer is written: (format, file or None for standard output) in the order given, and the style."""

    wanted: tuple[tuple[str, str | None], ...]
    ascii: bool
    no_color: bool
    quiet: bool

    @property
    def errors_as_json(self) -> bool:
        """Whether errors are written as JSON too."""
        return any(name == "json" for name, _ in self.wanted)


def output(
    formats: list[str] | None,
    file: str | None,
    *,
    ascii_only: bool,
    no_color: bool,
    quiet: bool,
    known: Sequence[str] = FORMATS,
) -> Output:
    """How the answer is written; `known` are the formats of the command.

    Raises:
        typer.BadParameter: An unknown format, or two answers for one place.
    """
    wanted: list[tuple[str, str | None]] = []
    for text in formats or ["table"]:
        name, given, path = text.partition("=")
        if name not in known:
            raise typer.BadParameter(f"expected {' or '.join(known)}, found '{name}'", param_hint="--format")
        if given and not path:
            raise typer.BadParameter(f"'{text}' has no file name: write {name}=FILE", param_hint="--format")
        wanted.append((name, path or file))
    for place in {path for _, path in wanted}:
        if sum(1 for _, path in wanted if path == place) > 1:
            where = f"'{place}'" if place else "standard output"
            raise typer.BadParameter(f"two answers for {where}: name a file for each, json=FILE", param_hint="--format")
    return Output(tuple(wanted), ascii_only, no_color, quiet)


def style_for(path: str | None, where: Output) -> Style:
    """Color only on a terminal; in a file or a pipe 100 columns, whatever COLUMNS says."""
    if path is not None:
        return Style(_PIPE_WIDTH, where.ascii)
    if not sys.stdout.isatty():
        return Style(_PIPE_WIDTH, where.ascii or not _utf8(sys.stdout))
    symbols = _supports_unicode(sys.stdout)
    colour = not where.no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(max(80, os.get_terminal_size(sys.stdout.fileno()).columns), where.ascii or not symbols, colour)


def _supports_unicode(stream: TextIO) -> bool:
    return stream.isatty() and _utf8(stream) and os.environ.get("TERM") != "dumb"


def _utf8(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "") == "utf8"


def emit(
    where: Output,
    as_json: Callable[[], str],
    as_table: Callable[[Style], str],
    others: Mapping[str, Callable[[], str]] | None = None,
) -> None:
    """Write files first, each atomically, and standard output last."""
    plain = {"json": as_json, **(others or {})}
    texts = [
        (path, plain[name]() if name in plain else as_table(style_for(path, where))) for name, path in where.wanted
    ]
    for path, text in texts:
        if path is not None:
            from capplan.reading.writing import write_atomic  # noqa: PLC0415

            write_atomic(Path(path), text)
    for path, text in texts:
        if path is None and not where.quiet:
            put(text)


def put(text: str) -> None:
    """Write text to standard output. A closed pipe (`| head`) does not change the exit code."""
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def report(text: str, *, ascii_only: bool = False) -> None:
    """Write text to standard error, safe for a terminal."""
    from capplan.report.layout import safe  # noqa: PLC0415
    from capplan.report.plain import inert  # noqa: PLC0415

    style = Style(ascii=ascii_only or not _supports_unicode(sys.stderr))
    lines = [inert(safe(line, style)) for line in text.rstrip("\n").split("\n")]
    try:
        sys.stderr.write("\n".join(lines) + "\n")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def emit_errors(where: Output, errors: list[CapplanError], outcome: str) -> None:
    """Write errors as text to standard error, or as JSON to standard output where JSON is asked for."""
    diagnostics = [diagnostic for error in errors for diagnostic in error.diagnostics]
    if where.errors_as_json:
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.errors import errors_record  # noqa: PLC0415

        put(to_json(errors_record(diagnostics)))
        return
    from capplan.report.views.errors import errors_text  # noqa: PLC0415

    ascii_only = where.ascii or not _supports_unicode(sys.stderr)
    written = errors_text(diagnostics, ascii_only=ascii_only, outcome=outcome)
    blocks = [*([written] if written else []), *(e.summary for e in errors if e.summary)]
    report("\n\n".join(blocks), ascii_only=ascii_only)
