"""What a person reads of a plan: whole texts, read line by line."""

import re
from decimal import Decimal

import pytest

from capplan.pipeline.results import Plan
from capplan.record import replace
from capplan.report.formats.terminal import terminal_text
from capplan.report.style import Style
from capplan.report.views.estimate import plan_document
from tests.report.build import FULL, LIMIT, LINES, PLAN, forty_resources, one_resource, resource

D = Decimal
PIPE = Style(100)
TERMINAL = Style(80, ascii=False)
WIDE = Style(160, ascii=False)

FULL_ASCII = """\
Web shop  us-east-1 - list prices in USD, 730-hour month - shop.yaml

Monthly cost

 Resource                         Usage   Unit price   USD/month   Share                 Price of
----------------------------------------------------------------------------------------------------
 DynamoDB                                                 418.92    100%   ###########
   orders                                                 418.92    100%   ###########
     writes                641.320M WRU     0.625 /M      400.83                         2026-09-18
     storage           72.3898 GB-month         0.25       18.10                         2026-09-18
     reads                        8 RRU     0.125 /M       <0.01                         2026-09-18
     rounding                                              -0.01
 Lambda                                                     0.63    0.2%
   charge requests      3.170M requests       0.2 /M        0.63    0.2%                 2026-09-18
 rounding                                                  +0.01

 Total                                                    419.56    100%

Capacity at peak  nearest limits first

 Limit                                        Peak   Limit value   Used                 Exceeded at
----------------------------------------------------------------------------------------------------
 ! account: concurrent Lambda executions     1,200         1,000   120%   ===========      exceeded
 orders: writes to one partition               489   1,000 WRU/s    49%   =====......          2.0x

Recommendations  savings if applied alone; capplan explain SCENARIO 2 shows how

     Change                                 USD/month   Effort   Consider
----------------------------------------------------------------------------------------------------
 1   risk Change orders: One key is hot    not priced   low
 2   Change orders                             -12.50   low      requests cost more

Unit costs  the dearest traffic, requests and runs

 One of                                                              A month   USD each   USD/month
----------------------------------------------------------------------------------------------------
 shoppers                                                           158.520M    2.53 /M      401.46
 Fixed cost, independent of traffic                                                           18.10

Assumptions    1 of yours to confirm, 1 AWS default. Largest: tables.orders.items: 40M (+70.35 if
               not). (--details)
Not included   data transfer
Prices         AWS price list, checked 2026-09-11 to 2026-09-18, all verified. Free Tier not applied
               (would save 11.88).

+--------------------------------------------------------------------------------------------------+
| USD 419.56 / month      5,034.68 a year - 2.53 per million shoppers                              |
| x 1 of 2 gates failed   cost.monthly is 419.56, limit <= 400.00                                  |
| x 1 limit exceeded      account: concurrent Lambda executions, 20% over                          |
| ! 1 risk                see Recommendations                                                      |
| v 12.50 possible        with all changes that keep behavior, planned together: 407.06 a month    |
|                         capplan apply SCENARIO 2                                                 |
+--------------------------------------------------------------------------------------------------+
"""

UNICODE_COST = """\
Monthly cost

 Resource                         Usage   Unit price   USD/month   Share                 Price of
────────────────────────────────────────────────────────────────────────────────────────────────────
 DynamoDB                                                 418.92    100%   ██████████▉
   orders                                                 418.92    100%   ██████████▉
     writes                641.320M WRU     0.625 /M      400.83                         2026-09-18
     storage           72.3898 GB-month         0.25       18.10                         2026-09-18
     reads                        8 RRU     0.125 /M       <0.01                         2026-09-18
     rounding                                              −0.01
 Lambda                                                     0.63    0.2%
   charge requests      3.170M requests       0.2 /M        0.63    0.2%                 2026-09-18
 rounding                                                  +0.01

 Total                                                    419.56    100%
"""

NARROW_COST = """\
Monthly cost

 Resource                                Usage   Unit price   USD/month   Share
────────────────────────────────────────────────────────────────────────────────
 DynamoDB                                                        418.92    100%
   orders                                                        418.92    100%
     writes                       641.320M WRU     0.625 /M      400.83
     storage                  72.3898 GB-month         0.25       18.10
     reads                               8 RRU     0.125 /M       <0.01
     rounding                                                     −0.01
 Lambda                                                            0.63    0.2%
   charge requests             3.170M requests       0.2 /M        0.63    0.2%
 rounding                                                         +0.01

 Total                                                           419.56    100%
"""

WIDE_COST = """\
Monthly cost

 Resource                                               Usage   Unit price   USD/month   Share                                    SKU                Price of
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 DynamoDB                                                                       418.92    100%   █████████████████████████████▉
   orders                                                                       418.92    100%   █████████████████████████████▉
     writes                                      641.320M WRU     0.625 /M      400.83                                            FGXVD96DKJMUASY3   2026-09-18
     storage                                 72.3898 GB-month         0.25       18.10                                            FGXVD96DKJMUASY3   2026-09-18
     reads                                              8 RRU     0.125 /M       <0.01                                            FGXVD96DKJMUASY3   2026-09-18
     rounding                                                                    −0.01
 Lambda                                                                           0.63    0.2%
   charge requests                            3.170M requests       0.2 /M        0.63    0.2%                                    FGXVD96DKJMUASY3   2026-09-18
 rounding                                                                        +0.01

 Total                                                                          419.56    100%
"""

