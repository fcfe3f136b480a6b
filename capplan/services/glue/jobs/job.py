"""AWS Glue: jobs, crawlers and all else that is billed by the DPU-hour, and the Data Catalog. It never sees another service."""

from fractions import Fraction

from capplan.calls import Access
from capplan.model import Call, Context, Problem, ResourceType
from capplan.reading.files import Files
from capplan.services.glue.data_catalog import CATALOG
from capplan.services.glue.jobs import cost, limits, options, usage
from capplan.services.glue.jobs.attempts import calls_per_unit
from capplan.services.glue.jobs.derived_settings import runs_per_second
from capplan.services.glue.jobs.rejected_settings import validate
from capplan.services.glue.jobs.rules import RULES
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage
from capplan.services.glue.timed_runs.catalog_tasks import CATALOG_TASK
from capplan.services.glue.timed_runs.crawlers import CRAWLER
from capplan.services.glue.timed_runs.databrew import DATABREW
from capplan.services.glue.timed_runs.data_quality import EVALUATION
from capplan.services.glue.timed_runs.sessions import SESSION

__all__ = ["KIND", "KINDS", "Job", "Usage", "calls_per_unit", "validate"]


def _calls(name: str, spec: Job, ctx: Context) -> tuple[Call, ...]:  # noqa: ARG001
    """The notice after the last failure. What the job itself calls is in its `calls`, which the loader reads."""
    if spec.on_failure is None:
        return ()
    access = Access(op="invoke", target=spec.on_failure, is_async=True)
    return (Call(f"functions.{spec.on_failure.removeprefix('functions.')}", usage.notices_per_run(spec), access),)


def _duration_ms(name: str, spec: Job, ctx: Context) -> Fraction:  # noqa: ARG001
    """Mean time of an attempt, over which its calls are spread."""
    return usage.mean_run_ms(spec)


def _no_records(spec: Job, access: Access) -> Fraction:  # noqa: ARG001
    return Fraction(0)


def _no_shards(of: Usage) -> int:  # noqa: ARG001
    return 0


def _complete(spec: Job, files: Files) -> tuple[Job, tuple[Problem, ...]]:
    del files
    return spec, tuple(Problem(path, message) for path, message in validate(spec))


def _own_start(spec: Job) -> str | Fraction | None:
    return spec.schedule if spec.schedule is not None else runs_per_second(spec)


def _needs_work(spec: Job) -> bool:
    return spec.type != "streaming"


KIND: ResourceType[Job, Usage] = ResourceType(
    name="glue.job",
    section="jobs",
    service="glue",
    spec=Job,
    unsupported={},
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
    calls_per_unit=calls_per_unit,
    complete=_complete,
    rules=RULES,
    risk=cost.risk,
    start="run",
    schedule=_own_start,
    warn_if_idle=_needs_work,
    fails=usage.caller_failure_share,
)
KINDS = (KIND, CRAWLER, CATALOG, CATALOG_TASK, EVALUATION, SESSION, DATABREW)
"""Everything of Glue that a scenario may declare."""
