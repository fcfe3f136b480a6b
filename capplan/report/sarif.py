"""Broken gates and risks as SARIF 2.1.0: exact places, fingerprints that survive a moved line. It judges nothing.

SARIF 2.1.0 (OASIS) and docs.github.com, "SARIF support for code scanning" (read 2026-11-24).
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from capplan.pipeline.results import Finding, Plan
from capplan.report.checked import Checked, message, money
from capplan.report.plain import plain
from capplan.report.plan_json import number, to_json
from capplan.report.verdicts import Told
from capplan.report.yaml_value import written

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_GATE = {
    "id": "capplan.gate",
    "name": "Gate",
    "shortDescription": {"text": "A gate of the scenario does not hold."},
    "fullDescription": {
        "text": "An assertion under gates: of a scenario, or of the command line, is broken by the plan."
    },
    "help": {
        "text": "Change what the result names, raise the limit, or waive the gate with an owner, a reason and a day."
    },
    "defaultConfiguration": {"level": "error"},
}


def checked_sarif(every: Sequence[Checked]) -> str:
    """The whole file: one run over all scenarios."""
    results = [result for one in every for result in (*_gates(one), *_risks(one.plan))]
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
                    "properties": {"scenarios": [_scenario(one) for one in every]},
                }
            ],
        }
    )


def _scenario(one: Checked) -> dict[str, Any]:
    return {
        "name": plain(one.plan.name),
        "monthly_cost": number(one.plan.monthly_cost),
        "change": number(one.change),
        "summary": plain(money(one)),
    }


def _rules(every: Sequence[Checked]) -> list[dict[str, Any]]:
    """The rules of the risks that were found."""
    found = sorted({f.rule for one in every for f in one.plan.findings if f.severity == "risk"})
    return [
        {
            "id": rule,
            "name": rule.replace("-", "_").replace(".", "_"),
            "shortDescription": {"text": f"A risk: {rule}."},
            "help": {"text": f"capplan explain {rule} says what the rule looks at."},
            "defaultConfiguration": {"level": "note"},
        }
        for rule in found
    ]


def _gates(one: Checked) -> Iterable[dict[str, Any]]:
    seen: dict[str, int] = {}
    for gate in one.gates:
        text = " ".join(gate.verdict.gate.split())
        seen[text] = seen.get(text, 0) + 1
        if gate.word == "ok":
            continue
        result: dict[str, Any] = {
            "ruleId": "capplan.gate",
            "level": "error" if one.breaks(gate) or gate.verdict.level == "deny" else "warning",
            "message": {"text": plain(message(gate))},
            "locations": [_place(one.plan.file, gate)],
            "partialFingerprints": _fingerprint(one.plan, "gate", text, seen[text]),
            "properties": {"verdict": gate.verdict.verdict, "margin": number(gate.verdict.margin)},
        }
        if gate.word == "waived":
            result["suppressions"] = [
                {"kind": "external", "status": "accepted", "justification": plain(gate.waiver)},
            ]
        yield result


def _risks(plan: Plan) -> Iterable[dict[str, Any]]:
    lines = {r.label: r.line for r in plan.resources}
    for i, finding in enumerate(f for f in plan.findings if f.severity == "risk"):
        del i
        yield {
            "ruleId": finding.rule,
            "level": "note",
            "message": {"text": plain(_risk(finding))},
            "locations": [_location(plan.file, {"startLine": lines.get(finding.resource, 1)})],
            "partialFingerprints": _fingerprint(plan, finding.rule, finding.resource, 1),
        }


def _risk(finding: Finding) -> str:
    change = ", ".join(f"{c.path}: {written(c.new)}" for c in finding.change)
    return f"{finding.resource}: {finding.message}" + (f" Write {change}" if change else "")


def _place(file: str, gate: Told) -> dict[str, Any]:
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
