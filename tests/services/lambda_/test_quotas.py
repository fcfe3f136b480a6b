"""A quota is said once: changed in quotas.py, every place that shows or uses it follows."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import capplan
from capplan.services import QUOTAS, default_quota
from capplan.services.lambda_ import quotas
from capplan.services.lambda_.manifest import SERVICE

PROBE = """
import json
from pathlib import Path
import capplan
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.services.lambda_.advice.memory import durations_ms
from capplan.services.lambda_.spec import Function
from capplan.spec_config import field_docs

HEAD = "capplan: 1\\nname: T\\nregion: us-east-1\\ntraffic: {web: {rate: 10/s}}\\nfunctions:\\n  f: {triggers: web, duration: 1 s, "

def errors(words):
    try:
        load("-", text=HEAD + words + "}\\n")
    except CapplanError as error:
        return [text for d in error.diagnostics for text in (d.message, d.hint)]
    return []

measured = Function.model_validate({"duration": "1 s"}).model_copy(update={"measured_ms": {128: 9000, 20480: 1000}})
plan = capplan.plan(load("-", text=HEAD + "init: 9 s, memory: 512 MB}\\n"))
print(json.dumps({
    "bound": errors("memory: 10241 MB"),
    "hint": errors("memory: 1 MB"),
    "tuning": errors("power_tuning: {64 MB: 9 s, 512 MB: 2 s}"),
    "docs": field_docs(Function)["memory_mb"],
    "schema": json.dumps(Function.model_json_schema()),
    "candidates": max(mb for mb in durations_ms(measured) if mb != 20480),
    "init": next(int(l.check.quota) for l in plan.limits if l.check.limit == "lambda.init"),
}))
"""


@pytest.fixture
def changed(tmp_path: Path) -> dict[str, object]:
    """What a copy of the package says whose memory limit is 16 GB and whose init may take 20 s."""
    shutil.copytree(Path(capplan.__file__).parent, tmp_path / "capplan")
    path = tmp_path / "capplan" / "services" / "lambda_" / "quotas.py"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ('"lambda.memory_max", 10_240', '"lambda.memory_max", 16_384'),
        ('"lambda.init", 10', '"lambda.init", 20'),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_every_place_follows_a_changed_quota(changed: dict[str, object]) -> None:
    assert changed["bound"] == []
    assert changed["hint"] == ["'1 MB' is too small: at least 128 MB", "128 MB to 16 GB; CPU grows with it."]
    assert changed["tuning"] == ["no function has 64 MB of memory", "128 MB to 16 GB"]
    assert changed["docs"] == "128 MB to 16 GB; CPU grows with it."
    assert "128 MB to 16 GB" in str(changed["schema"])
    assert changed["candidates"] == 16_384
    assert changed["init"] == 20


def test_every_quota_says_where_and_when_it_was_read() -> None:
    ids = [quota.id for quota in SERVICE.quotas]
    assert len(ids) == len(set(ids))
    assert all(quota.source and quota.value > 0 for quota in SERVICE.quotas)


def test_the_shared_quotas_are_those_that_a_scenario_may_set() -> None:
    shared = {quota.id: quota for quota in SERVICE.quotas if quota.shared}
    assert sorted(shared) == [name for name in QUOTAS if name.startswith("lambda.")]
    assert {name: default_quota(name, "us-east-1", {}) for name in shared} == {
        name: q.in_region("us-east-1") for name, q in shared.items()
    }


_COUNTS = (
    quotas.CONCURRENCY,
    quotas.UNRESERVED_MIN,
    quotas.SCALING_RATE,
    quotas.SQS_CONCURRENCY_MAX,
    quotas.TENANT_ENVIRONMENTS,
)
_SIZES_AND_TIMES = (
    quotas.SYNC_PAYLOAD_MAX, quotas.ASYNC_PAYLOAD_MAX, quotas.STREAMED_RESPONSE_MAX, quotas.STREAM_RATE_MAX, quotas.INIT_MAX,
    quotas.HTTP_API_TIMEOUT, quotas.REST_API_TIMEOUT, quotas.ALB_TIMEOUT, quotas.COGNITO_TIMEOUT,
)  # fmt: skip


def test_the_page_about_lambda_names_the_quotas_of_today() -> None:
    page = (Path(capplan.__file__).parent.parent / "docs" / "lambda.md").read_text(encoding="utf-8")
    named = [f"{quota.value:,}" for quota in _COUNTS] + [str(quota) for quota in _SIZES_AND_TIMES]
    assert [text for text in named if text not in page] == []
