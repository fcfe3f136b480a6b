"""What a person reads of compared modes."""

from capplan.record import replace
from capplan.report.layout import Style
from capplan.report.views.compare_modes import modes_text
from tests.report.build import MODES

ASCII = """\
Web shop - us-east-1 - USD a month, list prices, storage included

orders                     USD/month throttled
auto-scaled-70                274.26     0.4% <- recommended
on-demand (as written)        539.42       0%
  1 not priced (standard-ia): no price for
  dynamodb.on_demand.write_request_unit.ia

  recommended  auto-scaled-70 saves 265.16
               > tables.orders.capacity: {mode: provisioned, write: 200}
  trade-off    a sudden rise throttles until scaling follows
  writes    |-------o---------+------------------------------------------|
            o provisioned for the peak, 13% used; + break-even at 29%:
            provisioned is cheaper to the right of it

Not included in this estimate: reserved capacity
Prices checked 2026-09-11 to 2026-09-18, all verified.
"""


def test_modes_by_cost_then_the_choice_then_the_break_even() -> None:
    assert modes_text(MODES, Style()) == ASCII


def test_a_terminal_gets_the_same_layout() -> None:
    text = modes_text(MODES, Style(80, ascii=False))
    assert [len(x) for x in text.splitlines()] == [len(x) for x in ASCII.splitlines()]
    assert "├───────o─────────+" in text


def test_a_scenario_without_tables_says_so() -> None:
    assert modes_text(replace(MODES, tables=()), Style()).splitlines()[-1] == "No table in this scenario."


def test_the_mode_as_written_may_be_the_choice() -> None:
    table = replace(MODES.tables[0], recommended="on-demand")
    assert "  recommended  on-demand, as written\n" in modes_text(replace(MODES, tables=(table,)), Style())


def test_an_index_has_no_choice_of_its_own() -> None:
    table = replace(MODES.tables[0], index="by-status", recommended=None)
    modes = replace(MODES, tables=(table,))
    assert "orders.by-status" not in modes_text(modes, Style())
    text = modes_text(modes, Style(), details=True)
    assert "orders.by-status" in text
    assert "recommended" not in text
