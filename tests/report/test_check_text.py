"""What a person reads of verdicts."""

from decimal import Decimal

from capplan.record import replace
from capplan.report.checked import Checked
from capplan.report.formats.terminal import terminal_text
from capplan.report.style import Style
from capplan.report.views.check import check_document
from tests.report.build import PLAN, RISK, one_resource

D = Decimal
FAILED = """\
Web shop  us-east-1 - list prices in USD - shop.yaml

Gates

            Gate                                               Observed       Limit   Margin   Line
----------------------------------------------------------------------------------------------------
 x failed   cost.monthly                                         419.56   <= 400.00    -4.9%      8
 + passed   orders.headroom                                       51.1%       > 30%      70%      9

shop.yaml:8:5: cost.monthly is 419.56, limit <= 400.00

why   largest costs: orders.writes 400.83, orders.storage 18.10, charge.requests 0.63

 Fix                                          USD/month   Consider
----------------------------------------------------------------------------------------------------
 orders is stored more than it is used.          -12.50   requests cost more

  tables:
    orders:
      class: standard-ia

Prices   AWS price list, checked 2026-09-11 to 2026-09-18, all verified.

+--------------------------------------------------------------------------------------------------+
| x 1 of 2 gates failed   419.56 USD a month                                                       |
| cost.monthly is 419.56, limit <= 400.00.                                                         |
+--------------------------------------------------------------------------------------------------+
"""


def _text(checked: Checked, style: Style | None = None) -> str:
    return terminal_text(check_document(checked), style or Style(100))


def test_the_failed_gate_comes_first_with_its_place_and_a_way_out() -> None:
    assert _text(Checked(PLAN)) == FAILED


def test_no_gate_is_said_and_how_to_write_one() -> None:
    words = " ".join(_text(Checked(one_resource())).replace("|", " ").split())
    assert "! no gates" in words
    assert "Write gates: in the scenario, or give --budget 2500. capplan gates SCENARIO lists what" in words


def test_a_gate_of_a_resource_names_its_tightest_limit_and_the_risk_to_remove() -> None:
    gate = replace(PLAN.gates[1], observed=D("0.2"), verdict="fail", margin=D("-0.33"))
    text = _text(Checked(replace(PLAN, gates=(gate,), findings=(replace(RISK, resource="orders"),))))
    assert "! no gate of 1 failed, 1 warning" in text
    assert "shop.yaml:9:12: orders.headroom is 20%, limit > 30%" in text
    assert "why   day 12 10:00: orders partition.write has 489 WRU/s, limit 1,000, 51%" in text
    assert " One key is hot." in text
    assert "  tables:\n    orders:\n      class: standard-ia\n" in text, "to paste"


def test_figures_that_round_to_the_same_are_shown_in_full() -> None:
    gate = replace(PLAN.gates[0], observed=D("400.0004"), limit=D(400))
    assert "cost.monthly is 400.0004, limit <= 400\n" in _text(Checked(replace(PLAN, gates=(gate,))))


def test_a_budget_of_the_command_line_has_no_line() -> None:
    text = _text(Checked(replace(PLAN, gates=(replace(PLAN.gates[0], line=0, column=0),))))
    assert "--budget: cost.monthly is 419.56, limit <= 400.00" in text


def test_a_passing_check_takes_few_lines() -> None:
    gate = replace(PLAN.gates[1], verdict="pass")
    assert len(_text(Checked(replace(PLAN, gates=(gate,) * 5))).splitlines()) <= 18
