"""Charts in characters: what a column, a line and a bar stand for."""

import numpy as np
import pytest

from capplan.report.layout import Style
from capplan.report.views.time_chart import bars, chart, spark
from capplan.timeline import Bars, Chart, Series

ASCII, UNICODE = Style(), Style(ascii=False)


def _day(filled: list[float], refused: list[float], line: list[float] | None = None) -> Chart:
    series = [
        Series("served", "u/s", np.repeat(filled, 60)),
        Series("throttled", "u/s", np.repeat(refused, 60), "refused"),
    ]
    if line is not None:
        series.append(Series("capacity", "u/s", np.repeat(line, 60), "line"))
    return Chart("day 1", tuple(series))


def test_a_chart_shows_what_is_served_refused_and_held() -> None:
    hours = [0.0] * 6 + [40.0] * 6 + [20.0] * 12
    lost = [0.0] * 11 + [40.0] + [0.0] * 12
    assert chart(_day(hours, lost, [60.0] * 24), ASCII) == [
        "u/s    # served   x throttled   - capacity",
        "    80                                  xxx",
        "                                        xxx",
        "    60 ---------------------------------xxx------------------------------------",
        "                                        xxx",
        "    40                   ##################",
        "                         ##################",
        "    20                   ######################################################",
        "                         ######################################################",
        "      ++--------+--------+--------+--------+--------+--------+--------+--------",
        "       00:00    03:00    06:00    09:00    12:00    15:00    18:00    21:00",
    ]


def test_both_sets_of_symbols_have_the_same_layout() -> None:
    asked = _day([float(i) for i in range(24)], [0.0] * 23 + [9.0], [31.0] * 24)
    ours, theirs = chart(asked, ASCII), chart(asked, UNICODE)
    assert [len(line) for line in ours] == [len(line) for line in theirs]
    assert "".join(theirs).isascii() is False


def test_a_line_far_above_is_told_not_drawn() -> None:
    legend = chart(_day([1.0] * 24, [0.0] * 24, [40_000.0] * 24), ASCII)[0]
    assert legend == "u/s    # served   x throttled   capacity 40k, above the chart"


def test_an_empty_chart_is_a_sentence() -> None:
    assert chart(_day([0.0] * 24, [0.0] * 24), ASCII) == ["day 1: nothing to show."]


def test_a_refusal_however_small_is_seen() -> None:
    assert "x" in "".join(chart(_day([100.0] * 24, [0.0] * 23 + [0.001]), ASCII)[1:])


@pytest.mark.parametrize(("values", "marks"), [([0, 1, 50, 100], " 148"), ([0, 0, 0, 0], "    ")])
def test_a_spark_is_a_height_a_value(values: list[float], marks: str) -> None:
    assert spark(np.array(values, dtype=float), 100.0, ASCII) == marks


def test_bars_name_what_is_above_the_limit() -> None:
    found = bars(Bars("HEAT", "WCU/s", 1000, (1500.0, 900.0, 10.0, 0.0), ("customer 1",)), ASCII)
    assert found == [
        "HEAT (full block = 1,000 WCU/s, x above it)",
        "       x71 ",
        " 1,500 customer 1",
    ]
