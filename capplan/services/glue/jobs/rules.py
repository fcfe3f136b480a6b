"""Describes each recommendation for a Glue job for `capplan explain` and the docs."""

from capplan.model import Rule
from capplan.services.glue.jobs.risks import LOOSE_FACTOR, MAX_OVERLAP
from capplan.services.glue.jobs.savings import (
    BAD_INPUT,
    FUNCTION_MEMORY,
    FUNCTION_MINUTES,
    FUNCTION_TIMEOUT,
    SMALL_MINUTES,
)
from capplan.services.glue.quotas import (
    DEFAULT_TIMEOUT_MINUTES,
    FLEX_WAIT,
    MINIMUM_S,
    OLD_DEFAULT_TIMEOUT_MINUTES,
    OLD_SPARK_MINIMUM_S,
    PYTHON_SHELL_DPUS,
    SPARK_MIN_DPUS,
)

_JOBS = "AWS Glue Developer Guide, Configuring job properties, read 2026-11-23"
_WORKERS = "AWS Glue Developer Guide, AWS Glue worker types, read 2026-11-23"
_PRICING = "AWS Glue pricing page, read 2026-09-20"
_BOOKMARKS = "AWS Glue Developer Guide, Tracking processed data using job bookmarks, read 2026-11-23"

RULES: tuple[Rule, ...] = (
    Rule(
        "glue.flex",
        "Run it on spare capacity",
        "A Spark job of the standard execution class on Glue 3.0 or later with G.1X or G.2X workers, whose deadline (if one is "
        f"given) and next run leave time for a wait of {FLEX_WAIT}.",
        "`execution_class: flex`: the same work at the Flex price of the DPU-hour. The saving assumes the same run time; a "
        "Flex run that loses workers takes longer, and is still cheaper while its DPU-seconds grow by less than the prices "
        "differ.",
        f"A run may wait up to {FLEX_WAIT}, and workers may be reclaimed.",
        _JOBS,
        action="Run {name} with Flex",
    ),
    Rule(
        "glue.version",
        "Use the newest Glue version",
        "A Spark or streaming job on an older Glue version than the newest.",
        "`glue_version`: the newest has its own, cheaper DPU-hour; from 2.0 on the minimum per run is "
        f"{MINIMUM_S} s instead of {OLD_SPARK_MINIMUM_S} s.",
        "Other versions of Spark and Python: test the script with them.",
        _PRICING,
        action="Move {name} to the newest Glue version",
        effort="medium",
    ),
    Rule(
        "glue.worker-type",
        "Smaller workers, the same executors",
        "A Spark job of fixed size on workers of more than one DPU.",
        "The driver is one of the workers. On the next smaller type, with as many DPUs for the executors, the driver uses half "
        "of its DPUs.",
        "Less memory and disk per executor.",
        _WORKERS,
        action="Use smaller workers for {name}",
    ),
    Rule(
        "glue.memory-workers",
        "Workers that are not memory-optimized",
        "A Spark job on R workers.",
        "The G type of the same number has as many CPUs, at the price of the DPU-hour instead of the M-DPU-hour.",
        "Half the memory.",
        _WORKERS,
        action="Run {name} on workers that are not memory-optimized",
    ),
    Rule(
        "glue.auto-scaling",
        "Release idle workers",
        "A Spark or streaming job of fixed size on Glue 3.0 or later, whose `worker_utilization` is given and below 100%.",
        "`auto_scaling: true`: each worker is billed for its own time (DPUSeconds), not all workers for the whole run.",
        "Workers that are added for a busy stage take a while to start.",
        "AWS Glue Developer Guide, Using auto scaling for AWS Glue, read 2026-11-23",
        action="Auto scale the workers of {name}",
    ),
    Rule(
        "glue.python-shell",
        "Python shell for small jobs",
        f"A Spark job of {SPARK_MIN_DPUS.value} DPUs whose runs take at most {SMALL_MINUTES} minutes.",
        f"`type: python-shell` with {PYTHON_SHELL_DPUS[1]} DPU, instead of the smallest Spark cluster.",
        "No Spark: the script has to be rewritten; the same run time is assumed.",
        _JOBS,
        action="Rewrite {name} as a Python shell job",
        effort="high",
        undo="start the Spark job again",
    ),
    Rule(
        "glue.function",
        "A function for small jobs",
        f"A Spark job of {SPARK_MIN_DPUS.value} DPUs, started by its triggers alone, whose runs take at most "
        f"{FUNCTION_MINUTES} minutes.",
        f"A Lambda function of {FUNCTION_MEMORY} with the same run time and the same triggers.",
        f"The script has to be rewritten; a function runs for at most {FUNCTION_TIMEOUT}.",
        "AWS Lambda Developer Guide, Lambda quotas, read 2026-11-23",
        action="Rewrite {name} as a function",
        effort="high",
        undo="start the job again and delete the function",
    ),
    Rule(
        "glue.useless-retries",
        "No retries of bad input",
        f"`fails.repeat` of {BAD_INPUT:.0%} or more: an attempt after a failed one most likely fails too.",
        "`max_retries: 0`: if the input is wrong, no attempt succeeds.",
        "The few runs that a retry would complete.",
        _JOBS,
        action="Do not retry {name}",
    ),
    Rule(
        "glue.no-timeout",
        "Set a time-out",
        f"A job without `timeout`, whose default ({DEFAULT_TIMEOUT_MINUTES} minutes from Glue 5.0 on, "
        f"{OLD_DEFAULT_TIMEOUT_MINUTES} before) is far above its run time.",
        "`timeout` of twice the 99th percentile of the run time: a hung run is billed up to its time-out, on all its workers, "
        "once per attempt.",
        "An attempt that takes longer is stopped, and not retried.",
        _JOBS,
        action="Set a time-out for {name}",
    ),
    Rule(
        "glue.loose-timeout",
        "A shorter time-out",
        f"A `timeout` of more than {LOOSE_FACTOR} times the 99th percentile of the run time.",
        "`timeout` of twice that percentile.",
        "An attempt that takes longer is stopped, and not retried.",
        _JOBS,
        action="Shorten the time-out of {name}",
    ),
    Rule(
        "glue.double-retries",
        "Retry in one place",
        "A job with retries that a state machine starts.",
        "`max_retries: 0`, and a Retry in the state machine. A Glue retry is a run with another id; a state that waits (.sync) "
        "follows the first id, most likely fails with it, and may start the job again while Glue continues. If your workflow "
        "does wait for Glue's retries, write `sync_follows_retries: true`.",
        "Glue's own retries.",
        "AWS Step Functions Developer Guide, Start an AWS Glue job with Step Functions, read 2026-11-23; that the state does "
        "not follow the retries is inferred",
        action="Retry {name} in the workflow only",
    ),
    Rule(
        "glue.bookmark-retries",
        "Retries read the same input again",
        "A job with bookmarks whose attempts may fail and are repeated, by Glue or by a state machine.",
        "A bookmark moves when the job commits: a failed attempt is repeated and billed in full. Make its writes idempotent.",
        "",
        _BOOKMARKS,
        action="Make the writes of {name} idempotent",
        effort="medium",
    ),
    Rule(
        "glue.bookmark-runs",
        "One run at a time with bookmarks",
        "A job with bookmarks and `max_concurrent_runs` above 1.",
        "`max_concurrent_runs: 1`: two runs that start from one bookmark read the same input.",
        "Runs that start while one is active are rejected, or wait with `job_run_queuing`.",
        _BOOKMARKS,
        action="Let {name} run once at a time",
    ),
    Rule(
        "glue.flex-wait",
        "Flex runs that meet the next run",
        f"A Flex job whose runs, each after a wait of {FLEX_WAIT}, would be more at a time than `max_concurrent_runs`.",
        "`execution_class: standard`: a run starts at once.",
        "The lower price of Flex.",
        _JOBS,
        action="Run {name} without Flex",
    ),
    Rule(
        "glue.overlap",
        "More runs at a time than may be active",
        f"A job of which AWS rejects {MAX_OVERLAP:.0%} of the runs or more: they start before an earlier one has ended (its "
        "start-up and retries included), or several in the same moment; or whose queue only grows.",
        "`job_run_queuing: true`: a run waits instead of failing with ConcurrentRunsExceededException. Where so few at a time "
        "never get the work done, no queue helps: `max_concurrent_runs` as high as the runs that come together, or shorter "
        "runs. The same where several start in the same moment, and for a job with retries, whose runs AWS does not queue.",
        "A run starts late, or runs are active at the same time.",
        "AWS Glue Developer Guide, Job run queuing, read 2026-11-23",
        action="Queue the runs of {name}",
    ),
)
