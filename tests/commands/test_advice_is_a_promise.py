"""Advice is a promise: every recommendation is applied, the whole scenario is read and planned anew, and held to its word.

The oracle shares nothing with the quick path: the changed data are read and metered without the base. The scenarios are
those that are shipped, small ones for each rule below, and in a folder of other people's files its `cases.yaml`.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

import capplan
from capplan.errors import CapplanError
from capplan.gates.evaluate import outcome
from capplan.gates.judge import Baseline, lookup
from capplan.gates.kept import metrics_of
from capplan.gates.observed import ObservedMetric
from capplan.language.gate_tokens import GateError
from capplan.language.load import build, load
from capplan.language.scenario import Scenario
from capplan.model import Change
from capplan.pipeline.limits import limits_of
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, catalogue_of, price
from capplan.pipeline.recommendations import touched, worth_it
from capplan.pipeline.results import Finding, FindingChange, Plan
from capplan.pipeline.what_if import apply, in_order
from tests.helpers import HEAD, SCENARIOS

NAMES = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml"))
FIELD = os.environ.get("CAPPLAN_FIELD_FILES")
NOT_MORE = ("throttled", "timed_out", "killed", "dropped_share", "overlap")
"""Last words of observables of which no advice may cause more."""

SMALL = {
    "a function of a small account": (
        "account: {quotas: {lambda.concurrency: 10}}\ntraffic: {jobs: {rate: 1/s}}\nfunctions:\n"
        "  worker: {triggers: {traffic: jobs, via: sqs, batch: 1, visibility_timeout: 90 min}, memory: 512 MB,\n"
        "    duration: 30 s, timeout: 900 s}\n"
    ),
    "a hot key": (
        "traffic: {x: {rate: 2500/s}}\ntables:\n  t:\n    item_size: 1 KB\n    items: 1M\n"
        "    partition_key: {name: id, distinct: 1000, popularity: {hot: {keys: 1, share: 60%}}}\n    access: [{put: x}]\n"
    ),
    "batches that write": (
        "traffic: {kin: {rate: 1000/s}}\ntables:\n  t: {item_size: 1 KB, items: 1M, ttl: e}\nfunctions:\n"
        "  k: {triggers: {traffic: kin, via: kinesis, shards: 10, batch: 10}, memory: 512 MB, duration: 20 ms,\n"
        "    per_record: 2 ms, timeout: 3 s, logs: false, calls: [{put: t, times: 10}]}\n"
    ),
    "a table with everything to say": (
        "traffic: {web: {rate: 40/s}, night: {schedule: cron(0 3 * * ? *)}}\ntables:\n  t:\n    item_size: 4200 B\n"
        "    items: 5M\n    stream: new-and-old-images\n    partition_key: {name: id, distinct: 2M}\n"
        "    indexes: {by-day: {partition_key: day}, by-user: {partition_key: user, project: all}}\n"
        "    access: [{query: web, index: by-user, items: 3, consistency: eventual}, {get: web, consistency: strong}]\n"
        "functions:\n  f:\n    triggers: web\n    duration: 90 ms\n    memory: 512 MB\n"
        "    calls: [{transact-write: [{put: t}, {update: t}]}, {delete: t}, {scan: t, items: 200, chance: 1%}]\n"
        "  g: {triggers: {stream: t, batch: 20}, duration: 30 ms, per_record: 5 ms, memory: 256 MB}\n"
    ),
    "gates that savings must keep": (
        "traffic: {web: {rate: 300/s}}\ntables:\n"
        "  t: {item_size: 1 KB, items: 1M, access: [{put: web}]}\nfunctions:\n"
        "  f: {triggers: web, duration: 200 ms, memory: 1024 MB, architecture: x86_64}\n"
        "gates:\n  - t.held_wcu < 100\n  - t.throttled < 0.1%\n  - f.cost > 2500 USD\n  - cost.monthly < 100000 USD\n"
    ),
    "a bill in the Free Tier": (
        "account: {free_tier: true}\ntraffic: {web: {rate: 30/s}}\ntables:\n  t: {item_size: 1 KB, items: 1M, access: [{put: web}]}\n"
        "functions:\n  f: {triggers: web, duration: 120 ms, memory: 1024 MB, calls: [{get: t}]}\n"
    ),
    "jobs": (
        "traffic: {night: {schedule: cron(0 3 * * ? *)}, hourly: {schedule: rate(1 hour)}}\njobs:\n"
        "  big: {triggers: night, workers: 20, worker_type: G.2X, duration: {p50: 40 min, p99: 70 min}, glue_version: '4.0',\n"
        "    max_retries: 2, fails: {chance: 5%, repeat: 90%}}\n"
        "  tiny: {triggers: hourly, workers: 2, worker_type: G.1X, duration: 3 min}\n"
    ),
}


def small(name: str, folder: Path) -> Scenario:
    path = folder / "scenario.yaml"
    path.write_text(HEAD + SMALL[name], encoding="utf-8")
    return load(str(path))


def anew(scenario: Scenario, changes: Iterable[FindingChange]) -> Priced:
    """The changed scenario, read, metered and priced without anything of its base."""
    ordered = in_order(scenario.data, [Change(c.path, c.new) for c in changes])
    changed = build(scenario.doc, scenario.files, scenario.sha256, apply(scenario.data, ordered))
    return price(meter(changed, 0), catalogue_of(changed), None)


class Before:
    """What is so before a change."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.priced = price(meter(scenario, 0), catalogue_of(scenario), None)
        self.breached = breached(self.priced)
        self.metrics = metrics_of(self.priced)

    def broken_by(self, change: Iterable[FindingChange]) -> Iterator[str]:
        """What a change breaks: a limit, a gate, or that something is throttled more."""
        after = anew(self.scenario, change)
        yield from (f"exceeds {limit}" for limit in breached(after) - self.breached)
        metrics = metrics_of(after)
        for name, metric in metrics.items():
            was = self.metrics.get(name)
            if was is None or was.value is None or metric.value is None or not name.endswith(NOT_MORE):
                continue
            if metric.value > was.value + Fraction(1, 10**9):
                yield f"{name} rises from {float(was.value)} to {float(metric.value)}"
        for gate in self.scenario.gates:
            if passes(gate, self.scenario, self.metrics) and not passes(gate, after.metered.scenario, metrics):
                yield f"gate {gate.text} fails"


