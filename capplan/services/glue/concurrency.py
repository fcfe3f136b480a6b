"""Computes how many runs are active at each moment."""

import math
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow, LoadProfile, steady
from capplan.model import PoolLoad
from capplan.service import Quota
from capplan.services.glue.fields import MS_PER_MINUTE


def active_runs(flow: DemandFlow, run_ms: Fraction, *, in_instants: bool = False) -> DemandFlow:
    """Runs active at each moment.

    What a schedule starts comes in one instant: such runs count in every minute that they touch. Other runs of a minute
    or more count in whole minutes, so that a single run counts as one and never as a little more.

    Args:
        flow: Runs that start.
        run_ms: Mean duration of a run.
        in_instants: Whether all runs come as those of a schedule.
    """
    return DemandFlow.total(
        _active(DemandFlow.of(profile, m), run_ms, in_instants=in_instants or is_planned(profile))
        for profile, m in flow.terms
    )


def _active(flow: DemandFlow, run_ms: Fraction, *, in_instants: bool) -> DemandFlow:
    minutes = run_ms // MS_PER_MINUTE
    if in_instants:
        minutes = max(1, math.ceil(run_ms / MS_PER_MINUTE))
    if minutes < 1:
        return flow * (run_ms / units.MS_PER_SECOND)
    return flow.spread(Fraction(minutes * MS_PER_MINUTE)) * Fraction(minutes * units.SECONDS_PER_MINUTE)


def is_planned(profile: LoadProfile) -> bool:
    """Whether a schedule starts each unit at its minute."""
    return bool(profile.starts)


def one_of(quota: Quota) -> PoolLoad:
    """One resource that counts against a quota on their number: a job, a crawler."""
    return PoolLoad(quota.id, DemandFlow.of(steady(quota.id, recurring=False), Fraction(1)))
