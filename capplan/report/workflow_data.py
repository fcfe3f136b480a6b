"""A workflow for programs: the record `capplan.workflow/1`. Exact figures are decimals in strings; it computes nothing."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from capplan.commands.workflow.results import Measure, PathBound, StateRow, TypeChoice, Workflow
from capplan.quantities.rounding import to_quantity
from capplan.report.plan_json import limit_record, number

WORKFLOW_SCHEMA = "capplan.workflow/1"
_MORE = 10**6


def workflow_record(answer: Workflow) -> dict[str, Any]:
    """The record: USD of one execution to 16 decimals, times in milliseconds, shares from 0 to 1."""
    return {
        "schema": WORKFLOW_SCHEMA,
        "capplan_version": answer.version,
        "scenario": {"name": answer.name, "region": answer.region, "sha256": answer.sha256},
        "currency": "USD",
        "seed": answer.seed,
        "prices": {
            "sha256": answer.prices.sha256,
            "oldest_checked": answer.prices.oldest_checked.isoformat() if answer.prices.oldest_checked else None,
        },
        "state_machine": answer.label,
        "type": answer.type,
        "transition_overhead": answer.overhead,
        "executions": _exact(answer.executions),
        "cost_per_execution": _usd(answer.cost),
        "cost_by_service": _by_service(answer.cost_by_service),
        "success": _exact(answer.p_success),
        "errors": {error: _exact(p) for error, p in answer.errors.items()},
        "states": [_state(row) for row in answer.rows],
        "measures": [_measure(measure) for measure in answer.measures],
        "draws": answer.draws,
        "not_drawn": answer.not_drawn or None,
        "open_choices": list(answer.open_choices),
        "cheapest": _bound(answer.cheapest),
        "dearest": _bound(answer.dearest),
        "types": [_type(choice) for choice in answer.types],
        "express_break_even_ms": answer.break_even_ms or None,
        "express_memory_mb": answer.express_memory_mb,
        "history_room": [
            {
                "state": room.state,
                "unit": room.unit,
                "events_fixed": _exact(room.events_fixed),
                "events_each": _exact(room.events_each),
                "most": room.most,
                "now": _exact(room.present),
            }
            for room in answer.rooms
        ],
        "limits": [limit_record(p) for p in answer.limits],
        "assumptions": [
            {"path": a.path, "value": a.value, "reason": a.reason, "kind": a.kind} for a in answer.assumptions
        ],
        "excluded": [{"what": e.what, "why": e.why} for e in answer.excluded],
        "standing": list(answer.fixed_resources),
    }


def _exact(value: Fraction) -> str | None:
    return number(to_quantity(value))


def _usd(value: Fraction) -> str | None:
    """Sixteen decimals: a thousandth of a transition still shows."""
    scaled = to_quantity(value * _MORE)
    return number(scaled.scaleb(-6))


def _by_service(amounts: Mapping[str, Fraction]) -> dict[str, str | None]:
    return {service: _usd(amount) for service, amount in amounts.items()}


def _state(row: StateRow) -> dict[str, Any]:
    return {
        "state": row.name or None,
        "type": row.type or None,
        "depth": row.depth,
        "calls": list(row.calls),
        "visits": _exact(row.visits),
        "retries": _exact(row.retries),
        "ms": _exact(row.ms),
        "failed": _exact(row.failed),
        "cost_per_execution": _usd(row.cost),
        "cost_by_service": _by_service(row.cost_by_service),
    }


def _measure(measure: Measure) -> dict[str, Any]:
    show = _usd if measure.unit == "USD" else _exact
    spread = measure.spread
    names = ("mean", "least", "p50", "p90", "p99", "most")
    return {
        "name": measure.name.replace(" ", "_"),
        "unit": measure.unit or None,
        "mean": show(measure.mean),
        "exact": measure.exact,
        "drawn": None if spread is None else {name: show(getattr(spread, name)) for name in names},
    }


def _bound(bound: PathBound | None) -> dict[str, Any] | None:
    if bound is None:
        return None
    cost = None if bound.cost is None else _usd(bound.cost)
    return {"cost_per_execution": cost, "choices": dict(bound.goes), "endless_loop": bound.loop or None}


def _type(choice: TypeChoice) -> dict[str, Any]:
    return {
        "type": choice.type,
        "as_written": choice.as_written,
        "eligible": choice.verdict.eligible,
        "obstacles": list(choice.verdict.obstacles),
        "warnings": list(choice.verdict.warnings),
        "cost_per_execution": _usd(choice.each),
        "monthly_cost": number(choice.monthly_cost),
    }
