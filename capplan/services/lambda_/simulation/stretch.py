"""Serves all requests of some minutes at once, where each finds an idle environment or starts one.

Idle environments are a line from the longest idle to the one last used, which serves first. So where nothing is throttled, as
many are live as were busy together at some moment of the last `keep_alive_s`, and a request starts cold where it makes more
busy than that. All requests are taken as warm first; the few that start cold are then found in order of time, and each keeps
its environment busy for longer.
"""

import heapq
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from capplan import units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from capplan.services.lambda_.simulation.draws import SingleDraws
    from capplan.services.lambda_.simulation.warm_pool import Pool

MAX_COLD_SHARE = 1 / 256
"""Of more cold starts each request is served by itself: one takes as long here as a few hundred requests there."""
_FEW_COLD = 100
_SHORTEST_S = 1e-6
"""A shorter run may end, in a float, as it begins."""


class Served(NamedTuple):
    """What became of each minute: cold starts, the most busy at once, live environments at its end."""

    cold: list[int]
    peak_busy: list[int]
    live: list[int]


class Requests(NamedTuple):
    """The requests of some minutes in order of time.

    Attributes:
        bounds: When each minute begins, seconds, and when the last one ends. Shape (minutes + 1,).
        counts: Requests of each minute. Shape (minutes,).
        times: When they arrive, seconds. Shape (requests,).
        warm_s: How long each runs in an idle environment. Shape (requests,).
    """

    bounds: "NDArray[np.float64]"
    counts: "NDArray[np.int64]"
    times: "NDArray[np.float64]"
    warm_s: "NDArray[np.float64]"


def serve_at_once(pool: "Pool", requests: Requests, cold_s: "SingleDraws") -> Served | None:
    """What becomes of the minutes; None, and nothing done, where they have to be served request by request."""
    kept = pool.keep_alive_s / units.SECONDS_PER_MINUTE
    if kept < 1 or not kept.is_integer() or pool.pending or requests.warm_s.min(initial=1.0) < _SHORTEST_S:
        return None
    stretch = _Stretch(pool, requests, int(kept))
    tokens, drawn = (pool.tokens, pool.refilled_at), list[float]()
    if not all(stretch.starts_cold(i, drawn, cold_s) for i in stretch.candidates()):
        pool.tokens, pool.refilled_at = tokens
        cold_s.give_back(drawn)
        return None
    return stretch.served()


