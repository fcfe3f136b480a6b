"""How often a function's environments fetch what they keep: once as they start, or again when it gets old.

Lambda Developer Guide, "Best practices" (initialize outside the handler), "Understanding Lambda function scaling"; AWS
Parameters and Secrets Lambda Extension, 300 s by default (read 2026-11-30).
"""

from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.quantities.distribution import fixed, mean
from capplan.quantities.rounding import sig6
from capplan.resource_type import Starts
from capplan.services.lambda_.cold_start import month as cold_starts
from capplan.services.lambda_.concurrency.rate_steps import scheduled
from capplan.services.lambda_.quotas import SCALING_RATE
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage


def starts(spec: Function, usage: Usage, kept_ms: Decimal | None) -> Starts:
    """Starts of environments, with what those that live fetch again where it is kept for so long only.

    Where it is not known how long a start takes, as many start as if it took no time.
    """
    if not usage.invocations.terms:
        return Starts(DemandFlow.zero())
    start = cold_starts.Start(fixed(0), spec.duration) if usage.cold is None else usage.cold.start
    if usage.cold is None:
        pools = cold_starts.pools_of(spec, start)
        share = sig6(cold_starts.cached_share(usage.invocations.terms, pools, spec.provisioned_concurrency))
    else:
        share = usage.cold.share
    flow = usage.invocations * share
    if kept_ms is not None:
        flow += usage.invocations * _again(spec, usage, start, kept_ms)
    return Starts(flow, _storm(usage, start))


def _again(spec: Function, usage: Usage, start: cold_starts.Start, kept_ms: Decimal) -> Fraction:
    """Share of the invocations that find what is kept too old: of each environment, the first after that time."""
    pools = cold_starts.pools_of(spec, start)
    live = cold_starts.mean_environments(usage.invocations, pools)
    if not live:
        return Fraction(0)
    of_each = float(usage.invocations.monthly) / units.MONTH_SECONDS / live
    return sig6(1 / (1 + of_each * float(kept_ms) / units.MS_PER_SECOND))


def _storm(usage: Usage, start: cold_starts.Start) -> Fraction:
    """Environments that start in the second in which traffic rises most, or that a schedule's start needs.

    Until the first of them is warm, each further invocation starts one; AWS starts 1,000 in ten seconds.
    """
    flow = usage.invocations
    at_once = max((float(times) for _, times in scheduled(flow)), default=1.0)
    random = DemandFlow(tuple(term for term in flow.terms if not term[0].starts))
    if any(not profile.flat for profile, _ in random.terms):
        rates = random.rate_per_minute()
        rise = float((rates[1:] - rates[:-1]).max())
        cold_s = float(mean(start.init) + mean(start.first_call)) / units.MS_PER_SECOND
        at_once = max(at_once, rise * min(1.0, cold_s))
    return sig6(min(at_once, float(SCALING_RATE.value)))
