"""Reads the CSV files of the price list a row at a time: five lines of words, the names of columns, the rows."""

import csv
from collections.abc import Iterator, Mapping

_HEADER_LINES = 5
_MAX_LINE = 2**20
"""Characters; the longest line seen has about 600."""


def csv_table(pieces: Iterator[str]) -> tuple[Mapping[str, str], Iterator[Mapping[str, str]]]:
    """The lines before the table by name, and its rows by column. What is not of the form raises ValueError or KeyError."""
    lines = _records(pieces)
    head = [next(lines, []) for _ in range(_HEADER_LINES)]
    names = next(lines, [])
    if any(len(line) < 2 for line in head) or not names:  # noqa: PLR2004  a name and its value
        raise ValueError("it does not begin with five lines of a name and a value, and the names of columns")
    if len(set(names)) != len(names):
        raise ValueError("two columns have one name")
    return {line[0]: line[1] for line in head}, _rows(lines, names)


def _rows(lines: Iterator[list[str]], names: list[str]) -> Iterator[Mapping[str, str]]:
    for number, row in enumerate(lines, 1):
        if len(row) != len(names):
            raise ValueError(f"row {number:,} has {len(row)} of {len(names)} columns: is the file cut off?")
        yield dict(zip(names, row, strict=True))


def _records(pieces: Iterator[str]) -> Iterator[list[str]]:
    try:
        yield from csv.reader(_lines(pieces), strict=True)
    except csv.Error as error:
        raise ValueError(f"not CSV: {error}") from None


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece).split("\n")
        for line in whole:
            yield line + "\n"
        if len(rest) > _MAX_LINE:
            raise ValueError(f"a line has more than {_MAX_LINE:,} characters")
    if rest:
        raise ValueError("its last line has no end: is the file cut off?")
