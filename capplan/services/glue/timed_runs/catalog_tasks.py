"""What the Data Catalog does to its tables: column statistics, Iceberg optimisation, view refresh. It knows no price.

AWS Glue pricing page (per second, one minute at least); read 2026-09-20.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from capplan import units
from capplan.services.glue import billing
from capplan.services.glue.quotas import STATISTICS_RUNS
from capplan.services.glue.timed_runs import resource_type as timed
from capplan.services.glue.timed_runs.resource_type import Timed

_PRICES = {
    "column-statistics": "glue.data_catalog.statistics_dpu_hour",
    "iceberg-optimization": "glue.data_catalog.iceberg_optimization_dpu_hour",
    "materialized-view": "glue.materialized_view_refresh_dpu_hour",
}
_NO_END = Decimal(units.MONTH_SECONDS * units.MS_PER_SECOND)


class CatalogTask(Timed):
    """A task of the Data Catalog that is billed by the DPU-hour."""

    task: Literal["column-statistics", "iceberg-optimization", "materialized-view"]
    """column-statistics, iceberg-optimization (compaction, snapshots, orphan files) or materialized-view (its refresh)."""
    dpus: Annotated[Decimal, Field(gt=0, le=10_000)]
    """DPUs a run uses, on average: AWS sets them, and a run reports its DPU-seconds."""


def _run_hours(spec: CatalogTask) -> Fraction:
    billed = billing.expected_billed_s(spec.duration, billing.MINIMUM_S, _NO_END)
    return timed.hours(Fraction(spec.dpus), billed)


def _pools(spec: CatalogTask) -> tuple[tuple[str, Fraction], ...]:
    return ((STATISTICS_RUNS, Fraction(1)),) if spec.task == "column-statistics" else ()


CATALOG_TASK = timed.TimedRuns(
    "glue.catalog_task",
    "catalog_tasks",
    CatalogTask,
    timed.Terms(
        price=lambda spec: _PRICES[spec.task],
        unit=lambda _: "DPU-hour",
        line="dpu-hours",
        size=lambda spec: Fraction(spec.dpus),
        run_hours=_run_hours,
        busy_ms=timed.real_ms,
        pools=_pools,
    ),
)
