"""The resource type of what is billed by run time without retries: crawlers, sessions, evaluations, catalog tasks.

Source: AWS Glue pricing page (per-second billing, minimums); read 2026-09-20.
"""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from capplan import units
from capplan.flow import POISSON_SIGMAS, DemandFlow
from capplan.model import (
    Assumption,
    Charge,
    Demand,
    LimitCheck,
    Observable,
    Option,
    PoolLoad,
    Problem,
    Rule,
    RunRisk,
)
from capplan.quantities.distribution import fixed, mean
from capplan.quantities.fields import Duration
from capplan.quantities.rounding import sig6, to_quantity
from capplan.reading.files import Files
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.service import Quota
from capplan.services.glue.concurrency import active_runs, one_of
from capplan.services.glue.fields import Schedule, duplicates
from capplan.spec_config import SPEC_CONFIG
from capplan.triggers import Triggers, traffic_names

MONTH_MS = Decimal(units.MONTH_SECONDS * units.MS_PER_SECOND)
"""Longer runs are billed for a month."""


class Timed(BaseModel):
    """What starts it, and how long it runs."""

    model_config = SPEC_CONFIG

    triggers: Triggers = ()
    """The traffic or schedule that starts it, by name."""
    schedule: Schedule | None = None
    """Its own schedule: cron(0 3 * * ? *) or rate(1 hour)."""
    duration: Duration
    """How long one run takes, such as {p50: 4 min, p95: 9 min}."""
    tags: Mapping[str, str] = {}
    """Tags for reports."""


SpecT = TypeVar("SpecT", bound=Timed)


class Usage(Record, frozen=True):
    """A month of runs.

    Attributes:
        flow: Runs as a formula.
        size: DPUs or nodes of one run.
        run_hours: Mean billed DPU-hours or node-hours of one run.
        hours: Those of the month.
        active: Runs active at each moment.
        at_random: Whether traffic starts them.
    """

    flow: DemandFlow
    size: Fraction
    run_hours: Fraction
    hours: Fraction
    active: DemandFlow
    at_random: bool


def _mean_ms(spec: Timed) -> Fraction:
    return mean(spec.duration)


class Terms(Record, Generic[SpecT], frozen=True):
    """How one resource type is billed and limited.

    Attributes:
        price: The price key.
        unit: The billed unit, such as "DPU-hour".
        line: The last word of the line item's id.
        size: DPUs or nodes of one run.
        run_hours: Mean billed hours of one run.
        run_ms: Mean real time of one run.
        pools: What one run takes of the account's quotas.
        max_concurrent: The quota on concurrent runs of one resource; None where there is none.
        counted: The quota on the number of resources in an account; None where there is none.
        worst_hours: Billed hours of the worst run; None where nothing bounds it.
        options: Recommendations.
        assume: Defaults that the scenario does not set.
        more_checks: Limits beside concurrent runs.
        validate: Settings that AWS rejects.
        rules: The rules of its recommendations.
    """

    price: Callable[[SpecT], str]
    unit: Callable[[SpecT], str]
    line: str
    size: Callable[[SpecT], Fraction]
    run_hours: Callable[[SpecT], Fraction]
    run_ms: Callable[[SpecT], Fraction] = _mean_ms
    pools: Callable[[SpecT], tuple[tuple[Quota, Fraction], ...]] = lambda _: ()
    max_concurrent: Quota | None = None
    counted: Quota | None = None
    worst_hours: Callable[[SpecT], Fraction | None] = lambda _: None
    options: Callable[[MeteredResource[SpecT, Usage]], tuple[Option, ...]] = lambda *_: ()
    assume: Callable[[MeteredResource[SpecT, Usage]], tuple[Assumption, ...]] = lambda *_: ()
    more_checks: Callable[[MeteredResource[SpecT, Usage]], tuple[LimitCheck, ...]] = lambda *_: ()
    validate: Callable[[SpecT], tuple[Problem, ...]] = lambda _: ()
    rules: tuple[Rule, ...] = ()


