"""Writes failed gates and risks as SARIF 2.1.0: exact places, fingerprints that survive a moved line.

SARIF 2.1.0 (OASIS) and docs.github.com, "SARIF support for code scanning" (read 2026-11-24).
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from capplan.pipeline.results import Finding, Plan
from capplan.plain import plain
from capplan.report import numbers
from capplan.report.checked import Checked, cost_words, message
from capplan.report.formats.json import to_json
from capplan.report.record import number
from capplan.report.verdicts import VerdictText, limit_name, verdict_word
from capplan.report.yaml_value import change_words

if TYPE_CHECKING:
    from capplan.commands.diff import Difference, GateChange, LimitChange
    from capplan.commands.saved_plan import ScenarioRecord

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_GATE = {
    "id": "capplan.gate",
    "name": "Gate",
    "shortDescription": {"text": "A gate of the scenario fails."},
    "fullDescription": {"text": "A gate under gates: of the scenario, or of the command line, fails for the plan."},
    "help": {
        "text": "Change what the result names, raise the limit, or waive the gate with an owner, a reason and an expiry."
    },
    "defaultConfiguration": {"level": "error"},
}

_LIMIT = {
    "id": "capplan.limit",
    "name": "Limit",
    "shortDescription": {"text": "A limit of AWS is exceeded."},
    "fullDescription": {"text": "The peak load of the plan is above a limit of AWS."},
    "help": {"text": "capplan estimate shows the load, the limit and when the peak is."},
    "defaultConfiguration": {"level": "warning"},
}


def checked_sarif(every: Sequence[Checked]) -> str:
    """The whole file: one run over all scenarios."""
    results = [result for checked in every for result in (*_gates(checked), *_risks(checked.plan))]
    rules = [_GATE, *_rules(every)]
    index = {rule["id"]: i for i, rule in enumerate(rules)}
    for result in results:
        result["ruleIndex"] = index[result["ruleId"]]
    return to_json(
        {
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {"driver": {"name": "capplan", "semanticVersion": every[0].plan.version, "rules": rules}},
                    "columnKind": "unicodeCodePoints",
                    "results": results,
                    "properties": {"scenarios": [_scenario(checked) for checked in every]},
                }
            ],
        }
    )


def diff_sarif(difference: "Difference") -> str:
    """What a change does, as SARIF's baseline states: gates and limits that fail now (new, or unchanged), or no more (absent).

    A gate that fails has the level that it has in `check`; a limit that is exceeded has "warning".
    """
    head, base = difference.head, difference.base
    results = [result for change in difference.gates if (result := _gate_change(difference, change)) is not None]
    results += [result for change in difference.limits if (result := _limit_change(difference, change)) is not None]
    rules = [_GATE, _LIMIT]
    for result in results:
        result["ruleIndex"] = [rule["id"] for rule in rules].index(result["ruleId"])
    cost = {
        "base": number(base.monthly_cost),
        "head": number(head.monthly_cost),
        "change": number(difference.change),
        "summary": plain(numbers.change(base.monthly_cost, difference.change)),
    }
    driver = {"name": "capplan", "semanticVersion": head.capplan_version, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {"scenario": plain(head.scenario.name), "monthly_cost": cost},
    }
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _gate_change(difference: "Difference", change: "GateChange") -> dict[str, Any] | None:
    """A gate that fails in one of the plans."""
    before, now = verdict_word(change.base), verdict_word(change.head)
    bad = ("failed", "warning")
    if before not in bad and now not in bad:
        return None
    gate = change.head or change.base
    line = (gate.line or 1) if gate is not None else 1
    region = {"startLine": line, **({"startColumn": gate.column} if gate is not None and gate.column else {})}
    word = now if now in bad else before
    why = f". {gate.why}" if gate is not None and gate.why and now in bad else ""
    return {
        "ruleId": "capplan.gate",
        "level": "error" if word == "failed" else "warning",
        "baselineState": "absent" if now not in bad else "unchanged" if before == now else "new",
        "message": {"text": plain(f"{change.gate}: was {before}, is {now}{why}")},
        "locations": [_location(_file(difference), region)],
        "partialFingerprints": _fingerprint(difference.head.scenario, "gate", " ".join(change.gate.split()), 1),
    }


def _limit_change(difference: "Difference", change: "LimitChange") -> dict[str, Any] | None:
    """A limit that is exceeded in one of the plans."""
    now, before = (state is not None and state.breached for state in (change.head, change.base))
    if not (now or before):
        return None
    lines = {r.label or r.name: r.line for r in difference.head.resources}
    line = lines.get(change.resource.partition(".")[0]) or 1
    name = limit_name(change.resource, change.limit)
    state = "is exceeded" if now else "is no longer exceeded"
    return {
        "ruleId": "capplan.limit",
        "level": "warning",
        "baselineState": "absent" if not now else "unchanged" if before else "new",
        "message": {"text": plain(f"{name} {state}")},
        "locations": [_location(_file(difference), {"startLine": line})],
        "partialFingerprints": _fingerprint(difference.head.scenario, "limit", name, 1),
    }


def _file(difference: "Difference") -> str:
    """The scenario that the later plan is of; for one saved without its name, the saved file."""
    return difference.head.file or difference.head_source


def _scenario(checked: Checked) -> dict[str, Any]:
    return {
        "name": plain(checked.plan.name),
        "monthly_cost": number(checked.plan.monthly_cost),
        "change": number(checked.change),
        "summary": plain(cost_words(checked)),
    }


def _rules(every: Sequence[Checked]) -> list[dict[str, Any]]:
    """The rules of the risks that were found."""
    rules = sorted({f.rule for checked in every for f in checked.plan.findings if f.severity == "risk"})
    return [
        {
            "id": rule,
            "name": rule.replace("-", "_").replace(".", "_"),
            "shortDescription": {"text": f"A risk: {rule}."},
            "help": {"text": f"capplan explain {rule} says what the rule looks at."},
            "defaultConfiguration": {"level": "note"},
        }
        for rule in rules
    ]


def _gates(checked: Checked) -> Iterable[dict[str, Any]]:
    seen: dict[str, int] = {}
    for gate in checked.gates:
        text = " ".join(gate.verdict.gate.split())
        seen[text] = seen.get(text, 0) + 1
        if gate.word == "passed":
            continue
        result: dict[str, Any] = {
            "ruleId": "capplan.gate",
            "level": "error" if checked.fails(gate) or gate.verdict.level == "deny" else "warning",
            "message": {"text": plain(message(gate))},
            "locations": [_place(checked.plan.file, gate)],
            "partialFingerprints": _fingerprint(checked.plan, "gate", text, seen[text]),
            "properties": {"verdict": gate.verdict.verdict, "margin": number(gate.verdict.margin)},
        }
        if gate.word == "waived":
            result["suppressions"] = [
                {"kind": "external", "status": "accepted", "justification": plain(gate.waiver)},
            ]
        yield result


def _risks(plan: Plan) -> Iterable[dict[str, Any]]:
    lines = {r.label: r.line for r in plan.resources}
    for finding in (f for f in plan.findings if f.severity == "risk"):
        yield {
            "ruleId": finding.rule,
            "level": "note",
            "message": {"text": plain(_risk(finding))},
            "locations": [_location(plan.file, {"startLine": lines.get(finding.resource, 1)})],
            "partialFingerprints": _fingerprint(plan, finding.rule, finding.resource, 1),
        }


def _risk(finding: Finding) -> str:
    write = f" Write {change_words(finding.change)}" if finding.change else ""
    return f"{finding.resource}: {finding.message}{write}"


def _place(file: str, gate: VerdictText) -> dict[str, Any]:
    v = gate.verdict
    if not v.line:
        return _location(file, {"startLine": 1})
    return _location(file, {"startLine": v.line, "startColumn": v.column, "endColumn": v.column + max(1, v.width)})


def _location(file: str, region: dict[str, int]) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(file, safe="/", errors="backslashreplace")},
            "region": region,
        }
    }


def _fingerprint(plan: "Plan | ScenarioRecord", kind: str, text: str, nth: int) -> dict[str, str]:
    """Of what is asserted, not of where it stands: a line more above it is still the same result."""
    digest = hashlib.sha256(
        "\0".join((plan.name, kind, text, str(nth))).encode("utf-8", "backslashreplace")
    ).hexdigest()[:32]
    return {"primaryLocationLineHash": f"{digest}:1", "capplan/v1": digest}
