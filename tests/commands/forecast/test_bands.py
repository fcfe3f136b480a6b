"""Bands of a forecast: each draw of the ranges is a path through all months, and each of its months is a plan."""

from decimal import Decimal

import pytest

from capplan.commands.forecast.forecast import forecast
from capplan.commands.forecast.results import Forecast
from capplan.commands.plan import plan
from capplan.commands.ranges.draws import drawn
from capplan.language.load import load
from capplan.language.ranges import at, ranged_inputs
from capplan.language.scenario import Scenario

HEAD = "capplan: 1\nname: Orders\nregion: us-east-1\n"


def scenario(traffic: str, table: str = "ttl: e", gates: str = "") -> Scenario:
    return load(
        "-",
        text=f"{HEAD}traffic: {{buyers: {{{traffic}}}}}\n"
        f"tables: {{orders: {{item_size: 1 KB, items: 0, access: [{{put: buyers}}], {table}}}}}\n{gates}",
    )


def ahead(of: Scenario, months: int = 3, draws: int = 20) -> Forecast:
    return forecast(of, months, draws=draws, fixes=False)


RATE = "{low: 50/s, likely: 100/s, high: 150/s}"


def near(value: Decimal, wanted: Decimal | float) -> bool:
    return float(value) == pytest.approx(float(wanted), rel=1e-5)  # six digits of a draw


@pytest.mark.parametrize(
    ("traffic", "table"),
    [
        (f"rate: {RATE}, growth: 10%/month", "ttl: e"),
        (f"rate: {RATE}, growth: {{low: 2%/month, likely: 10%/month, high: 30%/month}}", "ttl: e"),
        (f"rate: {RATE}, growth: 10%/month", "tags: {team: shop}"),  # what is put is stored the month after
    ],
)
def test_a_draw_is_the_forecast_of_the_scenario_with_its_values(traffic: str, table: str) -> None:
    of = scenario(traffic, table)
    found = ahead(of, draws=1)
    assert found.bands is not None
    inputs = ranged_inputs(of)
    (row,) = drawn(inputs, 1, 0)
    values = {one.name: one.value.rounded(float(value)) for one, value in zip(inputs, row, strict=True)}
    alone = ahead(at(of, inputs, values), draws=0)
    for band, month in zip(found.bands.months, alone.months, strict=True):
        assert near(band.p10, month.monthly_cost)
        assert near(band.p90, month.monthly_cost)


def test_the_bill_of_a_rate_lies_where_the_rate_does() -> None:
    found = ahead(scenario(f"rate: {RATE}, growth: 10%/month"), draws=200)
    assert found.bands is not None
    # a triangle of 50, 100, 150: a tenth lies below 50 + sqrt(0.1 x 100 x 50) = 72.36, the rest by symmetry; 1.6425 USD for 1/s
    first, _, third = found.bands.months
    assert float(first.p10) == pytest.approx(72.36 * 1.6425, rel=0.03)
    assert float(first.p50) == pytest.approx(100 * 1.6425, rel=0.03)
    assert float(first.p90) == pytest.approx(127.64 * 1.6425, rel=0.03)
    assert float(third.p90) == pytest.approx(127.64 * 1.6425 * 1.21, rel=0.03)
    assert first.p10_error[0] <= first.p10 <= first.p10_error[1]


def test_growth_that_is_a_range_opens_the_band_with_time() -> None:
    found = ahead(scenario("rate: 100/s, growth: {low: 0%/month, likely: 10%/month, high: 20%/month}"), months=6)
    assert found.bands is not None
    widths = [float(band.p90 - band.p10) for band in found.bands.months]
    assert widths[0] == 0
    assert widths == sorted(widths)
    # in the sixth month growth of five: 1 + 0.1 x 0.4472 of the triangle 0, 10, 20 has a tenth below 4.472 %
    assert float(found.bands.months[5].p10) == pytest.approx(164.25 * 1.04472**5, rel=0.03)


def test_the_share_of_draws_that_break() -> None:
    # more than 127.64/s, so a tenth of the draws, cost more than 209.65 USD; in the second month of 10 % more than 116.04/s
    found = ahead(
        scenario(f"rate: {RATE}, growth: 10%/month", gates="gates: [cost.monthly <= 209.65 USD]\n"), draws=100
    )
    assert found.bands is not None
    broken = [float(band.broken) for band in found.bands.months]
    assert broken[0] == pytest.approx(0.1, abs=0.02)
    assert broken[1] == pytest.approx((150 - 116.04) ** 2 / 5000, abs=0.02)  # the triangle above 116.04
    assert broken == sorted(broken)
    assert [float(band.breaks_by) for band in found.bands.months] == broken  # what grows stays broken
    assert found.bands.breaks_in_p50 is None or found.bands.breaks_in_p50 >= 2


def test_a_range_of_one_value_has_no_band() -> None:
    found = ahead(scenario("rate: {low: 100/s, likely: 100/s, high: 100/s}"))
    assert found.bands is None
    assert found.months[0].monthly_cost == plan(scenario("rate: 100/s"), findings=False).monthly_cost


def test_the_likely_months_are_those_without_ranges() -> None:
    ranged, plain = (
        ahead(scenario(f"rate: {RATE}, growth: 10%/month")),
        ahead(scenario("rate: 100/s, growth: 10%/month")),
    )
    assert [month.monthly_cost for month in ranged.months] == [month.monthly_cost for month in plain.months]
    assert plain.bands is None
