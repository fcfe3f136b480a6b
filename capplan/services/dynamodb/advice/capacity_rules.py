"""What the recommendations on capacity look at and say. It decides nothing."""

from capplan.model import Rule

_MODE = "DynamoDB Developer Guide, Evaluate your table's capacity mode, read 2026-11-23"
_SCALING = (
    "DynamoDB Developer Guide, Managing throughput capacity automatically with DynamoDB auto scaling, read 2026-11-23"
)

CAPACITY_RULES: tuple[Rule, ...] = (
    Rule(
        "dynamodb.capacity-mode",
        "The other capacity mode",
        "An on-demand table that auto scaling at 70% would serve without throttling more over the simulated four weeks; or a "
        "provisioned table that on-demand would serve no worse.",
        "`capacity`: reads and writes, the table and its indexes change together, since a mode belongs to the table.",
        "Auto scaling follows a rise minutes late; on-demand costs more for each request.",
        _MODE,
    ),
    Rule(
        "dynamodb.auto-scaling",
        "Auto scaling for a static capacity",
        "A provisioned table with the same capacity all day, which auto scaling at 70% would serve without throttling more.",
        "`capacity.write` and `capacity.read` as {min, max, target}: what the quiet hours do not need is not paid.",
        "A rise faster than the alarms throttles until scaling follows.",
        _SCALING,
    ),
    Rule(
        "dynamodb.scheduled-scaling",
        "Auto scaling with planned steps",
        "A table whose load auto scaling at 70% would serve but for rises that come at known times: a spike, an hour of the "
        "day, a weekday.",
        "`capacity.scheduled`: a step half an hour before each rise, large enough for its peak at the target.",
        "A rise that nobody planned throttles, as with auto scaling alone.",
        "Application Auto Scaling User Guide, Scheduled scaling, read 2026-11-23",
    ),
    Rule(
        "dynamodb.throttled",
        "Requests are refused",
        "A table that refuses requests in the simulated four weeks, with the reasons AWS would give and how many of each.",
        "More capacity, a higher maximum, a warm throughput, on-demand, or more keys, by the reason.",
        "",
        "DynamoDB Developer Guide, Diagnosing throttling issues, read 2026-11-23",
    ),
)
