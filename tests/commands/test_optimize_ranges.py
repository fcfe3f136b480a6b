"""optimize under ranges: every plan is planned at every draw, and the one with the least regret is taken."""

from decimal import Decimal

import pytest

from capplan.commands.optimize.optimize import Optimized, optimize
from capplan.commands.plan import plan
from capplan.language.load import load
from capplan.reading.files import read_source

HEAD = "capplan: 1\nname: Archive\nregion: us-east-1\n"


def text(items: str, rest: str = "", rate: str = "40/s") -> str:
    return (
        f"{HEAD}traffic: {{writers: {{rate: {rate}}}}}\n"
        f"tables: {{orders: {{item_size: 1 KB, items: {items}, ttl: e, access: [{{put: writers}}]}}}}\n{rest}"
    )


def optimized(written: str, budget: Decimal | None = None) -> Optimized:
    return optimize(read_source("-", written), budget=budget)


RANGE = "{low: 20M, likely: 60M, high: 300M}"


def test_without_a_range_nothing_is_weighed() -> None:
    assert optimized(text("60M")).ranges is None
    assert optimized(text("{low: 60M, likely: 60M, high: 60M}")).ranges is None
    assert optimized(text(RANGE), budget=Decimal(70)).ranges is None


def test_a_plan_that_wins_everywhere_is_taken_without_regret() -> None:
    answer = optimized(text("{low: 55M, likely: 60M, high: 65M}"))
    assert answer.ranges is not None
    chosen = answer.ranges.choices[answer.ranges.chosen]
    assert (chosen.best_in, chosen.breaks_in) == (answer.ranges.draws, 0)
    assert not chosen.regret
    assert answer.monthly_cost == optimized(text("60M")).monthly_cost


def test_costs_are_those_of_the_written_scenario() -> None:
    answer = optimized(text(RANGE))
    assert answer.ranges is not None
    chosen = answer.ranges.choices[answer.ranges.chosen]
    assert chosen.monthly_cost == answer.monthly_cost
    assert plan(load("-", text=answer.text), findings=False).monthly_cost == answer.monthly_cost
    as_it_is = next(one for one in answer.ranges.choices if one.name == "as it is")
    assert as_it_is.monthly_cost == answer.monthly_cost_before
    assert not as_it_is.actions


def test_where_another_class_is_better_is_told() -> None:
    # provisioned for 40/s of writes; Standard stores a GB for 0.25 and a WCU hour for 0.00065, IA for 0.10 and 0.00081:
    # 58 WCU x 730 h x 0.00016 = 6.8 USD more an hour's units, 0.15 USD less a GB: IA pays from about 45 GB = 43M items on
    answer = optimized(text("{low: 5M, likely: 20M, high: 200M}"))
    assert answer.ranges is not None
    assert len(answer.ranges.choices) >= 3
    told = [one for one in answer.ranges.choices if one.better_if]
    assert told
    assert all(one.better_in for one in told)
    chosen = answer.ranges.choices[answer.ranges.chosen]
    for one in answer.ranges.choices:
        if one.breaks_in <= chosen.breaks_in:
            assert chosen.regret <= one.regret
    (named,) = {one.better_if.partition(" is ")[0] for one in told}
    assert named == "tables.orders.items"


@pytest.mark.parametrize("items", [RANGE, "{low: 5M, likely: 20M, high: 200M}"])
def test_regret_is_what_the_best_of_the_others_saves(items: str) -> None:
    answer = optimized(text(items))
    assert answer.ranges is not None
    assert sum(one.best_in for one in answer.ranges.choices) >= answer.ranges.draws  # of equals each is the best
    for one in answer.ranges.choices:
        assert one.p10 <= one.p50 <= one.p90
        assert (one.regret == 0) == (one.best_in + one.breaks_in == answer.ranges.draws)


def test_a_plan_that_breaks_a_gate_somewhere_is_not_taken_for_its_price() -> None:
    rest = "gates: [orders.throttled < 1%]\n"
    answer = optimized(text("1M", rest, rate="{low: 20/s, likely: 40/s, high: 400/s}"))
    assert answer.ranges is not None
    chosen = answer.ranges.choices[answer.ranges.chosen]
    assert chosen.breaks_in == min(one.breaks_in for one in answer.ranges.choices)