class TimedRuns(ResourceType[SpecT, Usage]):
    """A resource type billed on such terms."""

    starts_with = "run"

    def __init__(self, type_id: str, section: str, spec: type[SpecT], terms: Terms[SpecT]) -> None:
        self.id, self.section, self.spec, self.terms = type_id, section, spec, terms
        self.rules = terms.rules

    def resolve(self, spec: SpecT, files: Files) -> tuple[SpecT, tuple[Problem, ...]]:
        """The spec as written, and what AWS rejects of it."""
        del files
        problems = [
            Problem(("triggers",), f"'{name}' is listed twice: each entry starts a run")
            for name in duplicates(traffic_names(spec.triggers))
        ]
        if spec.duration == fixed(0):
            problems.append(Problem(("duration",), "a run takes time; write more than 0"))
        return spec, (*problems, *self.terms.validate(spec))

    def open_keys(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        del values
        return ("duration",)

    def schedule(self, spec: SpecT) -> str | Fraction | None:
        return spec.schedule

    def duration_ms(self, resource: DeclaredResource[SpecT]) -> Fraction:
        return self.terms.run_ms(resource.spec)

    def meter(self, resource: DeclaredResource[SpecT], demand: Demand) -> Usage:
        spec, flow, address = resource.spec, demand.flow, f"{self.section}.{resource.name}"
        run_hours = self.terms.run_hours(spec)
        return Usage(
            flow=flow,
            size=self.terms.size(spec),
            run_hours=run_hours,
            hours=flow.monthly * run_hours,
            active=active_runs(flow, self.terms.run_ms(spec)),
            at_random=any(s.recurring and s.traffic_source != address for s, _ in flow.terms),
        )

    def charge(self, resource: MeteredResource[SpecT, Usage]) -> tuple[Charge, ...]:
        name, spec, usage, _ = resource
        unit = self.terms.unit(spec)
        text = f"{_short(usage.flow.monthly)} runs × {_short(usage.run_hours)} {unit}s"
        return (Charge(f"{name}.{self.terms.line}", self.terms.price(spec), text, usage.hours, unit, usage.flow),)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"runs": to_quantity(usage.flow.monthly), "dpu_hours": to_quantity(usage.hours)}

    def limits(self, resource: MeteredResource[SpecT, Usage]) -> tuple[LimitCheck, ...]:
        usage, quota = resource.usage, self.terms.max_concurrent
        more = self.terms.more_checks(resource)
        if quota is None or not usage.flow.terms:
            return more
        runs = LimitCheck(
            resource.name, quota.id, to_quantity(sig6(_peak_runs(usage))), Decimal(quota.value), quota.unit,
            flow=usage.active, poisson=usage.at_random, minute=usage.active.peak().minute,
        )  # fmt: skip
        return (runs, *more)

    def pools(self, resource: MeteredResource[SpecT, Usage]) -> tuple[PoolLoad, ...]:
        usage = resource.usage
        counted = () if self.terms.counted is None else (one_of(self.terms.counted),)
        if not usage.active.terms:
            return counted
        return counted + tuple(
            PoolLoad(quota.id, usage.active * amount, poisson=usage.at_random and amount == 1)
            for quota, amount in self.terms.pools(resource.spec)
        )

    def options(self, resource: MeteredResource[SpecT, Usage]) -> tuple[Option, ...]:
        return self.terms.options(resource)

    def observe(self, resource: MeteredResource[SpecT, Usage]) -> Mapping[str, Observable]:
        quota = self.terms.max_concurrent
        limit = None if quota is None else Decimal(quota.value)
        return {"concurrent_runs.peak": Observable(to_quantity(sig6(_peak_runs(resource.usage))), "runs", limit)}

    def assume(self, resource: MeteredResource[SpecT, Usage]) -> tuple[Assumption, ...]:
        return self.terms.assume(resource)

    def risk(self, resource: MeteredResource[SpecT, Usage]) -> RunRisk:
        """What the mean run costs, and the worst where something bounds it."""
        name, spec, usage, _ = resource
        unit, price, worst_hours = self.terms.unit(spec), self.terms.price(spec), self.terms.worst_hours(spec)
        charges = [Charge(f"{name}.run.expected", price, "the mean run", usage.run_hours, unit)]
        if worst_hours is not None:
            charges.append(Charge(f"{name}.worst_run", price, "up to the time-out", worst_hours, unit))
        return RunRisk(tuple(charges), runs=usage.flow.monthly)


def _short(value: Fraction) -> str:
    """For texts: two decimals, or two digits of what is smaller."""
    number = to_quantity(value)
    shown = round(number, 2) if number >= Decimal("0.1") or not number else Decimal(f"{number:.2g}")
    return format(shown.normalize(), ",f")


def _peak_runs(usage: Usage) -> float:
    """Concurrent runs in the busiest minute; traffic arrives at random, a schedule does not."""
    peak = usage.active.peak().per_second if usage.active.terms else 0.0
    return peak + POISSON_SIGMAS * math.sqrt(peak) if usage.at_random else float(math.ceil(round(peak, 6)))