class _Stretch:
    """How many environments are busy, as all requests were warm but those that were found to start cold so far."""

    def __init__(self, pool: "Pool", requests: Requests, kept: int) -> None:
        import numpy as np  # noqa: PLC0415  a simulation has loaded it

        self._pool, self._requests, self._kept = pool, requests, kept
        bounds, counts, times, warm_s = requests
        self._ends = times + warm_s
        """When each request's environment is free again."""
        self._until = np.concatenate(([0], np.cumsum(counts)))
        self._as_warm = np.sort(
            np.concatenate((pool.busy, self._ends)), kind="stable"
        )  # nearly in order: half the time
        already = len(pool.busy)
        self._busy = np.arange(already + 1, already + 1 + len(times)) - _up_to(self._as_warm, times)
        """As each request has begun."""
        self._at_bounds = already + self._until - _up_to(self._as_warm, bounds)
        self._longer: list[tuple[float, float]] = []
        """Of those that start cold: from when to when they are busy beyond a warm run."""
        self._cold: list[int] = []
        self._most_cold = max(_FEW_COLD, len(times) * MAX_COLD_SHARE)
        self._gone = [end + pool.keep_alive_s for end in pool.idle]
        """When each of those that were idle before is removed."""
        ends = bounds[1:]
        idle = len(self._gone) - _up_to(np.array(self._gone), ends)
        self._left = idle + np.where(ends - pool.keep_alive_s < bounds[0], already, 0)
        """How many are live at the end of each minute at least: those that were idle or busy before."""
        self._found: list[int] = []

    def candidates(self) -> Iterable[int]:
        """Requests that may start cold, in order of time: more are busy than in the minute, and the whole ones, before."""
        import numpy as np  # noqa: PLC0415  a simulation has loaded it

        self._live = np.repeat(self._live_before(self._busiest()), self._requests.counts)
        above = np.flatnonzero(self._busy > self._live)
        minute = np.searchsorted(self._until, above, side="right")
        rank = minute * (int(self._busy.max(initial=0)) + 1) + self._busy[above]
        highest = np.maximum.accumulate(rank)
        self._found = above[np.concatenate(([True], rank[1:] > highest[:-1]))[: len(above)]].tolist()
        last = -1
        while self._found:
            i = heapq.heappop(self._found)
            if i > last:
                yield i
            last = i

    def starts_cold(self, i: int, drawn: list[float], cold_s: "SingleDraws") -> bool:
        """Starts an environment where a request needs one; False where it is throttled, or ends before a warm one."""
        import numpy as np  # noqa: PLC0415  a simulation has loaded it

        pool, (bounds, _, times, _) = self._pool, self._requests
        if self._busy[i] <= self._live_at(i):
            return True
        if self._busy[i] > pool.cap or len(drawn) > self._most_cold or not pool.may_start(now := float(times[i])):
            return False
        drawn.append(next(cold_s))
        begin, end = float(self._ends[i]), now + drawn[-1]
        if end < begin:
            return False
        self._ends[i] = end
        self._cold.append(i)
        self._longer.append((begin, end))
        first, last = np.searchsorted(times, (begin, end)).tolist()
        self._busy[first:last] += 1
        for more in (first + np.flatnonzero(self._busy[first:last] > self._live[first:last])).tolist():
            heapq.heappush(self._found, more)
        first, last = np.searchsorted(bounds, (begin, end)).tolist()
        self._at_bounds[first:last] += 1
        return True

    def _live_at(self, i: int) -> int:
        """How many environments are live as a request comes: the most that were busy since `keep_alive_s` ago."""
        now, times = float(self._requests.times[i]), self._requests.times
        since, already = now - self._pool.keep_alive_s, len(self._pool.busy)
        first = int(times.searchsorted(since, side="right"))
        busiest = int(self._busy[first:i].max(initial=0))
        if since < self._requests.bounds[0]:
            return max(busiest, already + len(self._gone) - bisect_right(self._gone, now))
        longer = sum(begin <= since < end for begin, end in self._longer)
        return max(busiest, already + first + longer - int(self._as_warm.searchsorted(since, side="right")))

    def _busiest(self) -> "NDArray[np.int64]":
        """The most that are busy in each minute."""
        import numpy as np  # noqa: PLC0415  a simulation has loaded it

        out, some = self._at_bounds[:-1].copy(), np.flatnonzero(self._requests.counts)
        if len(some):
            out[some] = np.maximum(out[some], np.maximum.reduceat(self._busy, self._until[some]))
        return out

    def _live_before(self, busiest: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """How many are live in each minute at least, by the whole minutes before that count."""
        import numpy as np  # noqa: PLC0415  a simulation has loaded it

        out = self._left.copy()
        for minutes in range(1, min(self._kept, len(out))):
            np.maximum(out[minutes:], busiest[:-minutes], out=out[minutes:])
        return out

    def served(self) -> Served:
        """The minutes; the pool is then as after the last one."""
        import numpy as np  # noqa: PLC0415  a simulation has loaded it

        busiest = self._busiest()
        live = np.maximum(self._live_before(busiest), busiest)
        cold = np.diff(np.searchsorted(np.array(self._cold, dtype=np.int64), self._until))
        self._leave(int(busiest.max(initial=0)))
        return Served(cold.tolist(), busiest.tolist(), live.tolist())

    def _leave(self, most: int) -> None:
        """Leaves the pool as it is at the end.

        An idle environment has been so since fewer were last busy than before it: of each number of busy ones the last end that
        left so many. Of those that were idle before, the ones beyond the `most` that were busy have not been used.
        """
        import numpy as np  # noqa: PLC0415  a simulation has loaded it

        pool, times, end = self._pool, self._requests.times, float(self._requests.bounds[-1])
        already = len(pool.busy)
        ends = np.concatenate((pool.busy, self._ends))
        recent = np.sort(ends[ends > end - pool.keep_alive_s], kind="stable")
        last, others = int(recent.searchsorted(end, side="right")), len(ends) - len(recent)
        left = already - others + np.searchsorted(times, recent[:last]) - np.arange(1, last + 1)
        by_number = np.full(most + 1, -1)
        by_number[left] = np.arange(last)  # of equal numbers the last one counts
        used = by_number[len(recent) - last : most][::-1]
        unused = list(pool.idle)[: max(0, already + len(pool.idle) - most)]
        pool.idle = deque([e for e in unused if e + pool.keep_alive_s > end] + recent[used[used >= 0]].tolist())
        pool.busy = recent[last:].tolist()


def _up_to(ends: "NDArray[np.float64]", times: "NDArray[np.float64]") -> "NDArray[np.int64]":
    """How many of them are at most each time."""
    return ends.searchsorted(times, side="right")
