"""A plan, and compared modes, as the JSON that others build on. Decimals are strings, unknown is null."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from capplan.answer import ComparedTable, FindingChange, Modes, Plan, Prices


def number(value: Decimal | None) -> str | None:
    """A Decimal without an exponent."""
    if value is None:
        return None
    short = value.normalize()
    return f"{short:f}" if short else "0"


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _value(value: object) -> Any:  # noqa: ANN401  plain JSON
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, Mapping):
        return {str(k): _value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_value(v) for v in value]
    return value


def _change(changes: tuple[FindingChange, ...]) -> list[dict[str, Any]]:
    return [{"path": c.path, "from": _value(c.old), "to": _value(c.new)} for c in changes]


def _prices(prices: Prices) -> dict[str, Any]:
    return {
        "sha256": prices.sha256,
        "oldest_checked": _day(prices.oldest_checked),
        "newest_checked": _day(prices.newest_checked),
        "confidences": list(prices.confidences),
        "stale": list(prices.stale),
    }


def _head(answer: Plan | Modes, schema: str) -> dict[str, Any]:
    scenario = {"name": answer.name, "region": answer.region, "sha256": answer.sha256}
    return {"schema": schema, "scenario": scenario}


def plan_record(plan: Plan) -> dict[str, Any]:
    """The record `capplan.plan/1`."""
    return {
        "schema": "capplan.plan/1",
        "capplan_version": plan.version,
        "scenario": {"name": plan.name, "region": plan.region, "sha256": plan.sha256},
        "currency": "USD",
        "month_hours": "730",
        "seed": plan.seed,
        "prices": _prices(plan.prices),
        "monthly_cost": number(plan.monthly_cost),
        "one_time_cost": number(plan.one_time_cost),
        "yearly_cost": number(plan.yearly_cost),
        "list_cost": number(plan.list_cost),
        "standing_cost": number(plan.standing_cost),
        "cost_by_service": _value(plan.cost_by_service),
        "cost_by_tag": _value(plan.cost_by_tag),
        "free_tier": plan.free_tier,
        "free_tier_saves": number(plan.free_tier_saves),
        "resources": [_resource(r) for r in plan.resources],
        "line_items": [_line(x) for x in plan.lines],
        "entrances": [
            {
                "entrance": e.entrance,
                "monthly": number(_exact(e.monthly)),
                "monthly_cost": number(e.monthly_cost),
                "per_thousand": number(e.per_thousand),
            }
            for e in plan.entrances
        ],
        "limits": [_limit(p) for p in plan.limits],
        "findings": [
            {
                "rule": f.rule,
                "resource": f.resource,
                "severity": f.severity,
                "message": f.message,
                "monthly_saving": number(f.monthly_saving),
                "not_priced": list(f.not_priced),
                "gives_up": f.gives_up,
                "change": _change(f.change),
            }
            for f in plan.findings
        ],
        "assumptions": [
            {
                "path": a.assumption.path,
                "value": a.assumption.value,
                "reason": a.assumption.reason,
                "kind": a.assumption.kind,
                "monthly_cost_if_not": number(a.cost_if_not),
            }
            for a in plan.assumptions
        ],
        "excluded": [{"what": e.what, "why": e.why} for e in plan.excluded],
        "gates": [
            {
                "gate": g.gate,
                "line": g.line,
                "column": g.column,
                "level": g.level,
                "observed": number(g.observed),
                "limit": number(g.limit),
                "margin": number(g.margin),
                "verdict": g.verdict,
                "unit": g.unit,
            }
            for g in plan.gates
        ],
    }


def _exact(value: Any) -> Decimal:  # noqa: ANN401  a Fraction
    from capplan.quantities import to_quantity  # noqa: PLC0415

    return to_quantity(value)


def _resource(r: Any) -> dict[str, Any]:  # noqa: ANN401  a PlannedResource
    return {
        "name": r.name,
        "kind": r.kind,
        "monthly_cost": number(r.monthly_cost),
        "usage": _value(r.usage),
        "address": r.address,
        "tags": dict(r.tags),
    }


def _line(x: Any) -> dict[str, Any]:  # noqa: ANN401  a LineItem
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


def _limit(p: Any) -> dict[str, Any]:  # noqa: ANN401  a PlannedLimit
    c = p.check
    return {
        "resource": c.resource,
        "limit": c.limit,
        "load": number(c.load),
        "quota": number(c.quota),
        "unit": c.unit,
        "headroom": number(p.headroom),
        "breached": p.breached,
        "at": p.at or None,
        "breaks_at": number(p.breaks_at),
    }


def modes_record(modes: Modes) -> dict[str, Any]:
    """The record `capplan.modes/1`."""
    return {
        **_head(modes, "capplan.modes/1"),
        "prices": _prices(modes.prices),
        "tables": [_table(t) for t in modes.tables],
        "not_simulated": list(modes.not_simulated),
    }


def _table(t: ComparedTable) -> dict[str, Any]:
    return {
        "name": t.name,
        "index": t.index,
        "break_even_utilisation": {"read": number(t.break_even_read), "write": number(t.break_even_write)},
        "utilisation_at_peak": {"read": number(t.used_read), "write": number(t.used_write)},
        "recommended": t.recommended,
        "as_written": t.as_written,
        "options": [
            {
                "id": o.id,
                "mode": o.mode,
                "table_class": o.table_class,
                "settings": _value(o.settings),
                "commitment": o.commitment,
                "monthly_cost": number(o.monthly_cost),
                "throttled_share": number(o.throttled_share),
                "pareto": o.pareto,
                "reason": o.reason,
                "change": _change(o.change),
            }
            for o in t.options
        ],
    }


def to_json(record: Any) -> str:  # noqa: ANN401  plain JSON
    """The text of a record, the same bytes for the same answer."""
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
