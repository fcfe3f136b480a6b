"""Settings of a job that may cost much, or run twice. It prices none of them.

AWS Glue Developer Guide, "Configuring job properties", "Job bookmarks", "Job run queuing"; read 2026-11-23.
"""

import math
from decimal import Decimal

from capplan.model import Change, Charge, Context, Option
from capplan.quantities.rounding import to_quantity
from capplan.services.glue.billing import MAX_TIMEOUT_MINUTES
from capplan.services.glue.jobs.cost import hour_charge, hung_charge, worst_run_charge
from capplan.services.glue.jobs.derived_settings import MS_PER_MINUTE, timeout_ms
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage

_TIMEOUT_FACTOR = 2
_LOOSE = 5
"""A time-out of more than so many times the longest run guards nothing."""
_ROUND_MINUTES = 5
_RARE = Decimal("0.01")


def no_timeout(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """A hung run is billed to its time-out; AWS's default is hours or days."""
    wanted = sound_timeout_minutes(usage)
    if usage.always_on or spec.timeout_ms is not None or wanted * MS_PER_MINUTE >= timeout_ms(spec):
        return None
    default = timeout_ms(spec) / MS_PER_MINUTE
    retried = f", and all {spec.max_retries + 1} attempts {{worst}}" if spec.max_retries else ""
    return Option(
        "glue.no-timeout",
        f"no time-out written: a hung attempt is billed for {default:,} minutes (AWS's default): "
        f"{{hour}} an hour, {{once}} in all{retried}",
        (Change(f"jobs.{name}.timeout", f"{wanted} min"),),
        gives_up=f"an attempt that takes longer than {wanted} minutes is stopped, and not retried",
        severity="risk",
        amounts=_exposure(name, spec, usage),
    )


def loose_timeout(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """A time-out far above any run."""
    wanted = sound_timeout_minutes(usage)
    if usage.always_on or spec.timeout_ms is None or spec.timeout_ms <= usage.high_duration_ms * _LOOSE:
        return None
    if wanted * MS_PER_MINUTE >= spec.timeout_ms:
        return None
    longest = f"{max(1, math.ceil(usage.high_duration_ms / MS_PER_MINUTE)):,}"
    return Option(
        "glue.loose-timeout",
        f"99% of the runs are done in {longest} min, the time-out is {spec.timeout_ms / MS_PER_MINUTE:,} min: "
        "one that hangs costs {hour} an hour, {once} in all",
        (Change(f"jobs.{name}.timeout", f"{wanted} min"),),
        gives_up=f"an attempt that takes longer than {wanted} minutes is stopped, and not retried",
        severity="risk",
        amounts=_exposure(name, spec, usage),
    )


def _exposure(name: str, spec: Job, usage: Usage) -> tuple[tuple[str, Charge], ...]:
    worst, once = worst_run_charge(name, spec, usage), hung_charge(name, spec, usage)
    return (("hour", hour_charge(name, spec, usage)), ("once", once), ("worst", worst))


def sound_timeout_minutes(usage: Usage) -> int:
    """Twice the run time that 99% of the attempts stay within, up to the next five minutes."""
    minutes = usage.high_duration_ms * _TIMEOUT_FACTOR / MS_PER_MINUTE
    return min(MAX_TIMEOUT_MINUTES, max(1, math.ceil(minutes / _ROUND_MINUTES)) * _ROUND_MINUTES)


def double_retries(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """Glue retries under another run id while a workflow that waits for the first one may start the job again."""
    if not spec.max_retries or not usage.machines or spec.sync_follows_retries:
        return None
    who = ", ".join(usage.machines)
    return Option(
        "glue.double-retries",
        f"{who} starts it and waits for one run id, but each of its {spec.max_retries} retries has another: the state most "
        "likely fails at the first failed attempt while Glue goes on, and a Retry there runs the job twice at once",
        (Change(f"jobs.{name}.max_retries", 0),),
        gives_up="retries are then the workflow's alone: write them as Retry of its state",
        severity="risk",
    )


def bookmark_retries(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """A failed attempt does not move the bookmark."""
    again = spec.max_retries or usage.machines
    if not spec.bookmark or not again or not (spec.fails and spec.fails.chance):
        return None
    share = to_quantity(usage.waste_share * 100)
    return Option(
        "glue.bookmark-retries",
        f"a failed attempt does not move the bookmark: its retry reads the same input again, at full price "
        f"({share:.1f}% of the bill), and may write its output twice",
        (),
        gives_up="make the writes idempotent: overwrite the run's own partition, or write keys that a rerun repeats",
        severity="risk",
    )


def bookmark_runs(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """Two runs of a job with bookmarks at once read the same input."""
    if not spec.bookmark or spec.max_concurrent_runs == 1:
        return None
    return Option(
        "glue.bookmark-runs",
        f"bookmarks with {spec.max_concurrent_runs} runs at once: they start from the same bookmark and read the same input",
        (Change(f"jobs.{name}.max_concurrent_runs", 1),),
        gives_up="runs that come while one is at work are refused, or wait with job_run_queuing",
        severity="risk",
    )


def overlapping(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """A run that begins while the one before is at work is refused."""
    if usage.overlap_share < _RARE or spec.max_concurrent_runs > 1 or spec.job_run_queuing:
        return None
    share = f"{float(usage.overlap_share) * 100:.3g}"
    return Option(
        "glue.overlap",
        f"{share}% of the runs come while the one before is still at work; with one run at a time AWS refuses them",
        (Change(f"jobs.{name}.job_run_queuing", True),),
        gives_up="a run waits, and is late, instead of failing",
        severity="risk",
    )


ALL = (no_timeout, loose_timeout, double_retries, bookmark_retries, bookmark_runs, overlapping)
"""Every rule that warns, in the order in which they look."""
