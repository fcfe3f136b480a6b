"""`estimate` and `compare-modes` give the same advice, with the same saving, for the same question."""

from decimal import Decimal

import pytest

import capplan
from capplan.language.load import build, load
from capplan.model import Change
from capplan.pipeline.recommendations import worth_it
from capplan.pipeline.results import ComparedTable, Finding, FindingChange, ModeOption, Plan
from capplan.pipeline.what_if import apply, in_order
from tests.helpers import SCENARIOS

NAMES = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml"))
CAPACITY = ("dynamodb.capacity-mode", "dynamodb.auto-scaling", "dynamodb.scheduled-scaling")


def settings(change: tuple[FindingChange, ...]) -> dict[str, str]:
    return {c.path: repr(apply({}, [Change("x", c.new)])["x"]) for c in change if c.new != c.old}


@pytest.mark.parametrize("name", NAMES)
def test_the_same_advice_and_the_same_saving(name: str) -> None:
    """A table's capacity and class of `estimate` are an option of `compare-modes` with the same saving, the one that it
    recommends; where a gate tolerates throttling, compare-modes uses that and estimate does not; cents are no advice.
    """
    scenario = load(str(SCENARIOS / name / "scenario.yaml"))
    plan, modes = capplan.plan(scenario), capplan.compare_modes(scenario)
    for table in (t for t in modes.tables if t.index is None):
        advised = [
            f for f in plan.findings if f.resource == table.name and f.rule in (*CAPACITY, "dynamodb.table-class")
        ]
        written = next(o for o in table.options if o.id == table.as_written)
        best = next(o for o in table.options if o.id == table.recommended)
        if not advised:
            saving = (written.monthly_cost or Decimal(0)) - (best.monthly_cost or Decimal(0))
            assert not worth_it(max(saving, Decimal(0)), plan.monthly_cost) or table.tolerated, (table.name, best.id)
            continue
        same = _same_option(table, advised)
        assert same is not None, (table.name, [f.rule for f in advised])
        assert _saving(plan, advised) == (written.monthly_cost or 0) - (same.monthly_cost or 0), (table.name, same.id)
        assert same.id == best.id or table.tolerated, (table.name, same.id, best.id)


def _same_option(table: ComparedTable, advised: list[Finding]) -> ModeOption | None:
    """The option without a commitment that writes what is advised."""
    wanted = settings(tuple(c for f in advised for c in f.change))
    return next((o for o in table.options if o.commitment is None and settings(o.change) == wanted), None)


def _saving(plan: Plan, advised: list[Finding]) -> Decimal:
    """Of all that is advised for one table together, in the whole bill: with auto scaling's alarms, which are CloudWatch's."""
    scenario = load(plan.file)
    changes = in_order(scenario.data, [Change(c.path, c.new) for f in advised for c in f.change])
    changed = build(scenario.doc, scenario.files, scenario.sha256, apply(scenario.data, changes))
    return plan.monthly_cost - capplan.plan(changed, findings=False).monthly_cost


SCALED = """\
capplan: 1
name: Orders
region: us-east-1
account: {free_tier: FREE_TIER}
tables:
  orders:
    item_size: 1 KB
    items: 1M
    access: [{put: 20/s}, {get: 50/s}]
    partition_key: {name: id, distinct: 1M}
    capacity: {mode: provisioned, write: {min: 10, max: 100, target: 70%}, read: {min: 10, max: 100, target: 70%}}
    indexes:
      by-day:
        partition_key: {name: day, distinct: 10k}
        capacity: {write: {min: 10, max: 100, target: 70%}, read: {min: 5, max: 100, target: 70%}}
"""


@pytest.mark.parametrize(("free_tier", "usd"), [("false", "1.6"), ("true", "0.6")])
def test_the_mode_of_the_scenario_costs_what_estimate_says(free_tier: str, usd: str) -> None:
    """The table and what follows from its mode: 4 alarms for each direction that is scaled, of a table and an index 16, at
    0.10 USD, of which 10 are in the Free Tier.
    """
    scenario = load("-", text=SCALED.replace("FREE_TIER", free_tier))
    plan, (table, *_) = capplan.plan(scenario, findings=False), capplan.compare_modes(scenario).tables
    written = next(o for o in table.options if o.id == table.as_written)
    assert written.monthly_cost == plan.monthly_cost
    assert next(r.monthly_cost for r in plan.resources if r.kind == "cloudwatch.alarm") == Decimal(usd)
