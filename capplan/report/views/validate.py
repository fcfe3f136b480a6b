"""Shows that scenario files are valid, and what each declares."""

from collections import Counter
from collections.abc import Sequence

from capplan.pipeline.results import Plan
from capplan.report import numbers
from capplan.report.style import Style, safe


def validated_text(plans: Sequence[Plan], style: Style) -> str:
    """The answer of `validate`: a line for each file."""
    return "".join(safe(f"{plan.file}: ok, {_contents(plan)}", style) + "\n" for plan in plans)


def _contents(plan: Plan) -> str:
    nouns = Counter(resource.kind.partition(".")[2].replace("_", " ") for resource in plan.resources)
    parts = [numbers.count(number, noun) for noun, number in nouns.items()]
    return ", ".join([*parts, numbers.count(len(plan.gates), "gate")])
