"""The busiest hour of a side in seconds: burst that runs out, and refused requests that come again. It follows no other
hour, and knows no other side.

A client sends a refused request again for some seconds, then gives up. Retries add attempts, never capacity: what is
served is the same, but short gaps are bridged. Who waits and who comes new share what there is.

Source: AWS SDKs and Tools Reference Guide, "Retry behavior" (read 2026-11-23).
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from capplan.services.dynamodb.capacity.burst_bucket import serve
from capplan.services.dynamodb.capacity.scalable_target import Outcome, ScalableTarget
from capplan.services.dynamodb.capacity.scaling import expand
from capplan.services.dynamodb.capacity.uncertain import CENTRAL, Constants
from capplan.services.dynamodb.quotas import BURST_SECONDS
from capplan.services.dynamodb.simulation.notes import part
from capplan.units import SECONDS_PER_HOUR, SECONDS_PER_MINUTE, WINDOW_MINUTES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MINUTES = 60
_PATIENCE_S = (0, 1, 20)
"""For how long a client tries again: not at all, and the SDKs' standard mode at its shortest and longest."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """An hour second by second; units per second. Offered = served + given up + what still waits at the end.

    Attributes:
        offered: New work.
        served: What got through, new or sent again.
        refused: Attempts refused, each time one was.
        given_up: Work whose client has stopped trying.
        waiting: What its clients still try at the end.
    """

    offered: tuple[float, ...]
    served: tuple[float, ...]
    refused: tuple[float, ...]
    given_up: tuple[float, ...]
    waiting: float

    @property
    def throttled_share(self) -> float:
        """Given up over offered."""
        whole = sum(self.offered)
        return sum(self.given_up) / whole if whole else 0.0

    @property
    def attempts_per_request(self) -> float:
        """How often one unit of work is sent, in the mean."""
        whole = sum(self.offered)
        return (sum(self.served) + sum(self.refused)) / whole if whole else 1.0

    @property
    def first_refusal(self) -> int | None:
        """The first second in which anything is refused."""
        return next((i for i, amount in enumerate(self.refused) if amount > 0), None)


def second_by_second(
    offered: Sequence[float],
    capacity: Sequence[float],
    *,
    bank: float = 0.0,
    burst_s: float = BURST_SECONDS,
    retry_s: int = 1,
) -> Seconds:
    """A capacity with a burst bank under clients that try again.

    Args:
        offered: New units in each second.
        capacity: Units per second in each second.
        bank: Units saved before.
        burst_s: Seconds of unused capacity kept.
        retry_s: For how many seconds a refused request is sent again, once a second.
    """
    waiting: deque[float] = deque([0.0] * retry_s, maxlen=retry_s)
    served, refused, given_up = [], [], []
    for new, held in zip(offered, capacity, strict=True):
        asked = new + sum(waiting)
        through = min(asked, held + bank)
        bank = max(0.0, min(burst_s * held, bank + held - through))
        left = 1 - through / asked if asked > through else 0.0
        gone = (waiting[0] if retry_s else new) * left
        cohorts = [*waiting, new]
        waiting = deque((one * left for one in cohorts[1:]), maxlen=retry_s)
        served.append(through)
        refused.append(asked - through)
        given_up.append(gone)
    told = Seconds(tuple(offered), tuple(served), tuple(refused), tuple(given_up), math.fsum(waiting))
    gap = math.fsum(told.offered) - math.fsum((*served, *given_up, told.waiting))
    assert abs(gap) <= 1e-6 * max(1.0, math.fsum(told.offered)), "the hour's books do not balance"  # noqa: S101
    return told


def retried_hour(
    side: ScalableTarget, outcome: Outcome, constants: Constants = CENTRAL, seed: int = 0
) -> tuple[int, Seconds]:
    """The first minute of the hour around a side's busiest minute (from 20 minutes before it), and its seconds.

    Minutes are spread evenly, or (`uneven_seconds`) by Poisson's law.
    """
    import numpy as np  # noqa: PLC0415  only where a series is computed

    levels = side.flow.rate_per_minute()
    start = max(0, min(WINDOW_MINUTES - _MINUTES, int(levels.argmax()) - _MINUTES // 3))
    cut = slice(start, start + _MINUTES)
    held, bank = _held(outcome, levels, start, constants)
    offered = np.repeat(levels[cut], SECONDS_PER_MINUTE)
    if constants.uneven_seconds:
        offered = np.random.Generator(np.random.PCG64(seed)).poisson(offered).astype(np.float64)
    seconds = second_by_second(
        offered.tolist(),
        np.repeat(held[cut], SECONDS_PER_MINUTE).tolist(),
        bank=bank,
        burst_s=constants.burst_seconds if outcome.steps is not None else 0,
        retry_s=round(constants.retry_seconds),
    )
    assert len(seconds.offered) == SECONDS_PER_HOUR  # noqa: S101  an hour
    return start, seconds


def retry_remark(side: ScalableTarget, outcome: Outcome, seed: int) -> tuple[str, ...]:
    """What becomes of requests that provisioned capacity refuses and that are sent again, in a sentence.

    Nothing is said of what partitions refuse: their seconds are drawn elsewhere.
    """
    if "provisioned" not in outcome.refused:
        return ()
    told = {s: retried_hour(side, outcome, replace(CENTRAL, retry_seconds=s), seed)[1] for s in _PATIENCE_S}
    at_first, one, long = (told[s] for s in _PATIENCE_S)
    if not math.fsum(at_first.given_up):
        return ()
    said = (
        f"Of the four weeks' busiest hour, {part(at_first.throttled_share)} is refused at first; clients that try again"
        f" for {_PATIENCE_S[1]} s lose {part(one.throttled_share)}, for {_PATIENCE_S[2]} s {part(long.throttled_share)}"
        f" at {long.attempts_per_request:.1f} attempts a request."
    )
    return (said,)


def _held(
    outcome: Outcome, levels: "NDArray[np.float64]", start: int, constants: Constants
) -> "tuple[NDArray[np.float64], float]":
    """Units per second that can be taken in each minute, and the bank as the hour begins."""
    import numpy as np  # noqa: PLC0415  the same

    others = [part for cause, part in outcome.refused.items() if cause != "provisioned"]
    passed = levels * (1 - sum(others[1:], others[0])) if others else levels
    if outcome.steps is None:
        return np.where(passed < levels, passed, np.inf), 0.0
    capacity = expand(outcome.steps, len(levels))
    bank = serve(passed[:start], capacity[:start], burst_s=constants.burst_seconds).bank
    return np.where(passed < levels, np.minimum(passed, capacity), capacity), bank