def breached(priced: Priced) -> set[tuple[str, str]]:
    return {(p.check.resource, p.check.limit) for p in limits_of(priced.metered) if p.breached}


def passes(gate: object, scenario: Scenario, metrics: Mapping[str, ObservedMetric]) -> bool:
    try:
        return outcome(gate.test, lookup(scenario, metrics, Baseline())).passes  # type: ignore[attr-defined]
    except GateError:
        return False


def faults(scenario: Scenario) -> list[str]:
    """Everything in which the advice of a scenario does not keep its word."""
    plan = capplan.plan(scenario)
    before = Before(scenario)
    return [*of_findings(plan, before), *of_rows(plan, before), *of_all_together(plan, before)]


def of_findings(plan: Plan, before: Before) -> Iterator[str]:
    for finding in plan.findings:
        if not finding.change:
            continue
        name = f"{finding.rule} of {finding.resource}"
        after = anew(before.scenario, finding.change)
        saved = None if finding.resource == "account" else plan.monthly_cost - after.monthly_cost
        if saved != finding.monthly_saving and not finding.not_priced:
            yield f"{name} saves {saved}, not {finding.monthly_saving}"
        yield from (f"{name} {what}" for what in before.broken_by(finding.change))
        yield from (f"{name} {what}" for what in altered(finding, before, after))


def altered(finding: Finding, before: Before, after: Priced) -> Iterator[str]:
    """Resources of which a saving changes the work, though it does not touch them; retries that fall away are said."""
    if finding.severity == "risk" or finding.rule in {"glue.useless-retries", "glue.crawler-frequency"}:
        return
    named = touched(before.priced, [Change(c.path, c.new) for c in finding.change])
    metered = before.priced.metered
    own = metered.as_declared.resources.keys() - metered.joined.keys()  # a saving may well save logs
    for address, demand in metered.offered.items():
        if address not in own or address in named or address not in after.metered.offered:
            continue
        both = (demand, after.metered.offered[address])  # reads of environments that start follow from their settings
        was, now = (sum(s.flow.monthly for s in d.requests if s.access.per != "cold-start") for d in both)
        if was != now:
            yield f"changes the work of {address}"


def of_rows(plan: Plan, before: Before) -> Iterator[str]:
    assert [row.number for row in plan.recommendations] == list(range(1, len(plan.recommendations) + 1))
    for row in plan.recommendations:
        of_row = [f for f in plan.findings if f.number == row.number]
        assert tuple(f.resource for f in of_row) == row.resources
        assert {f.group for f in of_row} == {row.group}
        saving = row.monthly_saving if row.group != "risk" else None
        if saving is not None and not worth_it(saving, plan.monthly_cost):
            yield f"{row.rule} saves cents: {saving}"
        if len(row.resources) > 1:
            saved = plan.monthly_cost - anew(before.scenario, row.change).monthly_cost
            if saved != row.monthly_saving:
                yield f"row {row.number} saves {saved}, not {row.monthly_saving}"
            yield from (f"row {row.number} {what}" for what in before.broken_by(row.change))


