"""Verdicts as JUnit XML: a suite a scenario, a test case a gate. It judges nothing.

The form is the one Jenkins, GitLab and GitHub's reporters read: github.com/testmoapp/junitxml (read 2026-11-24).
"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import quoteattr

from capplan.report.checked import Checked, change_words, message, money
from capplan.report.plain import plain
from capplan.report.plan_json import number
from capplan.report.verdicts import Told, summary


def checked_junit(every: Sequence[Checked]) -> str:
    """The whole file."""
    suites = [line for one in every for line in _suite(one)]
    counts = _counts([(one, gate) for one in every for gate in one.gates])
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="capplan" {counts}>',
            *suites,
            "</testsuites>",
            "",
        ]
    )


def _counts(cases: Sequence[tuple[Checked, Told]]) -> str:
    failures = sum(one.breaks(gate) for one, gate in cases)
    skipped = sum(gate.word == "waived" for _, gate in cases)
    return f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}" time="0"'


def _suite(one: Checked) -> Iterable[str]:
    plan = one.plan
    counts = _counts([(one, gate) for gate in one.gates])
    yield f"  <testsuite name={_attribute(plan.name)} {counts} file={_attribute(plan.file)}>"
    yield "    <properties>"
    yield f'      <property name="region" value={_attribute(plan.region)}/>'
    yield f'      <property name="monthly_cost" value="{number(plan.monthly_cost)}"/>'
    if one.base is not None and one.change is not None:
        yield f'      <property name="baseline_monthly_cost" value="{number(one.base.monthly_cost)}"/>'
        yield f'      <property name="change" value={_attribute(change_words(one.base.monthly_cost, one.change))}/>'
    yield "    </properties>"
    for gate in one.gates:
        yield from _case(one, gate)
    yield f"    <system-out>{_text(f'{money(one)}. {summary(plan.gates)}')}</system-out>"
    yield "  </testsuite>"


def _case(one: Checked, gate: Told) -> Iterable[str]:
    verdict = gate.verdict
    place = f' line="{verdict.line}"' if verdict.line else ""
    named = f"name={_attribute(verdict.gate)} classname={_attribute(f'capplan.{one.plan.name}')}"
    yield f'    <testcase {named} file={_attribute(one.plan.file)}{place} time="0">'
    if one.breaks(gate):
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
