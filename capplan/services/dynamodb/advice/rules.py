"""The rules of a table's recommendations, in words: what each looks at, advises and gives up."""

from capplan.model import Rule
from capplan.services.dynamodb.advice.capacity_rules import CAPACITY_RULES
from capplan.services.dynamodb.quotas import CLASS_CHANGES_MAX

_READ = ", read 2026-11-23"

RULES: tuple[Rule, ...] = (
    *CAPACITY_RULES,
    Rule(
        "dynamodb.table-class",
        "Another table class",
        "A table whose storage and throughput cost less in the other class, planned in both.",
        "Write class: standard-ia where storage dominates the cost (less per GB, more per unit), standard where throughput does.",
        f"A table may change its class {CLASS_CHANGES_MAX.value} times {CLASS_CHANGES_MAX.unit}; Standard-IA has no reserved capacity.",
        "Evaluate your table class selection (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.hot-key",
        "A hot key of the table",
        "A partition key one value of which takes more than half of a partition's throughput in its busiest second.",
        "Spread the key over write shards (order#0 ... order#7): each has the throughput of a partition.",
        "Reading all items of one key takes one query per shard.",
        "Using write sharding to distribute workloads evenly (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.hot-index-key",
        "A hot key of an index",
        "An index one key of which takes more than half of a partition's throughput in its busiest second.",
        "Spread the key over write shards (status#0 ... status#7): each has the throughput of a partition.",
        "Reading all items of one key takes one query per shard.",
        "Using global secondary index write sharding (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.strong-read",
        "Strongly consistent reads where eventually consistent ones are enough",
        "Reads that ask for consistency: strong.",
        "Read eventually consistent, at half the units, wherever slightly stale data is acceptable.",
        "A read right after a write may return the old item.",
        "DynamoDB read consistency (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.scan-on-request-path",
        "A scan on a request path",
        "Scans of more than 100 items that come with traffic, not by a schedule.",
        "Query by a key of the table or of an index: a query reads only the items of the key. Filters do not lower the "
        "cost of a scan.",
        "The attribute queried must be a key.",
        "Best practices for querying and scanning data (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.unread-index",
        "An index that no request reads",
        "Indexes of a table in use that no query and no scan reads.",
        "Remove the index: every write that updates it costs units, and its entries cost storage.",
        "Check for readers outside this scenario; a local index can only be deleted with its table.",
        "General guidelines for secondary indexes (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.over-wide-projection",
        "An index that projects more than is read",
        "Indexes that project whole items of more than 1 KB: a write that changes any attribute rewrites the entry, in "
        "as many units as the item has KB.",
        "Project only the attributes that queries on the index return; entries of up to 1 KB cost one unit.",
        "Queries that need other attributes read the item too, one more read.",
        "General guidelines for secondary indexes (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.item-over-boundary",
        "Items just over a unit's boundary",
        "Items, all of one size, of up to a tenth of a block more than whole blocks: 1 KB for writes, 4 KB for reads.",
        "Shorten attribute names, numbers kept as text, or values, until the item fits: every request costs one unit less.",
        "Programs that use these names and values must change.",
        "DynamoDB item sizes and formats (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.uneven-sizes",
        "Sizes that vary cost more than their mean",
        "Sizes given as percentiles or by a sample, where the expected units of a write are at least a tenth more than "
        "those of an item of the mean size.",
        "Store large, rarely read attributes in an item or an S3 object of their own, so that sizes are alike. The saving "
        "is planned with the same bytes in items of the mean size.",
        "What is stored separately is read and written separately.",
        "Best practices for storing large items and attributes (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.compress-items",
        "Large items that could be compressed",
        "Items of more than 4 KB in the mean.",
        "Compress large attributes (gzip, zstd) into a binary one. The saving is planned with items of half the size, "
        "which is typical for text.",
        "CPU time to compress and decompress; filters, conditions and indexes cannot use compressed attributes.",
        "Best practices for storing large items and attributes (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.split-items",
        "Small updates of large items",
        "Updates with `changes` on items of more than 4 KB: a small change is billed for the whole item.",
        "Split the item: attributes that change often in a small item of their own under the same partition key. The "
        "saving is planned with updates of an item of 1 KB.",
        "Reading all of it is a query of several items.",
        "Best practices for storing large items and attributes (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.transaction",
        "A transaction where a condition is enough",
        "Write transactions that come at least once a second.",
        "A single conditional write is already atomic, at half the units. For several items: write one after the other, "
        "each with a condition, where partial writes can be detected and repaired.",
        "Loses atomicity over several items.",
        "Amazon DynamoDB Transactions: How it works (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.ttl",
        "Deletes that time to live makes for free",
        "A table without ttl whose items are deleted by requests, or to which items are only added.",
        "Write ttl: <attribute>: expired items are deleted without write units, and storage stops growing.",
        "TTL deletes items within days of expiry, not immediately; replicas of a global table pay for each such delete.",
        "Using time to live (DynamoDB Developer Guide" + _READ + ")",
    ),
)
