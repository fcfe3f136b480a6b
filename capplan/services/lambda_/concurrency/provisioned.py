"""Provisioned concurrency over the month: environments at each minute, GB-seconds billed, and the share that spills over.

Lambda Developer Guide, "Configuring provisioned concurrency"; pricing page (read 2026-11-23).
"""

from collections import Counter
from fractions import Fraction
from functools import lru_cache

from capplan import units
from capplan.flow import DemandFlow
from capplan.record import Record
from capplan.schedule import read_schedule
from capplan.services.lambda_ import billing
from capplan.services.lambda_.concurrency import erlang
from capplan.services.lambda_.concurrency.rate_steps import RateStep, minutes_of, rate_steps, scheduled
from capplan.services.lambda_.quotas import REQUESTS_PER_CONCURRENCY
from capplan.services.lambda_.spec import Provisioned


class Ready(Record, frozen=True):
    """Environments provisioned over the simulated period: `usual`, or as `per_minute` says where they are scheduled."""

    usual: int = 0
    per_minute: tuple[int, ...] = ()

    def __call__(self, minute: int) -> int:
        """Environments provisioned in a minute."""
        return self.per_minute[minute % units.PERIOD_MINUTES] if self.per_minute else self.usual

    def during(self, step: RateStep) -> tuple[tuple[int, float], ...]:
        """Environments provisioned in the minutes of a step, with the share of those minutes; range above 0 to 1."""
        if not self.per_minute:
            return ((self.usual, 1.0),)
        counts = Counter(self.per_minute[minute] for minute in minutes_of(step))
        return tuple((environments, minutes / counts.total()) for environments, minutes in sorted(counts.items()))


def provisioned_at(provisioned: Provisioned | None) -> Ready:
    """Environments provisioned over the simulated period; of scheduled times that overlap, the last counts."""
    if provisioned is None or not provisioned.scheduled:
        return Ready(provisioned.environments if provisioned is not None else 0)
    return Ready(provisioned.environments, _per_minute(provisioned))


@lru_cache(maxsize=64)
def _per_minute(provisioned: Provisioned) -> tuple[int, ...]:
    out = [provisioned.environments] * units.PERIOD_MINUTES
    for scheduled_time in provisioned.scheduled:
        length = max(1, int(scheduled_time.for_ms / (units.SECONDS_PER_MINUTE * units.MS_PER_SECOND)))
        for start in read_schedule(scheduled_time.at).minutes:
            for minute in range(start, start + length):
                out[minute % units.PERIOD_MINUTES] = scheduled_time.environments
    return tuple(out)


def monthly_gb_seconds(provisioned: Provisioned, memory_mb: int) -> Fraction:
    """GB-seconds billed a month, used or not: scheduled times in started 5 minutes, the rest at the base size."""
    out, base_s = Fraction(0), Fraction(units.MONTH_SECONDS)
    for scheduled_time in provisioned.scheduled:
        times = read_schedule(scheduled_time.at).per_year / units.MONTHS_PER_YEAR
        length_s = Fraction(scheduled_time.for_ms) / units.MS_PER_SECOND
        out += times * billing.provisioned_gb_seconds(scheduled_time.environments, memory_mb, length_s)
        base_s -= times * length_s
    return out + billing.memory_gb(provisioned.environments, memory_mb) * max(Fraction(0), base_s)


def spillover_share(flow: DemandFlow, warm_s: float, ready: Ready) -> float:
    """Share of a month's invocations that find no provisioned environment free, and run on demand. Range 0 to 1.

    Erlang's loss formula at each step of the month; what exceeds 10 requests a second per environment spills over too.

    Args:
        flow: Invocations.
        warm_s: Seconds that each takes.
        ready: Environments provisioned over the simulated period.
    """
    total = float(flow.monthly)
    if not total:
        return 0.0
    spilled = 0.0
    for step in rate_steps(flow):
        for environments, share in ready.during(step):
            max_share = REQUESTS_PER_CONCURRENCY * environments / step.per_second if step.per_second else 1.0
            spilled += step.monthly * share * max(_blocked(step.per_second * warm_s, environments), 1 - max_share)
    for profile, at_once in scheduled(flow):
        count = float(at_once)
        outside = sum(max(0.0, count - ready(start)) for start in profile.starts) / max(1, len(profile.starts))
        spilled += float(profile.monthly) * outside
    return min(1.0, spilled / total)


def _blocked(offered: float, environments: int) -> float:
    return _blocked_at(float(f"{offered:.3g}"), environments)


@lru_cache(maxsize=4096)
def _blocked_at(offered: float, environments: int) -> float:
    return erlang.blocking(offered, environments)
