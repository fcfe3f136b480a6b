"""Points out settings of a job that may cost much, or make it run twice.

Source: AWS Glue Developer Guide, "Configuring job properties", "Job bookmarks", "Job run queuing"; read 2026-11-23.
"""

import math
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.model import Change, Charge, Option
from capplan.quantities.rounding import to_quantity
from capplan.quantities.text import figure
from capplan.resource_type import MeteredResource
from capplan.services.glue.fields import MS_PER_MINUTE
from capplan.services.glue.jobs.arrivals import batch_of, peak_runs
from capplan.services.glue.jobs.cost import hour_charge, hung_charge, worst_run_charge
from capplan.services.glue.jobs.derived_settings import timeout_ms
from capplan.services.glue.jobs.flex_wait import may_wait_for_flex
from capplan.services.glue.jobs.occupancy import occupancy
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage
from capplan.services.glue.quotas import FLEX_WAIT, RUNS_PER_JOB, TIMEOUT

TIMEOUT_FACTOR = 2
"""The recommended time-out, in 99th percentiles of the run time."""
LOOSE_FACTOR = 5
"""A time-out of more 99th percentiles than this is too long."""
_ROUND_MINUTES = 5
MAX_OVERLAP = Decimal("0.01")


def no_timeout(job: MeteredResource[Job, Usage]) -> Option | None:
    """A hung run is billed up to its time-out; AWS's default is hours or days."""
    minutes = recommended_timeout_minutes(job.usage)
    given = job.usage.run_spec.timeout_ms is not None
    if job.usage.always_on or given or minutes * MS_PER_MINUTE >= timeout_ms(job.spec):
        return None
    default = timeout_ms(job.spec) / MS_PER_MINUTE
    retried = f", and all {job.spec.max_retries + 1} attempts {{worst}}" if job.spec.max_retries else ""
    return Option(
        "glue.no-timeout",
        f"no time-out is set: a hung attempt is billed for {default:,} minutes (AWS's default): "
        f"{{hour}} per hour, {{once}} in total{retried}",
        (Change(f"jobs.{job.name}.timeout", f"{minutes} min"),),
        gives_up=f"an attempt that takes longer than {minutes} minutes is stopped, and not retried",
        severity="risk",
        amounts=_amounts(job.name, job.usage.run_spec, job.usage),
        action=f"Set a time-out of {minutes} min for {{name}}",
    )


def loose_timeout(job: MeteredResource[Job, Usage]) -> Option | None:
    """A time-out far above the run time."""
    minutes = recommended_timeout_minutes(job.usage)
    if (
        job.usage.always_on
        or job.spec.timeout_ms is None
        or job.spec.timeout_ms != job.usage.run_spec.timeout_ms
        or job.spec.timeout_ms <= job.usage.high_duration_ms * LOOSE_FACTOR
    ):
        return None
    if minutes * MS_PER_MINUTE >= job.spec.timeout_ms:
        return None
    longest = f"{max(1, math.ceil(job.usage.high_duration_ms / MS_PER_MINUTE)):,}"
    return Option(
        "glue.loose-timeout",
        f"99% of the runs finish in {longest} min, but the time-out is {job.spec.timeout_ms / MS_PER_MINUTE:,} min: "
        "a hung run costs {hour} per hour, {once} in total",
        (Change(f"jobs.{job.name}.timeout", f"{minutes} min"),),
        gives_up=f"an attempt that takes longer than {minutes} minutes is stopped, and not retried",
        severity="risk",
        amounts=_amounts(job.name, job.usage.run_spec, job.usage),
        action=f"Shorten the time-out of {{name}} to {minutes} min",
    )


def _amounts(name: str, spec: Job, usage: Usage) -> tuple[tuple[str, Charge], ...]:
    return (
        ("hour", hour_charge(name, spec, usage)),
        ("once", hung_charge(name, spec, usage)),
        ("worst", worst_run_charge(name, spec, usage)),
    )


def recommended_timeout_minutes(usage: Usage) -> int:
    """Twice the 99th percentile of the run time, rounded up to five minutes, at most AWS's maximum."""
    minutes = usage.high_duration_ms * TIMEOUT_FACTOR / MS_PER_MINUTE
    longest = int(TIMEOUT.value) // units.SECONDS_PER_MINUTE
    return min(longest, max(1, math.ceil(minutes / _ROUND_MINUTES)) * _ROUND_MINUTES)


def double_retries(job: MeteredResource[Job, Usage]) -> Option | None:
    """Glue retries under another run id, while a workflow that waits for the first one may start the job again."""
    if not job.spec.max_retries or not job.usage.machines or job.spec.sync_follows_retries:
        return None
    return Option(
        "glue.double-retries",
        f"{', '.join(job.usage.machines)} starts it and waits for one run id, but each of its {job.spec.max_retries} retries has"
        " another: the state most likely fails with the first failed attempt while Glue continues, and a Retry there runs"
        " the job twice at the same time",
        (Change(f"jobs.{job.name}.max_retries", 0),),
        gives_up="only the workflow retries: add a Retry to its state",
        severity="risk",
    )


