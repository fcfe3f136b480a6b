"""Reads the section `gates`: each gate with its place, its level and its waiver."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from capplan.language.gate_syntax import (
    Figure,
    Gate,
    Level,
    Waiver,
    constant_comparison,
    forecast_comparisons,
    read_gate,
)
from capplan.language.gate_tokens import GateError
from capplan.language.gate_units import MONTH
from capplan.language.months import MAX_MONTHS
from capplan.language.reader import Path, Reader
from capplan.reading.nearest import nearest

_LEVELS = ("warn", "deny")
_WAIVER = ("owner", "reason", "expires")
_WRITE = "write cost.monthly <= 2500 USD, or {warn: orders.headroom > 30%}"
_WRITE_WAIVER = "write waiver: {owner: checkout, reason: sale until December, expires: 2026-12-01}"
_WRITE_MONTHS = "write forecast.breaks_in >= 6 months"
_PICK = "capplan gates SCENARIO lists all metrics"
MAX_GATES = 2_000
"""Gates of a scenario."""


def gates_of(reader: Reader) -> tuple[Gate, ...]:
    """The gates, each with its line and column."""
    raw = reader.data.get("gates")
    if raw is None:
        return ()
    items = reader.listed(raw, ("gates",))
    if len(items) > MAX_GATES:
        reader.add_error(("gates",), f"more than {MAX_GATES:,} gates", "split the scenario")
        return ()
    return tuple(gate for path, item in items if (gate := _gate(reader, path, item)) is not None)


def _gate(reader: Reader, path: Path, item: object) -> Gate | None:
    if isinstance(item, str):
        return _read(reader, path, item, "deny", None)
    if not isinstance(item, Mapping) or not item:
        reader.add_error(path, "a gate is a text", _WRITE)
        return None
    known = (*_LEVELS, "waiver")
    for key in item:
        if key not in known:
            close = nearest(key, known)
            hint = f"did you mean '{close}'?" if close else _as_text(str(key), item[key])
            reader.add_error([*path, key], f"unknown key '{key}'", hint, key=True)
    levels = [level for level in _LEVELS if level in item]
    if len(levels) != 1:
        if levels or all(key in known for key in item):
            reader.add_error(path, "a gate needs either warn or deny", _WRITE)
        return None
    level: Level = "warn" if levels[0] == "warn" else "deny"
    waiver = _waiver(reader, (*path, "waiver"), item["waiver"]) if "waiver" in item else None
    if not isinstance(item[level], str):
        reader.add_error((*path, level), "a gate is a text", _WRITE)
        return None
    return _read(reader, (*path, level), item[level], level, waiver)


def _as_text(key: str, value: object) -> str:
    """What to write for a gate that is given as a key and its limit."""
    limit = str(value)[:40] if isinstance(value, str | Decimal) else "500 USD"
    compared = limit if limit.startswith(("<", ">", "=")) else f"<= {limit}"
    metric = key[:80] if "." in key else "cost.monthly"
    unit = " USD" if metric.startswith("cost.") and limit[-1:].isdigit() else ""
    return f"a gate is a text: write - {metric} {compared}{unit}"


def _read(reader: Reader, where: Path, text: str, level: Level, waiver: Waiver | None) -> Gate | None:
    mark = reader.doc.diagnostic(where, "")
    inside = _inside(text, mark.excerpt, mark.column)
    try:
        test = read_gate(text)
    except GateError as error:
        reader.add_error_inside(
            where, error.message, error.hint, None if inside is None else inside + error.at, error.width
        )
        return None
    constant = constant_comparison(test)
    if constant is not None:
        at = None if inside is None else inside + constant.at
        reader.add_error_inside(
            where, "there is no metric in this comparison: its result is always the same", _PICK, at, constant.width
        )
        return None
    for comparison, figure in forecast_comparisons(test):
        message = _wrong_months(figure)
        if message:
            at = None if inside is None else inside + comparison.at
            reader.add_error_inside(where, message, _WRITE_MONTHS, at, comparison.width)
            return None
    source = "" if mark.line else mark.file.partition(" ")[0]  # the option that the gate was given with
    return Gate(text.strip(), test, level, mark.line, mark.column, mark.width, mark.excerpt, inside, waiver, source)


def _wrong_months(figure: Figure | None) -> str:
    """What is wrong with what months to come are compared with; empty for nothing."""
    if figure is None or figure.unit != MONTH:
        return "months to come are compared with a number of months"
    if not 0 < figure.value <= MAX_MONTHS:
        return f"a forecast looks 1 to {MAX_MONTHS} months ahead"
    return ""


def _inside(text: str, line: str, column: int) -> int | None:
    """Characters between a value's place and its first character: 0, 1 after a quote, None where it is folded."""
    return next((n for n in (0, 1) if line[column - 1 + n :].startswith(text)), None)


def _waiver(reader: Reader, path: Path, raw: Any) -> Waiver | None:  # noqa: ANN401  any YAML value
    if not isinstance(raw, Mapping):
        reader.add_error(path, "a waiver has owner, reason and expires", _WRITE_WAIVER)
        return None
    wrong = False
    for key in raw:
        if key not in _WAIVER:
            close = nearest(key, _WAIVER)
            hint = f"did you mean '{close}'?" if close else f"expected {', '.join(_WAIVER)}"
            reader.add_error([*path, key], f"unknown key '{key}'", hint, key=True)
            wrong = True
    for key in _WAIVER:
        if key not in raw:
            reader.add_error(path, f"a waiver needs '{key}'", _WRITE_WAIVER)
            wrong = True
        elif not isinstance(raw[key], str) or not raw[key].strip():
            reader.add_error([*path, key], f"'{key}' is a text", _WRITE_WAIVER)
            wrong = True
    if wrong:
        return None
    try:
        expires = date.fromisoformat(raw["expires"]) if len(raw["expires"]) == len("2026-12-01") else None
    except ValueError:
        expires = None
    if expires is None:
        reader.add_error(
            [*path, "expires"], f"'{raw['expires'][:60]}' is not a date", "write the last day it applies: 2026-12-01"
        )
        return None
    return Waiver(raw["owner"].strip(), raw["reason"].strip(), expires)
