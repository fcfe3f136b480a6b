"""Crawlers: what they are billed for, and whether they crawl too often. It knows no price.

AWS Glue pricing page, Data Catalog example (2 DPUs) and crawler minimum (10 minutes); read 2026-09-20.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from capplan import units
from capplan.model import Assumption, Change, Context, Option, Rule
from capplan.quantities.rounding import to_quantity
from capplan.services.glue import billing, dpu
from capplan.services.glue.quotas import CRAWLERS as CRAWLERS_HELD
from capplan.services.glue.quotas import CRAWLERS_RUNNING
from capplan.services.glue.timed_runs import resource_type as timed
from capplan.services.glue.timed_runs.resource_type import Timed, Usage

_NO_END = Decimal(units.MONTH_SECONDS * units.MS_PER_SECOND)
_DAILY = "rate(1 day)"
_DAYS = Fraction(units.DAYS_PER_YEAR, units.MONTHS_PER_YEAR)

FREQUENCY = Rule(
    "glue.crawler-frequency",
    "Crawl less often",
    "A crawler that starts more than once a day.",
    "A daily schedule of its own. Every crawl is billed for ten minutes at least; a job that writes partitions can add them "
    "to the catalog itself, and needs no crawler.",
    "New partitions are seen up to a day later.",
    "AWS Glue pricing page, read 2026-09-20",
)


class Crawler(Timed):
    """One AWS Glue crawler."""

    dpus: Annotated[Decimal, Field(gt=0, le=100)] = Decimal(dpu.CRAWLER_DPUS)
    """DPUs it uses (2, as in AWS's examples); AWS sets them, and its runs report them."""


def _run_hours(spec: Crawler) -> Fraction:
    billed = billing.expected_billed_s(spec.duration, billing.CRAWLER_MINIMUM_S, _NO_END)
    return timed.hours(Fraction(spec.dpus), billed)


def _assume(name: str, spec: Crawler, usage: Usage, ctx: Context) -> tuple[Assumption, ...]:  # noqa: ARG001
    if "dpus" in spec.model_fields_set:
        return ()
    reason = "AWS's examples use as many; a crawler's capacity cannot be set"
    return (Assumption(f"crawlers.{name}.dpus", str(spec.dpus), reason, "aws_default"),)


def _options(name: str, spec: Crawler, usage: Usage, ctx: Context) -> tuple[Option, ...]:  # noqa: ARG001
    """A daily crawl where there are more."""
    if usage.flow.monthly <= _DAYS or not (spec.schedule or spec.triggers):
        return ()
    a_day = to_quantity(round(usage.flow.monthly / _DAYS, 1))
    short = usage.run_hours == timed.hours(Fraction(spec.dpus), Fraction(billing.CRAWLER_MINIMUM_S))
    why = ", and each is billed for the minimum of 10 minutes" if short else ""
    at = f"crawlers.{name}"
    changes = (Change(f"{at}.schedule", _DAILY), Change(f"{at}.triggers", None))
    return (
        Option(
            FREQUENCY.id,
            f"it crawls {a_day:f} times a day{why}",
            changes if spec.triggers else changes[:1],
            gives_up="new partitions are seen up to a day later, unless the job that writes them adds them to the catalog",
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
        busy_ms=timed.real_ms,
        pools=lambda _: ((CRAWLERS_RUNNING, Fraction(1)),),
        counted=CRAWLERS_HELD,
        most_at_once=1,  # a crawler at work is not started again: CrawlerRunningException (AWS Glue API, StartCrawler)
        options=_options,
        assume=_assume,
        rules=(FREQUENCY,),
    ),
)
