"""Finds what is worth recommending: the services' options, each planned, judged by its effects, joined and ranked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from capplan.errors import CapplanError
from capplan.model import Change, Option, Rule
from capplan.pipeline.alternatives import Alternative, alternative, planned_whole, side_by_side
from capplan.pipeline.combined import Accepts, RowPlans, combined
from capplan.pipeline.effects import Effects
from capplan.pipeline.price import Priced, usd_of
from capplan.pipeline.quotas import quota_increases
from capplan.pipeline.ranking import Row, in_rank_order, numbered, rows_of
from capplan.pipeline.results import Combined, Finding, FindingChange, Group, PlannedLimit, Recommendation
from capplan.pipeline.scaled_calls import with_calls
from capplan.pipeline.what_if import in_order, written
from capplan.timeline import no_progress

MIN_SAVING_USD = Decimal("0.10")
"""A saving of cents is no recommendation."""
SMALL_SAVING_USD, SMALL_SHARE = Decimal(1), Decimal("0.001")
"""Nor is one of less than a dollar that is less than a thousandth of the bill."""


_OPTIONS_PLANNED = 0.8
"""Share of the work that is done once each option is planned on its own."""


class Advice(NamedTuple):
    """What a plan recommends, and how many rules had something to say."""

    findings: tuple[Finding, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    combined: Combined | None = None
    rules: int = 0


class _Candidate(NamedTuple):
    """An option of a resource, planned; `plan` is None where it changes nothing."""

    address: str
    option: Option
    finding: Finding
    plan: Alternative | None


def advice_of(
    base: Priced,
    limits: Sequence[PlannedLimit],
    today: date | None,
    accepts: Accepts,
    progress: Callable[[float, str], None] = no_progress,
) -> Advice:
    """What to change, in rank order: risks, savings that keep behavior, savings that change it."""
    effects = Effects(base)
    candidates, rules = _candidates(base, today, progress)
    progress(_OPTIONS_PLANNED, "recommendations all together")
    rows = []
    for row in rows_of([(c.address, c.finding) for c in candidates.values()], base):
        of_row = [c for f in row.findings if _fine(c := candidates[id(f)], base, effects)]
        rows += _worth_it(of_row, base, today, accepts)
    rows += [Row((finding,), None) for finding in quota_increases(base.metered, limits)]
    ranked = in_rank_order(rows)
    recommendations, findings = numbered(ranked, base)
    plans = {
        number: RowPlans(
            [plan for f in row.findings if id(f) in candidates and (plan := candidates[id(f)].plan) is not None],
            row.plan,
        )
        for number, row in enumerate(ranked, 1)
    }
    all_together = combined(base, recommendations, plans, effects, accepts, today)
    return Advice(findings, recommendations, all_together, len(rules))


def _candidates(
    base: Priced, today: date | None, progress: Callable[[float, str], None]
) -> tuple[dict[int, _Candidate], set[str]]:
    """Options that can be applied, by the identity of their finding, and the rules that gave any."""
    rules: set[str] = set()
    out: dict[int, _Candidate] = {}
    resources = base.metered.scenario.resources
    for i, (address, resource) in enumerate(resources.items()):
        progress(_OPTIONS_PLANNED * (i + 1) / (len(resources) + 1), f"recommendations, {resource.label}")
        options: tuple[Option, ...] = resource.type.options(base.metered.resource(address))
        for given in options:
            rules.add(given.rule)
            option = with_calls(resource, given)
            if option is None:
                continue
            candidate = _candidate(base, address, option, today)
            if candidate is not None:
                out[id(candidate.finding)] = candidate
    return out, rules


def _candidate(base: Priced, address: str, option: Option, today: date | None) -> _Candidate | None:
    """The option with what it saves; None where it cannot be applied or saves nothing."""
    try:
        plan = alternative(base, address, option.changes, today) if option.changes else None
    except CapplanError:  # the changed scenario is invalid, such as where another resource refers to a removed name
        return None
    if option.only_if_priced and plan is not None and plan.missing:
        return None
    saved = None if plan is None else plan.saving
    if option.severity == "saving" and saved is not None and saved <= 0:
        return None
    return _Candidate(address, option, finding_of(base, address, option, plan), plan)


def finding_of(base: Priced, address: str, option: Option, plan: Alternative | None) -> Finding:
    """What is shown of an option.

    Args:
        base: The plan whose option it is.
        address: Its resource.
        option: The option.
        plan: It, planned; None where it changes nothing.
    """
    resource, data = base.metered.scenario.resources[address], base.metered.scenario.data
    rule: Rule | None = next((rule for rule in resource.type.rules if rule.id == option.rule), None)
    group: Group = "risk" if option.severity == "risk" else "changes_behavior" if option.changes_behavior else "saving"
    return Finding(
        rule=option.rule,
        resource=resource.label,
        severity=option.severity,
        message=_message(option, base),
        monthly_saving=None if plan is None else plan.saving,
        change=tuple(FindingChange(c.path, written(data, c.path), c.to) for c in option.changes),
        gives_up=option.gives_up,
        not_priced=() if plan is None else plan.missing,
        group=group,
        effort="low" if rule is None else rule.effort,
        undo="" if rule is None else rule.undo,
        changes_behavior=option.changes_behavior,
        urgency=option.urgency,
        action=option.action or ("" if rule is None else rule.action),
    )


def _message(option: Option, base: Priced) -> str:
    """The option's message with its amounts."""
    if not option.amounts:
        return option.message
    amounts = {name: usd_of(charge, base.metered.scenario, base.catalogue) for name, charge in option.amounts}
    texts = {name: "an unknown amount" if usd is None else f"{usd:,.2f} USD" for name, usd in amounts.items()}
    return option.message.format(**texts)


