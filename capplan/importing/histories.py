"""Measures executions of a state machine by their histories: odds of choices, items of maps, durations and errors of tasks.

Source: AWS Step Functions API Reference, "HistoryEvent" (read 2026-11-30): `previousEventId` leads from an event to the one
that caused it, so each event belongs to the state that was entered last before it on that way, also in branches.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from capplan.importing.durations import measured_duration
from capplan.importing.value import Value
from capplan.record import Record

_SCHEDULED = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled")
_FAILED = ("Failed", "TimedOut")
_ATTEMPTS = ("Task", "LambdaFunction", "Activity")
START = "starts at "
"""The alias by which the history of an execution finds its machine: the state that it starts at."""
_START = re.compile(r"^StartAt:[ \t]*[\"']?([^\"'\n#]+)", re.MULTILINE)
_MAX_EVENTS = 25_000
"""Step Functions keeps at most so many events of one execution."""


class Event(Record, frozen=True):
    """One event: its number, the one before it on its way, its kind, its state's name, when (None where not told)."""

    id: int
    previous: int
    type: str
    name: str = ""
    length: int | None = None
    error: str = ""
    at: Decimal | None = None


class Attempt(Record, frozen=True):
    """One attempt of a Task: how long in ms, and its error; empty where it succeeded."""

    milliseconds: Decimal | None
    error: str


class MeasuredState(Record, frozen=True):
    """What executions show of one state.

    Attributes:
        entered: How often it was entered.
        next: Of a Choice, how often each state came next.
        items: Of a Map, the number of items each time.
        attempts: Of a Task, all attempts.
    """

    entered: int
    next: Mapping[str, int] = {}
    items: tuple[int, ...] = ()
    attempts: tuple[Attempt, ...] = ()

    @property
    def duration(self) -> object:
        """Of attempts that succeeded; None where none did."""
        times = [a.milliseconds for a in self.attempts if not a.error and a.milliseconds is not None]
        return measured_duration(times) if any(times) else None

    @property
    def errors(self) -> Mapping[str, Decimal]:
        """The share of the attempts that each error took."""
        counts = Counter(attempt.error for attempt in self.attempts if attempt.error)
        return {error: Decimal(times) / len(self.attempts) for error, times in counts.most_common()}


class MeasuredExecutions(Record, frozen=True):
    """Some executions: how many, the state that each starts with, and what they show of each state."""

    executions: int
    start: str
    states: Mapping[str, MeasuredState]
    failed: int = 0


def events_of(value: Value) -> list[Event]:
    """The events of an answer of GetExecutionHistory, in order. Raises CapplanError."""
    events = value.get("events").items()
    if len(events) > _MAX_EVENTS:
        value.get("events").fail(f"{len(events):,} events; an execution has at most {_MAX_EVENTS:,}")
    return sorted((_event(event) for event in events), key=lambda event: event.id)


def _event(value: Value) -> Event:
    kind = value.get("type").text()
    details = value.get(f"{kind[:1].lower()}{kind[1:]}EventDetails")
    state = value.get("stateEnteredEventDetails", "stateExitedEventDetails")
    length = details.get("length")
    at = value.get("timestamp")
    return Event(
        id=value.get("id").whole(),
        previous=value.get("previousEventId").whole() if value.get("previousEventId").known else 0,
        type=kind,
        name=state.get("name").text(""),
        length=length.whole() if length.known else None,
        error=details.get("error").text("") or ("States.Timeout" if kind.endswith("TimedOut") else ""),
        at=at.seconds() if at.known and at.data != "timestamp" else None,
    )


def joined_pages(pages: Iterable[Sequence[Event]]) -> list[list[Event]]:
    """Executions of some answers: one that does not begin with event 1 goes on where one before has ended."""
    out: list[list[Event]] = []
    for page in pages:
        if not page:
            continue
        before = next((events for events in out if events[-1].id + 1 == page[0].id), None)
        if page[0].id > 1 and before is not None:
            before.extend(page)
        else:
            out.append(list(page))
    return out


def measured(executions: Sequence[Sequence[Event]]) -> MeasuredExecutions:
    """Some executions of one state machine, measured together."""
    entered: Counter[str] = Counter()
    following: dict[str, Counter[str]] = {}
    items: dict[str, list[int]] = {}
    attempts: dict[str, list[Attempt]] = {}
    starts: Counter[str] = Counter()
    failed = 0
    for events in executions:
        by_id = {event.id: event for event in events}
        states = _states(events, by_id)
        first = next((event for event in events if event.type.endswith("StateEntered")), None)
        starts[first.name if first is not None else ""] += 1
        failed += any(event.type in ("ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted") for event in events)
        for event in events:
            state = states[event.id]
            if event.type.endswith("StateEntered"):
                entered[event.name] += 1
                came_from = by_id.get(event.previous)
                if came_from is not None and came_from.type == "ChoiceStateExited":
                    following.setdefault(came_from.name, Counter())[event.name] += 1
            elif event.type == "MapStateStarted" and event.length is not None:
                items.setdefault(state, []).append(event.length)
            elif _ends_attempt(event) and state:
                attempts.setdefault(state, []).append(_attempt(event, by_id))
    return MeasuredExecutions(
        len(executions),
        starts.most_common(1)[0][0] if starts else "",
        {
            name: MeasuredState(
                times, following.get(name, {}), tuple(items.get(name, ())), tuple(attempts.get(name, ()))
            )
            for name, times in entered.items()
        },
        failed,
    )


def _states(events: Sequence[Event], by_id: Mapping[int, Event]) -> dict[int, str]:
    """The state that each event belongs to; empty where it is not known. Causes come before effects."""
    out: dict[int, str] = {}
    for event in events:
        own = event.name if event.type.endswith("StateEntered") else ""
        out[event.id] = own or (out.get(event.previous, "") if event.previous in by_id else "")
    return out


def _ends_attempt(event: Event) -> bool:
    kind = next((kind for kind in _ATTEMPTS if event.type.startswith(kind)), "")
    rest = event.type.removeprefix(kind)
    return bool(kind) and (
        rest == "Succeeded" or rest in _FAILED or rest in ("ScheduleFailed", "StartFailed", "SubmitFailed")
    )


def _attempt(event: Event, by_id: Mapping[int, Event]) -> Attempt:
    """The attempt that an event ends: from when it was scheduled."""
    error = "" if event.type.endswith("Succeeded") else event.error or "States.TaskFailed"
    before = by_id.get(event.previous)
    while before is not None and before.type not in _SCHEDULED:
        if before.type.endswith("StateEntered"):
            break
        before = by_id.get(before.previous)
    span = None
    if before is not None and before.at is not None and event.at is not None:
        span = (event.at - before.at) * 1000
    return Attempt(span if span is not None and span >= 0 else None, error)


def starts_at(definition: str) -> str:
    """The alias of a machine with a definition, JSON or YAML; empty where that does not say where it starts."""
    try:
        data = json.loads(definition)
    except (ValueError, RecursionError):
        written = _START.search(definition)
        return f"{START}{written[1].strip()}" if written is not None else ""
    start = data.get("StartAt") if isinstance(data, dict) else None
    return f"{START}{start}" if isinstance(start, str) else ""
