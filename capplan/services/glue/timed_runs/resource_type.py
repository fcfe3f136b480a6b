"""What is billed by the time it runs and does not retry: crawlers, sessions, evaluations, catalog tasks. It knows no price.

AWS Glue pricing page (per-second billing, minimums); read 2026-09-20.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from capplan import units
from capplan.flow import POISSON_SIGMAS, DemandFlow
from capplan.model import (
    Assumption,
    Charge,
    Context,
    Demand,
    LimitCheck,
    Observable,
    Option,
    PoolLoad,
    Problem,
    Rule,
    RunRisk,
)
from capplan.quantities.distribution import Distribution, fixed, mean
from capplan.quantities.fields import Duration
from capplan.quantities.rounding import sig6, to_quantity
from capplan.reading.files import Files
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.services.glue.jobs import overlap
from capplan.services.glue.jobs.rejected_settings import twice
from capplan.services.glue.jobs.spec import Names, Schedule
from capplan.services.glue.quotas import one_of
from capplan.spec_config import SPEC_CONFIG

AT_ONCE = "glue.runs_at_once"


class Timed(BaseModel):
    """What starts it, and how long it runs."""

    model_config = SPEC_CONFIG

    triggers: Names = ()
    """The traffic or schedule that starts it, by name."""
    schedule: Schedule | None = None
    """Its own schedule: cron(0 3 * * ? *) or rate(1 hour)."""
    duration: Duration
    """How long one run takes, such as {p50: 4 min, p95: 9 min}."""
    tags: Mapping[str, str] = {}
    """Tags for reports."""


SpecT = TypeVar("SpecT", bound=Timed)


@dataclass(frozen=True, slots=True)
class Usage:
    """A month of runs.

    Attributes:
        flow: Runs as a formula.
        size: What one run holds, in `Terms.unit` without the hour.
        run_hours: Mean billed hours of one run, all it holds together.
        hours: The month's.
        busy: Runs at work at each moment.
        at_random: Whether traffic starts them.
    """

    flow: DemandFlow
    size: Fraction
    run_hours: Fraction
    hours: Fraction
    busy: DemandFlow
    at_random: bool


@dataclass(frozen=True, slots=True)
class Terms(Generic[SpecT]):
    """On what terms a kind is billed, and what holds it.

    Attributes:
        price: The price key.
        unit: Of what is billed: "DPU-hour".
        line: The last word of the line item's id.
        size: What one run holds: DPUs or nodes.
        run_hours: Mean billed hours of one run.
        busy_ms: Mean real time of one run.
        pools: What one run holds of the account's quotas: limit, amount.
        most_at_once: Runs of this one resource that AWS allows at the same time; None for no such limit.
        counted: The quota on how many an account may have; empty for none.
        worst_hours: Billed hours of the worst run; None where nothing bounds it.
        options: What else could be written.
        assume: The defaults it rests on.
        more_checks: Limits of its own beside runs at once.
        rejected: What AWS rejects.
        rules: What its options are explained by.
    """

    price: Callable[[SpecT], str]
    unit: Callable[[SpecT], str]
    line: str
    size: Callable[[SpecT], Fraction]
    run_hours: Callable[[SpecT], Fraction]
    busy_ms: Callable[[SpecT], Fraction]
    pools: Callable[[SpecT], tuple[tuple[str, Fraction], ...]]
    most_at_once: int | None = None
    counted: str = ""
    worst_hours: Callable[[SpecT], Fraction | None] = lambda _: None
    options: Callable[[str, SpecT, Usage, Context], tuple[Option, ...]] = lambda *_: ()
    assume: Callable[[str, SpecT, Usage, Context], tuple[Assumption, ...]] = lambda *_: ()
    more_checks: Callable[[str, SpecT, Usage, Context], tuple[LimitCheck, ...]] = lambda *_: ()
    rejected: Callable[[SpecT], tuple[Problem, ...]] = lambda _: ()
    rules: tuple[Rule, ...] = ()


def real_ms(spec: Timed) -> Fraction:
    """Mean time of a run."""
    return mean(spec.duration)


def validate(spec: Timed) -> tuple[Problem, ...]:
    """A run takes time."""
    found = [Problem(("triggers",), f"'{name}' stands twice: every one starts a run") for name in twice(spec.triggers)]
    if spec.duration == fixed(0):
        found.append(Problem(("duration",), "a run takes time; write more than 0"))
    return tuple(found)


class TimedRuns(ResourceType[SpecT, Usage]):
    """A resource type billed on such terms."""

    starts_with = "run"

    def __init__(self, type_id: str, section: str, spec: type[SpecT], terms: Terms[SpecT]) -> None:
        self.id, self.section, self.spec, self.terms = type_id, section, spec, terms
        self.rules = terms.rules

    def resolve(self, spec: SpecT, files: Files) -> tuple[SpecT, tuple[Problem, ...]]:
        """The spec as written, and what AWS rejects of it."""
        del files
        return spec, (*validate(spec), *self.terms.rejected(spec))

    def schedule(self, spec: SpecT) -> str | Fraction | None:
        return spec.schedule

    def duration_ms(self, resource: DeclaredResource[SpecT]) -> Fraction:
        return self.terms.busy_ms(resource.spec)

    def meter(self, resource: DeclaredResource[SpecT], demand: Demand) -> Usage:
        return _meter(self.terms, f"{self.section}.{resource.name}", resource.spec, demand)

    def charge(self, resource: MeteredResource[SpecT, Usage]) -> tuple[Charge, ...]:
        return _charge(self.terms, resource.name, resource.spec, resource.usage)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return _summary(usage)

    def limits(self, resource: MeteredResource[SpecT, Usage]) -> tuple[LimitCheck, ...]:
        return (*_check(self.terms, resource.name, resource.usage), *self.terms.more_checks(*resource))

    def pools(self, resource: MeteredResource[SpecT, Usage]) -> tuple[PoolLoad, ...]:
        return _pools(self.terms, resource.spec, resource.usage)

    def options(self, resource: MeteredResource[SpecT, Usage]) -> tuple[Option, ...]:
        return self.terms.options(*resource)

    def observe(self, resource: MeteredResource[SpecT, Usage]) -> Mapping[str, Observable]:
        return _observe(self.terms, resource.usage)

    def assume(self, resource: MeteredResource[SpecT, Usage]) -> tuple[Assumption, ...]:
        return self.terms.assume(*resource)

    def risk(self, resource: MeteredResource[SpecT, Usage]) -> RunRisk:
        return _risk(self.terms, resource.name, resource.spec, resource.usage)


# --- the month --------------------------------------------------------------------------------------------------------


def _meter(terms: Terms[Any], address: str, spec: Timed, demand: Demand) -> Usage:
    each = terms.run_hours(spec)
    flow = demand.flow
    return Usage(
        flow=flow,
        size=terms.size(spec),
        run_hours=each,
        hours=flow.monthly * each,
        busy=overlap.concurrent(flow, terms.busy_ms(spec)),
        at_random=any(s.recurring and s.traffic_source != address for s, _ in flow.terms),
    )


def _charge(terms: Terms[Any], name: str, spec: Timed, usage: Usage) -> tuple[Charge, ...]:
    unit = terms.unit(spec)
    text = f"{_short(usage.flow.monthly)} runs × {_short(usage.run_hours)} {unit}s"
    return (Charge(f"{name}.{terms.line}", terms.price(spec), text, usage.hours, unit, usage.flow),)


def _short(value: Fraction) -> str:
    """For words only: two decimals, or two digits of what is smaller."""
    number = to_quantity(value)
    shown = round(number, 2) if number >= Decimal("0.1") or not number else Decimal(f"{number:.2g}")
    return format(shown.normalize(), ",f")


def _risk(terms: Terms[Any], name: str, spec: Timed, usage: Usage) -> RunRisk:
    """What one run costs, and at worst where something bounds it."""
    unit, worst = terms.unit(spec), terms.worst_hours(spec)
    found = [Charge(f"{name}.run.expected", terms.price(spec), "the mean run", usage.run_hours, unit)]
    if worst is not None:
        found.append(Charge(f"{name}.worst_run", terms.price(spec), "to the time-out", worst, unit))
    return RunRisk(tuple(found), runs=usage.flow.monthly)


def _summary(usage: Usage) -> Mapping[str, Decimal | int]:
    return {"runs": to_quantity(usage.flow.monthly), "dpu_hours": to_quantity(usage.hours)}


# --- limits -----------------------------------------------------------------------------------------------------------


def at_once(usage: Usage) -> float:
    """Runs at the same time in the busiest minute: at random with traffic, as they fall with a clock."""
    peak = usage.busy.peak().per_second if usage.busy.terms else 0.0
    return peak + POISSON_SIGMAS * math.sqrt(peak) if usage.at_random else float(math.ceil(round(peak, 6)))


def _check(terms: Terms[Any], name: str, usage: Usage) -> tuple[LimitCheck, ...]:
    if terms.most_at_once is None or not usage.flow.terms:
        return ()
    peak = usage.busy.peak()
    return (
        LimitCheck(
            name, AT_ONCE, to_quantity(sig6(at_once(usage))), Decimal(terms.most_at_once), "runs",
            flow=usage.busy, poisson=usage.at_random, minute=peak.minute,
        ),
    )  # fmt: skip


def _pools(terms: Terms[Any], spec: Timed, usage: Usage) -> tuple[PoolLoad, ...]:
    counted = (one_of(terms.counted),) if terms.counted else ()
    if not usage.busy.terms:
        return counted
    return counted + tuple(
        PoolLoad(limit, usage.busy * amount, poisson=usage.at_random and amount == 1)
        for limit, amount in terms.pools(spec)
    )


def _observe(terms: Terms[Any], usage: Usage) -> dict[str, Observable]:
    limit = None if terms.most_at_once is None else Decimal(terms.most_at_once)
    return {"concurrent_runs.peak": Observable(to_quantity(sig6(at_once(usage))), "runs", limit)}


def later(time: Distribution, by_ms: Decimal) -> Distribution:
    """A duration and some time more."""
    return Distribution(tuple((below, value + by_ms) for below, value in time.points))


def hours(size: Fraction, seconds: Fraction) -> Fraction:
    """What so many hold for so long, in hours."""
    return size * seconds / units.SECONDS_PER_HOUR