ONE = """\
Web shop  us-east-1 - list prices in USD, 730-hour month - shop.yaml

Monthly cost

 Resource                     Usage   Unit price   USD/month   Share                     Price of
----------------------------------------------------------------------------------------------------
 DynamoDB                                               0.63    100%   ###############
   orders writes         1.000M WRU     0.625 /M        0.63    100%   ###############   2026-09-18

 Total                                                  0.63    100%

Recommendations

none: 14 rules checked

Not included   data transfer
Prices         AWS price list, checked 2026-09-11 to 2026-09-18, all verified.

+--------------------------------------------------------------------------------------------------+
| USD 0.63 / month   7.50 a year                                                                   |
|   no gates         capplan gates SCENARIO lists what a gate can observe                          |
|   no limits        none applies to this scenario                                                 |
+--------------------------------------------------------------------------------------------------+
"""


def _text(plan: Plan, style: Style = PIPE, *, details: bool = False, top: int = 10) -> str:
    return terminal_text(plan_document(plan, top=top), style, details=details)


def _block(text: str, first: str) -> str:
    """The table below a heading, up to the next heading."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(first))
    end = next((i for i in range(start + 2, len(lines)) if lines[i][:1].isalpha()), len(lines))
    return "\n".join(lines[start:end]).rstrip() + "\n"


def _cost_rows(text: str) -> list[str]:
    return [row for row in _block(text, "Monthly cost").splitlines()[4:] if row.strip()]


def test_a_pipe_gets_this() -> None:
    assert _text(PLAN) == FULL_ASCII


def test_each_width_is_used() -> None:
    assert _block(_text(PLAN, Style(100, ascii=False)), "Monthly cost") == UNICODE_COST
    assert _block(_text(PLAN, TERMINAL), "Monthly cost") == NARROW_COST, "the bar goes first, never a name"
    assert _block(_text(PLAN, WIDE), "Monthly cost") == WIDE_COST, "SKU and the price's day come"


@pytest.mark.parametrize("width", [80, 100, 120, 160])
def test_no_line_is_longer_than_the_screen(width: int) -> None:
    for details in (False, True):
        for plan in (PLAN, forty_resources()):
            lines = _text(plan, Style(width, ascii=False), details=details).splitlines()
            assert max(map(len, lines)) <= width


def test_the_verdict_is_the_last_thing_shown() -> None:
    frame = _text(PLAN).rstrip().splitlines()[-8:]
    assert frame[0].startswith("+-")
    assert frame[-1].startswith("+-")
    assert "USD 419.56 / month" in frame[1]


def test_one_resource_with_one_line_is_one_row() -> None:
    assert _text(one_resource()) == ONE


def test_forty_resources_fold_into_a_row_with_their_true_sum() -> None:
    rows = [row.split() for row in _cost_rows(_text(forty_resources()))]
    assert rows[0][:2] == ["DynamoDB", "162.02"]
    assert [row[0] for row in rows[1:8]] == [f"table-0{n}" for n in range(7)]
    assert rows[8] == ["33", "smaller", "10.84"]
    assert rows[-1][:2] == ["Total", "162.02"]


def test_top_sets_the_fold_and_details_unfold_all() -> None:
    assert "37 smaller" in _text(forty_resources(), top=3)
    rows = _cost_rows(_text(forty_resources(), details=True))
    assert len([row for row in rows if "table-" in row]) == 40
    assert not any("smaller" in row for row in rows)


def test_shown_cents_and_rounding_rows_add_up_to_the_shown_total() -> None:
    for details in (False, True):
        rows = _cost_rows(_text(PLAN, details=details))
        services = [_usd(row) for row in rows if re.match(r" [A-Z]|  ?rounding", row) and "Total" not in row]
        assert sum(services) == D("419.56")
        lines = [_usd(row) for row in rows if row.startswith("     ")]
        assert sum(lines) == D("418.92")


def _words(text: str) -> str:
    """The words alone, whatever line of the frame they are on."""
    return " ".join(text.replace("|", " ").split())


def _usd(row: str) -> Decimal:
    """The amount of a cost row, before share and bar; under half a cent counts 0."""
    amounts = [word for word in row[56:].split() if re.fullmatch(r"[+-]?[\d,]+\.\d\d|<0\.01", word)]
    return D(amounts[0].replace("<0.01", "0"))


def test_a_stale_price_is_marked_on_its_line_and_below() -> None:
    lines = (replace(LINES[0], stale=True), *LINES[1:])
    text = _text(replace(PLAN, lines=lines, prices=replace(PLAN.prices, stale=("dynamodb.WRU",))))
    assert "0.625 /M stale" in next(r for r in text.splitlines() if "641.320M WRU" in r)
    assert "1 price not checked in the last 24 months: dynamodb.WRU" in " ".join(text.split())


def test_a_line_that_is_paid_once_stands_apart() -> None:
    once = replace(LINES[3], id="charge.upfront", charge_frequency="one_time", contracted_cost=D(50))
    text = _text(replace(PLAN, lines=(*LINES, once), one_time_cost=D(50)))
    assert "one-time 50.00, not in the monthly cost" in _words(text)
    assert any(row.split()[:1] == ["charge.upfront"] for row in text.splitlines())


def test_a_discount_shows_both_prices() -> None:
    text = _text(replace(PLAN, discount=D("0.1"), list_cost=D("466.17")))
    assert text.startswith("Web shop  us-east-1 - contracted prices in USD")
    assert "466.17 at list prices, 10% off" in _words(text)


def test_resources_of_one_name_keep_their_own_lines() -> None:
    labels = [replace(resource("a", "1"), label="tables.a"), replace(resource("a", "2", "lambda"), label="functions.a")]
    lines = (
        replace(LINES[0], id="tables.a.writes", charge_id="tables.a.writes", contracted_cost=D(1)),
        replace(LINES[3], id="functions.a.requests", charge_id="functions.a.requests", contracted_cost=D(2)),
    )
    costs = {"dynamodb": D(1), "lambda": D(2)}
    plan = replace(PLAN, monthly_cost=D(3), resources=tuple(labels), lines=lines, cost_by_service=costs)
    assert [r.split()[:2] for r in _cost_rows(_text(plan))] == [
        ["Lambda", "2.00"],
        ["functions.a", "requests"],
        ["DynamoDB", "1.00"],
        ["tables.a", "writes"],
        ["Total", "3.00"],
    ]


def test_five_limits_and_all_that_are_near_are_shown() -> None:
    def limit(n: int, headroom: str) -> object:
        check = replace(LIMIT.check, resource=f"t{n}")
        return replace(LIMIT, check=check, headroom=D(headroom))

    near = [limit(n, f"0.1{n}") for n in range(7)]
    far = [limit(n, f"0.9{n}") for n in range(7, 10)]
    text = _text(replace(PLAN, limits=(*far, *near)))
    rows = _block(text, "Capacity at peak").splitlines()[4:]
    assert [r.split()[0] for r in rows[:-1]] == [f"t{n}:" for n in range(7)]
    assert rows[-1].strip() == "3 more, at most 3.0% used"


@pytest.mark.parametrize(
    ("limits", "gates", "role"),
    [
        ("exceeded", "pass", "31"),
        ("near", "pass", "33"),
        ("far", "pass", "32"),
        ("far", "fail", "31"),
    ],
)
def test_the_frame_is_green_amber_or_red(limits: str, gates: str, role: str) -> None:
    headroom = {"exceeded": D("-0.1"), "near": D("0.1"), "far": D("0.5")}[limits]
    limit = replace(LIMIT, headroom=headroom, breached=headroom < 0)
    verdict = replace(PLAN.gates[0], verdict=gates)
    text = _text(replace(PLAN, limits=(limit,), gates=(verdict,)), Style(100, ascii=False, colour=True))
    assert f"\x1b[{role}m╭" in text


HOSTILE = "evil\x1b[2Jname\nwith \u202ereversed \u4e2d\u6587 \xe9 [red]x[/red] :smile: \x1b]8;;http://x\x07y"


@pytest.mark.parametrize("style", [PIPE, TERMINAL, WIDE])
def test_text_from_a_scenario_cannot_drive_the_terminal(style: Style) -> None:
    advice = replace(PLAN.recommendations[0], message=HOSTILE, gives_up=HOSTILE, action=HOSTILE)
    lines = (replace(LINES[0], description=HOSTILE), *LINES[1:])
    gate = replace(PLAN.gates[0], gate=f"{HOSTILE} < 3")
    limit = replace(FULL, check=replace(FULL.check, resource=HOSTILE))
    plan = replace(
        PLAN,
        name=HOSTILE,
        recommendations=(advice,),
        lines=lines,
        gates=(gate,),
        limits=(limit,),
        cost_by_tag={HOSTILE: D(1)},
    )
    for details in (False, True):
        text = _text(plan, style, details=details)
        assert all(c.isprintable() for c in text.replace("\n", ""))
        assert text.isascii() or not style.ascii
        joined = "".join(text.split())
        assert "\\u001b[2J" in joined
        assert "[red]x[/red]:smile:" in joined, "no markup, no emoji"


def test_color_is_a_third_voice_the_words_stay_the_same() -> None:
    painted = _text(PLAN, Style(100, ascii=True, colour=True))
    assert "\x1b[31m" in painted
    plain = re.sub(r"\x1b\[[0-9;]+m", "", painted)
    assert [line.rstrip() for line in plain.splitlines()] == FULL_ASCII.splitlines()
