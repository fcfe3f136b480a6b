"""Shows what of a saved plan was added up again, and each figure that differs."""

from collections.abc import Sequence

from capplan.commands.verify import Check, Verified
from capplan.report import numbers
from capplan.report.document import Block, Column, Document, Heading, Row, Table, row
from capplan.report.views.parts import signed

_MAX_SHOWN = 50
"""Figures of a rule; JSON has all."""


def verify_document(plans: Sequence[Verified], file: str) -> Document:
    """The answer of `verify`."""
    figures = sum(check.checked for plan in plans for check in plan.checks)
    wrong = sum(len(check.mismatches) for plan in plans for check in plan.checks)
    blocks: list[Block] = []
    for plan in plans:
        blocks += [*([Heading(plan.name)] if len(plans) > 1 else []), *_plan(plan)]
    title = "Adds up" if not wrong else "Does not add up"
    what = f"{numbers.count(figures, 'figure')} added up again, {wrong} differ · {file}"
    return Document(title, what, tuple(blocks))


def _plan(plan: Verified) -> list[Block]:
    columns = (Column(""), Column("Rule", wraps=True), Column("Figures", "right"), Column("Differ", "right"))
    blocks: list[Block] = [Table(columns, tuple(map(_row, plan.checks)))]
    broken = [check for check in plan.checks if check.mismatches]
    if broken:
        differ = (Column("Where", wraps=True), Column("Written", "right"), Column("Added up", "right"))
        rows = [
            row(found.where, found.written, found.added_up)
            for check in broken
            for found in check.mismatches[:_MAX_SHOWN]
        ]
        blocks += [Heading("What differs"), Table(differ, tuple(rows))]
    return blocks


def _row(check: Check) -> Row:
    verdict = signed("bad", "differs") if check.mismatches else signed("good", "holds")
    return row(verdict, check.rule, f"{check.checked:,}", f"{len(check.mismatches):,}")
