"""The alarms of auto scaling: a line of CloudWatch, never of the table; beside the bill where no price is known."""

from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from tests.helpers import HEAD, scenario

AUTO = "{min: 5, max: 1000}"


@pytest.mark.parametrize(("table", "region", "usd", "working"), [
    (f"capacity: {{mode: provisioned, write: {AUTO}, read: {AUTO}}}", "us-east-1", "0.80", "8 alarms at 0.10"),
    (f"capacity: {{mode: provisioned, write: {AUTO}, read: 5}}", "us-east-1", "0.40", "writes alone"),
    (
        f"indexes: {{by: {{partition_key: d}}}}, capacity: {{mode: provisioned, write: {AUTO}, read: {AUTO}}}",
        "eu-west-1",
        "1.60",
        "the table and its index",
    ),
    (f"capacity: {{mode: provisioned, write: {AUTO}, read: {AUTO}}}", "ca-central-1", None, "no price is known"),
    ("capacity: {mode: provisioned, write: 5, read: 5}", "us-east-1", "", "static"),
    ("capacity: on-demand", "us-east-1", "", "no capacity"),
])  # fmt: skip
def test_alarms_are_on_cloudwatchs_bill(table: str, region: str, usd: str | None, working: str, tmp_path: Path) -> None:
    body = f"tables: {{t: {{item_size: 1 KB, {table}, access: [{{put: 10/s}}]}}}}\n"
    found = capplan.plan(scenario(body, tmp_path, HEAD.replace("us-east-1", region)), findings=False)
    alarms = {line.charge_id: line.list_cost for line in found.lines if line.service == "cloudwatch"}
    assert alarms == ({"TargetTracking-table/t.alarms": Decimal(usd)} if usd else {}), working
    assert [cost.what for cost in found.not_included] == (["CloudWatch: 8 standard alarms"] if usd is None else [])
