"""Writes verdicts as JUnit XML: a suite for each scenario, a test case for each gate.

The format is what Jenkins, GitLab and GitHub's reporters read: github.com/testmoapp/junitxml (read 2026-11-24).
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from capplan.plain import plain
from capplan.report import numbers
from capplan.report.checked import Checked, cost_words, message
from capplan.report.record import number
from capplan.report.verdicts import VerdictText, limit_name, summary, verdict_word

if TYPE_CHECKING:
    from capplan.commands.diff import Difference, GateChange, LimitChange


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


def diff_junit(difference: "Difference") -> str:
    """What a change does: a case for each gate, and one for each limit that is exceeded in either plan.

    A case fails where the change breaks it: a gate that does not fail in the base, a limit that is not exceeded there. What
    failed before is skipped, with its words.
    """
    cases = [*map(_gate_case, difference.gates), *(_limit_case(x) for x in difference.limits if _exceeded(x))]
    failures, skipped = (sum(kind in case for case in cases) for kind in ("<failure", "<skipped"))
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}" time="0"'
    head, base = difference.head, difference.base
    change = numbers.change(base.monthly_cost, difference.change)
    text = f"{numbers.usd(base.monthly_cost)} to {numbers.usd(head.monthly_cost)} USD a month, {change}"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="capplan" {counts}>',
        f"  <testsuite name={_attribute(head.scenario.name)} {counts} file={_attribute(head.file or difference.head_source)}>",
        "    <properties>",
        f'      <property name="monthly_cost" value="{number(head.monthly_cost)}"/>',
        f'      <property name="baseline_monthly_cost" value="{number(base.monthly_cost)}"/>',
        f'      <property name="change" value={_attribute(change)}/>',
        "    </properties>",
        *cases,
        f"    <system-out>{_text(text)}</system-out>",
        "  </testsuite>",
        "</testsuites>",
        "",
    ]
    return "\n".join(lines)


def _gate_case(change: "GateChange") -> str:
    before, now = verdict_word(change.base), verdict_word(change.head)
    words = f"was {before}, is {now}"
    if now == "failed" and before != "failed":
        why = change.head.why if change.head is not None else ""
        return _diff_case(change.gate, "gate", f"<failure message={_attribute(words)}>{_text(why)}</failure>")
    if now == "failed":
        return _diff_case(change.gate, "gate", f"<skipped message={_attribute(words)}/>")
    return _diff_case(change.gate, "gate", f"<system-out>{_text(words)}</system-out>")


def _exceeded(change: "LimitChange") -> bool:
    return any(state is not None and state.breached for state in (change.base, change.head))


def _limit_case(change: "LimitChange") -> str:
    name = limit_name(change.resource, change.limit)
    if change.breaks:
        return _diff_case(name, "limit", f"<failure message={_attribute('exceeded by this change')}></failure>")
    if change.resolved:
        return _diff_case(name, "limit", "<system-out>no longer exceeded</system-out>")
    return _diff_case(name, "limit", f"<skipped message={_attribute('exceeded before and after')}/>")


def _diff_case(name: str, kind: str, inside: str) -> str:
    named = f"name={_attribute(name)} classname={_attribute(f'capplan.diff.{kind}')}"
    return f'    <testcase {named} time="0">\n      {inside}\n    </testcase>'


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
