"""A simulation as a person reads it: folding of events, days with refusals, and one whole answer read line by line."""

from decimal import Decimal
from pathlib import Path

import numpy as np

import capplan
from capplan.pipeline.results import Simulated, Simulation
from capplan.record import replace
from capplan.report.layout import Style
from capplan.report.views.simulate import simulation_text
from capplan.timeline import Event, Series, Timeline, Totals

HERE = Path(__file__).parent
LIVE_CHAT = str(HERE.parent.parent / "scenarios" / "live-chat" / "scenario.yaml")
DAY_S = 86_400


def _events() -> tuple[Event, ...]:
    small = [Event(DAY_S + 600 * i, f"small {i}", "a reason", 0.1) for i in range(20)]
    large = Event(
        DAY_S + 6300, "something large", "which has a reason so long that it goes to a line of its own", 9, bad=True
    )
    return tuple(sorted([*small, large, Event(5 * DAY_S, "another day", "")], key=lambda e: e.second))


def _answer(*events: Event) -> Simulation:
    offered = np.ones(40_320)
    lost = np.zeros(40_320)
    lost[1440 * 3 + 5] = 0.5
    month = (Series("served", "u/s", offered - lost), Series("throttled", "u/s", lost, "refused"))
    totals = Totals("u", Decimal(2_419_200), (("served", Decimal(2_419_170)), ("throttled", Decimal(30))))
    line = Timeline("orders writes", "on-demand", 2, totals, month, events=events, notes=("A note.",))
    one = Simulated("orders", "tables.orders", "dynamodb.table", (line,))
    return Simulation("0", "Shop", "us-east-1", "s.yaml", "", 0, "UTC", (one,), ("fulfil",))


def test_the_weightiest_events_are_shown_and_the_others_folded() -> None:
    lines = simulation_text(_answer(*_events()), Style(), whole=False, all_events=False).splitlines()
    assert any(line.startswith("  01:45   something large ") for line in lines)
    assert "          2 more between 01:30 and 01:40" in lines
    assert "          9 more between 01:50 and 03:10" in lines
    assert "  1 more on 1 other day: --events all" in lines
    assert sum(line.startswith("  0") and "small" in line for line in lines) == 9


def test_the_whole_log_says_its_days() -> None:
    text = simulation_text(_answer(*_events()), Style(), whole=False, all_events=True)
    assert text.count("small") == 20
    assert "   6 00:00 another day" in text.splitlines()


def test_days_on_which_something_is_refused_are_marked() -> None:
    lines = simulation_text(_answer(), Style(), whole=False, all_events=False).splitlines()
    (month,) = [i for i, line in enumerate(lines) if line.startswith("  month")]
    assert lines[month + 1] == " " * 13 + "x", "the fourth of 28 cells that begin at column 10"
    assert "Events  none in four weeks." in lines
    assert "Not simulated: fulfil." in lines


def test_nothing_to_follow_is_a_sentence() -> None:
    nothing = replace(_answer(), resources=())
    assert "No resource of this scenario can be simulated." in simulation_text(
        nothing, Style(), whole=True, all_events=False
    )


def test_colour_is_only_a_third_voice() -> None:
    answer = _answer(*_events())
    plain, painted = (
        simulation_text(answer, Style(colour=colour), whole=True, all_events=False) for colour in (False, True)
    )
    import re

    assert re.sub(r"\x1b\[\d+m", "", painted) == plain
    assert painted != plain


def test_a_whole_answer_reads_as_it_was_read() -> None:
    """Written anew by: capplan simulate scenarios/live-chat/scenario.yaml > tests/report/simulate-live-chat.txt."""
    found = capplan.simulate(capplan.load(LIVE_CHAT))
    text = simulation_text(found, Style(), whole=False, all_events=False)
    assert text == (HERE / "simulate-live-chat.txt").read_text(encoding="utf-8")
