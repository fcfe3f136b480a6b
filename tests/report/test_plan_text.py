"""What a person reads of a plan: whole texts, read line by line."""

from decimal import Decimal

import pytest

from capplan.record import replace
from capplan.report.layout import Style, columns
from capplan.report.views.estimate import plan_text
from tests.report.build import FULL, LIMIT, LINES, PLAN, forty_resources, one_resource, resource

D = Decimal
PIPE = Style()
TERMINAL = Style(80, ascii=False)
WIDE = Style(140, ascii=False)

FULL_ASCII = """\
Web shop - us-east-1 - USD, list prices, 730-hour month

  cost      419.56 a month   5,034.68 a year   0.0025 per 1,000 shoppers
  gates     1 of 2 gates failed  cost.monthly is 419.56, limit <= 400.00
  limits    1 exceeded         account lambda.concurrency, 20% over
  savings   12.50 with the only recommendation; 1 risk to remove

Cost                            quantity x list unit price   share     USD/month
DynamoDB                    ##############################   99.8%        418.92
  orders                    ##############################   99.8%        418.92
    orders.writes                641.320M WRU        x     0.625/M        400.83
    orders.storage                72.3898 GB-month   x        0.25         18.10
    1 more                                                                 <0.01
    rounding                                                               -0.01
Lambda                                                        0.2%          0.63
rounding                                                                   +0.01
total                                                                     419.56

Limits                        peak  limit      headroom exceeded at peak time
account lambda.concurrency   1,200  1,000          -20%    exceeded day 6 20:00
orders partition.write         489  1,000 WRU/s     51%        2.0x day 12 10:00

Recommendations   savings if applied individually                      USD/month
table-class       orders                                                   12.50
                  orders is stored more than it is used.
                ! requests cost more
                > tables.orders.class: standard-ia
hot-index-key     orders                                                    risk
                  One key is hot.
                > tables.orders.class: standard-ia

Assumptions: 1 yours to confirm, 1 AWS default                  USD/month if not
yours     tables.orders.items: 40M (as many expire as are put)            +70.35
AWS       tables.orders.class: standard (a new table's class)

Not included in this estimate: data transfer
Prices checked 2026-09-11 to 2026-09-18, all verified.
Free Tier not applied (would save 11.88)
All rows: --details. One line item: capplan explain SCENARIO orders.writes
"""

FULL_UNICODE_COST = """\
Cost                            quantity × list unit price   share     USD/month
DynamoDB                    ██████████████████████████████   99.8%        418.92
  orders                    ██████████████████████████████   99.8%        418.92
    orders.writes                641.320M WRU        ×     0.625/M        400.83
    orders.storage                72.3898 GB-month   ×        0.25         18.10
    1 more                                                                 <0.01
    rounding                                                               -0.01
Lambda                                                        0.2%          0.63
rounding                                                                   +0.01
total                                                                     419.56
"""

WIDE_COST = """\
Cost                            quantity × list unit price   share of service  SKU               price date    USD/month
DynamoDB                    ██████████████████████████████   99.8%                                                418.92
  orders                    ██████████████████████████████   99.8%                                                418.92
    orders.writes                641.320M WRU        ×     0.625/M     95.7%   FGXVD96DKJMUASY3  2026-09-18       400.83
    orders.storage                72.3898 GB-month   ×        0.25      4.3%   FGXVD96DKJMUASY3  2026-09-18        18.10
    1 more                                                                                                         <0.01
    rounding                                                                                                       -0.01
Lambda                                                        0.2%                                                  0.63
rounding                                                                                                           +0.01
total                                                                                                             419.56
"""

WIDE_LIMITS = """\
Limits                        peak  limit       used         headroom exceeded at peak time
account lambda.concurrency   1,200  1,000       ██████████       -20%    exceeded day 6 20:00
orders partition.write         489  1,000 WRU/s ████▉             51%        2.0x day 12 10:00
"""

