"""Errors for the user as data: where, what, and what to write instead."""

from dataclasses import dataclass

from capplan.record import Record


class Diagnostic(Record, frozen=True):
    """An error in a file.

    Line and column count from 1; `width` is how many characters the caret underlines; `excerpt` is the line itself.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    width: int = 1
    excerpt: str = ""


@dataclass(eq=False)
class CapplanError(Exception):
    """All errors the user can fix, in file order. Every command ends with exit code 2 on it."""

    diagnostics: tuple[Diagnostic, ...]
    summary: str = ""

    def __str__(self) -> str:
        """Every error on one line."""
        return "; ".join(f"{m.file}:{m.line}:{m.column}: {m.message}" for m in self.diagnostics) or self.summary
