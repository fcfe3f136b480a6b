"""Months of the calendar: what a bill meters by the hour, by the run and by the month."""

from decimal import Decimal
from fractions import Fraction

import pytest

from capplan.commands.forecast.forecast import forecast
from capplan.commands.forecast.results import Forecast
from capplan.commands.plan import plan
from capplan.language.load import load
from capplan.language.months import billed_month
from capplan.schedule import read_schedule, runs_in

HEAD = "capplan: 1\nname: Orders\nregion: us-east-1\n"


@pytest.mark.parametrize(
    ("expression", "month", "runs"),
    [
        ("cron(0 3 * * ? *)", (2027, 2), 28),
        ("cron(0 3 * * ? *)", (2028, 2), 29),
        ("cron(0 3 1 * ? *)", (2027, 2), 1),
        ("cron(0 3 31 * ? *)", (2027, 2), 0),
        ("cron(0 3 ? 1 MON *)", (2027, 2), 0),
        ("cron(0/30 * ? * MON-FRI *)", (2027, 3), 23 * 48),  # March 2027 begins on a Monday: 23 working days
        ("cron(0 9 ? * 6L *)", (2027, 1), 1),
        ("cron(0 9 LW * ? *)", (2027, 1), 1),
        ("rate(1 day)", (2027, 2), 28),
        ("rate(5 minutes)", (2027, 1), 31 * 288),
    ],
)
def test_runs_in_a_month(expression: str, month: tuple[int, int], runs: int) -> None:
    assert runs_in(expression, *month) == runs


def test_the_days_of_a_year_are_those_of_a_schedule() -> None:
    for expression in ("cron(0 3 * * ? *)", "cron(15 10 1 * ? *)", "rate(1 hour)"):
        assert sum(runs_in(expression, 2027, month) for month in range(1, 13)) == read_schedule(expression).per_year


def scenario_text(traffic: str = "rate: 100/s", table: str = "ttl: e", rest: str = "") -> str:
    return (
        f"{HEAD}traffic: {{buyers: {{{traffic}}}}}\n"
        f"tables: {{orders: {{item_size: 1 KB, items: 0, access: [{{put: buyers}}], {table}}}}}\n{rest}"
    )


def ahead(text: str, months: int = 12, first: tuple[int, int] = (2027, 1), *, mean: bool = False) -> Forecast:
    return forecast(load("-", text=text), months, first=first, mean_months=mean, fixes=False)


def test_requests_are_those_of_the_days() -> None:
    # 100/s x 86,400 s x 31 days x 0.625 USD/M = 167.40; 28 days 151.20
    costs = [month.monthly_cost for month in ahead(scenario_text(), 2).months]
    assert costs == [Decimal("167.4"), Decimal("151.2")]


def test_twelve_months_are_a_year() -> None:
    text = scenario_text()
    year = sum(month.monthly_cost for month in ahead(text).months)
    assert year == 12 * plan(load("-", text=text), findings=False).monthly_cost
    assert sum(month.hours for month in ahead(text).months) == 8760


def test_mean_months_are_those_of_estimate() -> None:
    months = ahead(scenario_text(), mean=True).months
    assert {month.monthly_cost for month in months} == {Decimal("164.25")}
    assert {month.hours for month in months} == {730}


def test_provisioned_hours_run_and_stored_gigabytes_do_not() -> None:
    text = scenario_text(table="ttl: e, capacity: {mode: provisioned, write: 150, read: 100}")
    text = text.replace("items: 0", "items: 1M")
    stored = Decimal(1_000_000 * 1124) / 2**30 * Decimal("0.25")
    hours = 150 * Decimal("0.00065") + 100 * Decimal("0.00013")
    for month, length in zip(ahead(text, 2).months, (744, 672), strict=True):
        assert abs(month.monthly_cost - (length * hours + stored)) < Decimal("0.0001")


def test_a_spike_comes_once_whatever_the_month() -> None:
    text = scenario_text('rate: 100/s, spikes: [{at: "day 12 10:00", for: 100 min, times: 11x}]')
    # the spike adds 10 x 100/s for 6,000 s: 6 M writes, 3.75 USD in each month
    assert [month.monthly_cost for month in ahead(text, 2).months] == [Decimal("171.15"), Decimal("154.95")]


def test_weekdays_are_those_of_the_calendar() -> None:
    scenario = load("-", text=scenario_text("rate: 100/s, weekly: {sat: 0x, sun: 0x}"))
    # five days carry 7/5 of the mean each; February 2027 has 20 working days, March 23
    mean_days = Fraction(730, 24)
    for month, days in ((2, 20), (3, 23)):
        found = billed_month(scenario, 2027, month).volume("buyers")
        assert float(found) == pytest.approx(float(days * Fraction(7, 5) / mean_days), rel=1e-5)


def test_a_schedule_is_billed_by_its_runs() -> None:
    functions = (
        "functions: {f: {triggers: monday, memory: 1024 MB, duration: 100 s, logs: false, architecture: x86_64}}\n"
    )
    text = f"{HEAD}traffic: {{monday: {{schedule: 'cron(0 3 ? * MON *)'}}}}\n{functions}"
    scenario = load("-", text=text)
    # March 2027 has five Mondays, a mean month 365 / 7 / 12
    assert billed_month(scenario, 2027, 3).volume("monday") == 5 / Fraction(365, 7 * 12)
    costs = [month.monthly_cost for month in forecast(scenario, 2, first=(2027, 2), fixes=False).months]
    assert abs(costs[1] / costs[0] - Decimal("1.25")) < Decimal("0.000001")


def test_a_gate_on_money_is_judged_by_the_month_s_bill() -> None:
    text = scenario_text(rest="gates: [cost.monthly <= 165 USD]\n")
    assert [bool(month.failed) for month in ahead(text, 3).months] == [True, False, True]
    assert not any(month.failed for month in ahead(text, 3, mean=True).months)
