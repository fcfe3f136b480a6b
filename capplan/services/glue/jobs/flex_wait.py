"""Computes whether a job's runs may wait for spare capacity, as Flex runs do, without meeting the next run."""

from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.resource_type import MeteredResource
from capplan.services.glue.jobs.arrivals import peak_runs
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage
from capplan.services.glue.quotas import FLEX_WAIT


def longest_flex_run_ms(spec: Job, usage: Usage) -> Decimal:
    """Time from a Flex run's start to its end: the longest wait, the start-up, and as long as 99% of the attempts."""
    return FLEX_WAIT.value * units.MS_PER_SECOND + spec.startup_ms + usage.high_duration_ms


def may_wait_for_flex(job: MeteredResource[Job, Usage]) -> bool:
    """Whether no more runs would be active than may be, if each waited as long as Flex may let it wait."""
    longest_ms = Fraction(longest_flex_run_ms(job.spec, job.usage))
    return round(peak_runs(job.usage.coming, longest_ms), 6) <= job.spec.max_concurrent_runs
