"""Shows recommendations: risks first, then savings that keep behavior, then those that change it."""

import re
from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import Group, Plan, Recommendation
from capplan.record import replace
from capplan.report import numbers
from capplan.report.document import (
    Block,
    Column,
    Heading,
    Line,
    Paragraph,
    Role,
    Row,
    Shown,
    Span,
    Table,
    dim,
    line,
    row,
    with_names,
)
from capplan.report.views.parts import names_of

_FEW: dict[Group, int] = {"risk": 3, "saving": 4, "changes_behavior": 2}
"""How many of each group are shown without details."""
_COLUMNS = (
    Column(""),
    Column("Change", wraps=True),
    Column("USD/month", "right"),
    Column("Of bill", "right", optional=1),
    Column("Effort", optional=2),
    Column("Consider", wraps=True),
)
_URGENT: dict[str, Role] = {"now": "bad", "soon": "warn", "possible": "warn"}


def recommendations_blocks(plan: Plan) -> tuple[Block, ...]:
    """The section of `estimate`: the first of each group, all with details."""
    every = plan.recommendations
    if not every:
        return Heading("Recommendations"), Paragraph(line(f"none: {numbers.count(plan.rules_looked, 'rule')} checked"))
    folded = _folded(every)
    names = names_of(plan)
    rows: list[Row] = []
    for recommendation in every:
        shown: Shown = "details" if recommendation in folded else "always"
        rows.append(_row(recommendation, names, shown))
        rows.append(_why(recommendation, names))
    if folded:
        rows.append(row("", dim(f"{len(folded)} more: --details"), "", "", "", "", shown="short"))
    note = "savings if applied alone; capplan explain SCENARIO 2 shows how"
    return Heading("Recommendations", note), Table(_COLUMNS, tuple(rows))


def _folded(every: Sequence[Recommendation]) -> list[Recommendation]:
    """Those that only details show: beyond the first of each group, and no risk that is there now."""
    out: list[Recommendation] = []
    for group, few in _FEW.items():
        of_group = [r for r in every if r.group == group]
        now = [r for r in of_group if r.urgency == "now"]
        out += of_group[max(few, len(now)) :]
    return out if len(out) > 1 else []


def _row(recommendation: Recommendation, names: Sequence[str], shown: Shown) -> Row:
    change: Line = with_names(recommendation.action or recommendation.message, names)
    if recommendation.group == "risk":
        change = (Span("risk ", _URGENT[recommendation.urgency]), *change)
        if recommendation.action and shown == "always":
            change = (*change, *line(": "), *with_names(_reason(recommendation.message), names))
    return row(
        dim(str(recommendation.number)),
        change,
        _worth(recommendation),
        "" if recommendation.share_of_bill is None or recommendation.group == "risk" else _share(recommendation),
        recommendation.effort,
        _consider(recommendation, names),
        shown=shown,
    )


def _reason(message: str) -> str:
    """The first clause of a message."""
    return re.split(r"[.:;] ", message, maxsplit=1)[0].rstrip(".")


def _why(recommendation: Recommendation, names: Sequence[str]) -> Row:
    """With details: why, under the action."""
    told = recommendation.message if recommendation.action else ""
    return row(
        "", tuple(replace(span, role="dim") for span in with_names(told, names)), "", "", "", "", shown="details"
    )


def _consider(recommendation: Recommendation, names: Sequence[str]) -> Line:
    if recommendation.changes_behavior:
        return line(Span("changes behavior: ", "warn"), with_names(recommendation.changes_behavior, names))
    missing = f"no price for {', '.join(recommendation.not_priced)}" if recommendation.not_priced else ""
    return line(recommendation.gives_up or missing)


def _share(recommendation: Recommendation) -> str:
    return numbers.share(recommendation.share_of_bill or Decimal(0))


def _worth(recommendation: Recommendation) -> str:
    if recommendation.monthly_saving is None:
        return "" if not recommendation.change else "not priced"
    return money(recommendation.monthly_saving)


def money(saving: Decimal) -> str:
    """What a change does to the bill: a saving is less."""
    return numbers.usd(-saving, sign=True) if saving else ""
