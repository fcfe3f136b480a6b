"""`drivers`: each input moved by itself; every figure is a plan's, checked against one of the scenario so written."""

from decimal import Decimal
from fractions import Fraction

import pytest

from capplan.commands.drivers.drivers import Driver, Drivers, drivers
from capplan.commands.drivers.inputs import Step, inputs_of
from capplan.commands.plan import plan
from capplan.language.load import load
from capplan.pipeline.results import Plan

FIFTH = Step(Fraction(4, 5), Fraction(6, 5), "20%")
TWICE = Step(Fraction(1, 2), Fraction(2), "2x")
HEAD = "capplan: 1\nname: Orders\nregion: us-east-1\n"
TEXT = f"""{HEAD}traffic: {{buyers: {{rate: 100/s}}}}
tables:
  orders: {{item_size: 1 KB, items: 0, ttl: e, access: [{{put: buyers}}]}}
"""
FUNCTION = (
    "functions:\n  f: {triggers: buyers, memory: 512 MB, duration: {p50: 80 ms, p99: 400 ms}, architecture: arm64}\n"
)


def moved(text: str, step: Step = FIFTH) -> Drivers:
    return drivers(load("-", text=text), step)


def planned(text: str) -> Plan:
    return plan(load("-", text=text), findings=False)


def one(answer: Drivers, path: str) -> Driver:
    return next(driver for driver in answer.drivers if driver.path == path)


def costs(driver: Driver) -> list[Decimal | None]:
    return [None if side is None else side.monthly_cost for side in (driver.low, driver.high)]


def test_a_rate_moves_the_bill_in_proportion() -> None:
    # 100/s x 2,628,000 s x 0.625 USD/M = 164.25; x 0.8 and x 1.2
    found = one(moved(TEXT), "traffic.buyers.rate")
    assert costs(found) == [Decimal("131.4"), Decimal("197.1")]
    assert found.swing == Decimal("65.7")
    assert found.proportional == Decimal("164.25")


def test_a_size_is_rounded_up_by_aws_and_so_is_its_move() -> None:
    # 1 KB is one unit, 0.8 KB too, 1.2 KB are two
    found = one(moved(TEXT), "tables.orders.item_size")
    assert costs(found) == [Decimal("164.25"), Decimal("328.5")]


def test_by_two_is_half_and_double() -> None:
    assert costs(one(moved(TEXT, TWICE), "traffic.buyers.rate")) == [Decimal("82.125"), Decimal("328.5")]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("traffic.buyers.rate", "rate: 100/s", "rate: 120/s"),
        ("functions.f.memory", "memory: 512 MB", "memory: 615 MB"),  # 614.4, and Lambda takes whole MB
        ("functions.f.duration", "p50: 80 ms, p99: 400 ms", "p50: 96 ms, p99: 480 ms"),
        (
            "defaults.functions.logs.size",
            "functions:\n",
            "defaults: {functions: {logs: {size: 1228.8 B}}}\nfunctions:\n",
        ),
    ],
)
def test_each_move_is_the_plan_of_the_scenario_so_written(path: str, old: str, new: str) -> None:
    answer = moved(TEXT + FUNCTION)
    assert costs(one(answer, path))[1] == planned((TEXT + FUNCTION).replace(old, new)).monthly_cost


def test_what_nobody_gave_is_apart() -> None:
    answer = moved(TEXT + FUNCTION)
    logs = sum(
        (line.contracted_cost for line in planned(TEXT + FUNCTION).lines if line.service == "cloudwatch_logs"),
        Decimal(0),
    )
    # the size of the logs is the only default that moves a cent: all of what CloudWatch Logs costs grows with it
    assert abs(answer.on_defaults - logs) < Decimal("0.01")
    written = TEXT + FUNCTION + "defaults: {functions: {logs: {size: 1 KB}}}\n"
    assert moved(written).on_defaults < Decimal("0.01")


