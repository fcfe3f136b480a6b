"""Shows recommendations: risks first, then savings that keep behavior, then those that change it."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import Finding, Plan
from capplan.report import numbers
from capplan.report.document import (
    Block,
    Column,
    Heading,
    Line,
    Paragraph,
    Row,
    Shown,
    Span,
    Table,
    line,
    row,
    with_names,
)
from capplan.report.views.parts import names_of

_FEW = 6
_COLUMNS = (
    Column(""),
    Column("Change", wraps=True),
    Column("USD/month", "right"),
    Column("Consider", wraps=True),
)


def recommendations_blocks(plan: Plan) -> tuple[Block, ...]:
    """The section of `estimate`: six rows, all with details."""
    if not plan.findings:
        return Heading("Recommendations"), Paragraph(line(f"none: {numbers.count(plan.rules_looked, 'rule')} checked"))
    ordered = sorted(
        plan.findings, key=lambda f: (f.severity == "saving", -(f.monthly_saving or Decimal(0)), f.resource, f.rule)
    )
    folded = ordered[_FEW:] if len(ordered) > _FEW + 1 else []
    names = names_of(plan)
    rows: list[Row] = []
    for number, finding in enumerate(ordered, 1):
        rows.append(_row(number, finding, names, "details" if finding in folded else "always"))
    if folded:
        saved = sum((f.monthly_saving or Decimal(0) for f in folded if f.severity == "saving"), Decimal(0))
        rows.append(row("", f"{len(folded)} more: --details", _saving(saved), "", role="dim", shown="short"))
    note = "savings if applied alone; capplan explain SCENARIO RULE shows how"
    return Heading("Recommendations", note), Table(_COLUMNS, tuple(rows))


def _row(number: int, finding: Finding, names: Sequence[str], shown: Shown) -> Row:
    change: Line = with_names(finding.message, names)
    if finding.severity == "risk":
        change = (Span("risk ", "bad"), *change)
    return row((Span(str(number), "dim"),), change, _worth(finding), finding.gives_up, shown=shown)


def _worth(finding: Finding) -> str:
    if finding.monthly_saving is None:
        return "" if finding.severity == "risk" else "not priced"
    return _saving(finding.monthly_saving)


def _saving(usd: Decimal) -> str:
    """What a change does to the bill: a saving is less."""
    if not usd:
        return ""
    return numbers.usd(-usd, sign=True).replace("-", "−")
