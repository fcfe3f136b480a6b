"""Verdicts as workflow commands of GitHub Actions, one line each. It writes no summary and judges nothing.

Workflow commands: docs.github.com, "Workflow commands for GitHub Actions" (read 2026-11-24).
"""

from collections.abc import Iterable, Sequence

from capplan.report.checked import Checked, message, money
from capplan.report.markup import annotation_property, annotation_text
from capplan.report.verdicts import Told, ranked, summary

_LEVELS = {"BROKEN": "error", "warning": "warning", "waived": "notice"}


def checked_annotations(every: Sequence[Checked]) -> str:
    """An annotation for each gate that does not simply hold, then one for the whole of each scenario."""
    return "".join(f"{line}\n" for one in every for line in _lines(one))


def _lines(one: Checked) -> Iterable[str]:
    file = one.plan.file
    for gate in ranked(one.gates):
        if gate.word in _LEVELS:
            level = "error" if one.breaks(gate) else _LEVELS[gate.word]
            yield _command(level, _where(gate, file), message(gate))
    for later in one.plan.unjudged:
        where = {"file": file, "line": str(later.line), "col": str(later.column), "title": "capplan: not judged"}
        yield _command("notice", where, f"{later.gate}: {later.needs}")
    yield _command(
        "notice", {"file": file, "title": f"capplan: {one.plan.name}"}, f"{money(one)}. {summary(one.plan.gates)}"
    )


def _where(gate: Told, file: str) -> dict[str, str]:
    verdict = gate.verdict
    place = {"line": str(verdict.line), "col": str(verdict.column)} if verdict.line else {}
    return {"file": file, **place, "title": f"capplan: {gate.name}"}


def _command(level: str, properties: dict[str, str], text: str) -> str:
    told = ",".join(f"{key}={annotation_property(value)}" for key, value in properties.items())
    return f"::{level} {told}::{annotation_text(text)}"
