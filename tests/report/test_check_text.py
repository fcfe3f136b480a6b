"""What a person reads of verdicts."""

from decimal import Decimal

from capplan.record import replace
from capplan.report.checked import Checked
from capplan.report.style import Style
from capplan.report.views.check import check_text
from tests.report.build import PLAN, RISK, one_resource

D = Decimal
FAILED = """\
Web shop - us-east-1 - 1 of 2 gates failed
        gate                         observed        limit   margin  line
failed  cost.monthly                   419.56    <= 400.00    -4.9%     8
passed  orders.headroom                 51.1%        > 30%      70%     9

shop.yaml:8:5: cost.monthly is 419.56, limit <= 400.00
  why   largest costs: orders.writes 400.83, orders.storage 18.10,
        charge.requests 0.63
  write saves 12.50 a month: orders is stored more than it is used.
        ! requests cost more
        > tables.orders.class: standard-ia

419.56 USD a month.
Prices checked 2026-09-11 to 2026-09-18, all verified.
"""


def test_the_broken_gate_comes_first_with_its_place_and_a_way_out() -> None:
    assert check_text(Checked(PLAN), Style()) == FAILED


def test_no_gate_is_said_and_how_to_write_one() -> None:
    first, _, second, *_ = check_text(Checked(one_resource()), Style()).splitlines()
    assert first == "Web shop - us-east-1 - no gates"
    assert second == "Write `gates:` in the scenario, or give --budget 2500. capplan gates lists what"


def test_a_gate_of_a_resource_names_its_tightest_limit_and_the_risk_to_remove() -> None:
    gate = replace(PLAN.gates[1], observed=D("0.2"), verdict="fail", margin=D("-0.33"))
    text = check_text(Checked(replace(PLAN, gates=(gate,), findings=(replace(RISK, resource="orders"),))), Style())
    assert text.startswith("Web shop - us-east-1 - no gate of 1 failed, 1 warning\n")
    assert "shop.yaml:9:12: orders.headroom is 20%, limit > 30%" in text
    assert "  why   day 12 10:00: orders partition.write has 489 WRU/s, limit 1,000, 51%" in text
    assert "  write One key is hot.\n        > tables.orders.class: standard-ia" in text


def test_figures_that_round_to_the_same_are_shown_in_full() -> None:
    gate = replace(PLAN.gates[0], observed=D("400.0004"), limit=D(400))
    assert "cost.monthly is 400.0004, limit <= 400\n" in check_text(Checked(replace(PLAN, gates=(gate,))), Style())


def test_a_budget_of_the_command_line_has_no_line() -> None:
    text = check_text(Checked(replace(PLAN, gates=(replace(PLAN.gates[0], line=0, column=0),))), Style())
    assert "--budget: cost.monthly is 419.56, limit <= 400.00" in text