def test_a_range_is_moved_from_its_tenth_to_its_ninetieth_percentile() -> None:
    text = TEXT.replace("100/s", "{low: 100/s, likely: 100/s, high: 200/s}")
    found = one(moved(text), "traffic.buyers.rate")
    # a falling triangle from 100 to 200: below 100 + 100 (1 - sqrt(1 - q)) lie q of the draws
    assert found.given == "range"
    assert [side.text for side in (found.low, found.high) if side is not None] == ["105.132/s", "168.377/s"]
    assert costs(found)[1] == planned(TEXT.replace("100/s", "168.377/s")).monthly_cost
    assert moved(text).on_ranges == planned(text).monthly_cost


def test_no_charge_grows_with_more_than_all_of_itself() -> None:
    text = TEXT.replace("100/s", "{low: 50/s, likely: 100/s, high: 200/s}").replace(
        "item_size: 1 KB", "item_size: {low: 1 KB, likely: 2 KB, high: 4 KB}"
    )
    answer = moved(text)
    assert sum(driver.proportional for driver in answer.drivers) > answer.monthly_cost
    assert answer.on_ranges <= answer.monthly_cost


def test_the_nearest_limit_and_gate_are_watched() -> None:
    # a table takes 40,000 write units a second on demand: 36,000 leave a tenth, 43,200 break it
    text = TEXT.replace("100/s", "36000/s") + "gates: [cost.monthly <= 60000 USD, limits.broken < 1]\n"
    answer = moved(text)
    assert answer.limit is not None
    assert answer.headroom is not None
    found = one(answer, "traffic.buyers.rate")
    assert found.high is not None
    assert found.low is not None
    assert found.high.exceeded
    assert "limits.broken < 1" in found.high.failed
    assert found.low.headroom is not None
    assert found.low.headroom > answer.headroom
    # 36,000/s cost 59,130 USD: the gate has 1.45 % left
    assert answer.gate == "cost.monthly <= 60000 USD"
    assert answer.margin == Decimal("0.0145")
    assert found.high.failed[0] == "cost.monthly <= 60000 USD"


def test_what_cannot_be_moved_says_why() -> None:
    text = TEXT + "functions:\n  f: {triggers: buyers, memory: 10240 MB, duration: 80 ms}\n"
    found = one(moved(text), "functions.f.memory")
    assert found.low is not None
    assert found.high is None  # 12,288 MB are above Lambda's memory


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("rate: 60/s", [("48/s",), ("72/s",)]),
        ("rate: 150M/month", [("120M/month",), ("180M/month",)]),
    ],
)
def test_a_quantity_keeps_its_unit(written: str, values: list[tuple[str, ...]]) -> None:
    scenario = load("-", text=TEXT.replace("rate: 100/s", written))
    found = next(i for i in inputs_of(scenario, {}, FIFTH) if i.path == "traffic.buyers.rate")
    assert [tuple(move.text for move in side) for side in (found.low, found.high)] == values


def test_a_share_stays_a_share() -> None:
    text = TEXT.replace("[{put: buyers}]", "[{put: buyers, replaces: 90%}]").replace(", ttl: e", "")
    found = next(i for i in inputs_of(load("-", text=text), {}, FIFTH) if i.path.endswith("replaces"))
    assert [move.text for move in found.high] == ["100%"]


def test_gates_prices_and_launches_are_no_inputs() -> None:
    text = TEXT + "gates: [cost.monthly <= 200 USD]\nlaunches: [{at: month 3, traffic: buyers, times: 2x}]\n"
    paths = {one.path for one in inputs_of(load("-", text=text), {}, FIFTH)}
    assert paths == {"traffic.buyers.rate", "tables.orders.item_size"}


def test_a_gate_over_draws_is_not_watched() -> None:
    """A plan at one value says nothing of a percentile: the nearest gate is the other, and nothing breaks the percentile."""
    ranged = TEXT.replace("rate: 100/s", "rate: {low: 50/s, likely: 100/s, high: 200/s}")
    answer = moved(f"{ranged}gates: [cost.monthly.p90 <= 170 USD, cost.monthly <= 300 USD]\n")
    assert answer.gate == "cost.monthly <= 300 USD"
    failed = {gate for driver in answer.drivers for side in (driver.low, driver.high) if side for gate in side.failed}
    assert "cost.monthly.p90 <= 170 USD" not in failed
