"""Shows every metric with its value today and a gate that passes, so that writing a gate is picking one."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from capplan.language.gate_tokens import plain_name
from capplan.pipeline.results import Observed, Plan
from capplan.report import numbers
from capplan.report.document import Column, Document, Paragraph, Row, Span, Table, line, row
from capplan.report.passing_gate import passing_gate
from capplan.report.verdicts import rounded
from capplan.report.views.parts import subtitle

_HOW = (
    "Write one under gates: `- orders.throttled < 0.1%`, or `- {warn: orders.throttled < 0.1%}`. Combine them with and, "
    "or, not, and figures with + - * /. With --baseline, each also has .change and .change_percent; "
    "over the draws of ranges, percentiles such as .p90, and chance(cost.monthly > 2000 USD) < 10%."
)
_THOUSAND = 1000
_COLUMNS = (Column("Metric"), Column("Today", "right"), Column("Gate that passes", wraps=True))


def gates_document(plan: Plan, shown: Sequence[Observed]) -> Document:
    """The answer of `gates`."""
    counted = f"{numbers.count(len(shown), 'metric')}, each with a gate that passes"
    head = subtitle(plan.region, counted, plan.file)
    if not shown:
        nothing = "No metric has that in its name. Without a word all are listed."
        return Document(plan.name, head, (Paragraph(line(nothing)),))
    rows = tuple(_row(observed) for observed in shown)
    return Document(plan.name, head, (Table(_COLUMNS, rows, fills=False), Paragraph(line(_HOW))))


def _row(observed: Observed) -> Row:
    value = Span("unknown", "dim") if observed.value is None else Span(_today(observed.value, observed.unit))
    return row(plain_name(observed.name), value, Span(passing_gate(observed), "accent"))


def _today(value: Decimal, unit: str) -> str:
    """A figure; of thousands of anything, nobody reads a fraction."""
    whole = not unit and abs(value) >= _THOUSAND
    return rounded(value.quantize(Decimal(1), ROUND_HALF_UP) if whole else value, unit)
