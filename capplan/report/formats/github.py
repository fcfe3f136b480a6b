"""Writes verdicts and differences as GitHub Actions annotations, one workflow command a line.

Workflow commands: docs.github.com, "Workflow commands for GitHub Actions" (read 2026-11-24).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from capplan.report import numbers
from capplan.report.checked import Checked, cost_words, message
from capplan.report.markup import annotation_property, annotation_text
from capplan.report.verdicts import VerdictText, limit_name, ranked, summary, verdict_word

if TYPE_CHECKING:
    from capplan.commands.diff import Difference

_LEVELS = {"failed": "error", "warning": "warning", "waived": "notice"}


def checked_annotations(every: Sequence[Checked]) -> str:
    """An annotation for each gate that does not pass, then one for each scenario as a whole."""
    return "".join(line for checked in every for line in _checked(checked))


def _checked(checked: Checked) -> Iterable[str]:
    file = checked.plan.file
    for gate in ranked(checked.gates):
        if gate.word in _LEVELS:
            level = "error" if checked.fails(gate) else _LEVELS[gate.word]
            yield _command(level, _where(gate, file), message(gate))
    for later in checked.plan.unjudged:
        where = {"file": file, "line": str(later.line), "col": str(later.column), "title": "capplan: not judged"}
        yield _command("notice", where, f"{later.gate}: {later.needs}")
    whole = {"file": file, "title": f"capplan: {checked.plan.name}"}
    yield _command("notice", whole, f"{cost_words(checked)}. {summary(checked.plan.gates)}")


def _where(gate: VerdictText, file: str) -> dict[str, str]:
    verdict = gate.verdict
    place = {"line": str(verdict.line), "col": str(verdict.column)} if verdict.line else {}
    return {"file": file, **place, "title": f"capplan: {gate.name}"}


def diff_annotations(difference: "Difference") -> str:
    """What the change costs, as one notice; each limit it exceeds and each gate it fails, as a warning."""
    base, head = difference.base.monthly_cost, difference.head.monthly_cost
    change = numbers.change(base, difference.change)
    out = [
        ("notice", difference.head.scenario.name, f"{numbers.usd(base)} to {numbers.usd(head)} USD a month, {change}")
    ]
    for limit in difference.limits:
        if limit.breaks:
            name = limit_name(limit.resource, limit.limit)
            out.append(("warning", name, f"{name} is exceeded"))
    for gate in difference.gates:
        before, now = verdict_word(gate.base), verdict_word(gate.head)
        if now in ("failed", "warning") and before != now:
            out.append(("warning", gate.gate, f"{gate.gate}: was {before}, is {now}"))
    return "".join(_command(level, {"title": f"capplan: {title}"}, text) for level, title, text in out)


def _command(level: str, properties: Mapping[str, str], text: str) -> str:
    shown = ",".join(f"{key}={annotation_property(value)}" for key, value in properties.items())
    return f"::{level} {shown}::{annotation_text(text)}\n"
