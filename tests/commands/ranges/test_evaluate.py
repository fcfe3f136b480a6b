"""Ranges of whole scenarios: what is drawn is what plans of the same values say, and the point answer stays as it is."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.commands.plan import plan
from capplan.commands.ranges.evaluate import Evaluated, evaluate
from capplan.gates.kept import metrics_of
from capplan.language.load import load
from capplan.language.ranges import at
from capplan.language.scenario import Scenario
from capplan.pipeline.meter import meter
from capplan.pipeline.price import catalogue_of, price
from capplan.pipeline.results import Ranges
from capplan.report.formats.json import to_json
from capplan.report.records.plan import plan_record

HEAD = "capplan: 1\nname: Ranges\nregion: us-east-1\n"
FUNNEL = """
traffic:
  shoppers: {{rate: {rate}}}
tables:
  orders: {{item_size: {size}, items: 1M}}
  stock: {{item_size: 300 B, items: 50k}}
functions:
  place-order:
    memory: 512 MB
    duration: {duration}
    triggers: shoppers
    calls:
      - {{put: orders, chance: {chance}}}
      - {{get: stock, times: {times}}}
  mail-out:
    memory: 128 MB
    duration: 60 ms
    triggers: [{{queue: mails, filter: 50%}}]
queues: {{mails: {{message: 2 KB}}}}
"""
ORDERS = """
traffic: {{shoppers: {{rate: {rate}}}}}
tables: {{orders: {{item_size: 1 KB, items: 1k, access: [{{put: shoppers}}]}}}}
"""


def of(text: str, gates: str = "", **values: str) -> Scenario:
    return load("-", text=HEAD + text.format(**values) + gates)


def evaluated(scenario: Scenario, draws: int = 10_000, seed: int = 0) -> Evaluated:
    priced = price(meter(scenario, seed), catalogue_of(scenario), None)
    found = evaluate(priced, metrics_of(priced), draws, gates=scenario.gates)
    assert found is not None
    return found


def ranges_of(scenario: Scenario, draws: int = 2_000, seed: int = 0) -> Ranges:
    ranges = plan(scenario, draws=draws, seed=seed, findings=False).ranges
    assert ranges is not None
    return ranges


def test_the_band_of_a_linear_cost_is_that_of_its_range() -> None:
    # on-demand writes of 1 KB: 2,628,000 s × 0.625 USD / M = 1.6425 USD a month for 1/s; storage of 1k items is nothing.
    # P10 and P90 of the triangle (40, 60, 120): 40 + √(0.1 × 80 × 20) = 52.65 and 120 − √(0.1 × 80 × 60) = 98.09
    ranges = ranges_of(of(ORDERS, rate="{low: 40/s, likely: 60/s, high: 120/s}"), 10_000)
    band = ranges.monthly_cost
    storage = Decimal("0.01")
    assert abs(band.p10 - Decimal("52.65") * Decimal("1.6425")) < storage * 5
    assert abs(band.p90 - Decimal("98.09") * Decimal("1.6425")) < storage * 5
    assert band.p10_error[0] < band.p10 < band.p10_error[1]


def test_percentiles_of_a_rate_are_those_of_a_linear_cost() -> None:
    band = ranges_of(of(ORDERS, rate="{p10: 40/s, p50: 60/s, p90: 120/s}"), 10_000).monthly_cost
    expected = [40 * 1.6425, 60 * 1.6425, 120 * 1.6425]
    assert [float(value) for value in (band.p10, band.p50, band.p90)] == pytest.approx(expected, rel=2e-3)


def test_a_range_of_one_value_is_exactly_the_point() -> None:
    gates = "gates: [cost.monthly.p90 <= 200 USD, chance(cost.monthly > 1 USD) > 99%, cost.monthly <= 200 USD]\n"
    ranged = plan(of(ORDERS, gates, rate="{low: 60/s, likely: 60/s, high: 60/s}"), draws=1000, findings=False)
    point = plan(of(ORDERS, rate="60/s"), findings=False)
    assert ranged.ranges is not None
    band = ranged.ranges.monthly_cost
    assert {band.point, band.p10, band.p50, band.p90, *band.p90_error} == {point.monthly_cost}
    assert ranged.gates[0].observed == point.monthly_cost
    assert [gate.verdict for gate in ranged.gates] == ["pass", "pass", "pass"]
    assert ranged.ranges.gates[2].passes == 1
    for limit in ranged.ranges.limits:
        assert limit.headroom.p10 == limit.headroom.point == limit.headroom.p90


def test_the_point_answer_does_not_change() -> None:
    scenario = of(ORDERS, rate="{low: 40/s, likely: 60/s, high: 120/s}")
    with_draws, without = plan(scenario, draws=500), plan(scenario)
    assert without.ranges is None
    assert (with_draws.lines, with_draws.limits, with_draws.findings) == (
        without.lines,
        without.limits,
        without.findings,
    )
    assert '"ranges"' not in to_json(plan_record(without))


def test_a_seed_gives_the_same_bytes() -> None:
    scenario = of(ORDERS, rate="{low: 40/s, likely: 60/s, high: 120/s}")
    texts = [to_json(plan_record(plan(scenario, draws=500, seed=seed, findings=False))) for seed in (3, 3, 4)]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_a_wider_range_has_a_wider_band() -> None:
    bands = [
        ranges_of(of(ORDERS, rate=f"{{low: {60 - w}/s, likely: 60/s, high: {60 + w}/s}}")).monthly_cost
        for w in (0, 5, 20, 50)
    ]
    widths = [band.p90 - band.p10 for band in bands]
    assert widths == sorted(widths)
    assert widths[0] == 0 < widths[1]
    assert all(band.p10 <= band.p50 <= band.p90 for band in bands)


VALUES = {
    "rate": "{low: 20/s, likely: 60/s, high: 200/s}",
    "size": "{low: 900 B, likely: 1.8 KB, high: 4 KB}",
    "duration": "{low: 20 ms, likely: 45 ms, high: 90 ms}",
    "chance": "{p10: 5%, p50: 20%, p90: 40%}",
    "times": "{low: 1, likely: 2, high: 5}",
}
POINT = {"rate": "60/s", "size": "1.8 KB", "duration": "45 ms", "chance": "20%", "times": "2"}


def planned_cost(scenario: Scenario, found: Evaluated, draw: int) -> float:
    values = {
        one.name: one.value.rounded(float(value)) for one, value in zip(found.inputs, found.values[draw], strict=True)
    }
    return float(plan(at(scenario, found.inputs, values), findings=False).monthly_cost)


@settings(max_examples=6)
@given(keys=st.sets(st.sampled_from(sorted(VALUES)), min_size=1), seed=st.integers(0, 1000))
def test_a_draw_is_a_plan_of_the_same_values(keys: set[str], seed: int) -> None:
    scenario = of(FUNNEL, **{**POINT, **{key: VALUES[key] for key in keys}})
    found = evaluated(scenario, 1000, seed)
    costs = found.drawn.column("cost.monthly")
    assert found.ranges.method == "columns"
    for draw in range(500, 508):  # none of those that columns are made of
        assert costs[draw] == pytest.approx(planned_cost(scenario, found, draw), rel=5e-3)


def test_few_draws_are_planned_one_by_one() -> None:
    scenario = of(FUNNEL, **VALUES)
    found = evaluated(scenario, 12)
    assert (found.ranges.method, found.ranges.plans) == ("plans", 12)
    costs = found.drawn.column("cost.monthly")
    for draw in (0, 5, 11):
        assert costs[draw] == pytest.approx(planned_cost(scenario, found, draw), rel=1e-9)


def test_a_gates_chance_is_that_of_brute_force() -> None:
    # two ranges: the cost of every draw by hand, 1.6425 USD a month for 1/s of items up to 1 KB, twice that above
    text = ORDERS.replace("1 KB", "{size}")
    gates = (
        "gates: [chance(cost.monthly > 150 USD) < 50%, cost.monthly <= 150 USD, chance(cost.monthly > 9 USD) > 99%]\n"
    )
    values = {"rate": "{low: 40/s, likely: 60/s, high: 120/s}", "size": "{low: 500 B, likely: 900 B, high: 1.6 KB}"}
    scenario = of(text, gates, **values)
    found = evaluated(scenario)
    rate, size = found.values[:, 0], found.values[:, 1]
    by_hand = rate * 1.6425 * np.ceil(size / 1024)
    storage = found.drawn.column("cost.monthly") - by_hand
    assert np.abs(storage).max() < 0.01
    exceeds = Fraction(int((by_hand > 150).sum()), 10_000)
    judged = plan(scenario, draws=10_000, findings=False)
    assert abs(Fraction(judged.gates[0].observed) - exceeds) < Fraction(1, 1000)
    assert judged.ranges is not None
    passes = judged.ranges.gates[1].passes
    assert passes is not None
    assert abs(1 - Fraction(passes) - exceeds) < Fraction(1, 1000)
    assert judged.ranges.gates[0].passes is None


def test_what_the_free_tier_and_tiers_leave_is_drawn_too() -> None:
    text = HEAD + "account: {free_tier: true}\n" + FUNNEL.format(**VALUES)
    scenario = load("-", text=text)
    found = evaluated(scenario, 1000)
    for draw in range(500, 504):
        assert found.drawn.column("cost.monthly")[draw] == pytest.approx(planned_cost(scenario, found, draw), rel=5e-3)


def test_a_limit_says_in_how_many_draws_it_is_exceeded() -> None:
    # one partition writes 1,000 units a second: 40/s to 4,000/s of 1 KB on one hot key exceed it in part of the draws
    text = ORDERS.replace("item_size: 1 KB", "partition_key: {{name: id, distinct: 1}}, item_size: 1 KB")
    ranges = ranges_of(of(text, rate="{low: 40/s, likely: 600/s, high: 4k/s}"))
    limit = next(limit for limit in ranges.limits if limit.limit == "dynamodb.partition.write")
    assert 0 < limit.exceeded < 1
    assert limit.exceeded_error[0] < limit.exceeded < limit.exceeded_error[1]
    assert limit.headroom.p10 < 0 < limit.headroom.p90


@pytest.mark.parametrize("draws", [1, 2, 61])
def test_any_number_of_draws(draws: int) -> None:
    found: Any = evaluated(of(ORDERS, rate="{low: 40/s, likely: 60/s, high: 120/s}"), draws)
    assert found.ranges.draws == draws
    assert 65 < found.ranges.monthly_cost.p50 < 198
