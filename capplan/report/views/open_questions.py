"""Shows which open questions of a scenario most of the bill hangs on."""

from decimal import Decimal

from capplan.pipeline.results import OpenQuestion, Plan
from capplan.report import numbers
from capplan.report.document import Block, Column, Heading, Row, Table, row

FIRST = 5
"""Answers that settle most of a bill."""
_COLUMNS = (
    Column("Line", "right"),
    Column("Key", wraps=True),
    Column("Question", wraps=True),
    Column("Such as"),
    Column("USD/month", "right"),
)


def open_question_blocks(plan: Plan) -> tuple[Block, ...]:
    """The first five, then all with details; nothing where no question is open."""
    questions = plan.open_questions
    if not questions:
        return ()
    few = tuple(_row(question) for question in questions[:FIRST])
    note = "what hangs on each, if all answers were as the examples; none of it is counted"
    first = f"{_first(questions)}; {note}" if len(questions) > FIRST else note
    blocks: list[Block] = [Heading("Open questions", first), Table(_COLUMNS, few)]
    more = questions[FIRST:]
    if more:
        blocks.append(Table(_COLUMNS, tuple(_row(question) for question in more), shown="details"))
    return tuple(blocks)


def _first(questions: tuple[OpenQuestion, ...]) -> str:
    return f"{FIRST} of {len(questions)} settle most of the bill"


def _row(question: OpenQuestion) -> Row:
    at_stake: Decimal | None = question.monthly_cost_at_stake
    shown = "" if at_stake is None else numbers.usd(at_stake)
    return row(str(question.line), question.path, question.asks, question.example, shown)
