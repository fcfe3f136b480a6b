"""A quota of Step Functions stands in one place: changed in a copy of the package, everything that shows it follows."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import capplan

_SCRIPT = """
import json
import capplan
from capplan.services.stepfunctions.advice.rules import RULES
from capplan.services.stepfunctions.spec import StateMachine
from capplan.spec_config import field_docs

plan = capplan.plan(capplan.load("scenario.yaml"))
found = {
    "docs": field_docs(StateMachine)["payload"],
    "rule": next(rule.looks_at for rule in RULES if rule.id == "stepfunctions.history-full"),
    "options": [finding.message for finding in plan.findings],
    "limits": {limit.check.limit: int(limit.check.quota) for limit in plan.limits},
    "most": [room.most for room in capplan.workflow(capplan.load("scenario.yaml")).rooms],
}
print(json.dumps(found))
"""
_DEFINITION = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": True}}},
            "End": True,
        }
    },
}
_SCENARIO = """capplan: 1
name: quotas
region: eu-central-1
traffic: {orders: {rate: 1/min}}
state_machines:
  it: {definition: it.asl.json, triggers: orders, payload: 1 KB, states: {Each: {items: 50}}}
"""


def test_a_changed_quota_is_followed_everywhere(tmp_path: Path) -> None:
    package = Path(capplan.__file__).parent
    shutil.copytree(package, tmp_path / "capplan", ignore=shutil.ignore_patterns("__pycache__"))
    quotas = tmp_path / "capplan/services/stepfunctions/quotas.py"
    text = quotas.read_text()
    for old, new in (("25_000", "123"), ("262_144", "131_072"), ('start_rate", 150', 'start_rate", 149')):
        assert text.count(old) == 1
        text = text.replace(old, new)
    quotas.write_text(text)
    (tmp_path / "it.asl.json").write_text(json.dumps(_DEFINITION))
    (tmp_path / "scenario.yaml").write_text(_SCENARIO)
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", _SCRIPT], cwd=tmp_path, env=env, check=True, capture_output=True, text=True
    )
    found = json.loads(run.stdout)
    assert "128 KB" in found["docs"]
    assert "more than 123 history events" in found["rule"]
    assert any("fails after 123" in message for message in found["options"])
    assert found["limits"]["stepfunctions.history_events"] == 123
    assert found["limits"]["stepfunctions.payload"] == 131_072
    assert found["limits"]["stepfunctions.start_rate"] == 149
    assert found["most"] == [29], "6 + 4 n events, n items of a Pass, of 123"
