"""What AWS publishes as a limit of DynamoDB, each once, and the sizes and rates by which it counts.

The constants below the quotas are no limits; their source is the same guide.
"""

from datetime import date
from fractions import Fraction

from capplan.service import Quota

_READ = date(2026, 11, 23)
_TODAY = date(2026, 11, 30)
_GUIDE = "DynamoDB Developer Guide, "
_QUOTAS = f"{_GUIDE}Service, account, and table quotas"
_CONSTRAINTS = f"{_GUIDE}Constraints"
_PARTITIONS = f"{_GUIDE}Partitions and data distribution, Designing partition keys"
_AUTO_SCALING = f"{_GUIDE}Managing throughput capacity automatically with DynamoDB auto scaling"

ITEM_SIZE_MAX = Quota("dynamodb.item_size", 400 * 1024, "bytes", _CONSTRAINTS, _READ)
"""An item, attribute names included."""
ITEM_COLLECTION_MAX = Quota("dynamodb.item_collection", 10 * 2**30, "bytes", _CONSTRAINTS, _READ)
"""All items and local index entries of one partition key value, on a table with a local index."""
PARTITION_KEY_MAX = Quota("dynamodb.partition_key_size", 2048, "bytes", _CONSTRAINTS, _READ)
INDEX_KEY_ATTRIBUTES_MAX = Quota("dynamodb.index_key_attributes", 4, "", _CONSTRAINTS, _READ)
"""In the partition key, and in the sort key, of a global index (since 2025-11)."""
LOCAL_INDEXES_MAX = Quota("dynamodb.local_indexes", 5, "", _QUOTAS, _READ)
NESTING_MAX = Quota("dynamodb.nesting_depth", 32, "levels", _CONSTRAINTS, _READ)
NUMBER_DIGITS_MAX = Quota("dynamodb.number_digits", 38, "digits", _CONSTRAINTS, _READ)

BATCH_GET_MAX = Quota("dynamodb.batch_get_items", 100, "items", _CONSTRAINTS, _READ)
BATCH_WRITE_MAX = Quota("dynamodb.batch_write_items", 25, "items", _CONSTRAINTS, _READ)
TRANSACT_GET_MAX = Quota("dynamodb.transact_get_items", 100, "items", _CONSTRAINTS, _READ)
TRANSACT_WRITE_MAX = Quota("dynamodb.transact_write_items", 100, "items", _CONSTRAINTS, _READ)
PAGE_MAX = Quota("dynamodb.page_size", 2**20, "bytes", _CONSTRAINTS, _READ)
"""A page of a Query or Scan ends when this is passed."""

PARTITION_WRITE = Quota("dynamodb.partition.write", 1000, "write units/s", _PARTITIONS, _READ)
PARTITION_READ = Quota("dynamodb.partition.read", 3000, "read units/s", _PARTITIONS, _READ)
PARTITION_SIZE_MAX = Quota("dynamodb.partition_size", 10 * 2**30, "bytes", _PARTITIONS, _READ)

TABLE_WRITE = Quota("dynamodb.table.write", 40_000, "write units/s", _QUOTAS, _READ, adjustable=True, shared=True)
TABLE_READ = Quota("dynamodb.table.read", 40_000, "read units/s", _QUOTAS, _READ, adjustable=True, shared=True)
"""A table, or one global index, in both modes."""
ACCOUNT_WRITE = Quota(
    "dynamodb.account.provisioned_write", 80_000, "provisioned write", _QUOTAS, _READ, adjustable=True, shared=True
)
ACCOUNT_READ = Quota(
    "dynamodb.account.provisioned_read", 80_000, "provisioned read", _QUOTAS, _READ, adjustable=True, shared=True
)
"""The sum over provisioned tables and their global indexes in one Region."""

