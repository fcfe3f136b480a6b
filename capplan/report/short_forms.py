"""What a short answer shows of each kind of answer, by its `schema`."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Answer = Mapping[str, Any]
_MONEY = frozenset({
    "monthly_cost", "one_time_cost", "cost_by_service", "contracted_cost", "monthly_saving", "saving", "change",
    "monthly_cost_before", "monthly_cost_as_written", "monthly_cost_recommended", "cost_before", "cost_after",
    "monthly_cost_at_stake",
})  # fmt: skip
VERDICTS = ("fail", "warn", "open", "pass", "no gates")
_FIGURES = frozenset({"observed", "limit_value", "headroom", "throttled_share", "quantity", "monthly", "change_share"})


class Form(NamedTuple):
    """A short answer.

    Attributes:
        fields: Dotted paths of the answer, in the order in which they are shown; those that are missing are left out.
        prepare: What is worked out, or dropped, before.
        money: Keys of amounts in USD, rounded to cents.
        figures: Keys of other figures, rounded to 6 digits.
    """

    fields: tuple[str, ...]
    prepare: Callable[[Answer], Answer] = dict
    money: frozenset[str] = _MONEY
    figures: frozenset[str] = _FIGURES


def _judged(plan: Answer) -> Answer:
    """A plan with the verdict on all its gates, and without services that cost nothing."""
    costs = {name: cost for name, cost in plan["cost_by_service"].items() if cost != "0"}
    return {**plan, "verdict": verdict(plan), "cost_by_service": costs}


def verdict(plan: Answer) -> str:
    """`fail` where a gate denies, `warn` where one warns, `open` where one cannot be judged yet, else `pass`."""
    failed = {gate["level"] for gate in plan["gates"] if gate["verdict"] == "fail"}
    if "deny" in failed:
        return "fail"
    if failed:
        return "warn"
    if plan.get("gates_not_judged") or plan.get("open_questions"):
        return "open"
    return "pass" if plan["gates"] else "no gates"


def _decided(modes: Answer) -> Answer:
    """Compared tables, each with the option it has and the one that is recommended."""
    tables = [
        {**table, "options": [o for o in table["options"] if o["id"] in (table["as_written"], table["recommended"])]}
        for table in modes["tables"]
        if table["index"] is None
    ]
    return {**modes, "tables": tables}


def _turns(forecast: Answer) -> Answer:
    """A forecast's first month, its last, and those in which something breaks."""
    months = forecast["months"]
    breaking = {found["month"] for found in forecast["breaks"]}
    kept = [month for i, month in enumerate(months) if i in (0, len(months) - 1) or month["month"] in breaking]
    return {**forecast, "months": kept}


def _titles(answer: Answer) -> Answer:
    """One rule in full, several by their titles."""
    rules = answer["rules"]
    return answer if len(rules) == 1 else {"rules": [{"id": rule["id"], "title": rule["title"]} for rule in rules]}


