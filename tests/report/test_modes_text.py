"""What a person reads of compared modes."""

from decimal import Decimal

from capplan.pipeline.results import ComparedTable, Modes
from capplan.record import replace
from capplan.report.formats.document_markdown import document_markdown
from capplan.report.formats.terminal import terminal_text
from capplan.report.style import Style
from capplan.report.views.compare_modes import modes_document
from tests.report.build import MODES, option

D = Decimal
ASCII = """\
Web shop  us-east-1 - list prices in USD, storage included - shop.yaml

orders: capacity modes

   Mode                         Today   Throttled   Commitment   Id
--------------------------------------------------------------------------------
 > Auto scaling 70%            274.26        0.4%   none         auto-scaled-70
   On-demand (today)           539.42          0%   none         on-demand

Utilization of writes   held at peak 13%  -  break-even 29%

What to write  in the scenario

  tables:
    orders:
      capacity: {mode: provisioned, write: 200}

Not priced     1 option (On-demand, Standard-IA): no price for
               dynamodb.on_demand.write_request_unit.ia
Not included   reserved capacity
Prices         AWS price list, checked 2026-09-11 to 2026-09-18, all verified.

+------------------------------------------------------------------------------+
| Switch orders to provisioned capacity, auto scaled at 70%: saves 265.16 a    |
| month (49%).                                                                 |
| Consider: a sudden rise throttles until scaling follows.                     |
| capplan compare-modes SCENARIO orders --apply                                |
+------------------------------------------------------------------------------+
"""


def _text(modes: Modes, style: Style | None = None, *, details: bool = False) -> str:
    return terminal_text(modes_document(modes), style or Style(80), details=details)


def _with(table: ComparedTable) -> Modes:
    return replace(MODES, tables=(table,))


def _last(text: str) -> str:
    """The words in the frame."""
    return " ".join(" ".join(line.strip("|+- ") for line in text.rsplit("\n\n", maxsplit=1)[-1].splitlines()).split())


def test_modes_by_cost_then_what_decides_then_what_to_do() -> None:
    assert _text(MODES) == ASCII


def test_a_commitment_stands_below_its_mode_and_in_the_last_sentence() -> None:
    reserved = replace(
        option("auto-scaled-70/reserved-1y", "250.00", "0.0038"), commitment="400 WCU reserved for 1 year"
    )
    dear = replace(option("on-demand/savings-plan", "539.42", "0"), commitment="0.10 USD an hour for 1 year")
    text = _text(_with(replace(MODES.tables[0], options=(*MODES.tables[0].options, reserved, dear))))
    rows = [line.strip() for line in text.splitlines() if "Auto scaling" in line or "reserved, 1" in line]
    assert [row.split("  ")[0] for row in rows] == ["> Auto scaling 70%", "+ reserved, 1 year"]
    assert "If the load stays: 400 WCU reserved for 1 year saves 24.26 more." in _last(text), "274.26 - 250.00"
    assert "Savings Plan" in text, "one row hidden would take a row to say so"


def test_a_share_that_fails_a_gate_is_marked_and_amber_without_one() -> None:
    gated = _with(replace(MODES.tables[0], tolerated=D("0.001"), recommended="on-demand"))
    assert "x 0.4%" in _text(gated)
    assert "\x1b[31m✖ 0.4%" in _text(gated, Style(80, ascii=False, colour=True))
    assert "\x1b[1;33m0.4%" in _text(MODES, Style(80, ascii=False, colour=True))


def test_a_mode_that_throttles_more_than_is_tolerated_is_no_green_verdict() -> None:
    assert "\x1b[33m╭" in _text(MODES, Style(80, ascii=False, colour=True)), "0.4% is throttled"
    kept = _with(replace(MODES.tables[0], recommended="on-demand"))
    assert "\x1b[32m╭" in _text(kept, Style(80, ascii=False, colour=True))


def test_several_tables_have_a_row_each_and_their_sum() -> None:
    two = (MODES.tables[0], replace(MODES.tables[0], name="stock"))
    text = _text(replace(MODES, tables=two))
    assert "stock Auto scaling 70%: saves 265.16 a month (49%)" in _last(text).replace("|", "")
    assert "(orders, stock)" in _last(text), "one sentence for the trade-off of both"
    assert "mode: provisioned" not in text, "what to write is shown for one table"
    assert "mode: provisioned" in _text(replace(MODES, tables=two), details=True)


def test_a_scenario_without_tables_says_so() -> None:
    assert "No table in this scenario" in _text(replace(MODES, tables=()))


def test_the_mode_as_written_may_be_the_choice() -> None:
    text = _text(_with(replace(MODES.tables[0], recommended="on-demand")))
    assert "Keep orders as it is, on-demand: no mode is cheaper that throttles as little." in _last(text)
    assert "Write" not in text


def test_an_index_has_no_choice_of_its_own() -> None:
    index = replace(MODES.tables[0], index="by-status", recommended=None)
    modes = replace(MODES, tables=(MODES.tables[0], index))
    assert "orders.by-status" not in _text(modes)
    text = _text(modes, details=True)
    assert "orders.by-status: capacity modes" in text
    assert text.count(" > ") == 1


def test_markdown_says_the_same() -> None:
    text = document_markdown(modes_document(MODES))
    assert "| **▶ Auto scaling 70%** | **274.26** | **0.4%** | **none** | **auto-scaled-70** |" in text
    assert "**Switch orders to provisioned capacity, auto scaled at 70%**: saves 265.16 a month (49%)." in text
    assert "```yaml\ntables:\n  orders:\n" in text
