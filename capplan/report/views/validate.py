"""Shows that scenario files are valid, and what each declares."""

from collections import Counter
from collections.abc import Sequence

from capplan.pipeline.results import Plan
from capplan.report import numbers
from capplan.report.document import Column, Document, Table, row
from capplan.report.views.parts import signed

_COLUMNS = (Column(""), Column("Scenario"), Column("Holds", wraps=True))


def validated_document(plans: Sequence[Plan]) -> Document:
    """The answer of `validate`: a row for each file."""
    rows = tuple(row(signed("good", "valid"), plan.file, _contents(plan)) for plan in plans)
    return Document("Valid", numbers.count(len(plans), "scenario"), (Table(_COLUMNS, rows),))


def _contents(plan: Plan) -> str:
    declared = [resource for resource in plan.resources if not resource.implied_by]
    nouns = Counter(resource.kind.partition(".")[2].replace("_", " ") for resource in declared)
    parts = [numbers.count(number, noun) for noun, number in nouns.items()]
    return ", ".join([*parts, numbers.count(len(plan.gates), "gate")])
