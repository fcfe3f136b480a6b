"""Data Quality evaluations: DPU-hours of their runs and of anomaly detection.

Source: AWS Glue pricing page, Data Quality; AWS Glue Developer Guide, "Anomaly detection in AWS Glue Data Quality"; read
2026-11-23.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from capplan import units
from capplan.model import Assumption, LimitCheck, Problem
from capplan.quantities.fields import Count, Milliseconds, WholeCount
from capplan.quantities.rounding import to_quantity
from capplan.resource_type import MeteredResource
from capplan.services.glue import billing, dpu
from capplan.services.glue.fields import Version
from capplan.services.glue.quotas import (
    DATA_QUALITY_RUNS,
    DATA_QUALITY_WORKERS,
    DPUS,
    MAX_WORKERS,
    MINIMUM_S,
    STATISTICS_MONTHS,
    STATISTICS_STORED,
)
from capplan.services.glue.timed_runs import resource_type as timed
from capplan.services.glue.timed_runs.resource_type import Timed, Usage


class Evaluation(Timed):
    """A Data Quality ruleset that is evaluated."""

    glue_version: Version = "5.1"
    """Glue version; from 6.0 on it has a cheaper DPU-hour."""
    worker_type: Literal["G.1X", "G.2X", "G.4X", "G.8X"] = "G.1X"
    """Worker type (G.1X)."""
    workers: Annotated[WholeCount, Field(ge=2, le=MAX_WORKERS)] = DATA_QUALITY_WORKERS
    """Number of workers ({DATA_QUALITY_WORKERS})."""
    statistics: Count = Decimal(0)
    """Statistics per run that are checked for anomalies: each uses a DPU for its time (0)."""
    per_statistic_ms: Annotated[Milliseconds | None, Field(alias="per_statistic")] = None
    """How long one of them takes, such as 15 s."""


def _size(spec: Evaluation) -> Fraction:
    return Fraction(dpu.total_dpus(spec.worker_type, spec.workers))


def _run_hours(spec: Evaluation) -> Fraction:
    run = billing.dpu_hours(_size(spec), billing.expected_billed_s(spec.duration, MINIMUM_S, timed.MONTH_MS))
    return run + billing.dpu_hours(spec.statistics, Fraction(spec.per_statistic_ms or 0) / units.MS_PER_SECOND)


def _validate(spec: Evaluation) -> tuple[Problem, ...]:
    if bool(spec.statistics) == bool(spec.per_statistic_ms):
        return ()
    key, other = ("statistics", "per_statistic") if spec.statistics else ("per_statistic", "statistics")
    return (Problem((key,), f"'{key}' needs '{other}': how many statistics, and how long one takes"),)


def _assume(resource: MeteredResource[Evaluation, Usage]) -> tuple[Assumption, ...]:
    if "workers" in resource.spec.model_fields_set:
        return ()
    text = f"{resource.spec.workers} × {resource.spec.worker_type}"
    return (
        Assumption(f"data_quality.{resource.name}.workers", text, "AWS's default for an evaluation", "aws_default"),
    )


def _stored(resource: MeteredResource[Evaluation, Usage]) -> tuple[LimitCheck, ...]:
    """Statistics that are kept at the same time."""
    stored = resource.usage.flow.monthly * Fraction(resource.spec.statistics) * STATISTICS_MONTHS
    quota = STATISTICS_STORED
    return (
        (LimitCheck(resource.name, quota.id, to_quantity(stored), Decimal(quota.value), quota.unit),) if stored else ()
    )


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
        pools=lambda spec: ((DPUS, _size(spec)), (DATA_QUALITY_RUNS, Fraction(1))),
        assume=_assume,
        more_checks=_stored,
        validate=_validate,
    ),
)