ONE = """\
Web shop - us-east-1 - USD, list prices, 730-hour month

  cost      0.63 a month   7.50 a year
  gates     none; capplan gates lists what a gate can observe
  limits    none checked
  savings   none found

Cost                            quantity x list unit price   share     USD/month
DynamoDB                    ##############################  100.0%          0.63
  orders.writes                    1.000M WRU        x     0.625/M          0.63
total                                                                       0.63

Recommendations  none: 14 rules checked.

Not included in this estimate: data transfer
Prices checked 2026-09-11 to 2026-09-18, all verified.
All rows: --details. One line item: capplan explain SCENARIO orders.writes
"""

FORTY_COST = """\
Cost                            quantity x list unit price   share     USD/month
DynamoDB                    ##############################  100.0%        162.02
  table-00.reads                        7 RRU        x           1        100.00
  table-01.reads                        7 RRU        x           1         25.00
  table-02.reads                        7 RRU        x           1         11.11
  table-03.reads                        7 RRU        x           1          6.25
  table-04.reads                        7 RRU        x           1          4.00
  table-05.reads                        7 RRU        x           1          2.78
  table-06.reads                        7 RRU        x           1          2.04
  33 more                                                                  10.84
total                                                                     162.02
"""


def _block(text: str, first: str) -> str:
    """A block of an answer, by its first word."""
    return next(b for b in text.split("\n\n") if b.startswith(first)).rstrip("\n") + "\n"


def test_a_pipe_gets_this() -> None:
    assert plan_text(PLAN, PIPE) == FULL_ASCII


def test_a_terminal_gets_finer_bars_in_the_same_places() -> None:
    text = plan_text(PLAN, TERMINAL)
    assert _block(text, "Cost") == FULL_UNICODE_COST
    assert [columns(x) for x in text.splitlines()] == [len(x) for x in FULL_ASCII.splitlines()]


def test_a_wide_terminal_gets_more_columns_and_the_amount_stays_last() -> None:
    text = plan_text(PLAN, WIDE)
    assert _block(text, "Cost") == WIDE_COST
    assert _block(text, "Limits") == WIDE_LIMITS
    assert _block(text, "Recommendations") == _block(plan_text(PLAN, TERMINAL), "Recommendations"), (
        "nothing is stretched"
    )


def test_one_resource_with_one_line_is_one_row() -> None:
    assert plan_text(one_resource(), PIPE) == ONE


def test_forty_resources_fold_into_a_row_with_their_true_sum() -> None:
    assert _block(plan_text(forty_resources(), PIPE), "Cost") == FORTY_COST


def test_top_sets_the_fold_and_details_unfold_all() -> None:
    assert "  37 more" in plan_text(forty_resources(), PIPE, top=3)
    text = plan_text(forty_resources(), PIPE, details=True)
    assert " more" not in _block(text, "Cost")
    assert text.count("so many RRU") == 40, "details say each sum in words"


def test_every_cost_row_ends_with_an_amount_that_a_script_can_read() -> None:
    for style in (PIPE, WIDE):
        for row in _block(plan_text(PLAN, style), "Cost").splitlines()[1:]:
            D(row.split()[-1].replace(",", "").replace("<", ""))


def test_shown_cents_and_rounding_rows_add_up_to_the_shown_total() -> None:
    rows = _block(plan_text(PLAN, PIPE), "Cost").splitlines()[1:]
    services = [r.split()[-1] for r in rows if not r.startswith(" ") and not r.startswith("total")]
    assert sum(map(D, services)) == D("419.56")
    orders = [r.split()[-1].replace("<0.01", "0.00") for r in rows if r.startswith("    ")]
    assert sum(map(D, orders)) == D("418.92")


def test_a_stale_price_is_marked_on_its_line_and_in_the_footer() -> None:
    lines = (LINES[0]._replace(stale=True), *LINES[1:])
    text = plan_text(replace(PLAN, lines=lines, prices=replace(PLAN.prices, stale=("dynamodb.WRU",))), PIPE)
    row = next(r for r in text.splitlines() if "orders.writes" in r)
    assert row.split()[-2:] == ["stale", "400.83"]
    assert "Stale, not checked in the last 24 months: dynamodb.WRU" in text


