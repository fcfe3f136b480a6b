"""Reads metrics as CloudWatch gives them: answers of GetMetricData and GetMetricStatistics, and CSV files of its console.

Source: CloudWatch API Reference, "GetMetricData" (newest first, StatusCode), "GetMetricStatistics" (in no order)
(read 2026-11-30).
"""

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from capplan.errors import CapplanError, Diagnostic
from capplan.importing.metrics.series import MAX_POINTS, Point, Series, of_one_answer, ordered, period_of
from capplan.importing.times import has_zone, seconds_of
from capplan.importing.value import Value
from capplan.record import replace

_STATISTICS = ("Sum", "SampleCount", "Average", "Maximum", "Minimum")
"""As a count over time is best read first."""
_METRIC = re.compile(r"[A-Z][A-Za-z]+")
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|")
_HEADER_LINES = 20
_MAX_COLUMNS = 500
_MAX_ROWS = MAX_POINTS + 20


def metric_data(value: Value) -> tuple[Series, ...]:
    """The series of an answer of GetMetricData: every result that has points."""
    out = []
    for result in value.get("MetricDataResults").items():
        values, times = result.get("Values").items(), result.get("Timestamps").items()
        if len(values) != len(times):
            result.get("Values").wrong(f"{len(times)} values, one for each timestamp")
        points = ordered([Point(int(at.seconds()), number.number()) for at, number in zip(times, values, strict=True)])
        label = result.get("Label").text("")
        name = result.get("Id").text(label)
        complete = result.get("StatusCode").text("Complete") == "Complete"
        zone = "UTC"
        if points:
            out.append(_series(name, label, points, "", "", complete=complete, zone=zone))
    _bounded(value, sum(len(series.points) for series in out))
    return of_one_answer(out)


def metric_statistics(value: Value) -> tuple[Series, ...]:
    """The series of an answer of GetMetricStatistics: of its statistics the one that counts best."""
    datapoints = value.get("Datapoints").items()
    _bounded(value, len(datapoints))
    if not datapoints:
        return ()
    statistic = next((word for word in _STATISTICS if datapoints[0].get(word).known), "")
    if not statistic:
        datapoints[0].wrong("a statistic such as Sum", "ask CloudWatch with --statistics Sum")
    points = ordered([Point(int(p.get("Timestamp").seconds()), p.get(statistic).number()) for p in datapoints])
    label = value.get("Label").text("")
    unit = datapoints[0].get("Unit").text("")
    return (_series(label or "metric", label, points, statistic, unit, zone="UTC"),)


def metrics_csv(text: str, file: str) -> tuple[Series, ...]:
    """The series of a CSV file: a first column of times, others of numbers; lines before the first time say what they are.

    Raises CapplanError.
    """
    rows = _rows(text, file)
    first = next((i for i, (_, row) in enumerate(rows) if seconds_of(row[0]) is not None), None)
    if first is None:
        raise _error(file, rows[0][0] if rows else 1, "no line begins with a time", "such as 2026-11-01 00:05:00,94")
    header = {row[0].strip().casefold(): row[1:] for _, row in rows[:first]}
    titles = header.get("label") or header.get("full label") or (rows[first - 1][1][1:] if first else [])
    width = max(len(row) for _, row in rows[first:])
    zones = {"UTC" if has_zone(row[0]) else "taken as UTC" for _, row in rows[first:]}
    out = []
    for column in range(1, width):
        points = _column(rows[first:], column, file)
        if points:
            title = titles[column - 1].strip() if column <= len(titles) else f"column {column + 1}"
            statistic = _of_header(header, "statistic", column)
            series = _series(
                title, title, ordered(points), statistic, _of_header(header, "unit", column), zone=", ".join(zones)
            )
            period = _of_header(header, "period", column)
            out.append(replace(series, period_seconds=int(period)) if period.isdecimal() and int(period) else series)
    return tuple(out)


def is_metrics_csv(text: str) -> bool:
    """Whether some of the first lines are a time, a comma and a number."""
    lines = [line.split(",") for line in text[:4000].splitlines()[:_HEADER_LINES]]
    return any(
        len(line) > 1 and seconds_of(line[0].strip('" ')) is not None and _NUMBER.fullmatch(line[1].strip('" '))
        for line in lines
    )


def _rows(text: str, file: str) -> list[tuple[int, list[str]]]:
    """Lines with their numbers; empty ones left out."""
    reader = csv.reader(io.StringIO(text))
    out: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if row and any(cell.strip() for cell in row):
                out.append((reader.line_num, row))
            if len(out) > _MAX_ROWS or len(row) > _MAX_COLUMNS:
                limit = f"at most {MAX_POINTS:,} lines of {_MAX_COLUMNS} columns are read"
                raise _error(file, reader.line_num, limit, "choose a longer period or a shorter time")
    except csv.Error as error:
        raise _error(file, reader.line_num, f"not CSV: {error}", "") from None
    return out


def _column(rows: Sequence[tuple[int, list[str]]], column: int, file: str) -> list[Point]:
    """The points of a column; an empty cell is none."""
    out = []
    for line, row in rows:
        at = seconds_of(row[0])
        if at is None:
            raise _error(file, line, f"'{row[0][:40]}' is not a time", "such as 2026-11-01 00:05:00")
        cell = row[column].strip() if column < len(row) else ""
        if not cell:
            continue
        try:
            value = Decimal(cell)
        except InvalidOperation:
            raise _error(
                file, line, f"'{cell[:40]}' is not a number", "a cell without a number is left empty"
            ) from None
        if not value.is_finite() or len(value.as_tuple().digits) > 40:  # noqa: PLR2004  as JSON's
            raise _error(file, line, f"'{cell[:40]}' is not a number that can be read", "")
        out.append(Point(int(at), value))
    return out


def _of_header(header: dict[str, list[str]], key: str, column: int) -> str:
    cells = header.get(key, [])
    return cells[column - 1].strip() if column <= len(cells) else ""


def _series(
    name: str,
    label: str,
    points: tuple[Point, ...],
    statistic: str,
    unit: str,
    *,
    complete: bool = True,
    zone: str = "",
) -> Series:
    words = _METRIC.findall(label)
    metric = max(words, key=len) if words else ""
    return Series(name, metric, points, period_of(points), statistic, unit, complete=complete, zone=zone)


def _bounded(value: Value, points: int) -> None:
    if points > MAX_POINTS:
        value.fail(f"{points:,} points; at most {MAX_POINTS:,} are read", "choose a longer period or a shorter time")


def _error(file: str, line: int, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(file, line, 1, message, hint),))
