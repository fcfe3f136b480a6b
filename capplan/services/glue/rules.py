"""What each recommendation of this room looks at and says. It decides nothing."""

from capplan.model import Rule

_JOBS = "AWS Glue Developer Guide, Configuring job properties, read 2026-11-23"
_WORKERS = "AWS Glue Developer Guide, AWS Glue worker types, read 2026-11-23"
_PRICING = "AWS Glue pricing page, read 2026-09-20"

RULES: tuple[Rule, ...] = (
    Rule(
        "glue.flex",
        "Run it on spare capacity",
        "A Spark job of the standard class on Glue 3.0 or later with G.1X or G.2X workers, whose deadline (where one is "
        "given) leaves room for a wait of 20 minutes.",
        "`execution_class: flex`: the same work at the Flex price of the DPU-hour. The saving is that of an equal run time; "
        "a Flex run that loses workers takes longer, and pays off as long as its DPU-seconds grow by less than the two "
        "prices differ.",
        "A run may wait for up to 20 minutes, and workers may be taken back.",
        _JOBS,
    ),
    Rule(
        "glue.version",
        "Use the newest Glue",
        "A Spark or streaming job on an older Glue than the newest one.",
        "`glue_version`: the newest has a cheaper DPU-hour of its own; from 2.0 on a run is billed for one minute at least, "
        "not ten.",
        "Another Spark and Python: test the script on it.",
        _PRICING,
    ),
    Rule(
        "glue.worker-type",
        "Smaller workers, the same executors",
        "A Spark job of fixed size on workers of more than one DPU.",
        "The driver is one of the workers. On the next smaller type, with as many DPUs left for the executors, it holds half "
        "as much of what is billed.",
        "An executor has less memory and disk of its own.",
        _WORKERS,
    ),
    Rule(
        "glue.memory-workers",
        "Workers that are not memory-optimised",
        "A Spark job on R workers.",
        "The G type of the same number has as many CPUs at the DPU-hour's price instead of the M-DPU-hour's.",
        "Half of the memory.",
        _WORKERS,
    ),
    Rule(
        "glue.auto-scaling",
        "Let idle workers go",
        "A Spark or streaming job on Glue 3.0 or later of fixed size, whose `worker_utilization` is given and below 100%.",
        "`auto_scaling: true`: billed is each worker's own time (DPUSeconds), not all workers for the whole run.",
        "Workers that come back for a busy stage take a while to start.",
        "AWS Glue Developer Guide, Using auto scaling for AWS Glue, read 2026-11-23",
    ),
    Rule(
        "glue.python-shell",
        "Python shell for small work",
        "A Spark job of 2 DPUs whose runs are done within 10 minutes.",
        "`type: python-shell` with 1 DPU: half of the least Spark cluster.",
        "No Spark: the script is rewritten, and is taken to need the same time.",
        _JOBS,
    ),
    Rule(
        "glue.function",
        "A function for small work",
        "A Spark job of 2 DPUs, started by its triggers alone, whose runs are done within 5 minutes.",
        "A Lambda function of 2 GB that takes the same time, with the same triggers.",
        "The script is rewritten; a function ends after 15 minutes.",
        "AWS Lambda Developer Guide, Lambda quotas, read 2026-11-23",
    ),
    Rule(
        "glue.useless-retries",
        "No retries of bad input",
        "`fails.repeat` of 80% or more: an attempt after a failed one most likely fails too.",
        "`max_retries: 0`: the input is wrong, and no attempt will make it right.",
        "The few failures that a retry would mend.",
        _JOBS,
    ),
    Rule(
        "glue.no-timeout",
        "Write a time-out",
        "A job without `timeout`, whose default (8 hours from Glue 5.0 on, 48 hours before) is far above its runs.",
        "`timeout` of twice the run time that 99% of the attempts stay within: a hung run is billed to its time-out, on all "
        "its workers, once for every attempt.",
        "An attempt that takes longer is stopped, and not retried.",
        _JOBS,
    ),
    Rule(
        "glue.loose-timeout",
        "A tighter time-out",
        "A `timeout` of more than 5 times the run time that 99% of the attempts stay within.",
        "`timeout` of twice that run time.",
        "An attempt that takes longer is stopped, and not retried.",
        _JOBS,
    ),
    Rule(
        "glue.double-retries",
        "Retry in one place",
        "A job with retries that a state machine starts.",
        "`max_retries: 0`, and a Retry in the state machine. A Glue retry is a run of another id; a state that waits (.sync) "
        "follows the first id, most likely fails with it, and may start the job again while Glue goes on. If your workflow "
        "does wait for Glue's retries, write `sync_follows_retries: true`.",
        "Glue's own retries.",
        "AWS Step Functions Developer Guide, Start an AWS Glue job with Step Functions, read 2026-11-23; that the state does "
        "not follow the retries is inferred",
    ),
    Rule(
        "glue.bookmark-retries",
        "Retries read the same input again",
        "A job with bookmarks whose attempts may fail and are repeated, by Glue or by a state machine.",
        "A bookmark moves at the job's commit: a failed attempt is repeated whole and billed whole. Make its writes "
        "idempotent.",
        "",
        "AWS Glue Developer Guide, Tracking processed data using job bookmarks, read 2026-11-23",
    ),
    Rule(
        "glue.bookmark-runs",
        "One run at a time with bookmarks",
        "A job with bookmarks and `max_concurrent_runs` above 1.",
        "`max_concurrent_runs: 1`: two runs that start from one bookmark read the same input.",
        "Runs that come meanwhile are refused, or wait with `job_run_queuing`.",
        "AWS Glue Developer Guide, Tracking processed data using job bookmarks, read 2026-11-23",
    ),
    Rule(
        "glue.overlap",
        "Runs of a schedule that meet",
        "A scheduled job of one run at a time, of which more than 1% of the runs come before the one before has ended, "
        "retries included.",
        "`job_run_queuing: true`: a run waits instead of failing with ConcurrentRunsExceededException.",
        "A run may be late.",
        "AWS Glue Developer Guide, Job run queuing, read 2026-11-23",
    ),
)
