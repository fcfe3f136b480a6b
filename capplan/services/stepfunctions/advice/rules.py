"""The rules behind the room's recommendations, in words. It decides nothing.

Sources: Step Functions Developer Guide and pricing page (read 2026-11-23).
"""

from capplan.model import Rule

_GUIDE = "AWS Step Functions Developer Guide"

RULES: tuple[Rule, ...] = (
    Rule(
        "stepfunctions.express-fits",
        "run it as an Express workflow",
        "A Standard workflow that lasts at most 5 minutes in the mean and holds no .sync, callback, activity or"
        " Distributed Map.",
        "Express bills requests and GB-seconds instead of state transitions; the saving is the difference of two plans.",
        "Executions run at least once, so a state may run twice; history goes to CloudWatch Logs, billed apart.",
        f'{_GUIDE}, "Choosing workflow type in Step Functions" (read 2026-11-23)',
    ),
    Rule(
        "stepfunctions.needs-standard",
        "run it as a Standard workflow",
        "An Express workflow whose mean execution lasts longer than 5 minutes.",
        "Standard runs up to a year; Express ends an execution after 5 minutes.",
        "",
        f'{_GUIDE}, "Choosing workflow type in Step Functions" (read 2026-11-23)',
    ),
    Rule(
        "stepfunctions.history-full",
        "keep the history under 25,000 events",
        "A Standard workflow whose mean execution writes more than 25,000 history events.",
        "A Distributed Map gives each batch a history of its own; a long loop goes on in a new execution.",
        "",
        f'{_GUIDE}, "Starting new executions to avoid reaching the history quota" (read 2026-11-23)',
    ),
    Rule(
        "stepfunctions.inline-map-queues",
        "run many items in a Distributed Map",
        "An inline Map that would run more than 40 items at once.",
        "An inline Map runs 40 iterations at a time, the others wait; a Distributed Map runs up to 10,000.",
        "Each child is an execution of its own and pays for its start and end.",
        f'{_GUIDE}, "Using Map state in Inline mode" (read 2026-11-23)',
    ),
    Rule(
        "stepfunctions.polling-loop",
        "wait with .sync or a callback instead of polling",
        "A loop of a Wait, a Task and a Choice that goes round more than once in a Standard workflow.",
        "A .sync or .waitForTaskToken Task counts one transition however long the work lasts; a loop pays every pass.",
        "The called service must support it.",
        f'{_GUIDE}, "Service integration patterns" (read 2026-11-23)',
    ),
    Rule(
        "stepfunctions.unguarded-task",
        "retry or catch what fails",
        "A Task with failures (a thousandth of its attempts or more) that no retrier and no catcher takes.",
        "A Retry saves most executions from a passing failure; a Catch runs the compensation.",
        "Retries count as transitions and call again.",
        f'{_GUIDE}, "Handling errors in Step Functions workflows" (read 2026-11-23)',
    ),
    Rule(
        "stepfunctions.task-times-out",
        "give the Task the time it needs",
        "A Task whose attempts pass its TimeoutSeconds (a thousandth of them or more).",
        "A cut-off attempt fails with States.Timeout, and what it started may go on and cost.",
        "",
        f'{_GUIDE}, "Task workflow state" (read 2026-11-23)',
    ),
    Rule(
        "stepfunctions.waits-forever",
        "give a waiting Task a time-out",
        "A callback or activity Task without TimeoutSeconds and HeartbeatSeconds.",
        "Without one it waits for an answer that was lost until the execution is a year old.",
        "",
        f'{_GUIDE}, "Best practices for Step Functions" (read 2026-11-23)',
    ),
)
