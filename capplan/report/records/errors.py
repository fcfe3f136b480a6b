"""The record of errors: `capplan.errors/1`."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from capplan.errors import Diagnostic


class ErrorRecord(NamedTuple):
    """An error.

    Attributes:
        line, column: Where it is, from 1; null where the file as a whole is wrong.
        hint: What to write instead; may be empty.
    """

    file: str
    line: int | None
    column: int | None
    message: str
    hint: str


class ErrorsRecord(NamedTuple):
    """What every command answers to wrong input with --format json."""

    schema: Literal["capplan.errors/1"]
    errors: tuple[ErrorRecord, ...]


def errors_record(diagnostics: Iterable[Diagnostic]) -> ErrorsRecord:
    """Errors as JSON has them, in file order."""
    errors = (
        ErrorRecord(d.file, d.line or None, d.column or None, d.message, d.hint) for d in in_file_order(diagnostics)
    )
    return ErrorsRecord("capplan.errors/1", tuple(errors))


def in_file_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Files as they first appear, each by line and column; errors at one place keep their order."""
    given = tuple(diagnostics)
    rank = {file: n for n, file in enumerate(dict.fromkeys(d.file for d in given))}
    return tuple(sorted(given, key=lambda d: (rank[d.file], d.line, d.column)))
