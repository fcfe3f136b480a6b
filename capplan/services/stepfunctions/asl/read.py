"""The Amazon States Language, read from plain data into frozen records. It never runs a definition and opens no file.

Sources: Amazon States Language specification (states-language.net/spec.html); Step Functions Developer Guide, "Using
Amazon States Language", "Handling errors", "Map state" and "Service integration patterns" (read 2026-11-23).
"""

from collections.abc import Mapping
from fractions import Fraction

from capplan.services.stepfunctions.asl.definition import (
    MOVING,
    Definition,
    DefinitionError,
    Graph,
    MapWork,
    Path,
    Pattern,
    State,
    Task,
    ends,
    moves,
    reachable,
)
from capplan.services.stepfunctions.asl.errors import catchers_of, retriers_of
from capplan.services.stepfunctions.asl.fields import check_distributed, check_fields, check_top
from capplan.services.stepfunctions.asl.values import (
    Diagnostics,
    between,
    is_open,
    list_of,
    mapping_of,
    nearest,
    number_of,
    text_of,
    whole_of,
)
from capplan.services.stepfunctions.quotas import STATE_NAME, STATE_SECONDS

TYPES = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
_WAITS = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
_NESTING = 40


def parse(data: object, size_bytes: int) -> Definition:
    """The definition in plain data (what a JSON or YAML reader gives). Raises DefinitionError with all mistakes."""
    notes = Diagnostics()
    graph = _graph(data, (), _language(data, "JSONPath", (), notes), notes)
    if notes.problems:
        raise DefinitionError(tuple(notes.problems))
    return Definition(graph, notes.states, size_bytes, tuple(notes.unknown))


# --- graphs -----------------------------------------------------------------------------------------------------------


def _graph(data: object, path: Path, language: str, notes: Diagnostics) -> Graph:
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
    check_top(data, path, notes)
    parsed = {str(n): _state(str(n), s, (*path, "States", str(n)), language, notes) for n, s in states.items()}
    start = text_of(data, "StartAt")
    if start is None:
        notes.wrong(path, "StartAt is missing", "StartAt names the first state")
    elif start not in parsed:
        notes.wrong((*path, "StartAt"), f"StartAt names '{start}', which is no state here", nearest(start, parsed))
    graph = Graph(start or "", parsed)
    _check_moves(graph, path, notes)
    return graph


def _check_moves(graph: Graph, path: Path, notes: Diagnostics) -> None:
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
    if not any(ends(graph.states[name]) for name in reached):
        notes.wrong(path, "no state ends the execution", "End: true, a Succeed or a Fail state")


# --- states -----------------------------------------------------------------------------------------------------------


def _state(name: str, data: object, path: Path, language: str, notes: Diagnostics) -> State:
    if not isinstance(data, Mapping):
        hint = (
            "QueryLanguage stands beside States, not inside"
            if name == "QueryLanguage"
            else "a state is an object with a Type"
        )
        notes.wrong(path, f"state '{name}' is not an object", hint)
        return State(name, "")
    _check_name(name, path, notes)
    kind = text_of(data, "Type") or ""
    language = _language(data, language, path, notes)
    if kind not in TYPES:
        notes.wrong(
            path,
            f"state '{name}' has no Type" if not kind else f"state '{name}' has the unknown Type '{kind}'",
            nearest(kind, TYPES) or f"one of {', '.join(TYPES)}",
        )
        return State(name, "")
    check_fields(name, kind, data, language, path, notes)
    state = State(
        name,
        kind,
        next=_next(name, kind, data, path, notes),
        retry=retriers_of(name, kind, data, path, notes),
        catch=catchers_of(name, kind, data, path, notes),
        task=_task(name, data, path, notes) if kind == "Task" else None,
        targets=_choices(name, data, path, language, notes) if kind == "Choice" else (),
        wait_s=_wait(name, data, path, notes) if kind == "Wait" else None,
        branches=_branches(name, data, path, language, notes) if kind == "Parallel" else (),
        map=_map(name, data, path, language, notes) if kind == "Map" else None,
        error=(text_of(data, "Error") or "") if kind == "Fail" else "",
        timeout_s=between(data, "TimeoutSeconds", 1, STATE_SECONDS.value, path, notes) if kind == "Task" else None,
        heartbeat_s=between(data, "HeartbeatSeconds", 1, STATE_SECONDS.value, path, notes) if kind == "Task" else None,
    )
    if state.timeout_s is not None and state.heartbeat_s is not None and state.heartbeat_s >= state.timeout_s:
        notes.wrong((*path, "HeartbeatSeconds"), f"HeartbeatSeconds of '{name}' is not below its TimeoutSeconds")
    notes.states[name] = state
    return state


