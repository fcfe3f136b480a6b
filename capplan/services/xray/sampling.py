"""Which requests X-Ray records: all up to the reservoir in each second, and a share of the others.

AWS X-Ray Developer Guide, "Configuring sampling rules" (read 2026-11-30): the default rule, which Lambda uses too, records
the first request of each second and five percent of any additional ones. It is decided once, where a request enters, and
honored downstream.
"""

from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.quantities.rounding import sig6


def recorded(requests: Fraction, reservoir: Fraction, rate: Fraction) -> Fraction:
    """Traces per second of requests that come evenly, so many a second."""
    return min(requests, reservoir) + max(Fraction(0), requests - reservoir) * rate


def recorded_a_month(flow: DemandFlow, reservoir: int, rate: Fraction) -> Fraction:
    """Traces a month of requests whose rate changes over the month."""
    if all(profile.flat for profile, _ in flow.terms):
        per_second = recorded(flow.monthly / units.MONTH_SECONDS, Fraction(reservoir), rate)
        return per_second * units.MONTH_SECONDS
    per_minute = flow.rate_per_minute()
    mean = float(sum(min(r, reservoir) + max(0.0, r - reservoir) * float(rate) for r in per_minute)) / len(per_minute)
    of_rates = float(sum(per_minute)) / len(per_minute)
    return min(flow.monthly, sig6(mean / of_rates) * flow.monthly) if of_rates else Fraction(0)