# --- what is worth it, and harmless ----------------------------------------------------------------------------------


def worth_it(saving: Decimal, bill: Decimal) -> bool:
    """Whether a saving is large enough to act on."""
    return saving >= SMALL_SAVING_USD or saving >= max(MIN_SAVING_USD, bill * SMALL_SHARE)


def _fine(candidate: _Candidate, base: Priced, effects: Effects) -> bool:
    """Whether a change breaks nothing, alters no other resource's work, and helps the cause it names."""
    plan, option = candidate.plan, candidate.option
    if plan is None:
        return True
    free = option.severity == "risk" or option.fewer_calls
    may_affect = None if free else touched(base, option.changes)
    if effects.breaks(plan, may_affect=may_affect, worsens=option.worsens):
        return False
    return not option.helps or effects.helps(plan, candidate.address, option)


def touched(base: Priced, changes: Iterable[Change]) -> frozenset[str]:
    """Addresses that a change names: where it is written, and what the changed lines call."""
    data, addresses = base.metered.scenario.data, base.metered.context.addresses
    out: set[str] = set()
    for change in changes:
        steps = change.path.split(".")
        out.add(".".join(steps[:2]))
        line = written(data, ".".join(steps[: 4 if len(steps) > 3 and steps[3].isdecimal() else 3]))  # noqa: PLR2004  calls.N
        for word in (*_words(line), *_words(change.to)):
            out.update(addresses.get(word, ()))
    return frozenset(out)


def _words(value: Any) -> Iterable[str]:  # noqa: ANN401  plain data
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ():
        yield from _words(inner)


def _worth_it(candidates: Sequence[_Candidate], base: Priced, today: date | None, accepts: Accepts) -> list[Row]:
    """The row of some like candidates, planned together; nothing where it saves cents or fails a gate."""
    if not candidates:
        return []
    findings, plan = tuple(c.finding for c in candidates), candidates[0].plan
    if len(candidates) > 1:
        changes = in_order(base.metered.scenario.data, [change for c in candidates for change in c.option.changes])
        plans = [c.plan for c in candidates if c.plan is not None]
        plan = side_by_side(base, plans, changes, today) or planned_whole(base, changes, today)
    saving = None if plan is None else plan.saving
    if findings[0].severity == "saving" and saving is not None and not worth_it(saving, base.monthly_cost):
        return []
    if plan is None or plan.missing or accepts(plan):
        return [Row(findings, saving, plan)]
    return [row for c in candidates for row in _worth_it([c], base, today, accepts)] if len(candidates) > 1 else []
