"""A quota of DynamoDB is written once: change it in a copy of the package, and every place follows."""

import shutil
import subprocess
import sys
from pathlib import Path

from capplan.services.dynamodb import quotas

ROOT = Path(__file__).parents[3]
CHANGED = {
    "dynamodb.target_utilization_max": ('max", 90,', 'max", 80,'),
    "dynamodb.item_size": ('item_size", 400 * 1024', 'item_size", 500 * 1024'),
    "dynamodb.partition.write": ('partition.write", 1000', 'partition.write", 1500'),
}
SCENARIO = """
capplan: 1
name: quotas
region: us-east-1
tables:
  orders:
    item_size: 1 KB
    capacity: {mode: provisioned, write: {min: 5, max: 50, target: 85%}}
    access: [{put: 60/s}]
"""
PROGRAM = """
import sys
from pathlib import Path
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.services.dynamodb import limits, spec
from capplan.services.dynamodb.validate_request import validate_access
from capplan.spec_config import field_docs
from tests.services.dynamodb.helpers import CTX, access, flat, metered, table

try:
    load("-", text=Path(sys.argv[1]).read_text())
except CapplanError as error:
    print(*(f"{d.message} | {d.hint}" for d in error.diagnostics))
print(table(capacity={"mode": "provisioned", "write": {"target": "75%"}}).capacity.write.target)
print(field_docs(spec.Throughput)["target"])
print(validate_access(table(item_size="600 KB"), access(op="put")))
usage = metered(table(item_size="1 KB", partition_key="id"), ({"op": "put"}, flat(10)))
checks = {x.limit: x.quota for x in limits.check("orders", table(item_size="1 KB", partition_key="id"), usage, CTX)}
print(checks["dynamodb.partition.write"], checks["dynamodb.item_size"])
"""


def test_a_changed_quota_is_followed_everywhere(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "capplan", tmp_path / "capplan", ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "capplan/services/dynamodb/quotas.py"
    text = file.read_text(encoding="utf-8")
    for before, after in CHANGED.values():
        assert text.count(before) == 1
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(scenario)],
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    bound = "The share of capacity that auto scaling keeps in use, 20 percent to 80 percent (70%)."
    assert done.stdout.splitlines() == [
        f"'85%' is too large: at most 80% | {bound}",
        "0.75",
        bound,
        "an item is larger than 500 KB, DynamoDB's limit",
        "1500 512000",
    ]


def test_every_quota_names_its_source_and_has_its_own_id() -> None:
    assert len({quota.id for quota in quotas.ALL}) == len(quotas.ALL)
    assert all(quota.source and quota.id.startswith("dynamodb.") for quota in quotas.ALL)
    assert {quota.id for quota in quotas.ALL if quota.shared} == {
        *(f"dynamodb.{what}{way}" for what in ("table.", "account.provisioned_") for way in ("read", "write")),
        "dynamodb.strong_global_tables",
    }
