"""Writes verdicts as JUnit XML: a suite for each scenario, a test case for each gate.

The format is what Jenkins, GitLab and GitHub's reporters read: github.com/testmoapp/junitxml (read 2026-11-24).
"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import quoteattr

from capplan.report import numbers
from capplan.report.checked import Checked, cost_words, message
from capplan.report.plain import plain
from capplan.report.record import number
from capplan.report.verdicts import VerdictText, summary


def checked_junit(every: Sequence[Checked]) -> str:
    """The whole file."""
    suites = [line for checked in every for line in _suite(checked)]
    counts = _counts([(checked, gate) for checked in every for gate in checked.gates])
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="capplan" {counts}>',
            *suites,
            "</testsuites>",
            "",
        ]
    )


def _counts(cases: Sequence[tuple[Checked, VerdictText]]) -> str:
    failures = sum(checked.fails(gate) for checked, gate in cases)
    skipped = sum(gate.word == "waived" for _, gate in cases)
    return f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}" time="0"'


def _suite(checked: Checked) -> Iterable[str]:
    plan = checked.plan
    counts = _counts([(checked, gate) for gate in checked.gates])
    yield f"  <testsuite name={_attribute(plan.name)} {counts} file={_attribute(plan.file)}>"
    yield "    <properties>"
    yield f'      <property name="region" value={_attribute(plan.region)}/>'
    yield f'      <property name="monthly_cost" value="{number(plan.monthly_cost)}"/>'
    if checked.base is not None and checked.change is not None:
        base = checked.base.monthly_cost
        yield f'      <property name="baseline_monthly_cost" value="{number(base)}"/>'
        yield f'      <property name="change" value={_attribute(numbers.change(base, checked.change))}/>'
    yield "    </properties>"
    for gate in checked.gates:
        yield from _case(checked, gate)
    yield f"    <system-out>{_text(f'{cost_words(checked)}. {summary(plan.gates)}')}</system-out>"
    yield "  </testsuite>"


def _case(checked: Checked, gate: VerdictText) -> Iterable[str]:
    verdict = gate.verdict
    place = f' line="{verdict.line}"' if verdict.line else ""
    named = f"name={_attribute(verdict.gate)} classname={_attribute(f'capplan.{checked.plan.name}')}"
    yield f'    <testcase {named} file={_attribute(checked.plan.file)}{place} time="0">'
    if checked.fails(gate):
        text = f"{gate.where}: {message(gate)}"
        yield f'      <failure type="{verdict.level}" message={_attribute(gate.sentence)}>{_text(text)}</failure>'
    elif gate.word == "waived":
        yield f"      <skipped message={_attribute(f'{gate.waiver}. {gate.sentence}')}/>"
    else:
        word = "warning: " if gate.word == "warning" else ""
        yield f"      <system-out>{_text(word + (message(gate) if word else gate.sentence))}</system-out>"
    yield "    </testcase>"


def _attribute(text: str) -> str:
    return quoteattr(plain(text))


def _text(text: str) -> str:
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
