"""A plan, and compared modes, as JSON that others build on: Decimals as strings, unknown as null. It rounds nothing."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from capplan.pipeline.results import (
    ComparedAccount,
    ComparedTable,
    Finding,
    FindingChange,
    ModeOption,
    Modes,
    Observed,
    PatternCost,
    Plan,
    PlannedLimit,
    PlannedResource,
    Prices,
    RunCost,
    TrafficSourceCost,
    Waived,
    WeighedAssumption,
)
from capplan.pricing.rating import LineItem
from capplan.quantities.rounding import to_quantity
from capplan.report.plain import inert_json
from capplan.report.verdicts import Told, told
from capplan.units import MONTH_HOURS

if TYPE_CHECKING:
    from capplan.commands.saved_plan import Snapshot  # a plan alone does not pay for what reads saved ones

PLAN_SCHEMA = "capplan.plan/1"
MODES_SCHEMA = "capplan.modes/1"


def to_json(record: object) -> str:
    """The text of a record: the same bytes for the same answer, ASCII, so that no text in it drives a terminal."""
    return inert_json(json.dumps(record, indent=2, allow_nan=False)) + "\n"


def plan_record(plan: Plan) -> dict[str, Any]:
    """The record `capplan.plan/1`: the keys of the contract in its order, then more."""
    return {
        "schema": PLAN_SCHEMA,
        "capplan_version": plan.version,
        "scenario": {"name": plan.name, "region": plan.region, "sha256": plan.sha256},
        "currency": "USD",
        "month_hours": str(MONTH_HOURS),
        "seed": plan.seed,
        "prices": _prices(plan.prices),
        "monthly_cost": number(plan.monthly_cost),
        "one_time_cost": number(plan.one_time_cost),
        "cost_by_service": _value(plan.cost_by_service),
        "resources": [_resource(r) for r in plan.resources],
        "line_items": [line_record(x) for x in plan.lines],
        "limits": [limit_record(p) for p in plan.limits],
        "findings": [_finding(f) for f in plan.findings],
        "assumptions": [_assumption(a) for a in plan.assumptions],
        "excluded": [{"what": e.what, "why": e.why} for e in plan.excluded],
        "gates": [_gate(one) for one in told(plan)],
        "yearly_cost": number(plan.yearly_cost),
        "list_cost": number(plan.list_cost),
        "discount": number(plan.discount),
        "standing_cost": number(plan.fixed_cost),
        "cost_by_tag": _value(plan.cost_by_tag),
        "entrances": [_entrance(e) for e in plan.traffic_sources],
        "runs": [_run(r) for r in plan.runs],
        "access_patterns": [_pattern(p) for p in plan.patterns],
        "free_tier": plan.free_tier,
        "free_tier_saves": number(plan.free_tier_saves),
        "file": plan.file,
        "gates_not_judged": [
            {"gate": u.gate, "line": u.line, "column": u.column, "level": u.level, "needs": u.needs}
            for u in plan.unjudged
        ],
        "inputs": dict(plan.inputs),
        "observables": [_observed(o) for o in plan.observed],
    }


def checked_record(plan: Plan, base: "Snapshot | None") -> dict[str, Any]:
    """A plan's record, and against a baseline what it costs more."""
    record = plan_record(plan)
    if base is not None:
        change = plan.monthly_cost - base.monthly_cost
        record["baseline"] = {
            "sha256": base.sha256 or None,
            "monthly_cost": number(base.monthly_cost),
            "change": number(change),
            "change_share": number(to_quantity(Fraction(change) / Fraction(base.monthly_cost)))
            if base.monthly_cost
            else None,
        }
    return record


def modes_record(modes: Modes) -> dict[str, Any]:
    """The record `capplan.modes/1`."""
    return {
        "schema": MODES_SCHEMA,
        "scenario": {"name": modes.name, "region": modes.region, "sha256": modes.sha256},
        "prices": _prices(modes.prices),
        "tables": [_table(t) for t in modes.tables],
        "not_simulated": list(modes.not_simulated),
        "multiples": [number(m) for m in modes.multiples],
        "account": None if modes.account is None else _account(modes.account),
    }


