"""The rules of a stream's recommendations, in words."""

from capplan.model import Rule

_READ = ", read 2026-11-30"
_MODES = "Choose the right mode to stream in (Kinesis Data Streams Developer Guide" + _READ + ")"

RULES: tuple[Rule, ...] = (
    Rule(
        "kinesis.shards",
        "Fewer or more shards",
        "A provisioned stream whose shards do not fit what is written and read in its busiest minute, with a quarter to spare.",
        "Merge shards that no load needs; split where producers are throttled, or where consumers share the read rate.",
        "Lambda runs as many invocations at a time as there are shards, times the parallelization factor.",
        _MODES,
        action="Change the shards of {name}",
        undo="split or merge back: UpdateShardCount may double or halve at most, 10 times in 24 h",
    ),
    Rule(
        "kinesis.capacity-mode",
        "The other capacity mode",
        "A stream planned in the other mode: by shards for its busiest minute, or on demand.",
        "Pay by shards where the load is even, on demand where its peaks are short: shards cost the same all day.",
        "On demand takes twice its former peak at once; by shards somebody must follow the load.",
        _MODES,
        action="Switch the capacity mode of {name}",
        undo="the mode may change twice in 24 hours",
    ),
    Rule(
        "kinesis.aggregate",
        "Several small records in one",
        "Records that fill less than half of a PUT payload unit (25 KB), or less than half of the 1 KB that an on-demand "
        "stream counts.",
        "Aggregate them with the Kinesis Producer Library, or put several into one record: units are counted per record.",
        "A record waits for the others (100 ms by default), and readers take the parts from each other.",
        "Key concepts of the KPL, Aggregation (Kinesis Data Streams Developer Guide" + _READ + ")",
        action="Aggregate the records of {name}",
        effort="medium",
    ),
    Rule(
        "kinesis.hot-key",
        "A partition key that fills its shard",
        "A partition key whose records alone are more than a shard takes in the busiest minute.",
        "Add a part to the key that spreads it over several (user#0 ... user#7): all records of one key are on one shard, "
        "whatever the number of shards or the mode.",
        "Records are in order for each key only: the parts are not.",
        "Quotas and limits (Kinesis Data Streams Developer Guide" + _READ + ")",
        action="Spread the hot partition key of {name}",
        effort="medium",
    ),
    Rule(
        "kinesis.fan-out",
        "Consumers that share the read rate",
        "Consumers by GetRecords that together read more than 2 MB/s or more than five times a second of a shard.",
        "Register the consumers that must be fast for enhanced fan-out: each gets 2 MB/s of its own, pushed to it.",
        "It costs per consumer, shard and hour, and per GB read.",
        "Develop enhanced fan-out consumers (Kinesis Data Streams Developer Guide" + _READ + ")",
        action="Register consumers of {name} for enhanced fan-out",
    ),
)
