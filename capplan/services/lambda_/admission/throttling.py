"""Synchronous invocations that find no environment: the share that is throttled, by minute.

Lambda Developer Guide, "Understanding Lambda function scaling", "Lambda scaling behavior" (read 2026-11-23).
"""

import math
from collections import deque
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan import units
from capplan.services.lambda_.quotas import SCALING_PERIOD_S, SCALING_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FAR = 6.0
"""Loads so many standard deviations below the environments are never throttled."""
_LEAST = 1e-9
_ROUNDS, _SETTLED = 40, 1e-5
_DIGITS = 3
"""Loads are rounded to so many digits, so that Erlang's formula is computed once for minutes that are alike."""
_PER_SECOND = float(SCALING_RATE.value) / SCALING_PERIOD_S


def blocked_shares(
    offered: "NDArray[np.float64]", environments: float, peakedness: float = 1.0
) -> "NDArray[np.float64]":
    """Erlang's loss formula in each minute: the share of arrivals that find every environment busy. Range 0 to 1.

    Arrivals that come several at once are burstier than single ones; Hayward's approximation divides load and
    environments by their peakedness (Fredericks 1980, "Congestion in blocking systems").

    Args:
        offered: Arrivals per second × seconds each takes.
        environments: How many there are.
        peakedness: Variance of the number of busy environments over its mean, if there were no end of them; 1 for Poisson.
    """
    import numpy as np  # noqa: PLC0415

    return np.frombuffer(_blocked_shares(offered.tobytes(), environments, peakedness))


@lru_cache(maxsize=16)
def _blocked_shares(of_minutes: bytes, environments: float, peakedness: float) -> bytes:
    """The same, of functions with the same load, and of one that is planned again."""
    import numpy as np  # noqa: PLC0415

    offered = np.frombuffer(of_minutes)
    shares = np.zeros(len(offered))
    near = offered + _FAR * np.sqrt(offered * peakedness) > environments
    if not near.any():
        return shares.tobytes()
    close = np.maximum(offered[near], _LEAST)
    scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(close)))
    loads, places = np.unique(np.round(close * scale) / scale, return_inverse=True)
    shares[near] = np.frombuffer(_blocked(loads.tobytes(), max(0.0, environments) / peakedness, peakedness))[places]
    return shares.tobytes()


@lru_cache(maxsize=256)
def _blocked(loads: bytes, count: float, peakedness: float) -> bytes:
    """Erlang's formula at many loads; functions that share environments have the same ones."""
    import numpy as np  # noqa: PLC0415

    load, whole = np.frombuffer(loads) / peakedness, math.floor(count)
    blocked = np.ones(len(load))
    for number in range(1, whole + 1):
        carried = load * blocked
        blocked = carried / (number + carried)
    if count > whole:  # between two whole numbers
        carried = load * blocked
        above = carried / (whole + 1 + carried)
        blocked = blocked ** (1 - (count - whole)) * above ** (count - whole)
    return blocked.tobytes()


def with_retries(
    load: "NDArray[np.float64]", others: "NDArray[np.float64]", environments: float, peakedness: float, attempts: int
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """The share of attempts that is throttled, and of requests that are throttled at every attempt.

    The throttled share comes again, until it settles: each attempt but the last adds load.

    Args:
        load: Offered load without retries.
        others: Load of what shares the environments.
        environments: How many there are.
        peakedness: As in `blocked_shares`.
        attempts: Attempts of each request, the first included.
    """
    blocked = blocked_shares(load + others, environments, peakedness)
    for _ in range(_ROUNDS if attempts > 1 else 0):  # from below: more retries block more, and that more retries
        repeated = sum(blocked**n for n in range(attempts))
        before, blocked = blocked, blocked_shares(load * repeated + others, environments, peakedness)
        if float(abs(blocked - before).max()) < _SETTLED:
            break
    return blocked, blocked**attempts


def beyond_scaling(load: "NDArray[np.float64]", keep_alive_minutes: int) -> "NDArray[np.float64]":
    """The share of each minute's work that comes before AWS has added its environments. Range 0 to 1.

    AWS adds `SCALING_RATE` at once and so many in ten seconds after that; environments stay for a while.

    Args:
        load: Environments needed in each minute.
        keep_alive_minutes: Minutes for which an idle environment is kept.
    """
    import numpy as np  # noqa: PLC0415

    bucket, lost = float(SCALING_RATE.value), np.zeros(len(load))
    if float(load.max(initial=0.0)) <= bucket or not bool((np.diff(load) > bucket).any()):
        return lost
    live: deque[float] = deque([float(load[0])], maxlen=max(1, keep_alive_minutes))
    for minute, needed in enumerate(load.tolist()):
        missing = needed - max(live) - bucket
        if missing > 0:
            seconds = min(missing / _PER_SECOND, float(units.SECONDS_PER_MINUTE))
            lost[minute] = (missing - _PER_SECOND * seconds / 2) * seconds / (needed * units.SECONDS_PER_MINUTE)
            live.append(needed - max(0.0, missing - _PER_SECOND * units.SECONDS_PER_MINUTE))
        else:
            live.append(needed)
    return lost


def throttled_at_once(
    starts: Iterable[tuple[int, float]], free: "NDArray[np.float64]", busy_s: float, keep_alive_s: float
) -> list[tuple[int, float]]:
    """Of invocations that come in one instant, those that find no environment, by minute.

    Args:
        starts: The minute and how many come at its start, in order.
        free: Environments that are free of other work, in each minute.
        busy_s: Seconds that each takes.
        keep_alive_s: Seconds for which an idle environment is kept.
    """
    out, running = [], deque[tuple[int, float]]()
    for minute, count in starts:
        while running and (minute - running[0][0]) * units.SECONDS_PER_MINUTE >= busy_s + keep_alive_s:
            running.popleft()
        busy = sum(n for m, n in running if (minute - m) * units.SECONDS_PER_MINUTE < busy_s)
        idle = max((n for m, n in running if (minute - m) * units.SECONDS_PER_MINUTE >= busy_s), default=0.0)
        served = max(0.0, min(count, float(free[minute]) - busy, float(SCALING_RATE.value) + idle))
        out.append((minute, count - served))
        running.append((minute, served))
    return out
