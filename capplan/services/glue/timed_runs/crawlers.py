"""Crawlers: billed by DPU-hours with a minimum per run; recommends fewer runs.

Source: AWS Glue pricing page, Data Catalog example (2 DPUs) and crawler minimum (10 minutes); read 2026-09-20.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from capplan import units
from capplan.model import Assumption, Change, Option, Rule
from capplan.quantities.rounding import to_quantity
from capplan.resource_type import MeteredResource
from capplan.services.glue import billing
from capplan.services.glue.quotas import (
    CONCURRENT_CRAWLERS,
    CRAWLER_DPUS,
    CRAWLER_MINIMUM_S,
    CRAWLERS,
    MAX_CRAWLER_DPUS,
    RUNS_PER_CRAWLER,
)
from capplan.services.glue.timed_runs import resource_type as timed
from capplan.services.glue.timed_runs.resource_type import Timed, Usage

_DAILY = "rate(1 day)"
_DAYS_PER_MONTH = Fraction(units.DAYS_PER_YEAR, units.MONTHS_PER_YEAR)
_MINIMUM_MINUTES = CRAWLER_MINIMUM_S // units.SECONDS_PER_MINUTE

FREQUENCY = Rule(
    "glue.crawler-frequency",
    "Crawl less often",
    "A crawler that runs more than once a day.",
    f"A daily schedule. Every run is billed for at least {_MINIMUM_MINUTES} minutes; a job that writes partitions can add them "
    "to the catalog itself, without a crawler.",
    "New partitions appear up to a day later.",
    "AWS Glue pricing page, read 2026-09-20",
    action="Run {name} once a day",
)


class Crawler(Timed):
    """One AWS Glue crawler."""

    dpus: Annotated[Decimal, Field(gt=0, le=MAX_CRAWLER_DPUS)] = Decimal(CRAWLER_DPUS)
    """DPUs it uses ({CRAWLER_DPUS}, as in AWS's examples); AWS sets them, and its runs report them."""


def _run_hours(spec: Crawler) -> Fraction:
    return billing.dpu_hours(spec.dpus, billing.expected_billed_s(spec.duration, CRAWLER_MINIMUM_S, timed.MONTH_MS))


def _assume(resource: MeteredResource[Crawler, Usage]) -> tuple[Assumption, ...]:
    if "dpus" in resource.spec.model_fields_set:
        return ()
    reason = "as in AWS's examples; a crawler's capacity cannot be set"
    return (Assumption(f"crawlers.{resource.name}.dpus", str(resource.spec.dpus), reason, "aws_default"),)


def _options(resource: MeteredResource[Crawler, Usage]) -> tuple[Option, ...]:
    """A daily schedule where it runs more often."""
    if resource.usage.flow.monthly <= _DAYS_PER_MONTH or not (resource.spec.schedule or resource.spec.triggers):
        return ()
    per_day = to_quantity(round(resource.usage.flow.monthly / _DAYS_PER_MONTH, 1))
    at_minimum = resource.usage.run_hours == billing.dpu_hours(resource.spec.dpus, CRAWLER_MINIMUM_S)
    minimum = f", each billed for the minimum of {_MINIMUM_MINUTES} minutes" if at_minimum else ""
    path = f"crawlers.{resource.name}"
    changes = (Change(f"{path}.schedule", _DAILY), Change(f"{path}.triggers", None))
    return (
        Option(
            FREQUENCY.id,
            f"it runs {per_day:f} times a day{minimum}",
            changes if resource.spec.triggers else changes[:1],
            gives_up="new partitions appear up to a day later, unless the job that writes them adds them to the catalog",
            fewer_calls=True,
            changes_behavior=f"queries find the partitions that {resource.name} adds up to a day later",
        ),
    )


CRAWLER = timed.TimedRuns(
    "glue.crawler",
    "crawlers",
    Crawler,
    timed.Terms(
        price=lambda _: "glue.crawler.dpu_hour",
        unit=lambda _: "DPU-hour",
        line="dpu-hours",
        size=lambda spec: Fraction(spec.dpus),
        run_hours=_run_hours,
        pools=lambda _: ((CONCURRENT_CRAWLERS, Fraction(1)),),
        counted=CRAWLERS,
        max_concurrent=RUNS_PER_CRAWLER,
        options=_options,
        assume=_assume,
        rules=(FREQUENCY,),
    ),
)
