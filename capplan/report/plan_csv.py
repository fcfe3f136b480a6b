"""A plan as CSV: the line items of an estimate, the verdicts of a check. It rounds nothing."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from capplan.report.checked import Checked
from capplan.report.delimited import cell, csv_text
from capplan.report.plan_json import number

LINE_HEAD = (
    "scenario", "region", "id", "resource", "service", "sku", "description", "consumed_quantity", "consumed_unit",
    "pricing_quantity", "pricing_unit", "list_unit_price", "list_cost", "contracted_cost", "charge_frequency",
    "price_key", "price_confidence",
)  # fmt: skip
GATE_HEAD = (
    "scenario", "file", "line", "column", "gate", "level", "verdict", "observes", "observed", "operator", "limit",
    "unit", "margin", "why", "waiver", "monthly_cost", "baseline_monthly_cost",
)  # fmt: skip


def lines_csv(every: Iterable[Checked]) -> str:
    """A row a line item; contracted_cost of the rows that are not one_time sums to the month."""
    return csv_text(
        LINE_HEAD,
        (
            (
                cell(one.plan.name), one.plan.region, cell(x.id), cell(x.resource), x.service, cell(x.sku or ""),
                cell(x.description), _number(x.consumed_quantity), cell(x.consumed_unit), _number(x.pricing_quantity),
                cell(x.pricing_unit), _number(x.list_unit_price), _number(x.list_cost), _number(x.contracted_cost),
                x.charge_frequency, cell(x.price_key), x.price_confidence,
            )
            for one in every
            for x in one.plan.lines
        ),
    )  # fmt: skip


def gates_csv(every: Iterable[Checked]) -> str:
    """A row a gate, each with its scenario's total; a scenario without gates has one row with that alone."""
    return csv_text(GATE_HEAD, (row for one in every for row in _rows(one)))


def _rows(one: Checked) -> Iterable[Sequence[str]]:
    plan = one.plan
    head = (cell(plan.name), cell(plan.file))
    tail = (_number(plan.monthly_cost), _number(one.base.monthly_cost if one.base else None))
    if not plan.gates:
        yield (*head, *[""] * (len(GATE_HEAD) - len(head) - len(tail)), *tail)
    for told in one.gates:
        g = told.verdict
        yield (
            *head, str(g.line or ""), str(g.column or ""), cell(g.gate), g.level, g.verdict, cell(told.name),
            _number(g.observed), cell(g.operator), _number(g.limit), g.unit, _number(g.margin), cell(told.why),
            cell(told.waiver), *tail,
        )  # fmt: skip


def _number(value: Decimal | None) -> str:
    return number(value) or ""
