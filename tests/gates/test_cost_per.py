"""`cost.per(UNIT)`: the whole bill by a traffic, a workflow or a job; `RESOURCE.cost_per(UNIT)`: a resource's part of it."""

from decimal import Decimal

import pytest

from capplan.commands.forecast.forecast import forecast
from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.language.gate_syntax import Name, names_in, read_gate
from capplan.language.gate_tokens import plain_name
from capplan.language.load import load
from capplan.pipeline.results import Plan

TEXT = """capplan: 1
name: Orders
region: us-east-1
traffic:
  buyers: {rate: 100/s}
  nightly: {schedule: cron(0 3 * * ? *)}
tables:
  orders: {item_size: 1 KB, items: 0, ttl: e, access: [{put: buyers}]}
  archive: {item_size: 1 KB, items: 1024M, capacity: {mode: provisioned, write: 100, read: 100}}
jobs:
  settle: {triggers: nightly, worker_type: G.1X, workers: 10, duration: 30 min}
gates:
  [GATES]
"""


def planned(*gates: str) -> Plan:
    return plan(load("-", text=TEXT.replace("GATES", ", ".join(gates))), findings=False)


def observed(gate: str) -> Decimal:
    return planned(gate).gates[0].observed


def test_the_whole_bill_by_a_traffic() -> None:
    bill = planned().monthly_cost
    # 100/s x 2,628,000 s
    assert abs(observed("cost.per(buyers) > 0 USD") * 262_800_000 - bill) < Decimal("0.000001")
    # 365 / 12 runs
    assert abs(observed("cost.per(nightly) > 0 USD") - bill * 12 / 365) < Decimal("0.000001")
    assert abs(observed("cost.per(nightly) > 0 USD") - observed("cost.per(settle) > 0 USD")) < Decimal("1e-9")
    assert observed("cost.per(jobs.settle) > 0 USD") == observed("cost.per(settle) > 0 USD")


def test_a_resource_by_a_unit_of_another() -> None:
    # 10 DPU x 0.5 h x 0.44 USD = 2.20 a run
    assert abs(observed("settle.cost_per(nightly) > 0 USD") - Decimal("2.2")) < Decimal("1e-9")
    # 262.8 M writes at 0.625 USD/M, by the same number of buyers
    assert observed("orders.cost_per(buyers) > 0 USD") == Decimal("0.000000625")
    assert observed("tables.orders.cost_per(buyers) > 0 USD") == Decimal("0.000000625")


def test_resources_add_up_to_the_bill() -> None:
    answer = planned()
    gate = " + ".join(f"{r.address}.cost_per(buyers)" for r in answer.resources if not r.implied_by)
    rest = sum((r.monthly_cost for r in answer.resources if r.implied_by), Decimal(0))
    added = observed(f"{gate} > 0 USD") + rest / 262_800_000
    assert abs(added - observed("cost.per(buyers) > 0 USD")) < Decimal("1e-15")


def test_it_is_an_amount_like_any_other() -> None:
    answer = planned(
        "cost.per(buyers) <= 0.00001 USD", "20% of cost.per(nightly) < 50 USD", "cost.per(buyers) * 1k < 0.01 USD"
    )
    assert [gate.verdict for gate in answer.gates] == ["pass", "pass", "pass"]
    assert answer.gates[0].names == ("cost.per(buyers)",)


def test_in_a_month_of_the_calendar_both_are_that_month_s() -> None:
    # writes and buyers grow by the same days: what the table costs a buyer stays
    scenario = load("-", text=TEXT.replace("GATES", "orders.cost_per(buyers) == 0.000000625 USD"))
    answer = forecast(scenario, 3, first=(2027, 1), fixes=False)
    assert [month.failed for month in answer.months] == [(), (), ()]


def test_a_traffic_that_sends_nothing_has_no_cost_per_unit() -> None:
    text = TEXT.replace("100/s", "0/s").replace("GATES", "cost.per(buyers) < 1 USD")
    with pytest.raises(CapplanError) as caught:
        plan(load("-", text=text), findings=False)
    assert caught.value.diagnostics[0].hint == "there is no buyers"


@pytest.mark.parametrize(
    ("gate", "message", "hint"),
    [
        ("cost.per(byers) < 1 USD", "unknown metric 'cost.per(byers)'", "did you mean 'cost.per(buyers)'?"),
        ("cost.per < 1 USD", "'cost.per' needs a unit", "write cost.per(buyers)"),
        ("cost.per() < 1 USD", "expected a traffic, a state machine or a job, found ')'", "such as"),
        ("'cost.per(buyers < 1 USD'", "expected ')', found '<'", "such as"),
        ("orders.cost_per(byers) < 1 USD", "unknown metric 'orders.cost_per(byers)'", ""),
        ("cost.per(orders) < 1 USD", "unknown metric 'cost.per(orders)'", ""),  # a table has no one kind of unit
        ("cost.per(buyers) < 3", "'cost.per(buyers)' is an amount, its limit is a plain number", "50 USD"),
    ],
)
def test_wrong_units(gate: str, message: str, hint: str) -> None:
    with pytest.raises(CapplanError) as caught:
        planned(gate)
    found = caught.value.diagnostics[0]
    assert message in found.message
    assert hint in found.hint


@pytest.mark.parametrize(
    "name", ["cost.per(buyers)", "cost.per(2024-orders)", "fulfil.cost_per(state_machines.a)", "a b.cost_per(c d)"]
)
def test_a_name_is_written_as_it_is_read(name: str) -> None:
    read = next(iter(names_in(read_gate(f"{plain_name(name)} < 1 USD"))))
    assert isinstance(read, Name)
    assert read.name == name


def test_recommendations_keep_a_gate_on_a_resource_s_unit_cost() -> None:
    loose = plan(load("-", text=TEXT.replace("GATES", "archive.cost_per(buyers) < 1 USD")))
    # whatever moves archive's cost down keeps the gate: nothing is left out for it
    plain = plan(load("-", text=TEXT.replace("GATES", "")))
    assert [row.action for row in loose.recommendations] == [row.action for row in plain.recommendations]
    # and a gate that wants it to cost as much as it does refuses them
    now = Decimal(next(r.monthly_cost for r in plain.resources if r.name == "archive")) / 262_800_000
    tight = plan(load("-", text=TEXT.replace("GATES", f"archive.cost_per(buyers) * 1M > {now * 999_000:.6f} USD")))
    assert len(tight.recommendations) < len(plain.recommendations)
