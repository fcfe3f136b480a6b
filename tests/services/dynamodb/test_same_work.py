"""Changes of a table after which AWS meters what it metered before: the class of the table, and nothing else."""

import pytest

from capplan.model import Demand
from capplan.services.dynamodb.capacity.uncertain import CENTRAL
from capplan.services.dynamodb.table import TABLE
from capplan.services.dynamodb.usage import meter_with
from tests.services.dynamodb.helpers import CTX, table

BEFORE = {"item_size": "1 KB", "items": "1M", "indexes": {"by-day": {"partition_key": "day", "project": "all"}}}


def test_another_class_is_the_same_work() -> None:
    before, after = table(**BEFORE), table(**BEFORE, **{"class": "standard-ia"})
    assert TABLE.same_work(before, after)
    one, other = (meter_with(spec, Demand(()), CTX, CENTRAL) for spec in (before, after))
    assert one.stored_bytes == other.stored_bytes
    assert one.targets == other.targets


@pytest.mark.parametrize("change", [
    {"items": "2M"},
    {"item_size": "1025 B"},
    {"capacity": {"mode": "provisioned", "write": 10, "read": 10}},
    {"indexes": {}},
    {"point_in_time_recovery": True},
    {"class": "standard-ia", "items": "2M"},
])  # fmt: skip
def test_anything_else_is_not(change: dict[str, object]) -> None:
    assert not TABLE.same_work(table(**BEFORE), table(**{**BEFORE, **change}))