def _language(data: object, outer: str, path: Path, notes: Diagnostics) -> str:
    """The query language that holds here. A JSONata definition has no JSONPath state."""
    own = data.get("QueryLanguage") if isinstance(data, Mapping) else None
    if own is None:
        return outer
    if own not in ("JSONPath", "JSONata"):
        notes.wrong((*path, "QueryLanguage"), f"QueryLanguage is JSONPath or JSONata, not '{own}'")
        return outer
    if path and outer == "JSONata" and own == "JSONPath":
        notes.wrong(
            (*path, "QueryLanguage"), "a state of a JSONata definition is not JSONPath", "take the JSONata off the top"
        )
    return str(own)


def _check_name(name: str, path: Path, notes: Diagnostics) -> None:
    if not name.strip():
        notes.wrong(path, "a state has no name", f"1 to {STATE_NAME.value} characters")
    if len(name) > int(STATE_NAME.value):
        notes.wrong(path, f"the name of state '{name[:20]}…' is too long", f"at most {STATE_NAME.value} characters")
    if name in notes.seen:
        notes.wrong(path, f"two states are called '{name}'", "names are unique over all levels")
    notes.seen[name] = path


def _next(name: str, kind: str, data: Mapping[str, object], path: Path, notes: Diagnostics) -> str | None:
    onward, end = text_of(data, "Next"), data.get("End") is True
    if kind in MOVING and (onward is not None) == end:
        notes.wrong(path, f"state '{name}' needs either Next or End: true", "exactly one of them")
    if kind not in MOVING and ("Next" in data or "End" in data):
        notes.wrong(path, f"a {kind} state takes no Next or End ('{name}')")
        return None
    return onward if kind in MOVING else None


def _task(name: str, data: Mapping[str, object], path: Path, notes: Diagnostics) -> Task:
    resource = text_of(data, "Resource")
    if resource is None:
        notes.wrong(path, f"Task '{name}' has no Resource", "such as arn:aws:states:::lambda:invoke")
    given = data.get("Arguments", data.get("Parameters"))
    return Task(resource or "", pattern_of(resource or ""), given if isinstance(given, Mapping) else {})


def pattern_of(resource: str) -> Pattern:
    """How a Task waits for its resource."""
    if resource.endswith((".sync", ".sync:2")):
        return "sync"
    if resource.endswith(".waitForTaskToken"):
        return "callback"
    return "activity" if ":activity:" in resource else "request"


def _choices(name: str, data: Mapping[str, object], path: Path, language: str, notes: Diagnostics) -> tuple[str, ...]:
    rules = list_of(data.get("Choices")) or []
    if not rules:
        notes.wrong(path, f"Choice '{name}' has no Choices")
    found: list[str] = []
    for i, rule in enumerate(rules):
        target = text_of(rule, "Next")
        if target is None:
            notes.wrong((*path, "Choices", i), f"a rule of Choice '{name}' has no Next")
        else:
            found.append(target)
        tests = ("Condition",) if language == "JSONata" else ("Variable", "And", "Or", "Not")
        if isinstance(rule, Mapping) and not any(test in rule for test in tests):
            notes.wrong(
                (*path, "Choices", i), f"a rule of Choice '{name}' has no test", f"{language}: {', '.join(tests)}"
            )
    default = text_of(data, "Default")
    return tuple(dict.fromkeys([*found, *([default] if default is not None else [])]))


