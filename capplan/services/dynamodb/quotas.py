"""What DynamoDB allows: the figures of its Service Quotas page and of its throughput guides. It never decides anything.

Source where a line names none: DynamoDB Developer Guide, "Service, account, and table quotas" and "Constraints"
(read 2026-11-23).
"""

READ_BLOCK_BYTES = 4096
WRITE_BLOCK_BYTES = 1024
MAX_ITEM_BYTES = 409_600
"""An item, attribute names included."""
PAGE_BYTES = 1_048_576
"""A Query or Scan page ends when this is passed."""
ITEM_COLLECTION_BYTES = 10 * 2**30
"""All items and local index entries of one partition key value, on a table with a local index."""

PARTITION_READ_UNITS_PER_S = 3000
PARTITION_WRITE_UNITS_PER_S = 1000
PARTITION_BYTES = 10 * 2**30
"""One partition. Source: "Partitions and data distribution", "Designing partition keys" (read 2026-11-23)."""

TABLE_READ_UNITS_PER_S = 40_000
TABLE_WRITE_UNITS_PER_S = 40_000
"""A table, or one global index, in both modes; adjustable."""
ACCOUNT_PROVISIONED_READ_UNITS = 80_000
ACCOUNT_PROVISIONED_WRITE_UNITS = 80_000
"""The sum over provisioned tables and their global indexes in one Region; adjustable."""
MAX_GLOBAL_INDEXES = 20
MAX_LOCAL_INDEXES = 5
MAX_KEY_ATTRIBUTES = 4
"""In the partition key, and in the sort key, of a global index (since 2025-11)."""

NEW_ON_DEMAND_PARTITIONS = 4
NEW_ON_DEMAND_READ_UNITS_PER_S = 12_000
NEW_ON_DEMAND_WRITE_UNITS_PER_S = 4000
"""What a new on-demand table serves at once. Source: "On-demand capacity mode" (read 2026-11-23)."""
MODE_SWITCHES_PER_DAY = 4
"""To on-demand, in a rolling 24 h (since 2025-08). Source: "Considerations when switching capacity modes" (read
2026-11-23).
"""
DECREASES_HELD = 4
"""Decreases of provisioned capacity a table or index may hold; one comes back each full UTC hour."""
BURST_SECONDS = 300
"""Unused capacity kept. Source: "Burst and adaptive capacity" (read 2026-11-23)."""
