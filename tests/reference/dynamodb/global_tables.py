"""Replicated writes of global tables, by Region; no scenario has one yet.

Source: DynamoDB Developer Guide, "Global tables billing", "Time to Live" (read 2026-11-23).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.reference.dynamodb.single_requests import write_units

Number = int | Decimal | Fraction

LEGACY_VERSION = "2017"
_LEGACY_FACTOR = 2
_REPLICA_OVERHEAD_BYTES = 48


def replica_overhead_bytes(items: Number) -> Fraction:
    """Bytes billed for items of a replica beside those of any table."""
    return Fraction(items) * _REPLICA_OVERHEAD_BYTES


@dataclass(frozen=True, slots=True)
class ReplicaWrites:
    """Ordinary and replicated write units in each Region; empty where there are none."""

    ordinary: Mapping[str, Fraction]
    replicated: Mapping[str, Fraction]

    @property
    def replicated_total(self) -> Fraction:
        """Replicated units of all Regions."""
        return sum(self.replicated.values(), Fraction(0))


def replica_writes(
    regions: Sequence[str],
    writes: Mapping[str, Number],
    item_bytes: Number,
    *,
    index_units_per_write: Number = 0,
    version: str = "2019",
) -> ReplicaWrites:
    """Units of the writes made in each Region: every replica pays for all of them; global indexes pay ordinary units
    everywhere.

    A table in one Region has no replicated writes. The version of 2017 is planned with twice the units.
    """
    count = sum((Fraction(n) for n in writes.values()), Fraction(0))
    units = count * write_units(None, item_bytes)
    index = count * Fraction(index_units_per_write)
    if len(regions) == 1:
        return ReplicaWrites({regions[0]: units + index}, {})
    factor = _LEGACY_FACTOR if version.startswith(LEGACY_VERSION) else 1
    return ReplicaWrites(dict.fromkeys(regions, index) if index else {}, dict.fromkeys(regions, units * factor))


def expiry_writes(regions: Sequence[str], fires_in: str, deletes: Number, item_bytes: Number) -> Mapping[str, Fraction]:
    """Replicated units of TTL deletes: free where they fire, a replicated write everywhere else."""
    units = Fraction(deletes) * write_units(item_bytes, None)
    return {region: units for region in regions if region != fires_in}


def write_unit_name(*, index: str | None, provisioned: bool, replicated: bool = True) -> str:
    """The unit a write is billed in; `index` is None, "local" or "global". A global index's writes are ordinary in
    every Region.
    """
    unit = "WCU" if provisioned else "WRU"
    return f"r{unit}" if replicated and index != "global" else unit
