"""How requests reach a function, one by one: synchronously, asynchronously, from queues and from streams.

Source: AWS Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation" (throttled: 1 s to 5 min
between tries, for up to 6 h; failed: 1 and 2 min; AWS publishes no more of it: here intervals double, each drawn within a half of it,
as tries that all come in the same instant would find the same few places), "Using Lambda with Amazon SQS" (5 pollers at first, 300 a minute more, to 1,250;
maximum concurrency; a message that was not deleted is visible again after its time-out), "Using Lambda with DynamoDB" and "with
Kinesis" (a batch of one shard, in order, blocks it until it succeeds, its tries or its age are used up; split in two, its parts are
batches of their own; partial responses: tried again from the first record that failed), read 2026-11-23.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.reference.requests.clock import Clock, Tally
from tests.reference.requests.functions import Function

FIRST_RETRY_S, LAST_RETRY_S, MAX_AGE_S = 1.0, 300.0, 6 * 3600.0
AFTER_ERRORS_S = (60.0, 120.0)
FIRST_POLLERS, POLLERS_PER_S, MAX_POLLERS = 5, 5.0, 1250


class Sync:
    """Requests of callers that wait: one that finds no place is lost to it."""

    def __init__(self, clock: Clock, function: Function) -> None:
        self.tally, self._function = Tally(clock), function

    def send(self) -> bool:
        """One request; whether it was let in."""
        self.tally.arrives()
        if self._function.start(lambda ended_well: None):  # noqa: ARG005
            self.tally.served += 1
            return True
        self.tally.dropped += 1
        return False


class Async:
    """Events in Lambda's own queue."""

    def __init__(self, clock: Clock, function: Function, retries: int = 2, max_age_s: float = MAX_AGE_S) -> None:
        self.tally, self._clock, self._function = Tally(clock), clock, function
        self._retries, self._max_age_s, self._draw = retries, max_age_s, function.account.draw

    def send(self) -> bool:
        """One event; it is always accepted."""
        self.tally.arrives()
        self._try(_Event(self._clock.now, FIRST_RETRY_S, 0))
        return True

    def _try(self, event: "_Event") -> None:
        if self._function.start(lambda ended_well: self._ended(event, ended_well=ended_well)):
            if event.waits:
                event.waits = False
                self.tally.waits(-1)
                self.tally.waited(event.since_s)
            if not event.was_served:
                event.was_served = True
                self.tally.served += 1
            return
        if self._clock.now - event.since_s + event.next_s > self._max_age_s:
            self._give_up(event)
            return
        if not event.waits:
            event.waits = True
            self.tally.waits(1)
        pause, event.next_s = event.next_s * (0.5 + self._draw()), min(LAST_RETRY_S, event.next_s * 2)
        self._clock.after(pause, lambda: self._try(event))

    def _give_up(self, event: "_Event") -> None:
        if event.waits:
            self.tally.waits(-1)
            self.tally.waited(event.since_s)
        self.tally.dead += 1
        if not event.was_served:
            self.tally.dropped += 1

    def _ended(self, event: "_Event", *, ended_well: bool) -> None:
        if ended_well:
            return
        if event.errors >= self._retries:
            self.tally.dead += 1
            return
        pause = AFTER_ERRORS_S[min(event.errors, 1)]
        event.errors += 1
        self._clock.after(pause, lambda: self._try(event))


@dataclass
class _Event:
    since_s: float
    next_s: float
    errors: int
    waits: bool = False
    was_served: bool = False


@dataclass
class _Message:
    since_s: float
    visible_s: float
    poison: bool = False
    receives: int = 0
    was_served: bool = False