def _wait(name: str, data: Mapping[str, object], path: Path, notes: Diagnostics) -> Fraction | None:
    given = [key for key in _WAITS if key in data]
    if len(given) != 1:
        notes.wrong(path, f"Wait '{name}' needs exactly one of {', '.join(_WAITS)}")
    seconds = number_of(data, "Seconds", path, notes)
    if seconds is not None and not 0 <= seconds <= int(STATE_SECONDS.value):
        notes.wrong((*path, "Seconds"), f"Wait '{name}' waits 0 to {STATE_SECONDS.value:,} seconds")
    return seconds


def _branches(
    name: str, data: Mapping[str, object], path: Path, language: str, notes: Diagnostics
) -> tuple[Graph, ...]:
    branches = list_of(data.get("Branches")) or []
    if not branches:
        notes.wrong(path, f"Parallel '{name}' has no Branches")
    return tuple(_graph(branch, (*path, "Branches", i), language, notes) for i, branch in enumerate(branches))


def _map(name: str, data: Mapping[str, object], path: Path, language: str, notes: Diagnostics) -> MapWork:
    key = "ItemProcessor" if "ItemProcessor" in data else "Iterator"
    inner = data.get(key)
    if inner is None:
        notes.wrong(path, f"Map '{name}' has no ItemProcessor")
        return MapWork(Graph("", {}))
    config = mapping_of(inner, "ProcessorConfig")
    child = (text_of(config, "ExecutionType") or "STANDARD").upper()
    batcher = mapping_of(data, "ItemBatcher")
    items = list_of(data.get("Items"))
    distributed = (text_of(config, "Mode") or "INLINE").upper() == "DISTRIBUTED"
    _check_config(name, config, (*path, key, "ProcessorConfig"), notes)
    if not distributed:
        check_distributed(name, data, path, notes)
    reader = mapping_of(mapping_of(data, "ItemReader"), "ReaderConfig")
    most = whole_of(reader, "MaxItems", 0, (*path, "ItemReader", "ReaderConfig"), notes)
    tolerated = between(data, "ToleratedFailurePercentage", 0, 100, path, notes)
    return MapWork(
        _graph(inner, (*path, key), language, notes),
        distributed=distributed,
        child_type="EXPRESS" if child == "EXPRESS" else "STANDARD",
        max_concurrency=whole_of(data, "MaxConcurrency", 0, path, notes),
        items_per_batch=max(1, whole_of(batcher, "MaxItemsPerBatch", 1, (*path, "ItemBatcher"), notes)),
        items=len(items) if items is not None else None,
        max_items=most or None,
        tolerated_share=(tolerated or Fraction(0)) / 100,
        tolerated_count=whole_of(data, "ToleratedFailureCount", 0, path, notes),
    )


def _check_config(name: str, config: Mapping[str, object], path: Path, notes: Diagnostics) -> None:
    mode, child = config.get("Mode"), config.get("ExecutionType")
    if mode not in (None, "INLINE", "DISTRIBUTED"):
        notes.wrong((*path, "Mode"), f"Mode of '{name}' is INLINE or DISTRIBUTED, not '{mode}'")
    if mode == "DISTRIBUTED" and child is None:
        notes.wrong(path, f"Distributed Map '{name}' has no ExecutionType", "STANDARD or EXPRESS")
    if child not in (None, "STANDARD", "EXPRESS") and not is_open(child):
        notes.wrong((*path, "ExecutionType"), f"ExecutionType of '{name}' is STANDARD or EXPRESS, not '{child}'")
