"""The texts of Lambda's recommendation rules: what each looks at, advises and costs."""

from capplan.model import Rule
from capplan.services.lambda_.quotas import (
    SCALING_RATE,
    SNAP_START_STORAGE_MAX,
    UNRESERVED_MIN,
    VISIBILITY_TIMEOUT_FACTOR,
)

_GUIDE = "AWS Lambda Developer Guide"
_READ = "read 2026-11-23"
_TUNING = f"{_GUIDE}, Configure Lambda function memory; AWS Lambda Power Tuning, {_READ}"

RULES: tuple[Rule, ...] = (
    Rule(
        "lambda.memory",
        "Another memory size",
        "A function with a measured curve (`power_tuning`): every size is planned with the duration the curve gives it.",
        "`memory` and `duration`: the size that costs least per month. The message also names the fastest size and the balanced "
        "one (cost and duration in equal parts).",
        "A cheaper size may be slower; the trade-off says by how much.",
        _TUNING,
        action="Change the memory of {name}",
    ),
    Rule(
        "lambda.faster-memory",
        "Faster at about the same cost",
        "A function with a measured curve, below a memory size that costs at most a tenth more and takes at most three "
        "quarters of the time.",
        "`memory` and `duration`: CPU-bound code costs about the same at every size up to one vCPU, so take the faster one.",
        "A slightly higher cost if the curve is not quite flat.",
        _TUNING,
        action="Give {name} more memory",
    ),
    Rule(
        "lambda.arm64",
        "Graviton",
        "A function on x86_64 whose runtime has arm64; those on Amazon Linux 1 have none (python3.7, nodejs10.x, java8, go1.x …).",
        "`architecture: arm64`: a fifth less per GB-second at the same duration; measured in 2025, CPU-bound code also took "
        "0.84 to 0.87 of the time, and code that waits about the same.",
        "Libraries must be built for arm64.",
        f"AWS Lambda pricing page; {_GUIDE}, Instruction set architecture, {_READ}",
        action="Run {name} on arm64",
        effort="medium",
        undo="deploy the x86_64 build again",
    ),
    Rule(
        "lambda.timeout-near",
        "A longer timeout",
        "At least one in a thousand invocations reaches the timeout, or its p99 duration with a whole batch, or with the cold "
        "start where one in a thousand is cold, is within a fifth of it.",
        "`timeout`: twice that p99, and a visibility timeout that is not shorter. An invocation that times out is billed in "
        "full, answers nothing, and is retried if it is "
        "asynchronous or polled.",
        "An invocation that hangs runs, and is billed, for longer.",
        f"{_GUIDE}, Configure Lambda function timeout, {_READ}",
        action="Lengthen the timeout of {name}",
    ),
    Rule(
        "lambda.timeout-far",
        "A shorter timeout",
        "A timeout of at least a minute, and of at least twenty times the p99 duration.",
        "`timeout`: three times the p99 of a whole batch, and twice a cold start. An invocation that hangs costs, and blocks, for that long only.",
        "A rare invocation that is slower than any measured one is stopped.",
        f"{_GUIDE}, Configure Lambda function timeout, {_READ}",
        action="Shorten the timeout of {name}",
    ),
    Rule(
        "lambda.source-timeout",
        "The source times out first",
        "An API Gateway, load balancer, AppSync or Cognito trigger that waits for less than the invocation takes, cold start "
        "included.",
        "An asynchronous call that answers before the work is done, a faster function, or an environment that is warm. A "
        "shorter `timeout` would stop invocations that are late without making one of them earlier.",
        "The answer comes by another way.",
        f"API Gateway, Elastic Load Balancing, AppSync and Cognito quotas, {_READ}",
        action="Answer within the time that the source of {name} waits",
    ),
    Rule(
        "lambda.visibility-timeout",
        "A longer visibility timeout",
        f"An SQS trigger whose queue has a visibility timeout below {VISIBILITY_TIMEOUT_FACTOR} times the function's timeout.",
        f"`visibility_timeout`: {VISIBILITY_TIMEOUT_FACTOR} times the timeout. Otherwise a message that is still being processed "
        "is delivered, and billed, again.",
        "A message whose invocation failed comes back later.",
        f"{_GUIDE}, Using Lambda with Amazon SQS, {_READ}",
        action="Lengthen the visibility timeout of the queue of {name}",
    ),
    Rule(
        "lambda.caller-gives-up",
        "The caller times out first",
        "A function that waits for this one, with a timeout shorter than this one may take.",
        "The caller's `timeout` above this one's, or this one's below it: an invocation that outlasts its caller is billed, "
        "and nobody receives its answer.",
        "",
        f"{_GUIDE}, Invoking a function synchronously, {_READ}",
        action="Let the callers of {name} wait for it",
    ),
    Rule(
        "lambda.reserved-concurrency",
        "Reserved concurrency",
        "A reservation that throttles more than one in a thousand by Erlang's loss formula, or a function without one that "
        "uses more than half of the account's concurrency at its peak, where the account can reserve as much.",
        "`reserved_concurrency`: the smallest that throttles no more than one in a thousand. A reservation is free; it keeps "
        "this function and the others from throttling each other.",
        f"Less concurrency for the other functions; {UNRESERVED_MIN.value} must stay unreserved.",
        f"{_GUIDE}, Configuring reserved concurrency, {_READ}",
        action="Reserve concurrency for {name}",
    ),
    Rule(
        "lambda.provisioned-concurrency",
        "Provisioned concurrency",
        "A function whose answers somebody waits for, with cold starts that make at least one in a hundred a tenth slower, at "
        "the size at which Erlang's loss formula leaves one in a hundred on demand; or environments that are always busy.",
        "`provisioned_concurrency`: no cold starts in these environments, and a lower price for their duration. It pays for "
        "itself only if they are busy enough: at most list prices at least 60% of the time.",
        "Billed whether used or not.",
        f"{_GUIDE}, Configuring provisioned concurrency; pricing page, {_READ}",
        action="Provision concurrency for {name}",
    ),
    Rule(
        "lambda.provisioned-scheduled",
        "Scheduled provisioned concurrency",
        "The same function with an uneven day: the hours above its mean rate.",
        "`provisioned_concurrency.scheduled`: these hours only, sized by Erlang's loss formula.",
        "Cold starts outside these hours remain.",
        f"{_GUIDE}, Configuring provisioned concurrency; Application Auto Scaling, {_READ}",
        action="Provision concurrency for {name} in its busy hours",
    ),
    Rule(
        "lambda.provisioned-idle",
        "Less provisioned concurrency",
        "Provisioned concurrency that costs more than the same invocations on demand would.",
        "Remove `provisioned_concurrency`, or reduce it to the size that its traffic fills.",
        "Cold starts come back.",
        f"AWS Lambda pricing page, {_READ}",
        action="Remove the provisioned concurrency of {name}",
    ),
    Rule(
        "lambda.snap-start",
        "SnapStart",
        "A function on Java 11, Python 3.12 or .NET 8 or later, with a zip package and at most "
        f"{SNAP_START_STORAGE_MAX} of ephemeral storage, whose cold starts take at least a second, and somebody waits for it.",
        "`snap_start: true`: the init runs once, when a version is published; each cold start restores its snapshot instead.",
        "Published versions only; regenerate randomness and reconnect after restore.",
        f"{_GUIDE}, Improving startup performance with Lambda SnapStart, {_READ}",
        action="Start {name} from a snapshot (SnapStart)",
        effort="medium",
    ),
    Rule(
        "lambda.init-outside-handler",
        "Initialize outside the handler",
        "A first invocation that takes at least twice as long as the others, with less memory than one vCPU has.",
        "`init` and `first_call`: clients and connections made outside the handler are made in the INIT phase, which runs "
        "with the CPU of one vCPU whatever the memory.",
        "Code to move; a longer init if not all of it is needed.",
        f"{_GUIDE}, Best practices for working with AWS Lambda functions, {_READ}",
        action="Initialize {name} outside its handler",
        effort="medium",
        undo="deploy the former code again",
    ),
    Rule(
        "lambda.batch",
        "Larger batches",
        "A queue or a stream with `per_record` and without a batch window.",
        "`window`, and a `batch` that the timeout holds: the part of the duration that does not depend on the records is billed "
        "less often. The function's `calls` are made for the same records: their `times` grow with the batch.",
        "A record waits for up to the batch window; a failed batch has more records.",
        f"{_GUIDE}, Event source mappings, {_READ}",
        action="Collect larger batches for {name}",
    ),
    Rule(
        "lambda.queue-cap",
        "A cap that its queue outgrows",
        "A queue whose `maximum_concurrency` lets messages wait until they expire.",
        "`maximum_concurrency` for the busiest minute, or a shorter duration: nothing else makes the backlog shorter.",
        "What the function calls, and the account, get that much more at once.",
        f"{_GUIDE}, Configuring scaling behavior for SQS event source mappings, {_READ}",
        action="Raise the maximum concurrency of the queue of {name}",
    ),
    Rule(
        "lambda.poll-to-event",
        "Events instead of polling",
        "A function that a schedule invokes every ten minutes or more often to look for work: its trigger gives the share of "
        "runs that find any (`finds`).",
        "`triggers` with an event (a stream, S3, EventBridge, a queue) that invokes it when there is something to do: the saving "
        "is that of the other runs.",
        "The source must send the event.",
        f"{_GUIDE}, Event-driven architectures, {_READ}",
        action="Send {name} events instead of polling",
        effort="high",
        undo="schedule the polling function again",
    ),
    Rule(
        "lambda.quota",
        "A higher quota",
        "A quota of the account that all functions together exceed, or use to four fifths.",
        "A request to AWS (Service Quotas) for the concurrency that the peak needs, plus a fifth; the request-rate quota "
        "grows with it.",
        "AWS takes hours to days to raise it.",
        f"{_GUIDE}, Lambda quotas, {_READ}",
        action="Request a higher quota for the {name}",
        undo="a quota that AWS has raised needs no undoing",
    ),
    Rule(
        "lambda.scaling-rate",
        "A rise faster than AWS scales",
        f"A rise of more than {SCALING_RATE.value:,} environments within a minute.",
        "Provisioned concurrency from before the rise on (`provisioned_concurrency.scheduled`), a slower rise, or a queue in "
        f"between: AWS adds up to {SCALING_RATE.value:,} {SCALING_RATE.unit} to a function.",
        "Provisioned environments are billed whether used or not.",
        f"{_GUIDE}, Lambda scaling behavior, {_READ}",
        action="Provision concurrency for {name} before its rise",
    ),
)
