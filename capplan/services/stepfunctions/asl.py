"""The Amazon States Language, read from plain data into frozen records. It never runs a definition and opens no file.

Sources: Amazon States Language specification (states-language.net/spec.html); Step Functions Developer Guide, "Using
Amazon States Language", "Handling errors", "Map state" and "Service integration patterns" (read 2026-11-23).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Path = tuple[str | int, ...]
Pattern = Literal["request", "sync", "callback", "activity"]
ChildType = Literal["STANDARD", "EXPRESS"]

TYPES = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
_RETRYING = ("Task", "Parallel", "Map")
_MOVING = ("Task", "Pass", "Wait", "Parallel", "Map")
_WAITS = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
_NAME_CHARACTERS = 80
_NESTING = 40
_MAX_INTERVAL_S = 99_999_999
_MAX_DELAY_S = 31_622_400
_MAX_ATTEMPTS = 99_999_999
_SMALLEST, _LARGEST = 1e-9, 1e15
"""No field of the language is beyond these; NaN and infinity are neither."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a definition: where (keys from the root), what, and what to write instead."""

    path: Path
    message: str
    hint: str = ""


@dataclass(eq=False)
class DefinitionError(Exception):
    """A definition AWS would refuse, with every mistake that was found."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        """Every mistake on one line."""
        return "; ".join(problem.message for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Retrier:
    """One entry of a Retry list, with AWS's defaults filled in."""

    errors: tuple[str, ...] = ()
    interval_s: Fraction = Fraction(1)
    max_attempts: int = 3
    backoff_rate: Fraction = Fraction(2)
    max_delay_s: Fraction | None = None
    full_jitter: bool = False


