"""Explains a recommendation: its rule, what it changes on the bill and on limits, what to write, how to go back."""

from datetime import date
from decimal import Decimal

from capplan.commands.apply import recommendation
from capplan.commands.plan import plan
from capplan.language.load import build
from capplan.language.scenario import Scenario
from capplan.model import Change, Rule
from capplan.pipeline.results import Finding, Plan, Recommendation
from capplan.pipeline.what_if import apply, in_order
from capplan.record import Record
from capplan.services import all_rules


class ChangedLine(Record, frozen=True):
    """A charge before and after a change: its quantity, and USD a month; None where it is not there."""

    id: str
    description: str
    unit: str
    quantity_before: Decimal | None
    quantity_after: Decimal | None
    cost_before: Decimal | None
    cost_after: Decimal | None


class ChangedMetric(Record, frozen=True):
    """An observable before and after a change; None where it is unknown or not there."""

    name: str
    unit: str
    before: Decimal | None
    after: Decimal | None


class ExplainedRecommendation(Record, frozen=True):
    """A recommendation, and the plan with it beside the plan without.

    Attributes:
        rule: What its rule looks at, advises and gives up, with AWS's page.
        findings: One for each resource.
        lines: The charges that differ, the largest difference first.
        metrics: The observables that differ, except costs.
    """

    name: str
    region: str
    file: str
    row: Recommendation
    rule: Rule | None
    findings: tuple[Finding, ...]
    cost_before: Decimal
    cost_after: Decimal
    lines: tuple[ChangedLine, ...]
    metrics: tuple[ChangedMetric, ...]


def explain_recommendation(
    scenario: Scenario, number: int, *, today: date | None = None, seed: int = 0
) -> ExplainedRecommendation:
    """The recommendation of a number, explained. Raises CapplanError where there is none."""
    before = plan(scenario, today=today, seed=seed)
    row = recommendation(before, number)
    changes = [Change(c.path, c.new) for c in row.change]
    after = before
    if changes:
        data = apply(scenario.data, in_order(scenario.data, changes))
        changed = build(scenario.doc, scenario.files, scenario.sha256, data)
        after = plan(changed, today=today, seed=seed, findings=False)
    return ExplainedRecommendation(
        name=before.name,
        region=before.region,
        file=before.file,
        row=row,
        rule=next((rule for rule in all_rules() if rule.id == row.rule), None),
        findings=tuple(f for f in before.findings if f.number == number),
        cost_before=before.monthly_cost,
        cost_after=after.monthly_cost,
        lines=_lines(before, after),
        metrics=_metrics(before, after),
    )


def _lines(before: Plan, after: Plan) -> tuple[ChangedLine, ...]:
    was, now = ({line.id: line for line in p.lines if line.charge_frequency != "one_time"} for p in (before, after))
    out = []
    for name in {**was, **now}:
        old, new = was.get(name), now.get(name)
        some = new or old
        if some is None or (old is not None and new is not None and old.contracted_cost == new.contracted_cost):
            continue
        out.append(
            ChangedLine(
                name,
                some.description,
                some.pricing_unit,
                None if old is None else old.pricing_quantity,
                None if new is None else new.pricing_quantity,
                None if old is None else old.contracted_cost,
                None if new is None else new.contracted_cost,
            )
        )
    return tuple(sorted(out, key=lambda x: (-abs((x.cost_before or Decimal(0)) - (x.cost_after or Decimal(0))), x.id)))


def _metrics(before: Plan, after: Plan) -> tuple[ChangedMetric, ...]:
    was, now = ({o.name: o for o in p.observed if o.unit != "USD"} for p in (before, after))
    out = []
    for name in {**was, **now}:
        old, new = was.get(name), now.get(name)
        some = new or old
        values = (None if old is None else old.value, None if new is None else new.value)
        if some is not None and values[0] != values[1] and not name.endswith((".load", ".cost_share")):
            out.append(ChangedMetric(name, some.unit, *values))
    return tuple(out)
