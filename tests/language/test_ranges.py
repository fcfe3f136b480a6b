"""A scenario's ranges, and the scenario with one value for each of them."""

from decimal import Decimal

import pytest

from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.language.ranges import at, ranged_inputs
from capplan.quantities.distribution import fixed

TEXT = """
capplan: 1
name: Orders
region: us-east-1
traffic:
  shoppers:
    rate: {p10: 40/s, p50: 60/s, p90: 120/s}
    growth: {low: 3%/month, likely: 6%/month, high: 9%/month}
tables:
  orders: {item_size: {low: 900 B, likely: 1.8 KB, high: 4 KB}}
functions:
  place-order:
    memory: {low: 256 MB, likely: 512 MB, high: 1 GB}
    duration: {p50: {low: 20 ms, likely: 45 ms, high: 90 ms}, p99: 300 ms}
    triggers: shoppers
    calls:
      - {put: orders, times: {low: 1, likely: 2, high: 4}, chance: {low: 10%, likely: 20%, high: 40%}}
gates:
  - cost.monthly <= 500 USD
"""


def test_each_range_is_an_input() -> None:
    inputs = ranged_inputs(load("-", text=TEXT))
    assert [one.name for one in inputs] == [
        "traffic.shoppers.rate",
        "traffic.shoppers.growth",
        "tables.orders.item_size",
        "functions.place-order.memory",
        "functions.place-order.duration.p50",
        "functions.place-order.calls.0.times",
        "functions.place-order.calls.0.chance",
    ]


def test_a_scenario_at_values_is_that_scenario_written_with_them() -> None:
    scenario = load("-", text=TEXT, budget=Decimal(9))
    inputs = ranged_inputs(scenario)
    drawn = at(scenario, inputs, {"traffic.shoppers.rate": Decimal(99), "tables.orders.item_size": Decimal(2048)})
    by_hand = load(
        "-",
        text=TEXT.replace("{p10: 40/s, p50: 60/s, p90: 120/s}", "99/s").replace(
            "{low: 900 B, likely: 1.8 KB, high: 4 KB}", "2 KB"
        ),
    )
    assert drawn.resources["tables.orders"].spec == by_hand.resources["tables.orders"].spec
    assert drawn.flows_by_name["shoppers"].monthly == by_hand.flows_by_name["shoppers"].monthly
    assert drawn.resources["functions.place-order"].spec == by_hand.resources["functions.place-order"].spec
    assert not drawn.ranges
    assert drawn.gates == scenario.gates  # that of --budget too


def test_whole_numbers_are_drawn_whole() -> None:
    memory = ranged_inputs(load("-", text=TEXT))[3].value
    assert memory.written(memory.rounded(300.4)) == "300 MB"


def test_a_range_of_the_median_keeps_the_tail() -> None:
    scenario = load("-", text=TEXT)
    inputs = ranged_inputs(scenario)
    spec = (
        at(scenario, inputs, {"functions.place-order.duration.p50": Decimal(60)})
        .resources["functions.place-order"]
        .spec
    )
    assert [value for _, value in spec.duration.points] == [60, 300]


def test_an_error_says_with_which_values() -> None:
    text = TEXT.replace("high: 90 ms}, p99: 300 ms", "high: 400 ms}, p99: 300 ms")
    scenario = load("-", text=text)
    with pytest.raises(CapplanError) as error:
        at(scenario, ranged_inputs(scenario), {"functions.place-order.duration.p50": Decimal(350)})
    assert "(with functions.place-order.duration.p50 at 350 ms)" in error.value.diagnostics[0].message


def test_a_scenario_without_ranges_has_no_inputs() -> None:
    scenario = load("-", text="capplan: 1\nname: x\nregion: us-east-1\ntables: {t: {item_size: 1 KB}}\n")
    assert ranged_inputs(scenario) == ()
    assert scenario.resources["tables.t"].spec.item_size == fixed(1024)
