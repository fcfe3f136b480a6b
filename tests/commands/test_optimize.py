"""`optimize`: the cheapest plan that recommendations lead to, compared with all of them, each planned whole."""

from decimal import Decimal

import pytest

from capplan.commands.optimize.judge import Judge, Taken
from capplan.commands.optimize.optimize import Optimized, optimize
from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.language.load import load, load_source
from capplan.model import Option
from capplan.pipeline.alternatives import planned_whole
from capplan.pipeline.data_changes import data_changes
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, catalogue_of, price
from capplan.pipeline.recommendations import finding_of
from capplan.pipeline.scaled_calls import with_calls
from capplan.pipeline.what_if import apply, in_order
from capplan.reading.files import Source, read_source
from capplan.record import replace
from tests.helpers import HEAD, SCENARIOS, WEB_SHOP

TABLE_AND_FUNCTIONS = """\
traffic: {web: {rate: 100/s}}
tables:
  orders:  # the shop's
    item_size: 1 KB
    items: 200M
    indexes: {by-day: {partition_key: day}}
    access: [{put: web}]
functions:
  a: {triggers: web, duration: 90 ms, memory: 512 MB}
  b: {triggers: web, duration: 200 ms, memory: 512 MB}
"""
TWO_TABLES = """\
traffic: {web: {rate: 50/s}}
tables:
  hot: {item_size: 1 KB, items: 1M, access: [{put: web}]}
  cold: {item_size: 1 KB, items: 900M, access: [{get: web}]}
"""
JOBS = """\
traffic: {nightly: {schedule: cron(0 2 * * ? *)}}
jobs:
  fold: {triggers: nightly, glue_version: "4.0", worker_type: G.2X, workers: 40, duration: 50 min}
  tidy: {triggers: nightly, glue_version: "4.0", worker_type: G.1X, workers: 2, duration: 30 min}
"""
THROTTLED = """\
traffic: {web: {rate: 100/s}}
tables:
  t: {item_size: 1 KB, items: 1M, capacity: {mode: provisioned, write: 60, read: 1}, access: [{put: web}]}
gates: [t.throttled < 1%]
"""
GATED = TWO_TABLES + "gates: [hot.headroom > 60%, cold.cost < 200 USD]\n"
SMALL = {"tables and functions": TABLE_AND_FUNCTIONS, "two tables": TWO_TABLES, "a job": JOBS, "gates": GATED}
QUICK = sorted(p.parent.name for p in SCENARIOS.glob("*/scenario.yaml") if p.parent.name != "global-orders")


def source(text: str) -> Source:
    return read_source("-", HEAD + text)


def optimized(text: str, *, allow_behavior: bool = False, budget: Decimal | None = None) -> Optimized:
    return optimize(source(text), allow_behavior=allow_behavior, budget=budget)


def brute_force(text: str, *, allow_behavior: bool) -> Decimal:
    """The least bill of all plans that any options lead to in any order, each planned whole and judged against the first."""
    scenario = load_source(source(text))
    root = price(meter(scenario, 0), catalogue_of(scenario), None)
    judge = Judge(root, None, allow_behavior=allow_behavior)
    best, seen = root.monthly_cost, set[str]()
    waiting: list[tuple[tuple[Taken, ...], Priced]] = [((), root)]
    while waiting:
        steps, at = waiting.pop()
        for address, option in _options(at):
            if (option.changes_behavior and not allow_behavior) or option.severity == "risk":
                continue
            data = apply(at.metered.scenario.data, in_order(at.metered.scenario.data, option.changes))
            changes = data_changes(scenario.data, data)
            key = repr(sorted((c.path, repr(c.to)) for c in changes))
            if key in seen:
                continue
            seen.add(key)
            try:
                after = planned_whole(root, changes, None)
            except CapplanError:
                continue
            if after.missing:
                continue
            taken = (*steps, Taken(address, option, finding_of(root, address, option, None), Decimal(0), mends=False))
            waiting.append((taken, after.priced))
            if not judge.refuses(after, taken):
                best = min(best, after.monthly_cost)
    assert len(seen) > 2, "too few to compare"
    return best


def _options(at: Priced) -> list[tuple[str, Option]]:
    out = []
    for address, resource in at.metered.scenario.resources.items():
        for given in resource.type.options(at.metered.resource(address)):
            option = with_calls(resource, given)
            if option is not None and option.changes:
                out.append((address, option))
    return out


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("allow_behavior", [False, True])
def test_it_is_the_cheapest_of_all_plans_that_options_lead_to(name: str, *, allow_behavior: bool) -> None:
    done = optimized(SMALL[name], allow_behavior=allow_behavior)
    cents = done.monthly_cost - brute_force(SMALL[name], allow_behavior=allow_behavior)
    assert Decimal(0) <= cents < Decimal("0.1") * (1 + len(done.not_taken))  # steps of cents are not worth taking


