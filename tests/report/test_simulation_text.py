"""A simulation as a person reads it: folding of events, days on which something is throttled, one whole answer."""

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

import capplan
from capplan.pipeline.results import Simulated, Simulation
from capplan.record import replace
from capplan.report.document import Panel, Spark, Table
from capplan.report.formats.document_markdown import document_markdown
from capplan.report.formats.terminal import terminal_text
from capplan.report.style import Style
from capplan.report.views.simulate import simulation_document
from capplan.timeline import Event, Series, Timeline, Totals

HERE = Path(__file__).parent
LIVE_CHAT = str(HERE.parent.parent / "scenarios" / "live-chat" / "scenario.yaml")
DAY_S = 86_400


def _events() -> tuple[Event, ...]:
    small = [Event(DAY_S + 600 * i, f"small {i}", "a reason", 0.1) for i in range(20)]
    large = Event(DAY_S + 6300, "something large", "which has a reason so long that it takes two lines", 9, bad=True)
    return tuple(sorted([*small, large, Event(5 * DAY_S, "another day", "")], key=lambda e: e.second))


def _answer(*events: Event, throttled: int = 30) -> Simulation:
    offered = np.ones(40_320)
    lost = np.zeros(40_320)
    lost[1440 * 3 + 5] = 0.5
    month = (Series("served", "u/s", offered - lost), Series("throttled", "u/s", lost, "refused"))
    served = Decimal(2_419_200 - throttled)
    totals = Totals("u", Decimal(2_419_200), (("served", served), ("throttled", Decimal(throttled))))
    line = Timeline("orders writes", "on-demand", 2, totals, month, events=events, notes=("A note.",))
    one = Simulated("orders", "tables.orders", "dynamodb.table", (line,))
    return Simulation("0", "Shop", "us-east-1", "s.yaml", "", 0, "UTC", (one,), ("fulfil",))


def _text(answer: Simulation, *, whole: bool = False, all_events: bool = False, details: bool = False) -> str:
    return terminal_text(simulation_document(answer, whole=whole, all_events=all_events), Style(100), details=details)


def _rows(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_the_weightiest_events_are_shown_and_the_others_folded() -> None:
    rows = _rows(_text(_answer(*_events())))
    assert "01:45 something large which has a reason so long that it takes" in rows
    assert "01:30 2 more until 01:40: --details" in rows
    assert "01:50 9 more until 03:10: --details" in rows
    assert "1 more on 1 other day: --events all" in rows
    assert sum(row.startswith("0") and "small" in row for row in rows) == 9


def test_a_fold_never_takes_as_many_lines_as_it_hides() -> None:
    heavy = [Event(DAY_S + 600 * i, f"small {i}", "", 0.1 if i in (3, 7) else 1) for i in range(14)]
    rows = _rows(_text(_answer(*heavy)))
    assert "00:30 small 3" in rows
    assert not any("1 more until" in row for row in rows)


def test_details_unfold_the_day_and_all_events_say_their_days() -> None:
    assert _text(_answer(*_events()), details=True).count("small") == 20
    text = _text(_answer(*_events()), all_events=True)
    assert text.count("small") == 20
    assert any(row.startswith("day 6 00:00 another day") for row in _rows(text))


def test_days_on_which_something_is_throttled_are_marked() -> None:
    document = simulation_document(_answer(), whole=False, all_events=False)
    table = next(block for block in document.blocks if isinstance(block, Table))
    spark = table.rows[0].cells[-1]
    assert isinstance(spark, Spark)
    assert [day + 1 for day, bad in enumerate(spark.bad) if bad] == [4]
    assert "888x" in _text(_answer()), "the fourth of 28 marks, without color too"


@pytest.mark.parametrize(("throttled", "role"), [(0, "good"), (30, "warn"), (24_192, "bad")])
def test_the_verdict_is_green_amber_or_red_from_one_percent_on(throttled: int, role: str) -> None:
    panel = simulation_document(_answer(throttled=throttled), whole=False, all_events=False).blocks[-1]
    assert isinstance(panel, Panel)
    assert panel.role == role, "24,192 of 2,419,200 are 1%"


def test_header_and_verdict_have_the_same_figures() -> None:
    text = _text(_answer(throttled=12_000))
    assert text.count("served 99.5%, throttled 0.5% (12k)") == 2, "12,000 of 2,419,200"


def test_what_is_lost_never_reads_as_served_whole() -> None:
    assert "served >99.9%, throttled <0.1% (30)" in _text(_answer())


def test_what_is_not_simulated_is_said() -> None:
    rows = _rows(_text(_answer()))
    assert "Events none in four weeks" in rows
    assert "Not simulated fulfil" in rows
    assert "No resource of this scenario can be simulated." in _text(replace(_answer(), resources=()))


def test_color_is_only_a_third_voice() -> None:
    document = simulation_document(_answer(*_events()), whole=True, all_events=False)
    plain, painted = (terminal_text(document, Style(100, ascii=True, colour=colour)) for colour in (False, True))
    words = re.sub(r"\x1b\[[\d;]*m", "", painted)
    assert [line.rstrip().replace("x", "8") for line in words.splitlines()] == [
        line.replace("x", "8") for line in plain.splitlines()
    ], "but for the marks of throttled days, which are red or an x"
    assert painted != plain


@pytest.mark.parametrize("width", [80, 100, 120, 160])
def test_a_whole_simulation_fits_every_width(width: int) -> None:
    found = capplan.simulate(capplan.load(LIVE_CHAT))
    for whole in (False, True):
        text = terminal_text(simulation_document(found, whole=whole, all_events=False), Style(width, ascii=False))
        assert max(map(len, text.splitlines())) <= width


def test_a_whole_answer_reads_as_it_was_read() -> None:
    """Written anew by: capplan simulate scenarios/live-chat/scenario.yaml --ascii > tests/report/simulate-live-chat.txt."""
    found = replace(capplan.simulate(capplan.load(LIVE_CHAT)), file="scenarios/live-chat/scenario.yaml")
    assert _text(found) == (HERE / "simulate-live-chat.txt").read_text(encoding="utf-8")


def test_markdown_has_a_table_for_each_chart() -> None:
    found = capplan.simulate(capplan.load(LIVE_CHAT))
    text = document_markdown(simulation_document(found, whole=True, all_events=False))
    charts = sum(len(t.charts) for one in found.resources for t in one.timelines)
    assert text.count("| lowest | mean | highest |") == charts