class Queue:
    """A standard queue whose pollers invoke a function with batches of its messages."""

    def __init__(  # noqa: PLR0913  a queue's settings
        self,
        clock: Clock,
        function: Function,
        batch: int = 10,
        window_s: float = 0.0,
        maximum_concurrency: int | None = None,
        visibility_s: float = 30.0,
        max_receives: int | None = None,
        poison: float = 0.0,
        *,
        partial: bool = False,
    ) -> None:
        self.tally, self._clock, self._function = Tally(clock), clock, function
        self._poison, self._partial = poison, partial
        self._batch, self._window_s, self._visibility_s = batch, window_s, visibility_s
        self._maximum, self._max_receives = maximum_concurrency, max_receives
        self._visible: deque[_Message] = deque()
        self._invoking = 0
        self._growing_since: float | None = None
        self._waiting_for_more = False
        function.when_free.append(self._poll)

    def send(self) -> bool:
        """One message."""
        self.tally.arrives()
        now = self._clock.now
        self._visible.append(_Message(now, now, bool(self._poison) and self._function.account.draw() < self._poison))
        self.tally.waits(1)
        self._poll()
        return True

    def _pollers(self) -> int:
        """Batches that may be invoked at the same time: more while messages wait."""
        if not self._visible:
            self._growing_since = None
        elif self._growing_since is None:
            self._growing_since = self._clock.now
        grown = 0.0 if self._growing_since is None else (self._clock.now - self._growing_since) * POLLERS_PER_S
        limit = MAX_POLLERS if self._maximum is None else self._maximum
        return min(limit, max(FIRST_POLLERS + int(grown), self._invoking))

    def _poll(self) -> None:
        while self._visible and self._invoking < self._pollers():
            full = len(self._visible) >= self._batch
            if self._window_s and not full and self._clock.now < self._visible[0].visible_s + self._window_s:
                if not self._waiting_for_more:
                    self._waiting_for_more = True
                    self._clock.at(self._visible[0].visible_s + self._window_s, self._window_ends)
                return
            batch = [self._visible.popleft() for _ in range(min(self._batch, len(self._visible)))]
            for message in batch:
                message.receives += 1
            self._invoking += 1
            if not self._function.start(lambda ended_well, batch=batch: self._ended(batch, ended_well=ended_well)):  # type: ignore[misc]
                self._invoking -= 1
                self._hide(batch)
                return
            for message in batch:
                self.tally.waits(-1)
                self.tally.waited(message.since_s)
                self._serve(message)

    def _window_ends(self) -> None:
        self._waiting_for_more = False
        self._poll()

    def _serve(self, message: _Message) -> None:
        if not message.was_served:
            message.was_served = True
            self.tally.served += 1

    def _hide(self, batch: Iterable[_Message]) -> None:
        """A throttled batch is visible again after its time-out; past its last receive it is dead."""
        for message in batch:
            if self._max_receives is not None and message.receives >= self._max_receives:
                self.tally.waits(-1)
                self._bury(message)
        again = [m for m in batch if self._max_receives is None or m.receives < self._max_receives]
        if again:
            self._clock.after(self._visibility_s, lambda: self._again(again))

    def _bury(self, message: _Message) -> None:
        self.tally.dead += 1
        if not message.was_served:
            self.tally.dropped += 1

    def _again(self, messages: list[_Message]) -> None:
        """Messages of one batch are visible again in the same instant: they are received before others, together."""
        for message in messages:
            message.visible_s = self._clock.now
        self._visible.extendleft(reversed(messages))
        self._poll()

    def _failed_again(self, messages: list[_Message]) -> None:
        self.tally.waits(len(messages))
        self._again(messages)

    def _ended(self, batch: list[_Message], *, ended_well: bool) -> None:
        self._invoking -= 1
        failed = batch if not ended_well or any(message.poison for message in batch) else []
        if ended_well and self._partial:
            failed = [message for message in batch if message.poison]
        for message in failed:
            if self._max_receives is not None and message.receives >= self._max_receives:
                self._bury(message)
        again = [m for m in failed if self._max_receives is None or m.receives < self._max_receives]
        if again:
            pause = max(0.0, self._visibility_s - self._function.duration_s)
            self._clock.after(pause, lambda: self._failed_again(again))
        self._poll()


@dataclass
class _Record:
    since_s: float
    poison: bool


@dataclass
class _Lane:
    records: deque[_Record] = field(default_factory=deque)
    parts: list[list[_Record]] = field(default_factory=list)
    """Parts of a batch that was split, the next one last: they are invoked before what follows it."""
    busy: bool = False
    timer: bool = False


class Stream:
    """A stream: in each lane (a shard, or with a parallelization factor a part of it) one batch at a time, in order."""

    def __init__(  # noqa: PLR0913  a stream's settings
        self,
        clock: Clock,
        function: Function,
        lanes: int,
        batch: int = 100,
        window_s: float = 0.0,
        retries: int | None = None,
        max_age_s: float = 86_400.0,
        poison: float = 0.0,
        *,
        bisect: bool = False,
        partial: bool = False,
    ) -> None:
        self.tally, self._clock, self._function = Tally(clock), clock, function
        self._lanes, self._next = [_Lane() for _ in range(lanes)], 0
        self._batch, self._window_s = batch, window_s
        self._retries, self._max_age_s = retries, max_age_s
        self._poison, self._bisect, self._partial = poison, bisect, partial
        self._blocked: set[int] = set()
        function.when_free.append(self._free)

    def send(self) -> bool:
        """One record, to the lanes in turn."""
        self.tally.arrives()
        self.tally.waits(1)
        self._next = (self._next + 1) % len(self._lanes)
        record = _Record(self._clock.now, bool(self._poison) and self._function.account.draw() < self._poison)
        self._lanes[self._next].records.append(record)
        self._read(self._next)
        return True

    def _free(self) -> None:
        for index in tuple(self._blocked):
            self._read(index)

    def _read(self, index: int) -> None:
        lane = self._lanes[index]
        if lane.busy:
            return
        if lane.parts:
            self._invoke(index, lane.parts.pop(), 0, is_part=True)
            return
        self._expire(lane)
        if not lane.records:
            self._blocked.discard(index)
            return
        due_s = lane.records[0].since_s + self._window_s
        if self._window_s and len(lane.records) < self._batch and self._clock.now < due_s:
            if not lane.timer:
                lane.timer = True
                self._clock.at(due_s, lambda: self._timer(index))
            return
        batch = [lane.records.popleft() for _ in range(min(self._batch, len(lane.records)))]
        self._invoke(index, batch, 0)

    def _timer(self, index: int) -> None:
        self._lanes[index].timer = False
        self._read(index)

    def _expire(self, lane: _Lane) -> None:
        while lane.records and self._clock.now - lane.records[0].since_s > self._max_age_s:
            lane.records.popleft()
            self.tally.waits(-1)
            self.tally.dropped += 1

    def _invoke(self, index: int, batch: list[_Record], tries: int, *, is_part: bool = False) -> None:
        lane = self._lanes[index]
        lane.busy = True
        if not self._function.start(lambda ended_well: self._ended(index, batch, tries, ended_well=ended_well)):
            lane.busy = False
            if is_part:
                lane.parts.append(batch)
            else:
                lane.records.extendleft(reversed(batch))
                self.tally.waits(len(batch) if tries else 0)
            self._blocked.add(index)
            return
        self._blocked.discard(index)
        if not tries and not is_part:
            for record in batch:
                self.tally.waits(-1)
                self.tally.waited(record.since_s)

    def _ended(self, index: int, batch: list[_Record], tries: int, *, ended_well: bool) -> None:
        lane = self._lanes[index]
        failed = not ended_well or any(record.poison for record in batch)
        if failed and ended_well and self._partial:  # what is before the first record that failed is done
            first = next(place for place, record in enumerate(batch) if record.poison)
            self.tally.served += first
            batch, was_shortened = batch[first:], first > 0
        else:
            was_shortened = False
        too_old = self._clock.now - batch[0].since_s > self._max_age_s
        if failed and not too_old and self._bisect and (was_shortened or len(batch) > 1):
            half = len(batch) if was_shortened else len(batch) - len(batch) // 2
            lane.parts += [part for part in (batch[half:], batch[:half]) if part]
        elif failed and not too_old and (self._retries is None or tries < self._retries):
            self._invoke(index, batch, tries + 1)
            return
        else:
            self.tally.served += len(batch)
            self.tally.dead += len(batch) if failed else 0
        lane.busy = False
        self._read(index)


