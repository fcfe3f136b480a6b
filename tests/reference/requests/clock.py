"""A clock of events: each has a time and what it does; of the same time, ends come first, then the others as they were set."""

import heapq
from collections.abc import Callable, Iterable

Act = Callable[[], object]


class Clock:
    """Runs events in order of time, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, int, Act]] = []
        self._count = 0

    def at(self, time_s: float, act: Act, order: int = 1) -> None:
        """Does something at a time, now at the earliest."""
        self._count += 1
        heapq.heappush(self._events, (max(time_s, self.now), order, self._count, act))

    def after(self, seconds: float, act: Act) -> None:
        """Does something later."""
        self.at(self.now + seconds, act)

    def ends(self, seconds: float, act: Act) -> None:
        """Something ends later: before what comes at the same time."""
        self.at(self.now + seconds, act, order=0)

    def run(self, until_s: float) -> None:
        """Does all that is due until a time."""
        while self._events and self._events[0][0] <= until_s:
            self.now, _, _, act = heapq.heappop(self._events)
            act()
        self.now = until_s


class Tally:
    """What became of everything that arrived: served, dropped, or waiting.

    Attributes:
        offered, served, dropped: Counts; what failed at every try was served.
        dead: What ends in a dead-letter queue or a destination, dropped or failed.
        peak_waiting: The most that waited at one time.
        oldest_s: How long the one that waited longest did.
        peak_s: When the most waited first.
        drained_s: When, after the peak, none waited; None before.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.offered = self.served = self.dropped = self.dead = 0
        self.peak_waiting, self.waiting = 0, 0
        self.oldest_s, self.peak_s = 0.0, 0.0
        self.drained_s: float | None = 0.0

    def arrives(self, count: int = 1) -> None:
        """Some arrive."""
        self.offered += count

    def waits(self, change: int) -> None:
        """More wait, or fewer."""
        self.waiting += change
        if self.waiting > self.peak_waiting:
            self.peak_waiting, self.peak_s, self.drained_s = self.waiting, self._clock.now, None
        elif not self.waiting and self.drained_s is None:
            self.drained_s = self._clock.now

    def waited(self, since_s: float) -> None:
        """One no longer waits."""
        self.oldest_s = max(self.oldest_s, self._clock.now - since_s)

    @property
    def drain_s(self) -> float | None:
        """Seconds from the peak of what waited until none did."""
        return None if self.drained_s is None else max(0.0, self.drained_s - self.peak_s)


def steady(rate_per_s: float, until_s: float, first_s: float = 0.0) -> Iterable[float]:
    """Evenly spaced arrivals."""
    count = int(rate_per_s * (until_s - first_s))
    return (first_s + (i + 0.5) / rate_per_s for i in range(count))


def poisson(rate_per_s: float, until_s: float, draw: Callable[[float], float]) -> Iterable[float]:
    """Arrivals at random; `draw` is `random.Random.expovariate`."""
    now = draw(rate_per_s)
    while now < until_s:
        yield now
        now += draw(rate_per_s)
