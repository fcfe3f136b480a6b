"""Data Quality evaluations: DPU-hours of a run, and of anomaly detection beside it. It knows no price.

AWS Glue pricing page, Data Quality; AWS Glue Developer Guide, "Anomaly detection in AWS Glue Data Quality"; read 2026-11-23.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from capplan import units
from capplan.model import Assumption, Context, LimitCheck, Problem
from capplan.quantities.distribution import mean
from capplan.quantities.fields import Count, Milliseconds, WholeCount
from capplan.quantities.rounding import to_quantity
from capplan.services.glue import billing, dpu
from capplan.services.glue.jobs.spec import Version
from capplan.services.glue.quotas import DPUS, QUALITY_RUNS
from capplan.services.glue.timed_runs import resource_type as timed
from capplan.services.glue.timed_runs.resource_type import Timed, Usage

DEFAULT_WORKERS = 5
"""An evaluation has 5 workers of G.1X where nothing else is written (AWS Glue API, StartDataQualityRulesetEvaluationRun)."""
_STATISTICS = "glue.statistics_stored"
_MOST_STATISTICS = Decimal(100_000)
_KEPT_MONTHS = 24
_NO_END = Decimal(units.MONTH_SECONDS * units.MS_PER_SECOND)


class Evaluation(Timed):
    """A Data Quality ruleset that is evaluated."""

    glue_version: Version = "5.1"
    """Glue version; from 6.0 on it has a cheaper DPU-hour."""
    worker_type: Literal["G.1X", "G.2X", "G.4X", "G.8X"] = "G.1X"
    """Worker type (G.1X)."""
    workers: Annotated[WholeCount, Field(ge=2, le=10_000)] = DEFAULT_WORKERS
    """Number of workers (5)."""
    statistics: Count = Decimal(0)
    """Statistics in which anomalies are looked for, a run: each has a DPU for its time (0)."""
    per_statistic_ms: Annotated[Milliseconds | None, Field(alias="per_statistic")] = None
    """How long one of them takes, such as 15 s."""


def _size(spec: Evaluation) -> Fraction:
    return Fraction(dpu.total_dpus(spec.worker_type, spec.workers))


def _run_hours(spec: Evaluation) -> Fraction:
    run = timed.hours(_size(spec), billing.expected_billed_s(spec.duration, billing.MINIMUM_S, _NO_END))
    return run + timed.hours(Fraction(spec.statistics), _statistic_s(spec))


def _statistic_s(spec: Evaluation) -> Fraction:
    return Fraction(spec.per_statistic_ms or 0) / units.MS_PER_SECOND


def _refuses(spec: Evaluation) -> tuple[Problem, ...]:
    if bool(spec.statistics) == bool(spec.per_statistic_ms):
        return ()
    key, other = ("statistics", "per_statistic") if spec.statistics else ("per_statistic", "statistics")
    return (Problem((key,), f"'{key}' needs '{other}': how many statistics, and how long one takes"),)


def _assume(name: str, spec: Evaluation, usage: Usage, ctx: Context) -> tuple[Assumption, ...]:  # noqa: ARG001
    if "workers" in spec.model_fields_set:
        return ()
    text = f"{spec.workers} × {spec.worker_type}"
    return (Assumption(f"data_quality.{name}.workers", text, "AWS's default for an evaluation", "aws_default"),)


def _stored(name: str, spec: Evaluation, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:  # noqa: ARG001
    """Statistics are kept for two years, 100,000 at most."""
    kept = usage.flow.monthly * Fraction(spec.statistics) * _KEPT_MONTHS
    return (LimitCheck(name, _STATISTICS, to_quantity(kept), _MOST_STATISTICS, "stored"),) if kept else ()


EVALUATION = timed.TimedRuns(
    "glue.data_quality",
    "data_quality",
    Evaluation,
    timed.Terms(
        price=lambda spec: "glue.etl.dpu_hour." + ("gen2" if billing.is_gen2(spec.glue_version) else "standard"),
        unit=lambda _: "DPU-hour",
        line="dpu-hours",
        size=_size,
        run_hours=_run_hours,
        busy_ms=lambda spec: mean(spec.duration),
        pools=lambda spec: ((DPUS, _size(spec)), (QUALITY_RUNS, Fraction(1))),
        assume=_assume,
        more_checks=_stored,
        rejected=_refuses,
    ),
)