DECREASES_MAX = Quota("dynamodb.capacity_decreases", 4, "", _QUOTAS, _READ)
"""Decreases of provisioned capacity that a table or index may have unused; one more comes each full UTC hour."""
TARGET_UTILIZATION_MIN = Quota("dynamodb.target_utilization_min", 20, "percent", _AUTO_SCALING, _READ)
TARGET_UTILIZATION_MAX = Quota("dynamodb.target_utilization_max", 90, "percent", _AUTO_SCALING, _READ)
MODE_SWITCHES_MAX = Quota(
    "dynamodb.mode_switches", 4, "in 24 hours", f"{_GUIDE}Considerations when switching capacity modes", _READ
)
"""From provisioned to on-demand; back at any time."""
CLASS_CHANGES_MAX = Quota(
    "dynamodb.table_class_changes", 2, "in 30 days", f"{_GUIDE}Evaluate your table class selection", _READ
)
PITR_PERIOD_MAX = Quota("dynamodb.pitr_period", 35 * 86_400, "s", f"{_GUIDE}Point-in-time backups", _TODAY)
"""How long continuous backups are kept at most."""
STRONG_TABLES_MAX = Quota("dynamodb.strong_global_tables", 400, "", _QUOTAS, _READ, adjustable=True, shared=True)
"""Global tables of multi-Region strong consistency in an account."""
CACHE_NODES_MAX = Quota("dynamodb.dax_nodes", 11, "", f"{_GUIDE}Sizing your DAX cluster", _TODAY)
"""In a DAX cluster: the primary and ten read replicas."""
CACHE_TABLES_MAX = Quota("dynamodb.dax_tables", 500, "", f"{_GUIDE}DAX cluster components", _TODAY)
"""Tables in front of which one cluster may be."""
CACHE_WRITES_MAX = Quota("dynamodb.dax.writes", 40_000, "writes/s", f"{_GUIDE}Sizing your DAX cluster", _TODAY)
"""Writes of 1 KB that one cluster takes, whatever its nodes: each node serves at most a million normalized requests."""
RESERVED_UNITS_MAX = Quota("dynamodb.reserved_units", 1_000_000, "", f"{_GUIDE}Reserved capacity", _READ)

ALL = tuple(quota for quota in list(globals().values()) if isinstance(quota, Quota))
PARTITION_THROUGHPUT = {"write": int(PARTITION_WRITE.value), "read": int(PARTITION_READ.value)}
"""Units a second of one partition, by direction."""
TABLE_THROUGHPUT = {"write": TABLE_WRITE, "read": TABLE_READ}
ACCOUNT_CAPACITY = {"write": ACCOUNT_WRITE, "read": ACCOUNT_READ}

READ_BLOCK_BYTES = 4096
WRITE_BLOCK_BYTES = 1024
UNITS_PER_BLOCK = {"eventual": Fraction(1, 2), "strong": Fraction(1), "transactional": Fraction(2)}
"""Read units of one 4 KB block, by consistency."""
TRANSACTION_FACTOR = 2
"""A transactional write is prepared and committed."""
NEW_ON_DEMAND_PARTITIONS = 4
NEW_ON_DEMAND_THROUGHPUT = {"write": 4000, "read": 12_000}
"""Units a second that a new on-demand table serves at once. Source: "On-demand capacity mode" (read 2026-11-23)."""
STRONG_REGIONS = (
    *("us-east-1", "us-east-2", "us-west-2", "ca-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"),
    *("eu-north-1", "eu-south-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1"),
)
"""Where a global table may be strongly consistent, in any combination of three. Source: "How DynamoDB global tables work"
(read 2026-11-30); older copies of it allow three of the United States, of Europe or of Asia only."""
LEGACY_VERSION, LEGACY_FACTOR = "2017.11.29", 2
"""The legacy version of global tables, and the replicated units that a plan takes for each of a write: DynamoDB updates a
written item again with what it replicates by. Source: "Global tables version 2017.11.29" (read 2026-11-23)."""
STRONG_REGION_COUNT = 3
REPLICA_OVERHEAD_BYTES = 48
"""Billed beside every item of a global table in each Region. Source: "DynamoDB item sizes and formats" (read 2026-11-23)."""
REPLICATION_S = 1
"""Seconds after which a replica has a change: "typically within a second or less". Source: the same page."""
BURST_SECONDS = 300
"""Unused capacity kept. Source: "Burst and adaptive capacity" (read 2026-11-23)."""