FORMS: Mapping[str, Form] = {
    "capplan.plan/1": Form(
        (
            *("scenario.name", "scenario.region", "verdict", "monthly_cost", "cost_by_service", "baseline"),
            *("gates.gate", "gates.verdict", "gates.level", "gates.observed", "gates.why"),
            *("gates.ways.command", "gates.ways.observed"),
            *("gates_not_judged", "open_questions"),
            *("line_items.id", "line_items.contracted_cost"),
            *("limits.resource", "limits.limit", "limits.headroom", "limits.breached", "limits.breaks_at"),
            *("recommendations.number", "recommendations.group", "recommendations.action"),
            *("recommendations.monthly_saving", "recommendations.changes_behavior", "combined"),
        ),
        _judged,
    ),
    "capplan.modes/1": Form(
        (
            *("scenario.name", "scenario.region"),
            *("account.monthly_cost_as_written", "account.monthly_cost_recommended"),
            *("tables.name", "tables.as_written", "tables.recommended", "tables.options.id"),
            *("tables.options.monthly_cost", "tables.options.throttled_share"),
        ),
        _decided,
    ),
    "capplan.drivers/1": Form(
        (
            *("scenario.name", "scenario.region", "monthly_cost", "step", "limit", "headroom", "gate", "margin"),
            *("drivers.path", "drivers.given", "drivers.value", "drivers.swing"),
            *("drivers.low.value", "drivers.low.monthly_cost", "drivers.low.failed_gates", "drivers.low.exceeded"),
            *("drivers.high.value", "drivers.high.monthly_cost", "drivers.high.failed_gates", "drivers.high.exceeded"),
            *("on_defaults", "on_ranges", "measure.p10", "measure.p90", "measure.fixed.path", "measure.fixed.narrower"),
        ),
        money=_MONEY | {"swing", "on_defaults", "on_ranges", "p10", "p90"},
        figures=_FIGURES | {"margin", "narrower"},
    ),
    "capplan.forecast/1": Form(
        (
            *("scenario.name", "scenario.region", "breaks.month", "breaks.in_months", "breaks.gate", "breaks.limit"),
            *("breaks.fix.action", "breaks.fix.until", "breaks.fix.monthly_cost_change"),
            *("months.month", "months.monthly_cost", "months.failed_gates", "months.exceeded"),
            *("months.band.p10", "months.band.p90", "months.band.breaks_by", "draws", "breaks_in"),
        ),
        _turns,
        money=_MONEY | {"monthly_cost_change", "p10", "p90"},
        figures=_FIGURES | {"breaks_by"},
    ),
    "capplan.reconcile/1": Form(
        (
            *("scenario.name", "scenario.region", "bill.month", "bill.rows", "bill.rows_compared", "bill.aside"),
            *("planned", "billed", "difference", "causes", "accuracy", "accuracy_by_sku", "unexplained_share"),
            *("not_modeled_share", "lines.resource", "lines.service", "lines.price_key", "lines.planned"),
            *("lines.billed", "lines.difference", "corrected.corrections.path", "corrected.corrections.from"),
            *("corrected.corrections.to", "corrected.accuracy", "corrected.accuracy_by_sku"),
        ),
        money=_MONEY | {"planned", "billed", "difference", "causes"},
    ),
    "capplan.lines/1": Form(("line_items.id", "line_items.description", "line_items.contracted_cost")),
    "capplan.explain/1": Form(
        (
            *("id", "resource", "description", "quantity", "unit", "monthly_cost"),
            *("causes.cause", "causes.request", "causes.monthly", "causes.quantity", "causes.line"),
            *("line_items.price_key", "line_items.pricing_quantity", "line_items.list_unit_price"),
            "line_items.contracted_cost",
        ),
    ),
    "capplan.recommendation/1": Form(
        (
            *("recommendation.number", "recommendation.group", "recommendation.action", "recommendation.message"),
            *("recommendation.monthly_saving", "recommendation.effort", "recommendation.gives_up"),
            *("recommendation.changes_behavior", "recommendation.undo", "recommendation.change"),
            *("monthly_cost_before", "monthly_cost", "line_items.id", "line_items.cost_before"),
            *("line_items.cost_after", "rule.looks_at", "rule.source"),
        ),
        money=_MONEY - {"change"},
    ),
    "capplan.rules/1": Form(
        ("rules.id", "rules.title", "rules.looks_at", "rules.advises", "rules.gives_up", "rules.source"),
        _titles,
    ),
    "capplan.apply/1": Form(
        (*("applied.number", "applied.action", "monthly_cost_before", "monthly_cost", "saving", "written", "diff"),),
    ),
    "capplan.regions/1": Form(
        (
            *("scenario.name", "regions.region", "regions.monthly_cost", "regions.change", "regions.failed_gates"),
            *("regions.why_not", "regions.oldest_checked", "regions.newest_checked"),
        ),
    ),
    "capplan.simulation/1": Form(
        (
            *("scenario.name", "resources.name", "resources.timelines.name", "resources.timelines.settings"),
            *("resources.timelines.day", "resources.timelines.books", "resources.timelines.events.at"),
            *("resources.timelines.events.text", "resources.timelines.events.bad"),
        ),
    ),
    "capplan.prices/1": Form(
        ("prices.region", "prices.key", "prices.unit", "prices.tiers.begin", "prices.tiers.price", "prices.checked"),
    ),
}
"""Answers of other kinds are shown whole, with short lists."""