def number(value: Decimal | None) -> str | None:
    """Every digit of a Decimal, without an exponent or trailing zeros."""
    if value is None:
        return None
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _value(value: object) -> Any:  # noqa: ANN401  plain JSON
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, Mapping):
        return {str(k): _value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_value(v) for v in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _prices(prices: Prices) -> dict[str, Any]:
    return {
        "sha256": prices.sha256,
        "oldest_checked": _day(prices.oldest_checked),
        "newest_checked": _day(prices.newest_checked),
        "confidences": list(prices.confidences),
        "stale": list(prices.stale),
    }


def _resource(r: PlannedResource) -> dict[str, Any]:
    return {
        "name": r.name,
        "kind": r.kind,
        "monthly_cost": number(r.monthly_cost),
        "usage": _value(r.usage),
        "label": r.label,
        "address": r.address,
        "service": r.service,
        "tags": dict(r.tags),
        "line": r.line,
    }


def line_record(x: LineItem) -> dict[str, Any]:
    """A line item as the contract has it."""
    return {
        "id": x.id,
        "resource": x.resource,
        "service": x.service,
        "sku": x.sku,
        "description": x.description,
        "consumed_quantity": number(x.consumed_quantity),
        "consumed_unit": x.consumed_unit,
        "pricing_quantity": number(x.pricing_quantity),
        "pricing_unit": x.pricing_unit,
        "list_unit_price": number(x.list_unit_price),
        "list_cost": number(x.list_cost),
        "contracted_cost": number(x.contracted_cost),
        "charge_frequency": x.charge_frequency,
        "price_source": x.price_source,
        "price_effective": _day(x.price_effective),
        "price_confidence": x.price_confidence,
        "price_key": x.price_key,
        "price_checked": _day(x.price_checked),
        "stale": x.stale,
    }


def limit_record(p: PlannedLimit) -> dict[str, Any]:
    """A limit as JSON."""
    return {
        "resource": p.check.resource,
        "limit": p.check.limit,
        "load": number(p.check.load),
        "quota": number(p.check.quota),
        "unit": p.check.unit,
        "headroom": number(p.headroom),
        "breached": p.breached,
        "at": p.at or None,
        "breaks_at": number(p.breaks_at),
    }


def _finding(f: Finding) -> dict[str, Any]:
    return {
        "rule": f.rule,
        "resource": f.resource,
        "severity": f.severity,
        "message": f.message,
        "monthly_saving": number(f.monthly_saving),
        "change": _changes(f.change),
        "gives_up": f.gives_up,
        "not_priced": list(f.not_priced),
    }


def _changes(changes: Iterable[FindingChange]) -> list[dict[str, Any]]:
    return [{"path": c.path, "from": _value(c.old), "to": _value(c.new)} for c in changes]


def _assumption(weighed: WeighedAssumption) -> dict[str, Any]:
    a = weighed.assumption
    return {
        "path": a.path,
        "value": a.value,
        "reason": a.reason,
        "kind": a.kind,
        "monthly_cost_if_not": number(weighed.cost_if_not),
    }


def _observed(o: Observed) -> dict[str, Any]:
    return {
        "name": o.name,
        "value": number(o.value),
        "unit": o.unit,
        "limit": number(o.limit),
        "why_unknown": o.why_unknown or None,
    }


def _waiver(waiver: Waived | None) -> dict[str, Any] | None:
    if waiver is None:
        return None
    return {
        "owner": waiver.owner,
        "reason": waiver.reason,
        "expires": waiver.expires.isoformat(),
        "state": waiver.state.replace(" ", "_"),
    }


def _gate(told: Told) -> dict[str, Any]:
    g = told.verdict
    return {
        "gate": g.gate,
        "line": g.line,
        "column": g.column,
        "level": g.level,
        "observed": number(g.observed),
        "limit": number(g.limit),
        "margin": number(g.margin),
        "verdict": g.verdict,
        "operator": g.operator,
        "unit": g.unit,
        "why": told.why,
        "observes": told.name,
        "waiver": _waiver(g.waiver),
        "source": g.source or None,
        "ways": [
            {
                "rule": way.finding.rule,
                "change": _changes(way.finding.change),
                "observed": number(way.observed),
                "holds": way.holds,
            }
            for way in g.ways or ()
        ],
    }


def _run(r: RunCost) -> dict[str, Any]:
    return {
        "resource": r.resource,
        "runs": number(r.runs),
        "cost": {key: number(usd) for key, usd in r.usd.items()},
        "attempts": number(r.attempts),
        "success_share": number(r.success_share),
        "waste_share": number(r.waste_share),
        "notice_seconds": number(r.notice_seconds),
        "notices": number(r.notices),
        "notice_cost": number(r.notice_cost),
    }


def _pattern(one: PatternCost) -> dict[str, Any]:
    p = one.pattern
    return {
        "resource": one.resource,
        "operation": p.operation,
        "what": p.what,
        "cause": p.cause,
        "index": p.index,
        "consistency": p.consistency,
        "requests": number(to_quantity(p.requests)),
        "read_units": number(to_quantity(p.read_units)),
        "write_units": number(to_quantity(p.write_units)),
        "monthly_cost": number(one.monthly_cost),
        "per_million": number(one.per_million),
    }


def _entrance(e: TrafficSourceCost) -> dict[str, Any]:
    return {
        "entrance": e.traffic_source,
        "unit": e.unit,
        "monthly": number(to_quantity(e.monthly)),
        "monthly_cost": number(e.monthly_cost),
        "per_thousand": number(e.per_thousand),
    }


def _account(a: ComparedAccount) -> dict[str, Any]:
    return {
        "monthly_cost_as_written": number(a.as_written),
        "monthly_cost_recommended": number(a.recommended),
        "reserved_together": [
            {"years": years, "commitment": words, "monthly_cost": number(cost)} for years, words, cost in a.pooled
        ],
    }


def _table(t: ComparedTable) -> dict[str, Any]:
    return {
        "name": t.name,
        "index": t.index,
        "break_even_utilisation": {"read": number(t.break_even_read), "write": number(t.break_even_write)},
        "recommended": t.recommended,
        "options": [_option(o) for o in t.options],
        "as_written": t.as_written,
        "utilisation_at_peak": {"read": number(t.used_read), "write": number(t.used_write)},
        "utilisation_auto_scaled": {"read": number(t.scaled_read), "write": number(t.scaled_write)},
        "tolerated_share": number(t.tolerated),
        "unless": list(t.unless),
    }


def _option(o: ModeOption) -> dict[str, Any]:
    return {
        "id": o.id,
        "mode": o.mode,
        "table_class": o.table_class,
        "settings": _value(o.settings),
        "commitment": o.commitment,
        "monthly_cost": number(o.monthly_cost),
        "throttled_share": number(o.throttled_share),
        "pareto": o.pareto,
        "reason": o.reason,
        "change": _changes(o.change),
        "at": [
            {
                "multiple": number(a.multiple),
                "monthly_cost": number(a.monthly_cost),
                "throttled_share": number(a.throttled_share),
            }
            for a in o.at
        ],
        "throttled_range": None if o.throttled_range is None else [number(end) for end in o.throttled_range],
        "regret": number(o.regret),
    }