@pytest.mark.parametrize("name", QUICK)
def test_it_is_never_worse_than_the_best_recommendation_and_keeps_what_holds(name: str) -> None:
    path = str(SCENARIOS / name / "scenario.yaml")
    before = plan(load(path))
    done = optimize(read_source(path))
    if not done.broken_before.number:
        savings = [r.monthly_saving or Decimal(0) for r in before.recommendations if r.group == "saving"]
        together = before.combined.saving if before.combined and not _risks(before) else Decimal(0)
        # under ranges the plan with the least regret is taken; the first that is weighed is the cheapest at the likely values
        cost = done.monthly_cost if done.ranges is None else done.ranges.choices[0].monthly_cost
        assert done.monthly_cost_before - cost >= max([*savings, together, Decimal(0)]) - Decimal("0.1")
    after = plan(load_source(replace(read_source(path), text=done.text)), findings=False)
    assert after.monthly_cost == done.monthly_cost, "what is written costs what is said"
    assert before.monthly_cost - sum((step.saving for step in done.steps), Decimal(0)) == after.monthly_cost
    passed = {gate.gate for gate in before.gates if gate.verdict == "pass"}
    assert not [gate.gate for gate in after.gates if gate.gate in passed and gate.verdict == "fail"]
    held = {(x.check.resource, x.check.limit) for x in before.limits if not x.breached}
    assert not [x.check.limit for x in after.limits if x.breached and (x.check.resource, x.check.limit) in held]
    # a second search finds nothing more that is worth a step
    assert done.ranges is not None or len(optimize(replace(read_source(path), text=done.text)).steps) <= (
        1 if done.not_taken else 0
    )


def _risks(before: object) -> bool:
    numbers = before.combined.numbers  # type: ignore[attr-defined]
    return any(r.group == "risk" and r.number in numbers for r in before.recommendations)  # type: ignore[attr-defined]


def test_what_changes_behavior_is_refused_or_allowed() -> None:
    plain, allowed = optimize(read_source(WEB_SHOP)), optimize(read_source(WEB_SHOP), allow_behavior=True)
    refused = {r.recommendation.rule for r in plain.not_taken if r.behavior}
    taken = {r.rule for step in allowed.steps for r in step.recommendations}
    assert refused == {"stepfunctions.express-fits", "dynamodb.transaction"}
    assert refused <= taken
    assert allowed.monthly_cost < plain.monthly_cost


def test_a_gate_refuses_and_says_what_it_would_be() -> None:
    done = optimize(read_source(str(SCENARIOS / "bookings" / "scenario.yaml")))
    refused = next(r for r in done.not_taken if r.recommendation.rule.startswith("stepfunctions."))
    assert refused.why.startswith("breaks book-trip.executions.open < 1% of limit")


def test_what_does_not_hold_is_mended_first_though_it_costs() -> None:
    # 100 writes/s of 1 KB on 60 WCU: 40% are throttled, and the gate fails
    done = optimized(THROTTLED)
    assert done.broken_before.gates == ("t.throttled < 1%",)
    assert done.broken.number == 0
    assert done.steps[0].mends[0] == "t.throttled < 1%"
    assert done.saving < 0


def test_a_quota_of_the_account_is_a_step() -> None:
    # 2,000 a second for 0.9 s are 1,800 at once; an account has 1,000
    crowded = "traffic: {web: {rate: 2000/s}}\nfunctions: {a: {triggers: web, duration: 900 ms, memory: 128 MB}}\n"
    found = optimized(crowded)
    first = found.steps[0]
    assert [(row.resources, [change.path for change in row.change]) for row in first.recommendations] == [
        (("account",), ["account.quotas"])
    ]
    assert first.mends == ("account: lambda.concurrency",)
    assert not found.broken.number


def test_a_budget_ends_the_path() -> None:
    every = optimize(read_source(WEB_SHOP))
    first = every.steps[0]
    enough = optimize(read_source(WEB_SHOP), budget=first.monthly_cost + 1)
    assert (len(enough.steps), enough.budget_met) == (1, True)
    assert enough.steps == every.steps[:1]
    assert any(r.why == "the budget is met without it" for r in enough.not_taken)
    short = optimize(read_source(WEB_SHOP), budget=Decimal(1))
    assert (short.steps, short.budget_met) == (every.steps, False)


def test_comments_are_kept_and_nothing_else_is_touched() -> None:
    done = optimized(TABLE_AND_FUNCTIONS)
    assert "orders:  # the shop's" in done.text
    assert load_source(source(done.text.removeprefix(HEAD))).name == "Test"
    assert all(line[:1] in "+-@ " for line in done.diff.splitlines())


def test_nothing_to_do_is_an_answer() -> None:
    done = optimized("traffic: {web: {rate: 1/hour}}\nfunctions: {f: {triggers: web, duration: 1 ms}}\n")
    assert not done.steps
    assert done.saving == 0
    assert done.diff == ""


def test_the_same_answer_every_time() -> None:
    assert optimized(TWO_TABLES) == optimized(TWO_TABLES)
