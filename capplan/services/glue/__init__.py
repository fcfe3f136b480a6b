"""AWS Glue: jobs, what their runs and retries cost, and what could stop them. It never sees another service."""

from fractions import Fraction

from capplan.calls import Access
from capplan.model import Call, Context, Kind, Problem
from capplan.reading.files import Files
from capplan.services.glue import cost, limits, options, retries, usage
from capplan.services.glue.cost import worst_run_charge
from capplan.services.glue.limits import pool_quota
from capplan.services.glue.spec import Job, validate
from capplan.services.glue.usage import Usage, call_factor

__all__ = ["KIND", "Job", "Usage", "call_factor", "pool_quota", "validate", "worst_run_charge"]


def _calls(name: str, spec: Job, ctx: Context) -> tuple[Call, ...]:  # noqa: ARG001
    """The notice after the last failure. What the job itself calls is in its `calls`, which the loader reads."""
    if spec.on_failure is None:
        return ()
    share = retries.final_failure_share(usage.attempts(spec))
    access = Access(op="invoke", target=spec.on_failure, is_async=True)
    return (Call(f"functions.{spec.on_failure.removeprefix('functions.')}", share, access),)


def _duration_ms(name: str, spec: Job, ctx: Context) -> Fraction:  # noqa: ARG001
    """Mean time of an attempt, over which its calls are spread."""
    return usage.attempt_ms(spec)


def _no_records(spec: Job, access: Access) -> Fraction:  # noqa: ARG001
    return Fraction(0)


def _no_shards(of: Usage) -> int:  # noqa: ARG001
    return 0


def _complete(spec: Job, files: Files) -> tuple[Job, tuple[Problem, ...]]:
    del files
    return spec, tuple(Problem(path, message) for path, message in validate(spec))


KIND: Kind[Job, Usage] = Kind(
    name="glue.job",
    section="jobs",
    service="glue",
    spec=Job,
    not_yet={
        "auto_scaling": "workers that come and go during a run",
        "job_run_queuing": "runs that wait when a quota is used up",
        "notify_each_attempt": "a notice for every failed attempt",
    },
    calls=_calls,
    duration_ms=_duration_ms,
    meter=usage.meter,
    check=limits.check,
    pools=limits.pools,
    charge=cost.charge,
    options=options.options,
    summary=usage.summary,
    observe=options.observe,
    assume=options.assume,
    records=_no_records,
    shards=_no_shards,
    call_factor=call_factor,
    complete=_complete,
)
