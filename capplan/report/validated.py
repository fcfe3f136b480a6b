"""What `validate` says of files that are right. It finds nothing wrong itself."""

import json
from collections.abc import Sequence

from capplan.pipeline.results import Plan
from capplan.report import numbers
from capplan.report.document import Style, safe


def validated_text(plans: Sequence[Plan], style: Style) -> str:
    """A line a file: what stands in it."""
    return "".join(safe(f"{plan.file}: ok, {_contents(plan)}", style) + "\n" for plan in plans)


def validated_json(plans: Sequence[Plan]) -> str:
    """The files by the schema `capplan.valid/1`."""
    files = [
        {"file": plan.file, "sha256": plan.sha256, "resources": len(plan.resources), "gates": len(plan.gates)}
        for plan in plans
    ]
    return json.dumps({"schema": "capplan.valid/1", "files": files}, indent=2, allow_nan=False) + "\n"


def _contents(plan: Plan) -> str:
    counts: dict[str, int] = {}
    for resource in plan.resources:
        noun = resource.kind.partition(".")[2].replace("_", " ")
        counts[noun] = counts.get(noun, 0) + 1
    parts = [numbers.count(number, noun) for noun, number in counts.items()]
    return ", ".join([*parts, numbers.count(len(plan.gates), "gate")])
