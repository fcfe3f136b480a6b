"""What each recommendation of this room looks at and says. It decides nothing."""

from capplan.model import Rule

_GUIDE = "AWS Lambda Developer Guide"
_READ = "read 2026-11-23"
_TUNING = f"{_GUIDE}, Configure Lambda function memory; AWS Lambda Power Tuning, {_READ}"
_CONCURRENCY = f"{_GUIDE}, Understanding Lambda function scaling, {_READ}"

RULES: tuple[Rule, ...] = (
    Rule(
        "lambda.memory",
        "Another memory size",
        "A function with a measured curve (`power_tuning`): every size is planned with the duration the curve gives it.",
        "`memory` and `duration`: the size that costs least a month. Where it is slower than today, the balanced size "
        "(cost and duration in equal parts) stands beside it.",
        "A cheaper size may be slower; the message says by how much.",
        _TUNING,
    ),
    Rule(
        "lambda.faster-memory",
        "Faster at about the same cost",
        "A function with a measured curve, on less memory than one that costs at most a tenth more and takes at most "
        "three quarters of the time.",
        "`memory` and `duration`: CPU-bound code costs about the same at every size up to one vCPU, so buy the speed.",
        "A little more money where the curve is not quite flat.",
        _TUNING,
    ),
    Rule(
        "lambda.arm64",
        "Graviton",
        "A function on x86_64.",
        "`architecture: arm64`: a fifth less a GB-second at the same duration; measured in 2025, CPU-bound code also ran in "
        "0.84 to 0.87 of the time and code that waits in about the same.",
        "Libraries have to be built for arm64.",
        f"AWS Lambda pricing page; {_GUIDE}, Instruction set architecture, {_READ}",
    ),
    Rule(
        "lambda.timeout-near",
        "A longer time-out",
        "Invocations of which one in a thousand, or more, reaches the time-out, or whose p99 is within a fifth of it.",
        "`timeout`: twice the p99. A time-out is billed in full, answers nothing, and is tried again where the "
        "invocation is asynchronous or polled.",
        "An invocation that hangs runs, and is billed, for longer.",
        f"{_GUIDE}, Configure Lambda function timeout, {_READ}",
    ),
    Rule(
        "lambda.timeout-far",
        "A shorter time-out",
        "A time-out of a minute or more, and of twenty times the p99 or more.",
        "`timeout`: three times the p99. What hangs then costs and blocks for that long only.",
        "A rare invocation that is slower than ever seen is ended.",
        f"{_GUIDE}, Configure Lambda function timeout, {_READ}",
    ),
    Rule(
        "lambda.source-timeout",
        "The source gives up first",
        "An API Gateway, load balancer, AppSync or Cognito trigger that waits for less than the function may run, and a "
        "duration whose tail is past it.",
        "`timeout` below the source's wait, or an answer that does not wait for the work (an asynchronous call).",
        "An invocation that would have ended in time for nobody is ended.",
        f"API Gateway, Elastic Load Balancing, AppSync and Cognito quotas, {_READ}",
    ),
    Rule(
        "lambda.visibility-timeout",
        "Hide messages for longer",
        "An SQS trigger whose queue hides messages for less than six times the function's time-out.",
        "`visibility_timeout`: six times the time-out. Else a message that is still worked on is delivered again, and is "
        "billed again.",
        "A message whose invocation died comes back later.",
        f"{_GUIDE}, Using Lambda with Amazon SQS, {_READ}",
    ),
    Rule(
        "lambda.caller-gives-up",
        "The caller gives up first",
        "A function that waits for this one with a time-out shorter than what this one may take.",
        "The caller's `timeout` above this one's, or this one's below it: what runs on after its caller has ended is billed "
        "and answers nobody.",
        "",
        f"{_GUIDE}, Invoking a function synchronously, {_READ}",
    ),
    Rule(
        "lambda.reserved-concurrency",
        "Reserve what it needs",
        "A reservation that refuses more than one in a thousand by Erlang's loss formula, or a function without one that "
        "takes more than half of the account's concurrency at its peak.",
        "`reserved_concurrency`: the fewest environments that refuse no more than one in a thousand. A reservation is free; "
        "it keeps others from starving this function, and this one from starving others.",
        "The rest of the account has less; 100 always stay unreserved.",
        f"{_GUIDE}, Configuring reserved concurrency, {_READ}",
    ),
    Rule(
        "lambda.provisioned-concurrency",
        "Environments kept ready",
        "A function with known cold starts, at the size at which Erlang's loss formula leaves one in a hundred to on-demand.",
        "`provisioned_concurrency`: no cold start for what it serves, at a lower price for its duration. It pays for itself "
        "only where it is busy enough: at most list prices 60% or more.",
        "Paid whether used or not.",
        f"{_GUIDE}, Configuring provisioned concurrency; pricing page, {_READ}",
    ),
    Rule(
        "lambda.provisioned-scheduled",
        "Environments kept ready while it is busy",
        "A function with known cold starts and an uneven day: the hours above its mean rate.",
        "`provisioned_concurrency.scheduled`: a window over these hours, sized by Erlang's loss formula, and nothing "
        "outside of it.",
        "Cold starts outside the window remain.",
        f"{_GUIDE}, Configuring provisioned concurrency; Application Auto Scaling, {_READ}",
    ),
    Rule(
        "lambda.provisioned-idle",
        "Fewer environments kept ready",
        "Provisioned concurrency that costs more than the same invocations on demand would.",
        "Take `provisioned_concurrency` away, or shrink it to the size its traffic fills.",
        "Cold starts come back.",
        f"AWS Lambda pricing page, {_READ}",
    ),
    Rule(
        "lambda.snap-start",
        "Start from a snapshot",
        "A function on Java 11, Python 3.12 or .NET 8 or later, with a zip package and 512 MB of storage, whose cold starts "
        "take a second or more.",
        "`snap_start: true`: the init runs once, at publishing; each cold start restores its snapshot instead.",
        "Published versions only; what init draws at random or connects to must be done anew after a restore.",
        f"{_GUIDE}, Improving startup performance with Lambda SnapStart, {_READ}",
    ),
    Rule(
        "lambda.init-outside-handler",
        "Init outside the handler",
        "A first invocation that takes twice as long as the others, or more, on less than one vCPU of memory.",
        "`init` and `first_call`: clients and connections made before the handler are made in the INIT phase, which runs at "
        "full CPU whatever the memory.",
        "Code to move; a longer init if not all of it is needed.",
        f"{_GUIDE}, Best practices for working with AWS Lambda functions, {_READ}",
    ),
    Rule(
        "lambda.batch",
        "Larger batches",
        "A queue or a stream with `per_record`, whose invocations take fewer records than AWS allows.",
        "`batch` and `window`: what every invocation takes whatever its records is paid less often.",
        "A record waits for up to the window; a failed batch holds more of them.",
        f"{_GUIDE}, Event source mappings, {_READ}",
    ),
    Rule(
        "lambda.poll-to-event",
        "An event in place of polling",
        "A function that only a schedule invokes, every ten minutes or more often.",
        "`triggers` with an event (a stream, S3, EventBridge, a queue) that invokes it when there is something to do. Where "
        "the trigger says what share of runs `finds` something, the saving is that of the others.",
        "The source has to send the event.",
        f"{_GUIDE}, Event-driven architectures, {_READ}",
    ),
    Rule(
        "lambda.quota",
        "A higher quota",
        "An account limit of Lambda that all functions together exceed, or fill to four fifths.",
        "A request to AWS (Service Quotas) for the concurrency that the peak needs, with a fifth to spare; the request rate "
        "quota grows with it.",
        "AWS takes hours to days to raise it.",
        f"{_GUIDE}, Lambda quotas, {_READ}",
    ),
    Rule(
        "lambda.scaling-rate",
        "Ahead of a sudden rise",
        "A rise of more than 1,000 environments within a minute.",
        "Environments kept ready from before the rise on (`provisioned_concurrency.scheduled`), a slower rise, or a queue "
        "in between: each function gets 1,000 more in 10 s.",
        "Environments kept ready are paid whether used or not.",
        f"{_GUIDE}, Lambda scaling behavior, {_READ}",
    ),
)
