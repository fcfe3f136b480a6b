"""Writes answers to the terminal and to files: formats, the terminal's width, symbols and color."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from capplan.cli import progress
from capplan.cli.options import ColorChoice
from capplan.cli.streams import write_out
from capplan.errors import CapplanError
from capplan.record import Record
from capplan.report.style import Style

if TYPE_CHECKING:
    from capplan.report.document import Document

FORMATS = ("table", "json", "markdown", "html", "compact")
_PIPE_WIDTH = 100


class Output(Record, frozen=True):
    """How the answer is written: (format, file or None for standard output) in the order given, and the style.

    `fields` and `top` are what a compact answer shows.
    """

    wanted: tuple[tuple[str, str | None], ...]
    ascii: bool
    color: ColorChoice
    quiet: bool
    fields: tuple[str, ...] = ()
    top: int | None = None

    @property
    def errors_as_json(self) -> bool:
        """Whether errors are written as JSON too."""
        return any(name in ("json", "compact") for name, _ in self.wanted)


def output(
    formats: list[str] | None,
    file: str | None,
    *,
    ascii_only: bool,
    quiet: bool,
    color: ColorChoice = ColorChoice.auto,
    known: Sequence[str] = FORMATS,
    fields: Sequence[str] | None = None,
    top: int | None = None,
) -> Output:
    """How the answer is written; `known` are the formats of the command, `fields` and `top` what a compact answer shows.

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
    if fields and not any(name == "compact" for name, _ in wanted):
        raise typer.BadParameter("it needs --format compact", param_hint="--fields")
    paths = tuple(path.strip() for text in fields or () for path in text.split(",") if path.strip())
    return Output(tuple(wanted), ascii_only, color, quiet, paths, top)


def style_for(path: str | None, where: Output) -> Style:
    """A terminal's own width, in a file or a pipe 100 columns whatever COLUMNS says; no color in a file."""
    if path is not None:
        return Style(_PIPE_WIDTH, where.ascii)
    color = wants_color(where.color, os.environ, is_terminal=sys.stdout.isatty())
    if not sys.stdout.isatty():
        return Style(_PIPE_WIDTH, where.ascii or not _utf8(sys.stdout), color)
    symbols = _supports_unicode(sys.stdout)
    return Style(max(80, os.get_terminal_size(sys.stdout.fileno()).columns), where.ascii or not symbols, color)


def wants_color(option: ColorChoice, environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Whether a stream gets color: the option decides, then NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, then the terminal.

    A variable counts where it is not empty (no-color.org), and those that force color where it is not 0 (force-color.org,
    bixense.com/clicolors; read 2026-11-30).
    """
    if option is not ColorChoice.auto:
        return option is ColorChoice.always
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_terminal and environ.get("TERM") != "dumb"


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
    plain = {"json": as_json, "compact": lambda: _compact(as_json(), where), **(others or {})}
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


def _compact(text: str, where: Output) -> str:
    """An answer's JSON in its short form."""
    import json  # noqa: PLC0415  only here

    from capplan.report.formats.compact import compact  # noqa: PLC0415

    return compact(json.loads(text), where.fields, where.top)


def emit_document(
    where: Output,
    as_json: Callable[[], str],
    document: "Callable[[], Document]",
    others: Mapping[str, Callable[[], str]] | None = None,
    *,
    details: bool = False,
) -> None:
    """The same with a document, which is made once: as a table on the terminal, and as Markdown."""

    @lru_cache(1)
    def made() -> "Document":
        return document()

    def table(style: Style) -> str:
        from capplan.report.formats.terminal import terminal_text  # noqa: PLC0415

        return terminal_text(made(), style, details=details)

    def markdown() -> str:
        from capplan.report.formats.document_markdown import document_markdown  # noqa: PLC0415

        return document_markdown(made())

    emit(where, as_json, table, {"markdown": markdown, "html": lambda: page([made()]), **(others or {})})


def page(documents: "Sequence[Document]") -> str:
    """Documents as one HTML page; where the extra for charts is missing, a table stands for each."""
    from capplan.report.formats.html import draws, html_page  # noqa: PLC0415

    if not any(draws(document) for document in documents):
        return html_page(documents)
    from capplan.report.formats.html_charts import chart_html, scripts  # noqa: PLC0415

    script = scripts()
    if script is None:
        report("the page has tables instead of charts: for charts, python -m pip install 'capplan[charts]'")
        return html_page(documents)
    return html_page(documents, chart_html, script)


def put(text: str) -> None:
    """Write text to standard output."""
    progress.stop()
    write_out(text.encode("utf-8", "backslashreplace"))


def report(text: str, *, ascii_only: bool = False) -> None:
    """Write text to standard error, safe for a terminal."""
    progress.stop()
    from capplan.plain import inert  # noqa: PLC0415
    from capplan.report.style import safe  # noqa: PLC0415

    style = Style(ascii=ascii_only or not _supports_unicode(sys.stderr))
    lines = [inert(safe(line, style)) for line in text.rstrip("\n").split("\n")]
    _put_error("\n".join(lines) + "\n")


def _put_error(text: str) -> None:
    """Write safe text to standard error."""
    try:
        sys.stderr.write(text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def emit_errors(where: Output, errors: list[CapplanError], outcome: str) -> None:
    """Write errors as text to standard error, or as JSON to standard output where JSON is asked for."""
    diagnostics = [diagnostic for error in errors for diagnostic in error.diagnostics]
    if where.errors_as_json:
        from capplan.report.formats.compact import one_line  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.record import value_of  # noqa: PLC0415
        from capplan.report.records.errors import errors_record  # noqa: PLC0415

        record = errors_record(diagnostics)
        put(to_json(record) if any(name == "json" for name, _ in where.wanted) else one_line(value_of(record)))
        return
    from capplan.report.views.errors import error_lines, errors_text  # noqa: PLC0415

    ascii_only = where.ascii or not _supports_unicode(sys.stderr)
    summaries = [e.summary for e in errors if e.summary]
    if sys.stderr.isatty() and wants_color(where.color, os.environ, is_terminal=True):
        from capplan.report.formats.terminal import lines_text  # noqa: PLC0415

        lines = error_lines(diagnostics, ascii_only=ascii_only, outcome=outcome)
        _put_error(lines_text(lines, Style(ascii=ascii_only, colour=True)))
        if summaries:
            report("\n\n".join(["", *summaries] if lines else summaries), ascii_only=ascii_only)
        return
    written = errors_text(diagnostics, ascii_only=ascii_only, outcome=outcome)
    report("\n\n".join([*([written] if written else []), *summaries]), ascii_only=ascii_only)
