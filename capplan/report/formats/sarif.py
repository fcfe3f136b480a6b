"""Writes failed gates and risks as SARIF 2.1.0: exact places, fingerprints that survive a moved line.

SARIF 2.1.0 (OASIS) and docs.github.com, "SARIF support for code scanning" (read 2026-11-24).
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from capplan.pipeline.results import Finding, Plan
from capplan.report.checked import Checked, cost_words, message
from capplan.report.formats.json import to_json
from capplan.report.plain import plain
from capplan.report.record import number
from capplan.report.verdicts import VerdictText
from capplan.report.yaml_value import change_words

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


def _fingerprint(plan: Plan, kind: str, text: str, nth: int) -> dict[str, str]:
    """Of what is asserted, not of where it stands: a line more above it is still the same result."""
    digest = hashlib.sha256(
        "\0".join((plan.name, kind, text, str(nth))).encode("utf-8", "backslashreplace")
    ).hexdigest()[:32]
    return {"primaryLocationLineHash": f"{digest}:1", "capplan/v1": digest}