@dataclass(frozen=True, slots=True)
class Catcher:
    """One entry of a Catch list."""

    errors: tuple[str, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Task:
    """What a Task state does: its resource, how long it waits for it, and its Parameters or Arguments."""

    resource: str
    pattern: Pattern
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MapWork:
    """What a Map state does for each item.

    Attributes:
        processor: The states an item runs through.
        distributed: Whether each batch of items is an execution of its own.
        child_type: Type of those executions.
        max_concurrency: 0 for as many as AWS allows.
        items_per_batch: Items of one child; 1 without an ItemBatcher.
        items: Number of items where the definition holds the list itself.
        tolerated_share: Children that may fail, as a share of all.
        tolerated_count: Children that may fail.
    """

    processor: "Graph"
    distributed: bool = False
    child_type: ChildType = "STANDARD"
    max_concurrency: int = 0
    items_per_batch: int = 1
    items: int | None = None
    tolerated_share: Fraction = Fraction(0)
    tolerated_count: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """One state; only the fields of its type are set. `next` is None where it ends its graph, and for a Choice."""

    name: str
    type: str
    next: str | None = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    task: Task | None = None
    targets: tuple[str, ...] = ()
    wait_s: Fraction | None = None
    branches: tuple["Graph", ...] = ()
    map: MapWork | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """States that are run one after the other: a whole definition, a branch of a Parallel, the processor of a Map."""

    start_at: str
    states: Mapping[str, State]


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A valid definition.

    Attributes:
        graph: Its outermost states.
        states: Every state by name, nested ones included (names are unique over all levels).
        size_bytes: Length of the text AWS is given.
        unknown: Places whose number is a placeholder or an expression, for which AWS's default stands.
    """

    graph: Graph
    states: Mapping[str, State]
    size_bytes: int
    unknown: tuple[Path, ...] = ()


@dataclass(slots=True)
class _Notes:
    """What is found on the way through a definition."""

    problems: list[Problem] = field(default_factory=list)
    unknown: list[Path] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)
    seen: dict[str, Path] = field(default_factory=dict)

    def wrong(self, path: Path, message: str, hint: str = "") -> None:
        self.problems.append(Problem(path, message, hint))


_STRING_OR_PLACEHOLDER = re.compile(r'"(?:\\.|[^"\\])*"|\$\{[^{}"\n]*\}')


def quote_placeholders(text: str) -> str:
    """JSON text whose bare `${Name}` values are quoted, so that it can be read; strings stay as they are."""
    return _STRING_OR_PLACEHOLDER.sub(lambda m: m[0] if m[0].startswith('"') else f'"{m[0]}"', text)


def parse(data: object, size_bytes: int) -> Definition:
    """The definition in plain data (what a JSON or YAML reader gives). Raises DefinitionError with all mistakes."""
    notes = _Notes()
    language = _text(data, "QueryLanguage") or "JSONPath"
    graph = _graph(data, (), language, notes)
    if notes.problems:
        raise DefinitionError(tuple(notes.problems))
    return Definition(graph, notes.states, size_bytes, tuple(notes.unknown))


def retrier(data: Mapping[str, object]) -> Retrier:
    """One retrier on its own, as in a Retry list; ErrorEquals may be missing."""
    notes = _Notes()
    found = _retrier(data, (), notes)
    if notes.problems:
        raise DefinitionError(tuple(notes.problems))
    return found


# --- graphs -----------------------------------------------------------------------------------------------------------


def _graph(data: object, path: Path, language: str, notes: _Notes) -> Graph:
    empty = Graph("", {})
    if len(path) > _NESTING * 4:
        notes.wrong(path, "states are nested too deep", f"at most {_NESTING} levels")
        return empty
    if not isinstance(data, Mapping):
        notes.wrong(path, "a definition is an object with StartAt and States")
        return empty
    states = data.get("States")
    if not isinstance(states, Mapping) or not states:
        notes.wrong(path, "States is missing", "States holds at least one state")
        return empty
    parsed = {str(n): _state(str(n), s, (*path, "States", str(n)), language, notes) for n, s in states.items()}
    start = _text(data, "StartAt")
    if start is None:
        notes.wrong(path, "StartAt is missing", "StartAt names the first state")
    elif start not in parsed:
        notes.wrong((*path, "StartAt"), f"StartAt names '{start}', which is no state here", nearest(start, parsed))
    graph = Graph(start or "", parsed)
    _check_moves(graph, path, notes)
    return graph


def _check_moves(graph: Graph, path: Path, notes: _Notes) -> None:
    """Every move leads to a state of the same level, every state is reached, and some state ends."""
    broken = graph.start_at not in graph.states
    for name, state in graph.states.items():
        for target in sorted(set(moves(state))):
            if target not in graph.states:
                broken = True
                elsewhere = " at this level" if target in notes.states else ""
                notes.wrong(
                    (*path, "States", name),
                    f"state '{name}' goes on to '{target}', which is no state{elsewhere}",
                    nearest(target, graph.states) or f"its level has {', '.join(list(graph.states)[:8])}",
                )
    if broken:
        return
    reached = reachable(graph, graph.start_at)
    for name in graph.states:
        if name not in reached and graph.states[name].type:
            notes.wrong(
                (*path, "States", name), f"state '{name}' is never reached", "no Next, Choice or Catch leads to it"
            )
    if not any(_ends(graph.states[name]) for name in reached):
        notes.wrong(path, "no state ends the execution", "End: true, a Succeed or a Fail state")


def moves(state: State) -> tuple[str, ...]:
    """Names of the states that may follow."""
    onward = (state.next,) if state.next is not None else ()
    return (*onward, *state.targets, *(catcher.next for catcher in state.catch))


def reachable(graph: Graph, start: str) -> frozenset[str]:
    """The start and all states that may follow it, at the same level."""
    found, todo = {start}, [start]
    while todo:
        for name in moves(graph.states[todo.pop()]):
            if name not in found:
                found.add(name)
                todo.append(name)
    return frozenset(found)


def _ends(state: State) -> bool:
    return state.type in ("Succeed", "Fail") or (state.type in _MOVING and state.next is None)


# --- states -----------------------------------------------------------------------------------------------------------


def _state(name: str, data: object, path: Path, language: str, notes: _Notes) -> State:
    if not isinstance(data, Mapping):
        hint = (
            "QueryLanguage stands beside States, not inside"
            if name == "QueryLanguage"
            else "a state is an object with a Type"
        )
        notes.wrong(path, f"state '{name}' is not an object", hint)
        return State(name, "")
    _check_name(name, path, notes)
    kind = _text(data, "Type") or ""
    language = _text(data, "QueryLanguage") or language
    if kind not in TYPES:
        notes.wrong(
            path,
            f"state '{name}' has no Type" if not kind else f"state '{name}' has the unknown Type '{kind}'",
            nearest(kind, TYPES) or f"one of {', '.join(TYPES)}",
        )
        return State(name, "")
    state = State(
        name,
        kind,
        next=_next(name, kind, data, path, notes),
        retry=_retry(name, kind, data, path, notes),
        catch=_catch(name, kind, data, path, notes),
        task=_task(name, data, path, notes) if kind == "Task" else None,
        targets=_choices(name, data, path, language, notes) if kind == "Choice" else (),
        wait_s=_wait(name, data, path, notes) if kind == "Wait" else None,
        branches=_branches(name, data, path, language, notes) if kind == "Parallel" else (),
        map=_map(name, data, path, language, notes) if kind == "Map" else None,
        error=(_text(data, "Error") or "") if kind == "Fail" else "",
    )
    notes.states[name] = state
    return state


def _check_name(name: str, path: Path, notes: _Notes) -> None:
    if len(name) > _NAME_CHARACTERS:
        notes.wrong(path, f"the name of state '{name[:20]}…' is too long", f"at most {_NAME_CHARACTERS} characters")
    if name in notes.seen:
        notes.wrong(path, f"two states are called '{name}'", "names are unique over all levels")
    notes.seen[name] = path


def _next(name: str, kind: str, data: Mapping[str, object], path: Path, notes: _Notes) -> str | None:
    onward, end = _text(data, "Next"), data.get("End") is True
    if kind in _MOVING and (onward is not None) == end:
        notes.wrong(path, f"state '{name}' needs either Next or End: true", "exactly one of them")
    if kind not in _MOVING and ("Next" in data or "End" in data):
        notes.wrong(path, f"a {kind} state takes no Next or End ('{name}')")
        return None
    return onward if kind in _MOVING else None


def _task(name: str, data: Mapping[str, object], path: Path, notes: _Notes) -> Task:
    resource = _text(data, "Resource")
    if resource is None:
        notes.wrong(path, f"Task '{name}' has no Resource")
    given = data.get("Arguments", data.get("Parameters"))
    return Task(resource or "", pattern_of(resource or ""), given if isinstance(given, Mapping) else {})


def pattern_of(resource: str) -> Pattern:
    """How a Task waits for its resource."""
    if resource.endswith((".sync", ".sync:2")):
        return "sync"
    if resource.endswith(".waitForTaskToken"):
        return "callback"
    return "activity" if ":activity:" in resource else "request"


def _choices(name: str, data: Mapping[str, object], path: Path, language: str, notes: _Notes) -> tuple[str, ...]:
    rules = _list(data.get("Choices")) or []
    if not rules:
        notes.wrong(path, f"Choice '{name}' has no Choices")
    found: list[str] = []
    for i, rule in enumerate(rules):
        target = _text(rule, "Next")
        if target is None:
            notes.wrong((*path, "Choices", i), f"a rule of Choice '{name}' has no Next")
        else:
            found.append(target)
        tests = ("Condition",) if language == "JSONata" else ("Variable", "And", "Or", "Not")
        if isinstance(rule, Mapping) and not any(test in rule for test in tests):
            notes.wrong(
                (*path, "Choices", i), f"a rule of Choice '{name}' has no test", f"{language}: {', '.join(tests)}"
            )
    default = _text(data, "Default")
    return tuple(dict.fromkeys([*found, *([default] if default is not None else [])]))


def _wait(name: str, data: Mapping[str, object], path: Path, notes: _Notes) -> Fraction | None:
    given = [key for key in _WAITS if key in data]
    if len(given) != 1:
        notes.wrong(path, f"Wait '{name}' needs exactly one of {', '.join(_WAITS)}")
    seconds = _number(data, "Seconds", path, notes)
    if seconds is not None and seconds < 0:
        notes.wrong((*path, "Seconds"), f"Wait '{name}' waits less than 0 seconds")
    return seconds


def _branches(name: str, data: Mapping[str, object], path: Path, language: str, notes: _Notes) -> tuple[Graph, ...]:
    branches = _list(data.get("Branches")) or []
    if not branches:
        notes.wrong(path, f"Parallel '{name}' has no Branches")
    return tuple(_graph(branch, (*path, "Branches", i), language, notes) for i, branch in enumerate(branches))


def _map(name: str, data: Mapping[str, object], path: Path, language: str, notes: _Notes) -> MapWork:
    key = "ItemProcessor" if "ItemProcessor" in data else "Iterator"
    inner = data.get(key)
    if inner is None:
        notes.wrong(path, f"Map '{name}' has no ItemProcessor")
        return MapWork(Graph("", {}))
    config = _mapping(inner, "ProcessorConfig")
    child = (_text(config, "ExecutionType") or "STANDARD").upper()
    batcher = _mapping(data, "ItemBatcher")
    items = _list(data.get("Items"))
    return MapWork(
        _graph(inner, (*path, key), language, notes),
        distributed=(_text(config, "Mode") or "INLINE").upper() == "DISTRIBUTED",
        child_type="EXPRESS" if child == "EXPRESS" else "STANDARD",
        max_concurrency=_whole(data, "MaxConcurrency", 0, path, notes),
        items_per_batch=max(1, _whole(batcher, "MaxItemsPerBatch", 1, (*path, "ItemBatcher"), notes)),
        items=len(items) if items is not None else None,
        tolerated_share=(_number(data, "ToleratedFailurePercentage", path, notes) or Fraction(0)) / 100,
        tolerated_count=_whole(data, "ToleratedFailureCount", 0, path, notes),
    )


# --- errors -----------------------------------------------------------------------------------------------------------


def _retry(name: str, kind: str, data: Mapping[str, object], path: Path, notes: _Notes) -> tuple[Retrier, ...]:
    entries = _entries(name, kind, "Retry", data, path, notes)
    found = tuple(_retrier(entry, place, notes) for entry, place in entries)
    _check_errors(name, "Retry", [r.errors for r in found], (*path, "Retry"), notes)
    return found


def _catch(name: str, kind: str, data: Mapping[str, object], path: Path, notes: _Notes) -> tuple[Catcher, ...]:
    found: list[Catcher] = []
    for entry, place in _entries(name, kind, "Catch", data, path, notes):
        target = _text(entry, "Next")
        if target is None:
            notes.wrong(place, f"a catcher of '{name}' has no Next")
            continue
        found.append(Catcher(_errors(entry), target))
    _check_errors(name, "Catch", [c.errors for c in found], (*path, "Catch"), notes)
    return tuple(found)


def _entries(
    name: str, kind: str, key: str, data: Mapping[str, object], path: Path, notes: _Notes
) -> list[tuple[Mapping[str, object], Path]]:
    given = data.get(key)
    if given is None:
        return []
    listed = _list(given)
    entries = [entry for entry in listed or () if isinstance(entry, Mapping)]
    if kind not in _RETRYING or listed is None or len(entries) != len(listed):
        notes.wrong((*path, key), f"{key} of '{name}' is not a list of objects on a Task, Parallel or Map")
        return []
    return [(entry, (*path, key, i)) for i, entry in enumerate(entries)]


def _check_errors(name: str, key: str, lists: Sequence[tuple[str, ...]], path: Path, notes: _Notes) -> None:
    for i, errors in enumerate(lists):
        if not errors:
            notes.wrong((*path, i), f"{key} of '{name}' has no ErrorEquals")
        if "States.ALL" in errors and (len(errors) > 1 or i < len(lists) - 1):
            notes.wrong((*path, i), f"States.ALL stands alone and last in the {key} of '{name}'")


def _errors(entry: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(error) for error in _list(entry.get("ErrorEquals")) or ())


def _retrier(entry: Mapping[str, object], path: Path, notes: _Notes) -> Retrier:
    interval = _between(entry, "IntervalSeconds", 1, _MAX_INTERVAL_S, path, notes)
    attempts = _between(entry, "MaxAttempts", 0, _MAX_ATTEMPTS, path, notes)
    rate = _between(entry, "BackoffRate", 1, None, path, notes)
    delay = _between(entry, "MaxDelaySeconds", 1, _MAX_DELAY_S, path, notes)
    jitter = _text(entry, "JitterStrategy") or "NONE"
    if jitter not in ("NONE", "FULL") and not is_open(jitter):
        notes.wrong((*path, "JitterStrategy"), f"JitterStrategy is NONE or FULL, not '{jitter}'")
    return Retrier(
        _errors(entry),
        interval_s=Fraction(1) if interval is None else interval,
        max_attempts=3 if attempts is None else int(attempts),
        backoff_rate=Fraction(2) if rate is None else rate,
        max_delay_s=delay,
        full_jitter=jitter == "FULL",
    )


# --- plain values -----------------------------------------------------------------------------------------------------


def is_open(value: object) -> bool:
    """Whether a value is only known later: a `${Placeholder}` or a JSONata expression."""
    return isinstance(value, str) and ("${" in value or value.lstrip().startswith("{%"))


def nearest(word: str, known: Mapping[str, object] | Sequence[str]) -> str:
    """'did you mean …?' for a word that is close to a known one, else nothing."""
    from difflib import get_close_matches  # noqa: PLC0415  wanted only for an error

    close = get_close_matches(word, list(known), n=1)
    return f"did you mean '{close[0]}'?" if close else ""


def _list(value: object) -> list[object] | None:
    """A list as one; None for anything else, text included."""
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else None


def _text(data: object, key: str) -> str | None:
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, str) else None


def _mapping(data: object, key: str) -> Mapping[str, object]:
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _number(data: Mapping[str, object], key: str, path: Path, notes: _Notes) -> Fraction | None:
    """A number, exact as written; None where it is missing or only known later (then it is noted)."""
    value = data.get(key)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        size = _size(value)
        if size == 0 or _SMALLEST <= size <= _LARGEST:
            return Fraction(str(value))
        notes.wrong((*path, key), f"{key} is out of any range")
        return None
    if is_open(value) or f"{key}Path" in data:
        notes.unknown.append((*path, key))
    elif value is not None:
        notes.wrong((*path, key), f"{key} is not a number")
    return None


def _size(value: float | Decimal) -> float:
    """Magnitude of a number; infinity where a float cannot hold it."""
    try:
        return abs(float(value))
    except (OverflowError, ValueError):
        return float("inf")


def _whole(data: Mapping[str, object], key: str, default: int, path: Path, notes: _Notes) -> int:
    value = _number(data, key, path, notes)
    if value is not None and (value < 0 or value.denominator != 1):
        notes.wrong((*path, key), f"{key} is a whole number, 0 or more")
        return default
    return default if value is None else int(value)


def _between(
    data: Mapping[str, object], key: str, low: int, high: int | None, path: Path, notes: _Notes
) -> Fraction | None:
    value = _number(data, key, path, notes)
    if value is not None and (value < low or (high is not None and value > high)):
        span = f"from {low}" + (f" to {high}" if high is not None else "")
        notes.wrong((*path, key), f"{key} goes {span}")
    return value