def test_a_line_that_is_paid_once_stands_apart() -> None:
    once = LINES[3]._replace(id="charge.upfront", charge_frequency="one_time", contracted_cost=D(50))
    text = plan_text(replace(PLAN, lines=(*LINES, once), one_time_cost=D(50)), PIPE)
    assert "  one-time  50.00, not in the monthly cost" in text
    assert _block(text, "One-time cost").splitlines()[1].split()[0] == "charge.upfront"
    assert "upfront" not in _block(text, "Cost")


def test_a_discount_shows_both_prices() -> None:
    text = plan_text(replace(PLAN, discount=D("0.1"), list_cost=D("466.17")), PIPE)
    assert text.startswith("Web shop - us-east-1 - USD, contracted prices")
    assert "            466.17 at list prices, 10% off" in text


def test_resources_of_one_name_keep_their_own_lines() -> None:
    labels = [replace(resource("a", "1"), label="tables.a"), replace(resource("a", "2", "lambda"), label="functions.a")]
    lines = (
        LINES[0]._replace(id="tables.a.writes", charge_id="tables.a.writes", contracted_cost=D(1)),
        LINES[3]._replace(id="functions.a.requests", charge_id="functions.a.requests", contracted_cost=D(2)),
    )
    costs = {"dynamodb": D(1), "lambda": D(2)}
    plan = replace(PLAN, monthly_cost=D(3), resources=tuple(labels), lines=lines, cost_by_service=costs)
    rows = _block(plan_text(plan, PIPE), "Cost").splitlines()
    assert [r.split()[0] for r in rows[1:]] == [
        "Lambda",
        "functions.a.requests",
        "DynamoDB",
        "tables.a.writes",
        "total",
    ]


def test_five_limits_and_all_that_are_near_are_shown() -> None:
    def limit(n: int, headroom: str) -> object:
        check = replace(LIMIT.check, resource=f"t{n}")
        return replace(LIMIT, check=check, headroom=D(headroom))

    near = [limit(n, f"0.1{n}") for n in range(7)]
    far = [limit(n, f"0.9{n}") for n in range(7, 10)]
    text = plan_text(replace(PLAN, limits=(*far, *near)), PIPE)
    rows = _block(text, "Limits").splitlines()[1:]
    assert [r.split()[0] for r in rows[:-1]] == [f"t{n}" for n in range(7)]
    assert rows[-1].split() == ["3", "more", "97%+"]


HOSTILE = "evil\x1b[2Jname\nwith \u202ereversed \u4e2d\u6587 \xe9"


@pytest.mark.parametrize("style", [PIPE, TERMINAL, WIDE])
def test_text_from_a_scenario_cannot_drive_the_terminal(style: Style) -> None:
    finding = replace(PLAN.findings[0], message=HOSTILE, gives_up=HOSTILE, resource=HOSTILE)
    lines = (LINES[0]._replace(description=HOSTILE), *LINES[1:])
    gate = replace(PLAN.gates[0], gate=f"{HOSTILE} < 3")
    limit = replace(FULL, check=replace(FULL.check, resource=HOSTILE))
    plan = replace(
        PLAN,
        name=HOSTILE,
        findings=(finding,),
        lines=lines,
        gates=(gate,),
        limits=(limit,),
        cost_by_tag={HOSTILE: D(1)},
    )
    for details in (False, True):
        text = plan_text(plan, style, details=details)
        assert all(c.isprintable() for c in text.replace("\n", ""))
        assert text.count("\n") == text.replace("\\u000a", "").count("\n")
        assert text.isascii() or not style.ascii
        assert "\\u001b[2J" in text


def test_colour_is_a_third_voice_the_words_stay_the_same() -> None:
    import re

    painted = plan_text(PLAN, Style(80, ascii=True, colour=True))
    assert "\x1b[31m" in painted
    assert re.sub(r"\x1b\[[0-9]+m", "", painted) == FULL_ASCII
