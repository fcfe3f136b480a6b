"""Describes each Step Functions recommendation for `capplan explain` and the docs."""

from capplan.model import Rule
from capplan.services.stepfunctions.quotas import (
    CHILD_CONCURRENCY,
    EXPRESS_DURATION,
    HISTORY_EVENTS,
    INLINE_CONCURRENCY,
    STANDARD_DURATION,
)

_GUIDE = "AWS Step Functions Developer Guide"

RULES: tuple[Rule, ...] = (
    Rule(
        "stepfunctions.express-fits",
        "run it as an Express workflow",
        f"A Standard workflow of which all but 0.1% of executions end within {EXPRESS_DURATION}, without .sync, callback,"
        " activity or Distributed Map.",
        "Express bills requests and GB-seconds instead of state transitions.",
        "At-least-once execution: a state may run twice. History is in CloudWatch Logs only, billed where `logs` is on.",
        f'{_GUIDE}, "Choosing workflow type in Step Functions" (read 2026-11-23)',
        action="Run {name} as an Express workflow",
        effort="medium",
        undo="start the Standard workflow again: a workflow's type cannot be changed, so keep it",
    ),
    Rule(
        "stepfunctions.express-children",
        "run the children of a Distributed Map as Express",
        f"A Distributed Map with Standard children of which all but 0.1% end within {EXPRESS_DURATION}, without .sync,"
        " callback or activity.",
        "Express children pay a request and their duration instead of transitions; they start at up to 1,000 a second.",
        "At-least-once execution; children have no history of their own.",
        f'{_GUIDE}, "Using Map state in Distributed mode" (read 2026-11-23)',
    ),
    Rule(
        "stepfunctions.needs-standard",
        "run it as a Standard workflow",
        f"An Express workflow of which more than 0.1% of executions take longer than {EXPRESS_DURATION}.",
        f"Express stops an execution after {EXPRESS_DURATION}; a Standard one may take {STANDARD_DURATION}.",
        "",
        f'{_GUIDE}, "Choosing workflow type in Step Functions" (read 2026-11-23)',
        action="Run {name} as a Standard workflow",
        effort="medium",
        undo="start the Express workflow again: a workflow's type cannot be changed, so keep it",
    ),
    Rule(
        "stepfunctions.history-full",
        f"keep the history under {HISTORY_EVENTS.value:,} events",
        f"A Standard workflow whose mean execution writes more than {HISTORY_EVENTS.value:,} history events.",
        "A Distributed Map gives each batch its own history; a long loop can continue in a new execution.",
        "",
        f'{_GUIDE}, "Starting new executions to avoid reaching the history quota" (read 2026-11-23)',
        action="Split the executions of {name}",
        effort="high",
    ),
    Rule(
        "stepfunctions.inline-map-queues",
        "run many items in a Distributed Map",
        f"An inline Map with more than {INLINE_CONCURRENCY.value} items to run at the same time.",
        f"An inline Map runs {INLINE_CONCURRENCY.value} iterations at a time, the others wait; a Distributed Map runs up"
        f" to {CHILD_CONCURRENCY.value:,}.",
        "Each child is its own execution, billed for its start and end.",
        f'{_GUIDE}, "Using Map state in Inline mode" (read 2026-11-23)',
        action="Run the Map of {name} as a Distributed Map",
        effort="medium",
    ),
    Rule(
        "stepfunctions.polling-loop",
        "wait with .sync or a callback instead of polling",
        "A loop of a Wait, a Task and a Choice in a Standard workflow that is passed more than once.",
        "A .sync or .waitForTaskToken Task is one transition however long the work takes; a loop is billed every pass.",
        "The called service must support it.",
        f'{_GUIDE}, "Service integration patterns" (read 2026-11-23)',
        action="Wait with .sync or a callback in {name}",
        effort="medium",
    ),
    Rule(
        "stepfunctions.unguarded-task",
        "retry or catch errors",
        "A Task of whose attempts at least 0.1% fail with an error that no Retry or Catch handles.",
        "A Retry handles transient errors; a Catch runs the compensation.",
        "Retries are billed as transitions and repeat the call.",
        f'{_GUIDE}, "Handling errors in Step Functions workflows" (read 2026-11-23)',
        action="Retry or catch the errors of Tasks in {name}",
        effort="medium",
    ),
    Rule(
        "stepfunctions.task-times-out",
        "raise the Task's timeout",
        "A Task of whose attempts at least 0.1% take longer than its TimeoutSeconds.",
        "Such an attempt fails with States.Timeout; the work it started may continue, and be billed.",
        "",
        f'{_GUIDE}, "Task workflow state" (read 2026-11-23)',
        action="Lengthen the timeouts of Tasks in {name}",
        effort="medium",
    ),
    Rule(
        "stepfunctions.missing-resource",
        "declare what a workflow calls",
        "A Task that names a table, function, job or state machine which the scenario does not declare, or whose `call` has"
        " no action.",
        "What the Task causes there is on the bill and uses the account's limits; the answer lacks both until it is declared.",
        "",
        f'{_GUIDE}, "Integrating services with Step Functions" (read 2026-11-23)',
    ),
    Rule(
        "stepfunctions.waits-forever",
        "set a timeout on a Task that waits",
        "A callback or activity Task without TimeoutSeconds and HeartbeatSeconds.",
        f"If the answer is lost, the execution stays open for {STANDARD_DURATION}.",
        "",
        f'{_GUIDE}, "Best practices for Step Functions" (read 2026-11-23)',
        action="Set a timeout on the waiting Tasks of {name}",
        effort="medium",
    ),
)
