"""Where an answer goes: formats, files, the terminal's width and symbols. It renders nothing."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from capplan.errors import CapplanError
from capplan.report.document import Style


@dataclass(frozen=True, slots=True)
class Output:
    """What the user asked of the answer's form."""

    formats: list[str] | None
    file: str | None
    ascii: bool
    no_color: bool
    quiet: bool

    @property
    def wanted(self) -> list[tuple[str, str | None]]:
        """(format, file or None for standard output), in the order given."""
        out: list[tuple[str, str | None]] = []
        for text in self.formats or ["table"]:
            name, _, path = text.partition("=")
            if name not in ("table", "json"):
                raise typer.BadParameter(f"'{name}' is no format: table or json", param_hint="--format")
            out.append((name, path or self.file))
        return out


def style_of(where: Output) -> Style:
    """Unicode and colour only on a terminal that takes them; 80 columns in a pipe, whatever COLUMNS says."""
    terminal = sys.stdout.isatty() and where.file is None
    if not terminal:
        return Style()
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8" and os.environ.get("TERM") != "dumb"
    colour = not where.no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(max(80, os.get_terminal_size(sys.stdout.fileno()).columns), where.ascii or not utf8, colour)


def emit(where: Output, as_json: Callable[[], str], as_table: Callable[[], str]) -> None:
    """Files first, each whole or not at all; standard output last."""
    texts = [(path, as_json() if name == "json" else as_table()) for name, path in where.wanted]
    for path, text in texts:
        if path is not None:
            from capplan.reading.writing import write_atomic  # noqa: PLC0415

            write_atomic(Path(path), text)
    for path, text in texts:
        if path is None and not where.quiet:
            _print(text)


def _print(text: str) -> None:
    data = text.encode("utf-8")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def emit_errors(where: Output, error: CapplanError) -> None:
    """Mistakes as text on standard error; as JSON on standard output where JSON was asked for."""
    from capplan.report.errors import errors_json, errors_text  # noqa: PLC0415

    if any(text.partition("=")[0] == "json" for text in where.formats or []):
        _print(errors_json(error.mistakes))
        return
    ascii_only = where.ascii or not sys.stderr.isatty()
    text = error.summary or errors_text(error.mistakes, ascii_only=ascii_only)
    if ascii_only:
        text = text.replace("…", "...").encode("ascii", "backslashreplace").decode()
    sys.stderr.write(text.rstrip("\n") + "\n")
