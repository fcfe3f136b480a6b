"""Runs of a Glue job one by one: what is over `max_concurrent_runs` is rejected, or waits in the queue.

Source: AWS Glue API Reference, StartJobRun (ConcurrentRunsExceededException) and JobRunQueuingEnabled, read 2026-11-23.
"""

from collections import deque
from collections.abc import Callable

from tests.reference.requests.clock import Clock, Tally


class Job:
    """A job; `run_s` draws how long a run is active."""

    def __init__(
        self,
        clock: Clock,
        run_s: Callable[[], float],
        max_runs: int = 1,
        *,
        queues: bool = False,
        max_queued: int = 1000,
    ) -> None:
        self.tally, self._clock, self._run_s = Tally(clock), clock, run_s
        self._max_runs, self._queues, self._max_queued = max_runs, queues, max_queued
        self._queue: deque[float] = deque()
        self.active = self.peak = 0

    def start(self) -> bool:
        """StartJobRun; whether the run was accepted."""
        self.tally.arrives()
        if self.active < self._max_runs:
            self._begin()
            return True
        if self._queues and len(self._queue) < self._max_queued:
            self._queue.append(self._clock.now)
            self.tally.waits(1)
            return True
        self.tally.dropped += 1
        return False

    def _begin(self) -> None:
        self.tally.served += 1
        self.active += 1
        self.peak = max(self.peak, self.active)
        self._clock.ends(self._run_s(), self._ends)

    def _ends(self) -> None:
        self.active -= 1
        if self._queue and self.active < self._max_runs:
            self.tally.waits(-1)
            self.tally.waited(self._queue.popleft())
            self._begin()
