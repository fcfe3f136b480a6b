"""The busiest hour of a scalable target in seconds, with clients that send throttled requests again.

A client retries a throttled request for some seconds, then gives up. Retries add attempts, never capacity: what is served
is the same, but short gaps are bridged. Waiting and new requests share what there is.

Source: AWS SDKs and Tools Reference Guide, "Retry behavior" (read 2026-11-23).
"""

import math
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from capplan.record import Record, replace
from capplan.services.dynamodb.capacity.auto_scaling import MINUTES_PER_HOUR
from capplan.services.dynamodb.capacity.burst_bucket import serve
from capplan.services.dynamodb.capacity.scalable_target import Outcome, ScalableTarget
from capplan.services.dynamodb.capacity.scaling import expand
from capplan.services.dynamodb.capacity.uncertain import CENTRAL, Constants
from capplan.services.dynamodb.quotas import BURST_SECONDS
from capplan.services.dynamodb.words import percent
from capplan.units import PERIOD_MINUTES, SECONDS_PER_MINUTE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_RETRY_S = (0, 1, 20)
"""For how long a client retries: not at all, and the SDKs' standard mode at its shortest and longest."""


class RetriedSeconds(Record, frozen=True):
    """A time second by second; units per second. Offered = served + given up + what still waits at the end.

    Attributes:
        offered: New units.
        served: What was served, new or retried.
        throttled: Attempts throttled, each time one was.
        given_up: What clients have stopped retrying.
        waiting: What clients still retry at the end.
    """

    offered: tuple[float, ...]
    served: tuple[float, ...]
    throttled: tuple[float, ...]
    given_up: tuple[float, ...]
    waiting: float

    @property
    def lost_share(self) -> float:
        """Given up over offered."""
        offered = sum(self.offered)
        return sum(self.given_up) / offered if offered else 0.0

    @property
    def attempts_per_request(self) -> float:
        """How often one unit is sent, in the mean."""
        offered = sum(self.offered)
        return (sum(self.served) + sum(self.throttled)) / offered if offered else 1.0


def second_by_second(
    offered: Sequence[float],
    capacity: Sequence[float],
    *,
    burst_balance: float = 0.0,
    burst_s: float = BURST_SECONDS,
    retry_s: int = 1,
) -> RetriedSeconds:
    """A capacity with a burst balance under clients that retry.

    Args:
        offered: New units in each second.
        capacity: Units per second in each second.
        burst_balance: Units saved before.
        burst_s: Seconds of unused capacity kept.
        retry_s: For how many seconds a throttled request is sent again, once a second.
    """
    waiting: deque[float] = deque([0.0] * retry_s, maxlen=retry_s)
    served, throttled, given_up = [], [], []
    for new, units in zip(offered, capacity, strict=True):
        attempted = new + sum(waiting)
        through = min(attempted, units + burst_balance)
        burst_balance = max(0.0, min(burst_s * units, burst_balance + units - through))
        left = 1 - through / attempted if attempted > through else 0.0
        gone = (waiting[0] if retry_s else new) * left
        cohorts = [*waiting, new]
        waiting = deque((cohort * left for cohort in cohorts[1:]), maxlen=retry_s)
        served.append(through)
        throttled.append(attempted - through)
        given_up.append(gone)
    out = RetriedSeconds(tuple(offered), tuple(served), tuple(throttled), tuple(given_up), math.fsum(waiting))
    gap = math.fsum(out.offered) - math.fsum((*served, *given_up, out.waiting))
    assert abs(gap) <= 1e-6 * max(1.0, math.fsum(out.offered)), "units of the hour do not add up"  # noqa: S101
    return out


def retried_hour(
    target: ScalableTarget, outcome: Outcome, constants: Constants = CENTRAL, seed: int = 0
) -> tuple[int, RetriedSeconds]:
    """The first minute of the hour around a target's busiest minute (from 20 minutes before it), and its seconds.

    Minutes are spread evenly, or (`uneven_seconds`) by Poisson's law.
    """
    import numpy as np  # noqa: PLC0415  only where a series is computed

    rates = target.flow.rate_per_minute()
    start = max(0, min(PERIOD_MINUTES - MINUTES_PER_HOUR, int(rates.argmax()) - MINUTES_PER_HOUR // 3))
    hour = slice(start, start + MINUTES_PER_HOUR)
    capacity, balance = _capacity(outcome, rates, start, constants)
    offered = np.repeat(rates[hour], SECONDS_PER_MINUTE)
    if constants.uneven_seconds:
        offered = np.random.Generator(np.random.PCG64(seed)).poisson(offered).astype(np.float64)
    seconds = second_by_second(
        offered.tolist(),
        np.repeat(capacity[hour], SECONDS_PER_MINUTE).tolist(),
        burst_balance=balance,
        burst_s=constants.burst_seconds if outcome.steps is not None else 0,
        retry_s=round(constants.retry_seconds),
    )
    return start, seconds


def retry_notes(target: ScalableTarget, outcome: Outcome, seed: int) -> tuple[str, ...]:
    """What becomes of requests that provisioned capacity throttles and clients retry, in a sentence.

    Not for what partitions throttle: their seconds are drawn elsewhere.
    """
    if "provisioned" not in outcome.throttled:
        return ()
    constants = (replace(CENTRAL, retry_seconds=seconds) for seconds in _RETRY_S)
    never, briefly, long = (retried_hour(target, outcome, case, seed)[1] for case in constants)
    if not math.fsum(never.given_up):
        return ()
    sentence = (
        f"In the busiest hour of the four weeks, {percent(never.lost_share)} is throttled without retries; clients that"
        f" retry for {_RETRY_S[1]} s lose {percent(briefly.lost_share)}, for {_RETRY_S[2]} s {percent(long.lost_share)}"
        f" at {long.attempts_per_request:.1f} attempts a request."
    )
    return (sentence,)


def _capacity(
    outcome: Outcome, rates: "NDArray[np.float64]", start: int, constants: Constants
) -> "tuple[NDArray[np.float64], float]":
    """Units per second that can be served in each minute, and the burst balance as the hour begins."""
    import numpy as np  # noqa: PLC0415  the same

    others = [fraction for cause, fraction in outcome.throttled.items() if cause != "provisioned"]
    passed = rates * (1 - sum(others[1:], others[0])) if others else rates
    if outcome.steps is None:
        return np.where(passed < rates, passed, np.inf), 0.0
    capacity = expand(outcome.steps, len(rates))
    balance = serve(passed[:start], capacity[:start], burst_s=constants.burst_seconds).burst_balance
    return np.where(passed < rates, np.minimum(passed, capacity), capacity), balance
