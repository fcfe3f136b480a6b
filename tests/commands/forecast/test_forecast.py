"""`forecast`: each month is the scenario with that month's rates and stores, and a break has its first month."""

from decimal import Decimal
from fractions import Fraction

import pytest

from capplan.commands.forecast.forecast import forecast
from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.language.months import Month, grown, months_from, multiples

HEAD = "capplan: 1\nname: Orders\nregion: us-east-1\n"
TABLE = "tables:\n  orders: {{item_size: 1 KB, items: {items}, access: [{{put: buyers}}]{more}}}\n"


def text(traffic: str, items: str = "0", more: str = "", rest: str = "") -> str:
    return f"{HEAD}traffic: {{buyers: {{rate: 100/s{traffic}}}}}\n{TABLE.format(items=items, more=more)}{rest}"


@pytest.mark.parametrize(
    ("growth", "months", "factor"),
    [
        (None, 5, "1"),
        ("6%/month", 0, "1"),
        ("6%/month", 1, "1.06"),
        ("10%/month", 3, "1.331"),  # 1.1 x 1.1 x 1.1
        ("-50%/month", 2, "0.25"),
        ("100%/year", 12, "2"),
        ("300%/year", 6, "2"),  # four times a year is twice in half of one
    ],
)
def test_growth(growth: str | None, months: int, factor: str) -> None:
    assert grown(growth, months) == Fraction(factor)


def test_months_of_the_calendar() -> None:
    assert [month.label for month in months_from((2026, 11), 3)] == ["2026-11", "2026-12", "2027-01"]
    assert [month.label for month in months_from(None, 2)] == ["month 1", "month 2"]


def test_a_month_has_growth_its_season_and_what_is_launched() -> None:
    more = ", growth: 10%/month, yearly: {dec: 2x}"
    launch = "launches: [{at: 2026-12, traffic: buyers, times: 1.5x}, {at: month 3, traffic: buyers, times: 2x}]\n"
    scenario = load("-", text=text(more, rest=launch))
    found = [multiples(scenario, month)["buyers"] for month in months_from((2026, 11), 3)]
    # November 1; December 1.1 x season 2 x launch 1.5; January 1.21 x 1.5 x 2 of the third month
    assert found == [1, Fraction("3.3"), Fraction("3.63")]


def test_each_month_is_the_scenario_with_its_rate() -> None:
    answer = forecast(load("-", text=text(", growth: 10%/month", more=", ttl: e")), 3, fixes=False)
    for month, rate in zip(answer.months, ("100", "110", "121"), strict=True):
        alone = load("-", text=text("", more=", ttl: e").replace("100/s", f"{rate}/s"))
        assert month.monthly_cost == plan(alone, findings=False).monthly_cost


def test_items_that_are_put_are_stored_the_month_after() -> None:
    answer = forecast(load("-", text=text("")), 3, fixes=False)
    # 100/s x 2,628,000 s = 262.8 M items of 1,024 + 100 bytes a month: 275.1 GB at 0.25 USD, less the first 25 GB free
    # of none: the price has no allowance here
    grown_by = [b.monthly_cost - a.monthly_cost for a, b in zip(answer.months, answer.months[1:], strict=False)]
    stored = Decimal(262_800_000 * 1124) / Decimal(2**30) * Decimal("0.25")
    assert all(abs(more - stored) < Decimal("0.01") for more in grown_by)


def test_with_ttl_a_table_stays_as_it_is() -> None:
    answer = forecast(load("-", text=text("", items="5M", more=", ttl: e")), 3, fixes=False)
    assert len({month.monthly_cost for month in answer.months}) == 1
    assert answer.steady == ("buyers",)


def test_a_gate_breaks_in_its_first_month() -> None:
    # 164.25 USD of writes a month (100/s x 2,628,000 s x 0.625 USD/M): x 1.1^n > 200 from n = 3 on (1.331)
    scenario = load("-", text=text(", growth: 10%/month", more=", ttl: e", rest="gates: [cost.monthly <= 200 USD]\n"))
    answer = forecast(scenario, 6, fixes=False)
    (found,) = [one for one in answer.breaks if one.gate]
    assert (found.month, found.index) == ("month 4", 3)
    assert [bool(month.failed) for month in answer.months] == [False, False, False, True, True, True]


def test_seasons_need_a_calendar() -> None:
    with pytest.raises(CapplanError) as caught:
        forecast(load("-", text=text(", yearly: {dec: 2x}")), 3)
    assert caught.value.diagnostics[0].hint == "give the first month: --from 2027-01"


def test_a_launch_of_unknown_traffic_is_told() -> None:
    with pytest.raises(CapplanError) as caught:
        load("-", text=text("", rest="launches: [{at: month 2, traffic: byers, times: 2x}]\n"))
    assert "byers" in caught.value.diagnostics[0].message


def test_a_fix_moves_the_break() -> None:
    more = ", growth: 10%/month"
    functions = "functions: {f: {triggers: buyers, memory: 512 MB, duration: 200 ms}}\n"
    scenario = load("-", text=text(more, more=", ttl: e", rest=f"{functions}gates: [cost.monthly <= 800 USD]\n"))
    answer = forecast(scenario, 12)
    found = next(one for one in answer.breaks if one.gate)
    assert found.fix is not None
    before = [month.month for month in answer.months]
    assert not found.fix.until or before.index(found.fix.until) > found.index


def test_the_first_month_is_the_plan() -> None:
    scenario = load("-", text=text(", growth: 10%/month"))
    assert forecast(scenario, 1, fixes=False).months[0].monthly_cost == plan(scenario, findings=False).monthly_cost
    assert Month(0).label == "month 1"
