"""What a table serves of what it is offered: what is billed, and what its stream sees.

Source: DynamoDB Developer Guide, "On-demand maximum throughput", "Diagnosing throttling issues" (read 2026-11-23).
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from capplan.flow import DemandFlow
from capplan.services.dynamodb.capacity.served import LostShare, served_flow
from capplan.services.dynamodb.cost import charge
from capplan.services.dynamodb.usage import Usage
from capplan.units import PERIOD_MINUTES
from tests.services.dynamodb.helpers import flat, metered, spiky, table

F = Fraction
PUT = {"op": "put"}


def quantities(usage: Usage, **said: Any) -> Mapping[str, Fraction]:  # noqa: ANN401  words of the language
    return {c.id.partition(".")[2]: c.quantity for c in charge("orders", table(**said), usage)}


@pytest.mark.parametrize(("said", "offered", "units", "throttled", "working"), [
    ({"throughput": {"max_write": 50}}, 100, 131_400_000, "0.5", "50 of 100/s x 2,628,000 s"),
    ({"throughput": {"max_write": 200}}, 100, 262_800_000, "0", "the maximum is not reached"),
    ({"throughput": {"max_write": 50}}, 50, 131_400_000, "0", "exactly the maximum"),
    ({"throughput": {"max_write": 1}}, 1000, 2_628_000, "0.999", "1 of 1,000"),
    ({}, 50_000, 40_000 * 2_628_000, "0.2", "the table's quota of 40,000"),
    ({"throughput": {"max_read": 1}}, 100, 262_800_000, "0", "reads and writes apart"),
])  # fmt: skip
def test_on_demand_bills_what_is_served(
    said: dict[str, Any], offered: int, units: int, throttled: str, working: str
) -> None:
    usage = metered(table(item_size="1 KB", **said), (PUT, flat(offered)))
    assert quantities(usage, item_size="1 KB", **said)["writes"] == units, working
    assert usage.throttled == F(throttled)


def test_a_key_at_its_partitions_ceiling_is_billed_for_what_passes() -> None:
    """All 2,500 writes a second go to one key: a partition takes 1,000 of them, whatever the mode."""
    said = {"item_size": "1 KB", "partition_key": {"name": "id", "distinct": 1}}
    usage = metered(table(**said), (PUT, flat(2500)))
    assert float(quantities(usage, **said)["writes"]) == pytest.approx(1000 * 2_628_000, rel=1e-3)
    assert float(usage.throttled) == pytest.approx(0.6, rel=1e-3)


def test_an_index_takes_only_the_writes_that_the_table_serves() -> None:
    said = {
        "item_size": "1 KB",
        "throughput": {"max_write": 50},
        "indexes": {"by-day": {"partition_key": "day"}},
    }
    units = quantities(metered(table(**said), (PUT, flat(100))), **said)
    assert units["by-day.writes"] == units["writes"] == 131_400_000


def test_reads_are_served_where_writes_are_throttled() -> None:
    said = {"item_size": "1 KB", "throughput": {"max_write": 50}}
    usage = metered(table(**said), (PUT, flat(100)), ({"op": "get"}, flat(100)))
    writes, reads = usage.requests
    assert (writes.served.monthly, reads.served) == (F(131_400_000), reads.flow)
    assert usage.throttled == F(1, 4), "50 of 200 requests"


def test_a_spike_is_served_up_to_the_maximum_and_its_rest_is_not_billed() -> None:
    """10/s all month, and 100/s for half an hour of it, of which the maximum serves 40: 10 x 2,628,000 + 30 x 1,800."""
    said = {"item_size": "1 KB", "throughput": {"max_write": 40}}
    usage = metered(table(**said), (PUT, spiky(10, 10)))
    assert float(quantities(usage, **said)["writes"]) == pytest.approx(10 * 2_628_000 + 30 * 1800, rel=1e-6)
    assert usage.table.served["write"].peak().per_second == pytest.approx(40)
    assert usage.table.flow["write"].peak().per_second == pytest.approx(100)


def test_a_higher_maximum_never_serves_less() -> None:
    served = []
    for maximum in (1, 5, 20, 60, 99, 100, 500):
        usage = metered(table(item_size="1 KB", throughput={"max_write": maximum}), (PUT, spiky(10, 10)))
        served.append(usage.requests[0].served.monthly)
    assert served == sorted(served)


def test_what_is_served_and_what_is_throttled_add_up() -> None:
    flow = spiky(10, 10)
    share = LostShare(np.linspace(0, 1, PERIOD_MINUTES))
    served, lost = served_flow(flow, share), served_flow(flow, LostShare(1 - share.by_minute))
    assert float(served.monthly + lost.monthly) == pytest.approx(float(flow.monthly), rel=1e-4)
    assert np.allclose(served.rate_per_minute() + lost.rate_per_minute(), flow.rate_per_minute())


def test_flows_with_different_throttling_are_not_taken_for_one() -> None:
    """Two kinds of request of one traffic, one of them throttled: their sum has both."""
    flow, half = spiky(10, 10), LostShare(np.linspace(0, 1, PERIOD_MINUTES))
    both = DemandFlow.total((flow, served_flow(flow, half)))
    assert both.monthly == flow.monthly + served_flow(flow, half).monthly
    assert set(both.by_traffic_source()) == {"spiky"}


def test_nothing_throttled_changes_nothing() -> None:
    usage = metered(table(item_size="1 KB"), (PUT, spiky(10, 10)))
    assert all(kind.served is kind.flow for kind in usage.requests)
    assert Decimal(str(float(usage.throttled))) == 0
