"""Joins like findings to rows, and ranks and numbers them: risks, savings that keep behavior, savings that change it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import get_args

from capplan.model import Urgency
from capplan.pipeline.alternatives import Alternative
from capplan.pipeline.price import Priced
from capplan.pipeline.results import Finding, FindingChange, Group, Recommendation
from capplan.quantities.rounding import to_quantity
from capplan.record import Record, replace

_GROUPS: tuple[Group, ...] = get_args(Group)
_URGENCY: tuple[Urgency, ...] = get_args(Urgency)
_NAMED = 2
"""More resources than this are counted, not named."""
_LONG = 100
"""Characters of a former value that a sentence can hold."""


class Row(Record, frozen=True):
    """Findings that are applied together, USD a month that they save so, and the plan of it; None where nothing changes."""

    findings: tuple[Finding, ...]
    saving: Decimal | None
    plan: Alternative | None = None


def rows_of(findings: Iterable[tuple[str, Finding]], base: Priced) -> list[Row]:
    """Rows of findings, each with its address: findings of one rule with the same change, relative to their resource."""
    section = {r.address: r.section.key for r in base.metered.scenario.resources.values()}
    rows: dict[object, list[Finding]] = {}
    for number, (address, finding) in enumerate(findings):
        inside = (  # what is set for the account is no resource's, and stands alone
            address in section
            and bool(finding.change)
            and all(c.path.startswith(f"{address}.") for c in finding.change)
        )
        same = tuple((c.path[len(address) :], repr(c.new)) for c in finding.change)
        key: object = (finding.rule, finding.severity, finding.group, section[address], same) if inside else number
        rows.setdefault(key, []).append(finding)
    out = []
    for joined in rows.values():
        joined.sort(key=lambda f: (-(f.monthly_saving or Decimal(0)), f.resource))
        out.append(Row(tuple(joined), joined[0].monthly_saving))
    return out


def in_rank_order(rows: Iterable[Row]) -> list[Row]:
    """Risks by urgency, those with a change first; savings by size, those without a price last."""
    return sorted(rows, key=_rank)


def numbered(rows: Iterable[Row], base: Priced) -> tuple[tuple[Recommendation, ...], tuple[Finding, ...]]:
    """The rows, numbered from 1, and their findings in that order."""
    recommendations: list[Recommendation] = []
    findings: list[Finding] = []
    for number, row in enumerate(rows, 1):
        labels = tuple(f.resource for f in row.findings)
        recommendation = _recommendation(number, row, labels, base)
        recommendations.append(recommendation)
        findings += [
            replace(
                f,
                number=number,
                action=_action(f, (f.resource,), base),
                undo=_undo(f.undo, f.change),
                share_of_bill=_share(f.monthly_saving, base.monthly_cost),
                joined_with=(*labels[:i], *labels[i + 1 :]),
            )
            for i, f in enumerate(row.findings)
        ]
    return tuple(recommendations), tuple(findings)


def _rank(row: Row) -> tuple[object, ...]:
    first, saving = row.findings[0], row.saving
    urgency = _URGENCY.index(first.urgency) if first.group == "risk" else 0
    unknown = not first.change if first.group == "risk" else saving is None
    return (
        _GROUPS.index(first.group),
        urgency,
        unknown,
        -(saving or Decimal(0)),
        first.resource,
        first.rule,
        repr(first.change),
    )


def _recommendation(number: int, row: Row, labels: tuple[str, ...], base: Priced) -> Recommendation:
    first = row.findings[0]
    change = tuple(c for f in row.findings for c in f.change)
    return Recommendation(
        number=number,
        group=first.group,
        rule=first.rule,
        resources=labels,
        action=_action(first, labels, base),
        message=first.message,
        monthly_saving=row.saving,
        share_of_bill=_share(row.saving, base.monthly_cost),
        effort=first.effort,
        urgency=first.urgency,
        gives_up=first.gives_up,
        changes_behavior="; ".join(dict.fromkeys(f.changes_behavior for f in row.findings if f.changes_behavior)),
        undo=_undo(first.undo, change),
        change=change,
        not_priced=tuple(dict.fromkeys(key for f in row.findings for key in f.not_priced)),
    )


def _share(saving: Decimal | None, bill: Decimal) -> Decimal | None:
    return None if saving is None or not bill else to_quantity(Fraction(saving) / Fraction(bill))


def _action(finding: Finding, labels: Sequence[str], base: Priced) -> str:
    """What to do, with the resources' names, or their number where there are many."""
    if len(labels) <= _NAMED:
        names = " and ".join(labels)
    else:
        owner = next(r for r in base.metered.scenario.resources.values() if r.label == labels[0])
        names = f"{len(labels)} {owner.section.key.replace('_', ' ')}"
    return (finding.action or f"{finding.rule.partition('.')[2]}: {{name}}").replace("{name}", names)


def _undo(words: str, change: Sequence[FindingChange]) -> str:
    """How to go back: the rule's own words, else the former values."""
    if words or not change:
        return words
    former = "; ".join(
        f"remove {c.path}" if c.old is None else f"write {c.path}: {c.old} again"
        for c in change
        if not isinstance(c.old, dict | list)
    )
    simple = former and len(former) <= _LONG and not any(isinstance(c.old, dict | list) for c in change)
    return former if simple else "write the former values again"
