"""Charts in characters: what a column, a line and a bar stand for."""

from io import StringIO

import numpy as np
import pytest
from rich.console import Console, RenderableType

from capplan.report.document import Spark
from capplan.report.formats.terminal_charts import load_bars, spark, time_chart
from capplan.report.style import Style
from capplan.timeline import Bars, Chart, Series

ASCII, UNICODE = Style(80), Style(80, ascii=False)


def _lines(drawn: RenderableType, width: int = 200) -> list[str]:
    stream = StringIO()
    Console(file=stream, width=width, color_system=None).print(drawn)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def _day(filled: list[float], refused: list[float], line: list[float] | None = None) -> Chart:
    series = [
        Series("served", "u/s", np.repeat(filled, 60)),
        Series("throttled", "u/s", np.repeat(refused, 60), "refused"),
    ]
    if line is not None:
        series.append(Series("capacity", "u/s", np.repeat(line, 60), "line"))
    return Chart("day 1", tuple(series))


def test_a_chart_shows_what_is_served_throttled_and_provisioned() -> None:
    """72 columns are three an hour; 8 rows to 80 u/s are 10 each; 40 served and 40 throttled at 11:00 reach the top."""
    hours = [0.0] * 6 + [40.0] * 6 + [20.0] * 12
    lost = [0.0] * 11 + [40.0] + [0.0] * 12
    assert _lines(time_chart(_day(hours, lost, [60.0] * 24), ASCII)) == [
        "  Day 1",
        "    u/s # served   x throttled   - capacity",
        "     80                                  xxx",
        "                                         xxx",
        "     60 ---------------------------------xxx------------------------------------",
        "                                         xxx",
        "     40                   ##################",
        "                          ##################",
        "     20                   ######################################################",
        "                          ######################################################",
        "       ++--------+--------+--------+--------+--------+--------+--------+--------",
        "        00:00    03:00    06:00    09:00    12:00    15:00    18:00    21:00",
    ]


def test_both_sets_of_symbols_have_the_same_layout() -> None:
    asked = _day([float(i) for i in range(24)], [0.0] * 23 + [9.0], [31.0] * 24)
    ours, theirs = _lines(time_chart(asked, ASCII)), _lines(time_chart(asked, UNICODE))
    assert [len(line) for line in ours] == [len(line) for line in theirs]
    assert "".join(theirs).isascii() is False


@pytest.mark.parametrize(("width", "cells", "every"), [(80, 72, 3), (100, 88, 3), (120, 108, 2), (160, 144, 2)])
def test_a_day_uses_the_width_with_as_many_columns_between_two_ticks(width: int, cells: int, every: int) -> None:
    """From 9 columns a tick on: at 100, 92 columns hold 8 ticks of 3 hours in 11 columns each, 88."""
    axis, labels = _lines(time_chart(_day([1.0] * 24, [0.0] * 24), Style(width)))[-2:]
    assert len(axis) == 8 + cells
    places = [i for i, mark in enumerate(axis[8:]) if mark == "+"]
    assert places == [cells * every * i // 24 for i in range(24 // every)]
    assert labels.split() == [f"{hour:02d}:00" for hour in range(0, 24, every)]


def test_a_line_far_above_is_told_not_drawn() -> None:
    legend = _lines(time_chart(_day([1.0] * 24, [0.0] * 24, [40_000.0] * 24), ASCII))[1]
    assert legend == "    u/s # served   nothing throttled   capacity 40k, above the chart"


def test_an_empty_chart_is_a_sentence() -> None:
    assert _lines(time_chart(_day([0.0] * 24, [0.0] * 24), ASCII)) == ["  Day 1", "  nothing served in this time"]


def test_a_throttled_minute_however_small_is_seen() -> None:
    """One minute of the day, a thousandth of a unit: its column has a mark above what is served."""
    lost = np.zeros(1440)
    lost[700] = 0.001
    served = Series("served", "u/s", np.full(1440, 100.0))
    chart = Chart("day 1", (served, Series("throttled", "u/s", lost, "refused")))
    assert "x" in "".join(_lines(time_chart(chart, ASCII))[2:-2])


@pytest.mark.parametrize(("values", "marks"), [((0, 1, 50, 100), " 148"), ((0, 0, 0, 0), "    ")])
def test_a_spark_is_a_height_a_value(values: tuple[float, ...], marks: str) -> None:
    assert spark(Spark(values, (False,) * 4), ASCII).plain == marks


def test_a_spark_marks_bad_values_without_color_too() -> None:
    assert spark(Spark((1.0, 2.0), (False, True)), ASCII).plain == "4x"
    painted = spark(Spark((1.0, 2.0), (False, True)), Style(80, ascii=False, colour=True))
    assert painted.plain == "▄█"
    assert [span.style for span in painted.spans] == ["cyan", "red"]


def test_bars_are_shares_of_the_limit_and_what_is_above_it_is_said() -> None:
    """30 cells are the limit of 1,000: 900 are 27."""
    found = _lines(load_bars(Bars("loads", "WCU/s", 1000, (1500.0, 900.0, 10.0, 0.0), ("customer 1", "b")), ASCII))
    assert found == [
        "  Loads  the whole bar is the limit, 1,000 WCU/s",
        " 1,500 " + "x" * 30 + " customer 1, above the limit",
        "   900 " + "#" * 27 + "..." + " b",
        "        x71   all 4",
    ]
