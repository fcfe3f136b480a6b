"""Computes how many runs are active at each moment."""

from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow, steady
from capplan.model import PoolLoad
from capplan.service import Quota
from capplan.services.glue.fields import MS_PER_MINUTE


def active_runs(flow: DemandFlow, run_ms: Fraction) -> DemandFlow:
    """Runs active at each moment.

    Runs of a minute or more count in whole minutes, so that a single run counts as one and never as a little more.

    Args:
        flow: Runs that start.
        run_ms: Mean duration of a run.
    """
    minutes = run_ms // MS_PER_MINUTE
    if minutes < 1:
        return flow * (run_ms / units.MS_PER_SECOND)
    return flow.spread(run_ms) * Fraction(minutes * units.SECONDS_PER_MINUTE)


def one_of(quota: Quota) -> PoolLoad:
    """One resource that counts against a quota on their number: a job, a crawler."""
    return PoolLoad(quota.id, DemandFlow.of(steady(quota.id, recurring=False), Fraction(1)))
