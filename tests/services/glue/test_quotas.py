"""A quota of Glue stands in one place: changed in a copy of the package, everything that shows it follows."""

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
from capplan.errors import CapplanError
from capplan.services.glue.jobs.rules import RULES
from capplan.services.glue.jobs.spec import Job
from capplan.spec_config import field_docs

def error(path):
    try:
        capplan.load(path)
    except CapplanError as error:
        return [f"{d.message} | {d.hint}" for d in error.diagnostics]
    return []

plan = capplan.plan(capplan.load("scenario.yaml"))
found = {
    "errors": error("wrong.yaml"),
    "docs": field_docs(Job)["max_retries"],
    "schema": Job.model_json_schema()["properties"]["max_retries"]["description"],
    "limits": {limit.check.limit: int(limit.check.quota) for limit in plan.limits},
    "flex": next(rule.gives_up for rule in RULES if rule.id == "glue.flex"),
    "options": [finding.gives_up for finding in plan.findings if finding.rule == "glue.flex"],
}
print(json.dumps(found))
"""
_SCENARIO = """capplan: 1
name: quotas
region: eu-central-1
jobs:
  load: {schedule: rate(1 day), workers: 10, duration: 22 min, max_retries: MAX_RETRIES, timeout: TIMEOUT}
"""


def test_a_changed_quota_is_followed_everywhere(tmp_path: Path) -> None:
    package = Path(capplan.__file__).parent
    shutil.copytree(package, tmp_path / "capplan", ignore=shutil.ignore_patterns("__pycache__"))
    quotas = tmp_path / "capplan/services/glue/quotas.py"
    text = quotas.read_text()
    changes = (('max_retries", 10', 'max_retries", 4'), ('dpus", 500', 'dpus", 321'), ("20 * 60", "25 * 60"))
    for old, new in (*changes, ("7 * 86_400", "6 * 86_400")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    quotas.write_text(text)
    for name, retries, timeout in (("scenario", "4", "1 h"), ("wrong", "5", "1 h"), ("long", "4", "145 h")):
        scenario = _SCENARIO.replace("MAX_RETRIES", retries).replace("TIMEOUT", timeout)
        (tmp_path / f"{name}.yaml").write_text(scenario)
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    script = _SCRIPT.replace('error("wrong.yaml")', 'error("wrong.yaml") + error("long.yaml")')
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=env, check=True, capture_output=True, text=True
    )
    found = json.loads(run.stdout)
    retries_error, timeout_error = found["errors"]
    assert "at most 4" in retries_error
    assert "0 (default) to 4," in retries_error, "the hint is the field's text"
    assert "at most 6 days" in timeout_error
    assert "0 (default) to 4," in found["docs"]
    assert found["schema"] == found["docs"]
    assert found["limits"]["glue.dpus"] == 321
    assert "25 min" in found["flex"]
    assert found["options"], "Flex is recommended"
    assert all("25 min" in text for text in found["options"])