def bookmark_retries(job: MeteredResource[Job, Usage]) -> Option | None:
    """A failed attempt does not move the bookmark."""
    repeated = job.spec.max_retries or job.usage.machines
    if not job.spec.bookmark or not repeated or not (job.spec.fails and job.spec.fails.chance):
        return None
    share = to_quantity(job.usage.waste_share * 100)
    return Option(
        "glue.bookmark-retries",
        f"a failed attempt does not move the bookmark: its retry reads the same input again, at full price "
        f"({share:.1f}% of the bill), and may write its output twice",
        (),
        gives_up="make the writes idempotent: overwrite the run's partition, or write keys that a rerun repeats",
        severity="risk",
    )


def bookmark_runs(job: MeteredResource[Job, Usage]) -> Option | None:
    """Concurrent runs of a job with bookmarks read the same input."""
    if not job.spec.bookmark or job.spec.max_concurrent_runs == 1:
        return None
    return Option(
        "glue.bookmark-runs",
        f"bookmarks with {job.spec.max_concurrent_runs} concurrent runs: they start from the same bookmark and read the same"
        " input",
        (Change(f"jobs.{job.name}.max_concurrent_runs", 1),) if job.usage.peak_runs <= 1 else (),
        gives_up="runs that start while one is active are rejected, or wait with job_run_queuing",
        severity="risk",
    )


def flex_wait(job: MeteredResource[Job, Usage]) -> Option | None:
    """A Flex run that waits for spare capacity may meet the next run."""
    if job.spec.execution_class != "flex" or not job.usage.flow.terms or may_wait_for_flex(job):
        return None
    return Option(
        "glue.flex-wait",
        f"a Flex run may wait up to {FLEX_WAIT} for spare capacity: it then meets the next run, and {_allowed(job.spec)}",
        (Change(f"jobs.{job.name}.execution_class", "standard"),),
        gives_up="the lower price of Flex",
        severity="risk",
        urgency="now",
    )


def overlapping(job: MeteredResource[Job, Usage]) -> Option | None:
    """More runs at a time than may be active: AWS rejects them, or they wait in a queue that may only grow."""
    spec, usage = job.spec, job.usage
    piles_up = usage.utilization >= 1
    meets = usage.overlap_share >= MAX_OVERLAP and spec.max_concurrent_runs == 1
    if not meets and usage.peak_runs <= spec.max_concurrent_runs:
        return None
    if not piles_up and (spec.job_run_queuing or not (meets or usage.rejected_share >= MAX_OVERLAP)):
        return None
    group = _largest_group(usage)
    if group > spec.max_concurrent_runs:
        cause = f"{group} runs start in the same moment, and {_allowed(spec)}"
    elif usage.overlap_share:
        cause = f"{figure(usage.overlap_share * 100)}% of the runs start while the previous one is still active"
    else:
        cause = f"at times more runs are active than may be: {_allowed(spec)}"
    rejected = f"AWS rejects {figure(usage.rejected_share * 100)}% of the runs"
    if not piles_up and group <= spec.max_concurrent_runs and not spec.max_retries:
        return Option(
            "glue.overlap",
            f"{cause}: {rejected}",
            (Change(f"jobs.{job.name}.job_run_queuing", True),),
            gives_up="such a run waits and starts late instead of failing",
            severity="risk",
        )
    many = "one run" if spec.max_concurrent_runs == 1 else f"{spec.max_concurrent_runs} runs"
    why = f"{many} at a time never get the work done, and a queue would only grow" if piles_up else rejected
    needed = _needed_runs(job)
    possible = not spec.bookmark and spec.max_concurrent_runs < needed <= RUNS_PER_JOB.value
    return Option(
        "glue.overlap",
        f"{cause}: {why}. {needed} at a time do, or shorter runs",
        (Change(f"jobs.{job.name}.max_concurrent_runs", needed),) if possible else (),
        gives_up="runs that are active at the same time must not work on the same data",
        severity="risk",
        action=f"Let {needed} runs of {{name}} be active at a time" if possible else "Shorten the runs of {name}",
    )


def _largest_group(usage: Usage) -> int:
    """Runs that start in the same moment at most."""
    planned = (one.group for coming in usage.coming for one in coming.planned)
    return math.ceil(max((*planned, batch_of(usage.coming))))


def _needed_runs(job: MeteredResource[Job, Usage]) -> int:
    """Concurrent runs that let every run in, each active for as long as 99% of them are at most."""
    run, minutes = occupancy(job.usage.run_spec), 1
    while run.chance_after(minutes * MS_PER_MINUTE) > MAX_OVERLAP:
        minutes += 1
    return math.ceil(round(peak_runs(job.usage.coming, Fraction(minutes * MS_PER_MINUTE)), 6))


def _allowed(spec: Job) -> str:
    runs = "one run" if spec.max_concurrent_runs == 1 else f"{spec.max_concurrent_runs} runs"
    return f"only {runs} may be active"


ALL = (no_timeout, loose_timeout, double_retries, bookmark_retries, bookmark_runs, flex_wait, overlapping)
"""Every rule that warns, in the order of the answer."""
