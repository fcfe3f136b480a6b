"""Shows one recommendation: why, the working, AWS's page, what to write, how to go back."""

import shlex
from decimal import Decimal

from capplan.commands.explain_recommendation import ChangedMetric, ExplainedRecommendation
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.document import Block, Column, Document, Heading, Paragraph, Row, Table, facts, line, row
from capplan.report.verdicts import rounded
from capplan.report.views.parts import subtitle, what_to_write

_LINES = (
    Column("Charge"),
    Column("Quantity", "right", optional=1),
    Column("then", "right", optional=1),
    Column("Unit", optional=2),
    Column("USD/month", "right"),
    Column("then", "right"),
)
_METRICS = (Column("Observable"), Column("Today", "right"), Column("then", "right"))
_GROUPS = {"risk": "a risk", "saving": "keeps behavior", "changes_behavior": "changes behavior"}
_MAX_METRICS = 12


def recommendation_document(explained: ExplainedRecommendation) -> Document:
    """The answer of `explain SCENARIO N`."""
    recommended = explained.row
    head = subtitle(explained.region, f"recommendation {recommended.number}", explained.file)
    blocks: list[Block] = [_facts(explained), *_working(explained)]
    if recommended.change:
        file = "-" if explained.file == "<stdin>" else shlex.quote(explained.file)
        command = f"capplan apply {file} {recommended.number}"
        blocks += [Heading("To write", command), what_to_write(recommended.change)]
    return Document(recommended.action, head, tuple(blocks))


def _facts(explained: ExplainedRecommendation) -> Block:
    """What is so, what it takes, what it gives up, and the rule with AWS's page."""
    row_, rule = explained.row, explained.rule
    rows = [("why", " ".join(dict.fromkeys(f.message for f in explained.findings)))]
    rows += [("consider", row_.gives_up)] if row_.gives_up else []
    rows += [("behavior", row_.changes_behavior)] if row_.changes_behavior else []
    rows.append(("effort", f"{row_.effort}; {_GROUPS[row_.group]}"))
    rows += [("undo", row_.undo)] if row_.undo else []
    if rule is not None:
        rows += [("rule", f"{rule.id}: {rule.advises}"), ("source", rule.source)]
    return facts(*((word, line(text)) for word, text in rows))


def _working(explained: ExplainedRecommendation) -> list[Block]:
    """The charges that differ and their sum, then what else differs."""
    out: list[Block] = []
    if explained.lines:
        rows = [
            row(
                changed.id,
                _quantity(changed.quantity_before),
                _quantity(changed.quantity_after),
                changed.unit,
                _usd(changed.cost_before),
                _usd(changed.cost_after),
            )
            for changed in explained.lines
        ]
        total = row(
            "Bill", "", "", "", numbers.usd(explained.cost_before), numbers.usd(explained.cost_after), role="strong"
        )
        out += [Heading("Working", "the whole scenario, planned again"), Table(_LINES, (*rows, total))]
    elif explained.row.change:
        out.append(Paragraph(line("The bill stays the same.")))
    if explained.metrics:
        shown = explained.metrics[:_MAX_METRICS]
        note = (
            ""
            if len(shown) == len(explained.metrics)
            else f"{len(shown)} of {len(explained.metrics)}; all with -f json"
        )
        out += [Heading("What else differs", note), Table(_METRICS, tuple(map(_metric, shown)), fills=False)]
    return out


def _metric(changed: ChangedMetric) -> Row:
    was, now = (
        "" if value is None else rounded(to_quantity(value), changed.unit) for value in (changed.before, changed.after)
    )
    return row(changed.name, was, now)


def _quantity(value: Decimal | None) -> str:
    return "" if value is None else numbers.quantity(value)


def _usd(value: Decimal | None) -> str:
    return "" if value is None else numbers.usd(value)
