"""Provisioned concurrency over the month: how many environments when, what is billed of them, what spills over.

Lambda Developer Guide, "Configuring provisioned concurrency"; pricing page (read 2026-11-23). It never prices them.
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from capplan import units
from capplan.flow import DemandFlow
from capplan.schedule import read_schedule
from capplan.services.lambda_ import billing
from capplan.services.lambda_.concurrency.environments import REQUESTS_PER_CONCURRENCY, blocking
from capplan.services.lambda_.concurrency.rate_steps import course, scheduled
from capplan.services.lambda_.spec import Provisioned, Window

_MOST_REFUSED_KEPT = 4096


def ready_at(kept: Provisioned) -> Callable[[int], int]:
    """How many environments are ready in a minute of the window; of windows that overlap, the last one counts."""
    if not kept.scheduled:
        return lambda minute: kept.environments  # noqa: ARG005  the same at all times
    levels = _levels(kept)
    return lambda minute: levels[minute % units.WINDOW_MINUTES]


@lru_cache(maxsize=64)
def _levels(kept: Provisioned) -> tuple[int, ...]:
    out = [kept.environments] * units.WINDOW_MINUTES
    for window in kept.scheduled:
        length = max(1, int(window.for_ms / (units.SECONDS_PER_MINUTE * units.MS_PER_SECOND)))
        for start in read_schedule(window.at).minutes:
            for minute in range(start, start + length):
                out[minute % units.WINDOW_MINUTES] = window.environments
    return tuple(out)


def kept_gb_seconds(kept: Provisioned, memory_mb: int) -> Fraction:
    """GB-seconds billed a month, used or not: each window in started 5 minutes, the base at all other times."""
    out, rest_s = Fraction(0), Fraction(units.MONTH_SECONDS)
    for window in kept.scheduled:
        runs = _runs_a_month(window)
        length_s = Fraction(window.for_ms) / units.MS_PER_SECOND
        out += runs * billing.provisioned_gb_seconds(window.environments, memory_mb, length_s)
        rest_s -= runs * length_s
    return out + billing.memory_gb(kept.environments, memory_mb) * max(Fraction(0), rest_s)


def _runs_a_month(window: Window) -> Fraction:
    return read_schedule(window.at).per_year / units.MONTHS_PER_YEAR


def spilled_share(flow: DemandFlow, warm_s: float, ready: Callable[[int], int]) -> float:
    """Share of a month's invocations that find no ready environment, and run on demand.

    Erlang's loss formula at each step of the month; past 10 requests a second for each environment the rest spills too.
    """
    total = float(flow.monthly)
    if not total:
        return 0.0
    spilled = 0.0
    for step in course(flow):
        kept = ready(step.minute)
        most = REQUESTS_PER_CONCURRENCY * kept / step.per_second if step.per_second else 1.0
        spilled += step.weight * max(_blocked(step.per_second * warm_s, kept), 1 - most)
    for shape, times in scheduled(flow):
        at_once = float(times)
        outside = sum(max(0.0, at_once - ready(start)) for start in shape.starts) / max(1, len(shape.starts))
        spilled += float(shape.monthly) * outside
    return min(1.0, spilled / total)


def _blocked(offered: float, kept: int) -> float:
    return _blocked_at(float(f"{offered:.3g}"), kept)


@lru_cache(maxsize=_MOST_REFUSED_KEPT)
def _blocked_at(offered: float, kept: int) -> float:
    return blocking(offered, kept)


def provisioned(environments: int) -> Provisioned:
    """The same number at all times."""
    return Provisioned(environments=environments)


def window(at: str, for_hours: int, environments: int) -> Window:
    """One window, recurring by its schedule."""
    return Window.model_construct(at=at, for_ms=Decimal(for_hours * units.SECONDS_PER_HOUR * units.MS_PER_SECOND), environments=environments)  # fmt: skip
