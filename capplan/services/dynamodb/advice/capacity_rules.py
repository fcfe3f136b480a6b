"""The rules of recommendations on capacity, in words."""

from capplan.model import Rule
from capplan.services.dynamodb.quotas import MODE_SWITCHES_MAX

_MODE = "DynamoDB Developer Guide, Evaluate your table's capacity mode, read 2026-11-23"
_SCALING = (
    "DynamoDB Developer Guide, Managing throughput capacity automatically with DynamoDB auto scaling, read 2026-11-23"
)

_BACK = (
    "write the former capacity: a table becomes provisioned at any time, and on-demand "
    f"{MODE_SWITCHES_MAX.value} times {MODE_SWITCHES_MAX.unit}"
)
"""DynamoDB Developer Guide, Considerations when switching capacity modes, read 2026-11-23."""

CAPACITY_RULES: tuple[Rule, ...] = (
    Rule(
        "dynamodb.capacity-mode",
        "The other capacity mode",
        "An on-demand table that throttles nothing and that auto scaling with a 70% target would serve whole over the simulated "
        "four weeks; or a provisioned table that on-demand would serve whole.",
        "`capacity`: reads and writes, the table and its indexes change together, since a mode belongs to the table.",
        "Unplanned spikes are throttled until auto scaling catches up; on-demand costs more for each request.",
        _MODE,
        action="Change the capacity mode of {name}",
        undo=_BACK,
    ),
    Rule(
        "dynamodb.auto-scaling",
        "Auto scaling for a static capacity",
        "A provisioned table with the same capacity all day, or auto scaled between other limits, which auto scaling with a "
        "70% target would serve whole.",
        "`capacity.write` and `capacity.read` as {min, max, target}: unused capacity in quiet hours is not paid.",
        "Unplanned spikes are throttled until auto scaling catches up.",
        _SCALING,
        action="Auto scale {name} at a 70% target",
    ),
    Rule(
        "dynamodb.scheduled-scaling",
        "Auto scaling with scheduled actions",
        "A table that auto scaling with a 70% target would serve, except for rises that come at known times: a spike, an "
        "hour of the day, a weekday.",
        "`capacity.scheduled`: an action half an hour before each rise, large enough for its peak at the target.",
        "Unplanned spikes are throttled until auto scaling catches up.",
        "Application Auto Scaling User Guide, Scheduled scaling, read 2026-11-23",
        action="Provision {name}, auto scaled at a 70% target, with a scheduled action before each rise",
        undo=_BACK,
    ),
    Rule(
        "dynamodb.reserved-capacity",
        "Reserved capacity",
        "A provisioned table of the standard class that holds 100 units or more, with its indexes, in every hour of the month; "
        "not where the scenario has commitments already.",
        "`commitments`: blocks of 100 units for 1 or 3 years, as many as are always held. compare-modes sizes them by the "
        "hours, which may pay for more.",
        "Paid used or not; assumes that the table stays provisioned, of the standard class and at this load.",
        "DynamoDB Developer Guide, Reserved capacity, read 2026-11-23",
        action="Reserve the capacity of {name}",
        undo="not before the term ends",
    ),
    Rule(
        "dynamodb.throttled",
        "Requests are throttled",
        "A table that throttles requests in the simulated four weeks, with AWS's reasons and how many of each.",
        "By the cause: more capacity or on-demand, pre-warming, a higher maximum; for a full partition only other keys or "
        "write shards.",
        "",
        "DynamoDB Developer Guide, Diagnosing throttling issues, read 2026-11-23",
        action="Find out what throttles {name}",
        effort="medium",
    ),
)
