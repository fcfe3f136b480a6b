"""The part of a flow of requests that a table serves: each minute's rate less the share that is lost in it.

What is lost is not written, adds no record to the stream and takes no request unit. An SDK sends a throttled request again
for some seconds: what a full second throttles the next ones serve, what a full minute throttles is lost.

Source: DynamoDB Developer Guide, "Diagnosing throttling issues", "On-demand maximum throughput"; AWS SDKs Reference Guide,
"Retry behavior" (read 2026-11-23).
"""

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan.flow import DemandFlow, LoadProfile, Peak, rate_per_minute_of
from capplan.quantities.rounding import sig6
from capplan.record import Record, replace
from capplan.units import SECONDS_PER_MINUTE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EPSILON = 1e-9


class LostShare(Record, frozen=True, eq=False):
    """The share of one kind of request that is lost in each minute of the simulated period. Shape (40320,)."""

    by_minute: "NDArray[np.float64]"

    @property
    def constant(self) -> float | None:
        """The share where every minute has the same; else None."""
        low, high = float(self.by_minute.min()), float(self.by_minute.max())
        return high if high - low < _EPSILON else None


def served_flow(flow: DemandFlow, lost: LostShare | None) -> DemandFlow:
    """What is served of a flow; the flow itself where nothing is lost."""
    if lost is None or not flow.terms:
        return flow
    constant = lost.constant
    if constant is not None:
        return flow * (1 - min(Fraction(1), sig6(constant)))
    return DemandFlow(tuple((served_profile(profile, lost), multiplier) for profile, multiplier in flow.terms))


@lru_cache(maxsize=1024)
def served_profile(profile: LoadProfile, lost: LostShare) -> LoadProfile:
    """What is served of one load profile. The same profile each time, so that equal demands stay equal."""
    weights = DemandFlow.of(profile, Fraction(1)).month_weights()
    lost_monthly = sig6(float((rate_per_minute_of(profile) * lost.by_minute * weights).sum()) * SECONDS_PER_MINUTE)

    def expand() -> "NDArray[np.float64]":
        return rate_per_minute_of(profile) * (1 - lost.by_minute)

    series = expand()
    busiest = int(series.argmax())
    return replace(
        profile,
        monthly=max(Fraction(0), profile.monthly - lost_monthly),
        peak=Peak(float(series[busiest]), busiest),
        flat=False,
        expand=expand,
        at=lambda minute: float(series[minute]),
        starts=(),
        through=f"{profile.through}/{id(lost)}",
    )