class Fifo:
    """A FIFO queue: of each message group one batch at a time."""

    def __init__(
        self, clock: Clock, function: Function, groups: int, batch: int = 10, maximum_concurrency: int | None = None
    ) -> None:
        self.tally, self._clock, self._function = Tally(clock), clock, function
        self._groups: list[deque[float]] = [deque() for _ in range(groups)]
        self._busy = [False] * groups
        self._batch, self._maximum, self._next = batch, maximum_concurrency, 0
        function.when_free.append(self._all)

    def send(self) -> bool:
        """One message, to the groups in turn."""
        self.tally.arrives()
        self.tally.waits(1)
        self._next = (self._next + 1) % len(self._groups)
        self._groups[self._next].append(self._clock.now)
        self._read(self._next)
        return True

    def _all(self) -> None:
        for index, group in enumerate(self._groups):
            if group and not self._busy[index]:
                self._read(index)

    def _read(self, index: int) -> None:
        group = self._groups[index]
        full = self._maximum is not None and sum(self._busy) >= self._maximum
        if self._busy[index] or not group or full:
            return
        batch = [group.popleft() for _ in range(min(self._batch, len(group)))]
        self._busy[index] = True
        if not self._function.start(lambda ended_well: self._ended(index)):  # noqa: ARG005
            self._busy[index] = False
            group.extendleft(reversed(batch))
            return
        for since_s in batch:
            self.tally.waits(-1)
            self.tally.waited(since_s)
            self.tally.served += 1

    def _ended(self, index: int) -> None:
        self._busy[index] = False
        self._all()


class Map:
    """A Map: `max_concurrency` items at a time; an item whose call is throttled is tried again (`retry_s`)."""

    def __init__(self, clock: Clock, function: Function, max_concurrency: int | None, retry_s: float = 1.0) -> None:
        self.tally, self._clock, self._function = Tally(clock), clock, function
        self._max, self._retry_s = max_concurrency, retry_s
        self.ended_s = 0.0

    def start(self, items: int) -> None:
        """One execution of the Map."""
        self.tally.arrives(items)
        self.tally.waits(items)
        todo = deque([self._clock.now] * items)
        for _ in range(items if self._max is None else min(items, self._max)):
            self._item(todo)

    def _item(self, todo: deque[float]) -> None:
        if not todo:
            return
        since_s = todo.popleft()
        if not self._function.start(lambda ended_well: self._ended(todo)):  # noqa: ARG005
            todo.append(since_s)
            self._clock.after(self._retry_s, lambda: self._item(todo))
            return
        self.tally.waits(-1)
        self.tally.waited(since_s)
        self.tally.served += 1

    def _ended(self, todo: deque[float]) -> None:
        self.ended_s = self._clock.now
        self._item(todo)


Send = Callable[[], bool]


def send_all(clock: Clock, times_s: Iterable[float], send: Send) -> None:
    """Sends one request at each time, without holding all of them."""
    coming = iter(times_s)

    def following() -> None:
        send()
        schedule()

    def schedule() -> None:
        time_s = next(coming, None)
        if time_s is not None:
            clock.at(time_s, following)

    schedule()
