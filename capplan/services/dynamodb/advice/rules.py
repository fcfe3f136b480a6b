"""The rules behind a table's recommendations, in words: what each looks at, advises and gives up. It decides nothing."""

from capplan.model import Rule
from capplan.services.dynamodb.advice.capacity_rules import CAPACITY_RULES
from capplan.services.dynamodb.quotas import CLASS_CHANGES_MAX

_READ = ", read 2026-11-23"

RULES: tuple[Rule, ...] = (
    *CAPACITY_RULES,
    Rule(
        "dynamodb.table-class",
        "Another table class",
        "A table's storage against its throughput, planned in both classes.",
        "Write class: standard-ia where storage dominates (less per GB, more per unit), standard where throughput does.",
        f"A table may change its class {CLASS_CHANGES_MAX.value} times {CLASS_CHANGES_MAX.unit}; Standard-IA has no reserved capacity.",
        "Evaluate your table class selection (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.hot-key",
        "A hot key of the table",
        "A partition key one value of which takes more than half of what a partition allows in its busiest second.",
        "Cut the key into shards (order#0 ... order#7): each has a partition's ceiling for itself.",
        "Reading all of one key takes a query a shard.",
        "Using write sharding to distribute workloads evenly (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.hot-index-key",
        "A hot key of an index",
        "An index one key of which takes more than half of what a partition allows in its busiest second.",
        "Cut the key into shards (status#0 ... status#7): each has a partition's ceiling for itself.",
        "Reading all of one key takes a query a shard.",
        "Using global secondary index write sharding (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.strong-read",
        "Strong reads where eventual ones serve",
        "Reads that ask for consistency: strong.",
        "Read eventually consistent, at half the units, wherever an answer a moment old does.",
        "A read right after a write may still see the item as it was.",
        "DynamoDB read consistency (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.scan-on-request-path",
        "A scan on a request path",
        "Scans of more than 100 items that come with traffic, not by a schedule.",
        "Query by a key, of the table or of an index made for it: a query evaluates only what the key holds. Filters "
        "do not lower what a scan costs.",
        "The attribute that is asked for has to be a key.",
        "Best practices for querying and scanning data (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.unread-index",
        "An index that no access reads",
        "Indexes of a table in use that no query and no scan names.",
        "Take the index away: every write that reaches it costs units, and its entries cost storage.",
        "What reads it outside of this scenario stops working; a local index can only go with its table.",
        "General guidelines for secondary indexes (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.over-wide-projection",
        "An index that copies more than is read",
        "Indexes that project whole items of more than 1 KB: a write that changes any attribute rewrites the entry, in "
        "as many units as the item has KB.",
        "Project only the attributes that queries on the index return; entries of less than 1 KB cost one unit.",
        "A reader that wants other attributes gets the item itself, one read more.",
        "General guidelines for secondary indexes (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.item-over-boundary",
        "Items just over a unit's boundary",
        "Items, all of one size, of up to a tenth of a block more than whole blocks: 1 KB for writes, 4 KB for reads.",
        "Shorten attribute names, numbers kept as text, or values, until the item fits: every request saves a block.",
        "Names and values that programs already know change.",
        "DynamoDB item sizes and formats (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.uneven-sizes",
        "Sizes that vary cost more than their mean",
        "Sizes given as percentiles or by a sample, where the expected units of a write are at least a tenth more than "
        "those of an item of the mean size.",
        "Keep large, seldom wanted attributes in an item or an object of their own, so that sizes are alike. The saving "
        "is what the spread costs: the same bytes, all items of the mean size.",
        "What is kept apart is read and written apart.",
        "Best practices for storing large items and attributes (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.compress-items",
        "Large items that could be compressed",
        "Items of more than 4 KB in the mean.",
        "Compress large attributes (gzip, zstd) into a binary one. The saving is planned with items of half the size, "
        "which is what text gives.",
        "Time to compress and expand; no filter, condition or index sees into a compressed attribute.",
        "Best practices for storing large items and attributes (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.split-items",
        "Large items of which little changes",
        "Updates that name what they change, on items of more than 4 KB: a small change pays for the whole item.",
        "Split the item: what changes often in a small item of its own under the same partition key. The saving is "
        "planned with updates of an item of 1 KB.",
        "Reading all of it is a query of several items.",
        "Best practices for storing large items and attributes (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.transaction",
        "A transaction where a condition would do",
        "Write transactions that come at least once a second.",
        "A single conditional write is already all or nothing, at half the units. Of several items: write one after the "
        "other, each with a condition, where a half-done pair can be seen and mended.",
        "Several writes no longer succeed or fail together.",
        "Amazon DynamoDB Transactions: How it works (DynamoDB Developer Guide" + _READ + ")",
    ),
    Rule(
        "dynamodb.ttl",
        "Deletes that time to live would make for free",
        "A table without ttl whose items are deleted by requests, or to which items are only added.",
        "Write ttl: <attribute>: expired items go without write units, and storage stops growing.",
        "Items go within days of their time, not at it; replicas of a global table pay for each such delete.",
        "Using time to live (DynamoDB Developer Guide" + _READ + ")",
    ),
)
