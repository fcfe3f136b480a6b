"""drivers, what to measure first: the bill's band with each range fixed at its likely value."""

from decimal import Decimal
from fractions import Fraction

from capplan.commands.drivers.drivers import drivers
from capplan.commands.drivers.inputs import Step
from capplan.commands.drivers.measured import Measure
from capplan.language.load import load

FIFTH = Step(Fraction(4, 5), Fraction(6, 5), "20%")
RATE, SIZE = "{low: 50/s, likely: 100/s, high: 150/s}", "{low: 1 KB, likely: 2 KB, high: 9 KB}"


def measured(rate: str, size: str, draws: int = 400) -> Measure | None:
    text = (
        f"capplan: 1\nname: Orders\nregion: us-east-1\ntraffic: {{buyers: {{rate: {rate}}}}}\n"
        f"tables: {{orders: {{item_size: {size}, items: 0, ttl: e, access: [{{put: buyers}}]}}}}\n"
    )
    return drivers(load("-", text=text), FIFTH, draws=draws).measure


def test_without_ranges_there_is_nothing_to_measure() -> None:
    assert measured("100/s", "2 KB") is None
    assert measured(RATE, SIZE, draws=0) is None


def test_the_only_range_takes_all_of_the_band() -> None:
    found = measured(RATE, "2 KB")
    assert found is not None
    (one,) = found.fixed
    # 100/s x 2,628,000 s x 2 units x 0.625 USD/M
    assert (one.path, one.at, one.narrower) == ("traffic.buyers.rate", "100/s", Decimal(1))
    assert one.p10 == one.p90 == Decimal("328.5")
    # a tenth of the triangle 50, 100, 150 lies below 72.36
    assert abs(found.p10 - Decimal("3.285") * Decimal("72.36")) < 5


def test_a_fixed_range_leaves_the_band_of_the_scenario_in_which_it_is_written() -> None:
    found, rate_alone, size_alone = measured(RATE, SIZE), measured(RATE, "2 KB"), measured("100/s", SIZE)
    assert found is not None
    assert rate_alone is not None
    assert size_alone is not None
    by_path = {one.path: one for one in found.fixed}
    with_size = by_path["tables.orders.item_size"]
    with_rate = by_path["traffic.buyers.rate"]
    assert (with_size.p10, with_size.p90) == (rate_alone.p10, rate_alone.p90)
    assert (with_rate.p10, with_rate.p90) == (size_alone.p10, size_alone.p90)
    assert [one.narrower for one in found.fixed] == sorted((one.narrower for one in found.fixed), reverse=True)
    for one in found.fixed:
        assert one.narrower == 1 - (one.p90 - one.p10) / (found.p90 - found.p10)
