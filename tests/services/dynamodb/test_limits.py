"""When a limit of a table is exceeded, and when it is only near: what burst capacity serves is not lost.

Source: DynamoDB Developer Guide, "Burst and adaptive capacity", "On-demand capacity mode" (read 2026-11-23).
"""

from decimal import Decimal
from typing import Any

import pytest

from capplan.flow import DemandFlow
from capplan.model import LimitCheck
from capplan.services.dynamodb.limits import check
from tests.services.dynamodb.helpers import CTX, flat, metered, spikes, spiky, table

PUT = {"op": "put"}


def limits(load: DemandFlow, **said: Any) -> tuple[bool, dict[str, LimitCheck]]:  # noqa: ANN401  words of the language
    """Whether anything is throttled, and the limits by name."""
    spec = table(item_size="1 KB", **said)
    usage = metered(spec, (PUT, load))
    return usage.throttled > 0, {limit.limit: limit for limit in check("orders", spec, usage, CTX)}


def provisioned(units: int) -> dict[str, Any]:
    return {"capacity": {"mode": "provisioned", "write": Decimal(units), "read": Decimal(1)}}


@pytest.mark.parametrize(("load", "said", "limit", "throttled", "working"), [
    (spiky(100, 2), provisioned(180), "dynamodb.provisioned.write", False, "20 x 1,800 s of 300 x 180 saved"),
    (spiky(100, 2), provisioned(150), "dynamodb.provisioned.write", True, "50 x 1,800 s of 300 x 150 saved"),
    (spiky(100, 2), provisioned(200), "dynamodb.provisioned.write", False, "all of it is provisioned"),
    (flat(101), provisioned(100), "dynamodb.provisioned.write", True, "nothing is ever saved"),
    (spikes(20, 1000, 1), {}, "dynamodb.warm.write", True, "a new table serves 4,000"),
    (flat(100), {"throughput": {"max_write": Decimal(50)}}, "dynamodb.on_demand_maximum.write", True, "its own"),
    (flat(100), {"throughput": {"max_write": Decimal(100)}}, "dynamodb.on_demand_maximum.write", False, "exactly"),
    (
        flat(2000),
        {"partition_key": {"name": "id", "distinct": Decimal(1)}},
        "dynamodb.partition.write",
        True,
        "one key is one partition",
    ),
])  # fmt: skip
def test_a_limit_is_exceeded_where_requests_are_throttled(
    *, load: DemandFlow, said: dict[str, Any], limit: str, throttled: bool, working: str
) -> None:
    lost, found = limits(load, **said)
    assert (lost, found[limit].breached) == (throttled, throttled), working
    assert any(one.breached for one in found.values()) == lost, "red where something is throttled, and only there"


def test_what_burst_serves_is_near_and_not_exceeded() -> None:
    _, found = limits(spiky(100, 2), **provisioned(180))
    limit = found["dynamodb.provisioned.write"]
    assert (limit.load, limit.quota, limit.breached) == (Decimal(200), Decimal(180), False)
    assert limit.headroom < 0


def test_a_capacity_above_the_tables_quota_is_seen() -> None:
    """40,001 WCU are one more than a table may have: AWS would reject them."""
    capacity = {"mode": "provisioned", "write": Decimal(40_001), "read": Decimal(1)}
    spec = table(item_size="1 KB", capacity=capacity)
    limit = next(x for x in check("orders", spec, metered(spec), CTX) if x.limit == "dynamodb.table.write")
    assert (int(limit.load), int(limit.quota), limit.breached) == (40_001, 40_000, True)
