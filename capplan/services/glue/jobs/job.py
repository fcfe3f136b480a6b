"""The resource type of Glue jobs."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.calls import Access
from capplan.model import (
    Admitted,
    Assumption,
    Call,
    Charge,
    Demand,
    Excluded,
    Implied,
    LimitCheck,
    Observable,
    Option,
    PoolLoad,
    Problem,
    RunRisk,
)
from capplan.reading.files import Files
from capplan.resource_type import DeclaredResource, MeteredResource, Reference, ResourceType
from capplan.services.glue.jobs import admission, cost, derived_settings, limits, options, usage
from capplan.services.glue.jobs.attempts import calls_per_unit
from capplan.services.glue.jobs.implied import implies
from capplan.services.glue.jobs.rejected_settings import validate
from capplan.services.glue.jobs.rules import RULES
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage

_Metered = MeteredResource[Job, Usage]


_ALSO_CALLED = {
    **dict.fromkeys(("numberofworkers", "maxcapacity"), "workers"),
    **dict.fromkeys(("durationminutes", "runtime", "time"), "duration"),
}


class _JobType(ResourceType[Job, Usage]):
    id = "glue.job"
    spec = Job
    also_called = _ALSO_CALLED
    rules = RULES
    starts_with = "run"
    reads = frozenset({"eventbridge"})  # a rule starts the workflow that the job is in

    def resolve(self, spec: Job, files: Files) -> tuple[Job, tuple[Problem, ...]]:
        """The job as written, and which of its settings AWS rejects together."""
        del files
        return spec, tuple(Problem(path, message) for path, message in validate(spec))

    def open_keys(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """A streaming job runs all the time, whether anything is known of it or not."""
        return () if values.get("type") == "streaming" or "data" in values else ("duration", "workers", "dpus")

    def references(self, spec: Job) -> tuple[Reference, ...]:
        """The function that is notified of a failure."""
        return () if spec.on_failure is None else (Reference(("on_failure",), spec.on_failure, "functions"),)

    def schedule(self, spec: Job) -> str | Fraction | None:
        return spec.schedule if spec.schedule is not None else derived_settings.runs_per_second(spec)

    def warn_if_idle(self, spec: Job) -> bool:
        return spec.type != "streaming"

    def calls(self, resource: DeclaredResource[Job]) -> tuple[Call, ...]:
        """The notice after the last failure."""
        spec = resource.spec
        if spec.on_failure is None:
            return ()
        access = Access(op="invoke", target=spec.on_failure, is_async=True)
        return (Call(f"functions.{spec.on_failure.removeprefix('functions.')}", usage.notices_per_run(spec), access),)

    def calls_per_unit(self, spec: Job) -> Fraction:
        return calls_per_unit(spec)

    def duration_ms(self, resource: DeclaredResource[Job]) -> Fraction:
        """Mean time of an attempt, over which its calls are spread."""
        return usage.mean_run_ms(resource.spec)

    def failure_share(self, spec: Job) -> Fraction:
        return usage.caller_failure_share(spec)

    def admit(self, resource: DeclaredResource[Job], demand: Demand) -> Admitted | None:
        return admission.admit(resource.name, resource.spec, resource.context, demand)

    def meter(self, resource: DeclaredResource[Job], demand: Demand) -> Usage:
        return usage.meter(resource.name, resource.spec, demand, resource.context)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return cost.charge(resource.name, resource.usage.run_spec, resource.usage)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return _summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return limits.check(*resource)

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        return limits.pools(resource.spec, resource.usage)

    def options(self, resource: _Metered) -> tuple[Option, ...]:
        return options.options(resource)

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return options.observe(*resource)

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        return implies(resource.name, resource.spec, resource.usage)

    def exclude(self, resource: _Metered) -> tuple[Excluded, ...]:
        if "logs" in resource.spec.model_fields_set:
            return ()
        return (Excluded(f"logs of {resource.name}", "write `logs: {size: 20 MB}`, what one run writes"),)

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        return options.assume(resource.name, resource.spec, resource.usage)

    def risk(self, resource: _Metered) -> RunRisk | None:
        return cost.risk(resource.name, resource.usage.run_spec, resource.usage)


_summary = usage.summary
JOB = _JobType()