def of_all_together(plan: Plan, before: Before) -> Iterator[str]:
    if plan.combined is None:
        return
    rows = [plan.recommendations[number - 1] for number in plan.combined.numbers]
    assert all(row.group != "changes_behavior" for row in rows)
    change = [c for row in rows for c in row.change]
    after = anew(before.scenario, change)
    if after.monthly_cost != plan.combined.monthly_cost:
        yield f"all together cost {after.monthly_cost}, not {plan.combined.monthly_cost}"
    if plan.monthly_cost - after.monthly_cost != plan.combined.saving:
        yield "all together save another amount"
    yield from (f"all together {what}" for what in before.broken_by(change))


@pytest.mark.parametrize("name", NAMES)
def test_every_recommendation_of_a_shipped_scenario_keeps_its_word(name: str) -> None:
    assert faults(load(str(SCENARIOS / name / "scenario.yaml"))) == []


@pytest.mark.parametrize("name", list(SMALL))
def test_every_recommendation_of_a_small_scenario_keeps_its_word(name: str, tmp_path: Path) -> None:
    scenario = small(name, tmp_path)
    assert faults(scenario) == []


def _field_cases() -> list[dict[str, object]]:
    files = sorted(Path(FIELD).rglob("cases.yaml")) if FIELD else []
    listed = [case for file in files for case in yaml.safe_load(file.read_text(encoding="utf-8")).get("cases", ())]
    return [case for case in listed if "\n" in str(case.get("scenario", ""))]


@pytest.mark.skipif(not FIELD, reason="CAPPLAN_FIELD_FILES is not set")
@pytest.mark.parametrize("case", _field_cases(), ids=lambda case: str(case.get("id")))
def test_every_recommendation_of_a_field_case_keeps_its_word(case: dict[str, object], tmp_path: Path) -> None:
    files = case.get("files")
    for file, text in files.items() if isinstance(files, dict) else ():
        (tmp_path / file).write_text(text, encoding="utf-8")
    path = tmp_path / "scenario.yaml"
    path.write_text(str(case["scenario"]), encoding="utf-8")
    try:
        scenario = load(str(path))
        capplan.plan(scenario, findings=False)
    except CapplanError:
        pytest.skip("it is refused")
    assert faults(scenario) == []


# --- what the small scenarios are there for ---------------------------------------------------------------------------


def rules(name: str, folder: Path) -> list[str]:
    return [f.rule for f in capplan.plan(small(name, folder)).findings]


def test_a_reservation_that_the_account_cannot_keep_is_not_advised(tmp_path: Path) -> None:
    assert "lambda.reserved-concurrency" not in rules("a function of a small account", tmp_path)


def test_a_larger_batch_saves_invocations_but_no_writes(tmp_path: Path) -> None:
    """1,000 records/s in batches of 100 in place of 10: 90 x 2,628,000 fewer invocations of 20 ms fixed time at 512 MB.

    Requests 236.52M x 0.20/M = 47.304; GB-seconds 236.52M x 0.02 s x 0.5 GB = 2,365,200 x 0.0000166667 = 39.42.
    """
    plan = capplan.plan(small("batches that write", tmp_path))
    savings = [f.monthly_saving for f in plan.findings if f.rule == "lambda.batch"]
    assert all(saving is not None and saving < Decimal("86.73") for saving in savings)


def test_a_gate_on_a_floor_or_on_what_is_held_is_kept(tmp_path: Path) -> None:
    """Provisioned capacity holds more than 100 WCU, and arm64 brings f below 2,500 USD: each would fail a gate.

    157.68M GB-s x 0.0000166667 + 788.4M requests x 0.20/M = 2,785.69; x 0.0000133334 + 157.68 = 2,260.08.
    """
    advised = {"dynamodb.capacity-mode", "lambda.arm64"}
    assert not advised & set(rules("gates that savings must keep", tmp_path))
    text = SMALL["gates that savings must keep"].partition("gates:")[0]
    (tmp_path / "scenario.yaml").write_text(HEAD + text, encoding="utf-8")
    without = {f.rule for f in capplan.plan(load(str(tmp_path / "scenario.yaml"))).findings}
    assert advised <= without


def test_risks_lead_and_what_changes_behavior_comes_last(tmp_path: Path) -> None:
    plan = capplan.plan(small("a table with everything to say", tmp_path))
    groups = [f.group for f in plan.findings]
    order = ["risk", "saving", "changes_behavior"]
    assert [order.index(g) for g in groups] == sorted(order.index(g) for g in groups)
    assert {"saving", "changes_behavior"} <= set(groups)
    for f in plan.findings:
        assert bool(f.changes_behavior) or f.group != "changes_behavior"
        assert f.action
        assert f.undo or not f.change
