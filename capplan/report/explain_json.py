"""What `explain` answers, as JSON: `capplan.explain/1`, `capplan.lines/1`, `capplan.rules/1`. It computes nothing."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from capplan.commands.explain import Cause, Explained
from capplan.model import Rule
from capplan.pricing.rating import LineItem
from capplan.quantities.rounding import to_quantity
from capplan.report.plan_json import line_record, number, to_json


def explain_json(found: Explained) -> str:
    """One charge: its causes, and its lines as in a plan."""
    return to_json(
        {
            "schema": "capplan.explain/1",
            "id": found.id,
            "resource": found.resource,
            "line": found.resource_line,
            "description": found.description,
            "quantity": number(to_quantity(found.quantity)),
            "unit": found.unit,
            "causes": [_cause(cause) for cause in found.causes],
            "together": number(to_quantity(found.together)),
            "line_items": [line_record(line) for line in found.lines],
            "monthly_cost": number(found.cost),
        }
    )


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "cause": cause.cause,
        "request": cause.access.op,
        "line": cause.line or None,
        "monthly": number(to_quantity(cause.flow.monthly)),
        "by_entrance": {name: number(to_quantity(volume)) for name, volume in cause.flow.by_traffic_source().items()},
        "quantity": number(to_quantity(cause.quantity)),
    }


def lines_json(lines: Sequence[LineItem]) -> str:
    """Every line there is to explain."""
    return to_json({"schema": "capplan.lines/1", "line_items": [line_record(line) for line in lines]})


def rules_json(rules: Sequence[Rule]) -> str:
    """Rules as they are told."""
    return to_json({"schema": "capplan.rules/1", "rules": [asdict(rule) for rule in rules]})
