"""Where the replicas of a global table are, and what each has of its own."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.services.dynamodb.spec import Table


def regions_of(spec: Table, home: str) -> tuple[str, ...]:
    """The Regions with a replica, the scenario's own first; a witness has none."""
    return (home, *(replica.region for replica in spec.replicas if replica.region != home))


def local_spec(spec: Table, region: str, home: str) -> Table:
    """The table with what its replica in a Region has of its own; what is read of changes is read in the scenario's Region."""
    replica = next((one for one in spec.replicas if one.region == region), None)
    if replica is None:
        return spec
    update: dict[str, Any] = {"point_in_time_recovery": replica.point_in_time_recovery}
    if replica.table_class is not None:
        update["table_class"] = replica.table_class
    if replica.read is not None:
        update["capacity"] = spec.capacity.model_copy(update={"read": replica.read})
    if region != home:
        update |= {"kinesis": None, "stream_readers": 0}
    return spec.model_copy(update=update)


def share_of(shares: Mapping[str, Decimal], region: str, home: str) -> Fraction:
    """The share of requests that goes to a Region; what is not placed goes to the scenario's own."""
    elsewhere = sum((Fraction(share) for other, share in shares.items() if other != home), Fraction(0))
    return 1 - elsewhere if region == home else Fraction(shares.get(region, 0))
