"""Reads the Amazon States Language from plain data into frozen records.

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
    MapDefinition,
    Path,
    Pattern,
    State,
    Task,
    ends,
    moves,
    reachable,
)
from capplan.services.stepfunctions.asl.errors import catchers_of, retriers_of
from capplan.services.stepfunctions.asl.expressions import check_rule, is_timestamp
from capplan.services.stepfunctions.asl.fields import check_distributed, check_fields, check_top, check_values
from capplan.services.stepfunctions.asl.integrations import ARN_OF_SDK, why_no_integration
from capplan.services.stepfunctions.asl.substitute import substituted
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


def parse(data: object, size_bytes: int, values: Mapping[str, object] = {}) -> Definition:
    """The definition in plain data (what a JSON or YAML reader gives), with values of its `${Placeholders}`.

    Raises:
        DefinitionError: AWS would reject it; with all errors.
    """
    diagnostics = Diagnostics()
    data = substituted(data, values)
    _check_no_template(data, diagnostics)
    graph = _graph(data, (), _language(data, "JSONPath", (), diagnostics), diagnostics)
    if diagnostics.problems:
        raise DefinitionError(tuple(diagnostics.problems))
    return Definition(graph, diagnostics.states, size_bytes, tuple(diagnostics.unknown))


def _check_no_template(data: object, diagnostics: Diagnostics) -> None:
    """A template that holds state machines is no definition."""
    resources = mapping_of(data, "Resources")
    if not isinstance(data, Mapping) or "States" in data or not (resources or "AWSTemplateFormatVersion" in data):
        return
    machines = [str(n) for n, r in resources.items() if (text_of(r, "Type") or "").endswith("::StateMachine")]
    named = f" of {', '.join(machines)}" if machines else ""
    diagnostics.add_error(
        (),
        "this is a CloudFormation template, not a definition",
        f"write the Definition{named} into a file of its own, or run `capplan import` on the template",
    )
    raise DefinitionError(tuple(diagnostics.problems))


# --- graphs -----------------------------------------------------------------------------------------------------------


def _graph(data: object, path: Path, language: str, diagnostics: Diagnostics) -> Graph:
    empty = Graph("", {})
    if len(path) > _NESTING * 4:
        diagnostics.add_error(path, "states are nested too deep", f"at most {_NESTING} levels")
        return empty
    if not isinstance(data, Mapping):
        diagnostics.add_error(path, "a definition has to be an object with StartAt and States")
        return empty
    states = data.get("States")
    if not isinstance(states, Mapping) or not states:
        diagnostics.add_error(path, "States is missing", "States holds at least one state")
        return empty
    check_top(data, path, diagnostics)
    parsed = {str(n): _state(str(n), s, (*path, "States", str(n)), language, diagnostics) for n, s in states.items()}
    start = text_of(data, "StartAt")
    if start is None:
        diagnostics.add_error(path, "StartAt is missing", "StartAt names the first state")
    elif start not in parsed:
        diagnostics.add_error(
            (*path, "StartAt"), f"StartAt names '{start}', which is not a state of this level", nearest(start, parsed)
        )
    timeout_s = None if path else between(data, "TimeoutSeconds", 1, STATE_SECONDS.value, path, diagnostics)
    graph = Graph(start or "", parsed, timeout_s)
    _check_moves(graph, path, diagnostics)
    return graph


def _check_moves(graph: Graph, path: Path, diagnostics: Diagnostics) -> None:
    """Every transition leads to a state of the same level, every state is reached, and some state ends."""
    broken = graph.start_at not in graph.states
    for name, state in graph.states.items():
        for target in sorted(set(moves(state))):
            if target not in graph.states:
                broken = True
                elsewhere = " of this level" if target in diagnostics.states else ""
                diagnostics.add_error(
                    (*path, "States", name),
                    f"state '{name}' leads to '{target}', which is not a state{elsewhere}",
                    nearest(target, graph.states) or f"expected one of {', '.join(list(graph.states)[:8])}",
                )
    if broken:
        return
    reached = reachable(graph, graph.start_at)
    for name in graph.states:
        if name not in reached and graph.states[name].type:
            diagnostics.add_error(
                (*path, "States", name), f"state '{name}' is never reached", "no Next, Choice or Catch leads to it"
            )
    may_fail = any(graph.states[name].type in ("Task", "Parallel", "Map") for name in reached)
    if not may_fail and not any(ends(graph.states[name]) for name in reached):
        diagnostics.add_error(path, "no state ends the execution", "End: true, a Succeed or a Fail state")


# --- states -----------------------------------------------------------------------------------------------------------


def _state(name: str, data: object, path: Path, language: str, diagnostics: Diagnostics) -> State:
    if not isinstance(data, Mapping):
        hint = (
            "QueryLanguage has to be beside States, not inside"
            if name == "QueryLanguage"
            else "a state has to be an object with a Type"
        )
        diagnostics.add_error(path, f"state '{name}' is not an object", hint)
        return State(name, "")
    _check_name(name, path, diagnostics)
    state_type = text_of(data, "Type") or ""
    inner_language, language = language, _language(data, language, path, diagnostics)  # it is not handed down
    if state_type not in TYPES:
        diagnostics.add_error(
            path,
            f"state '{name}' has no Type" if not state_type else f"state '{name}' has the unknown Type '{state_type}'",
            nearest(state_type, TYPES) or f"one of {', '.join(TYPES)}",
        )
        return State(name, "")
    check_fields(name, state_type, data, language, path, diagnostics)
    check_values(name, state_type, data, language, path, diagnostics)
    state = State(
        name,
        state_type,
        next=_next(name, state_type, data, path, diagnostics),
        retry=retriers_of(name, state_type, data, path, diagnostics),
        catch=catchers_of(name, state_type, data, path, diagnostics),
        task=_task(name, data, path, diagnostics) if state_type == "Task" else None,
        targets=_choices(name, data, path, language, diagnostics) if state_type == "Choice" else (),
        wait_s=_wait(name, data, path, diagnostics) if state_type == "Wait" else None,
        branches=_branches(name, data, path, inner_language, diagnostics) if state_type == "Parallel" else (),
        map=_map(name, data, path, inner_language, diagnostics) if state_type == "Map" else None,
        error=(text_of(data, "Error") or "") if state_type == "Fail" else "",
        timeout_s=between(data, "TimeoutSeconds", 1, STATE_SECONDS.value, path, diagnostics)
        if state_type == "Task"
        else None,
        heartbeat_s=between(data, "HeartbeatSeconds", 1, STATE_SECONDS.value, path, diagnostics)
        if state_type == "Task"
        else None,
        keeps_result=state_type in ("Task", "Parallel", "Map") and _keeps_result(data),
    )
    if state.timeout_s is not None and state.heartbeat_s is not None and state.heartbeat_s >= state.timeout_s:
        diagnostics.add_error(
            (*path, "HeartbeatSeconds"), f"HeartbeatSeconds of '{name}' is not below its TimeoutSeconds"
        )
    diagnostics.states[name] = state
    return state


def _keeps_result(data: Mapping[str, object]) -> bool:
    """Whether a state's output holds the whole result of its work: nothing selects from it or drops it."""
    selects = any(key in data for key in ("ResultSelector", "Output"))
    drops = "ResultPath" in data and data["ResultPath"] is None
    return not selects and not drops and data.get("OutputPath", "$") in ("$", "$.Payload")


def _language(data: object, outer: str, path: Path, diagnostics: Diagnostics) -> str:
    """The query language of a level or state. A JSONata definition has no JSONPath state."""
    given = data.get("QueryLanguage") if isinstance(data, Mapping) else None
    if given is None:
        return outer
    if given not in ("JSONPath", "JSONata"):
        diagnostics.add_error((*path, "QueryLanguage"), f"QueryLanguage is JSONPath or JSONata, not '{given}'")
        return outer
    if path and outer == "JSONata" and given == "JSONPath":
        diagnostics.add_error(
            (*path, "QueryLanguage"),
            "a JSONata definition cannot have a JSONPath state",
            "remove JSONata from the top level",
        )
    return str(given)


def _check_name(name: str, path: Path, diagnostics: Diagnostics) -> None:
    if not name.strip():
        diagnostics.add_error(path, "a state has no name", f"1 to {STATE_NAME.value} characters")
    if len(name) > int(STATE_NAME.value):
        diagnostics.add_error(
            path, f"the name of state '{name[:20]}…' is too long", f"at most {STATE_NAME.value} characters"
        )
    if name in diagnostics.seen:
        diagnostics.add_error(path, f"two states are called '{name}'", "names are unique over all levels")
    diagnostics.seen[name] = path


def _next(name: str, state_type: str, data: Mapping[str, object], path: Path, diagnostics: Diagnostics) -> str | None:
    onward, end = text_of(data, "Next"), data.get("End") is True
    if state_type in MOVING and (onward is not None) == end:
        diagnostics.add_error(path, f"state '{name}' needs either Next or End: true", "exactly one of them")
    if state_type not in MOVING and ("Next" in data or "End" in data):
        diagnostics.add_error(path, f"a {state_type} state has no Next or End ('{name}')")
        return None
    return onward if state_type in MOVING else None


def _task(name: str, data: Mapping[str, object], path: Path, diagnostics: Diagnostics) -> Task:
    resource = text_of(data, "Resource")
    if resource is None:
        diagnostics.add_error(path, f"Task '{name}' has no Resource", "such as arn:aws:states:::lambda:invoke")
    elif (why := why_no_integration(resource)) is not None:
        diagnostics.add_error((*path, "Resource"), f"Task '{name}': {why}", f"{ARN_OF_SDK}{{service}}:{{action}}")
    given = data.get("Arguments", data.get("Parameters"))
    return Task(resource or "", pattern_of(resource or ""), given if isinstance(given, Mapping) else {})


def pattern_of(resource: str) -> Pattern:
    """How a Task waits for its resource."""
    if resource.endswith((".sync", ".sync:2")):
        return "sync"
    if resource.endswith(".waitForTaskToken"):
        return "callback"
    return "activity" if ":activity:" in resource else "request"


def _choices(
    name: str, data: Mapping[str, object], path: Path, language: str, diagnostics: Diagnostics
) -> tuple[str, ...]:
    rules = list_of(data.get("Choices")) or []
    if not rules:
        diagnostics.add_error(path, f"Choice '{name}' has no Choices")
    targets: list[str] = []
    for i, rule in enumerate(rules):
        target = text_of(rule, "Next")
        if target is None:
            diagnostics.add_error((*path, "Choices", i), f"a rule of Choice '{name}' has no Next")
        else:
            targets.append(target)
        if isinstance(rule, Mapping) and language == "JSONPath":
            check_rule(name, rule, (*path, "Choices", i), diagnostics)
        operators = ("Condition",) if language == "JSONata" else ("Variable", "And", "Or", "Not")
        if isinstance(rule, Mapping) and not any(operator in rule for operator in operators):
            diagnostics.add_error(
                (*path, "Choices", i), f"a rule of Choice '{name}' has no test", f"{language}: {', '.join(operators)}"
            )
    default = text_of(data, "Default")
    return tuple(dict.fromkeys([*targets, *([default] if default is not None else [])]))


def _wait(name: str, data: Mapping[str, object], path: Path, diagnostics: Diagnostics) -> Fraction | None:
    given = [key for key in _WAITS if key in data]
    if len(given) != 1:
        diagnostics.add_error(path, f"Wait '{name}' needs exactly one of {', '.join(_WAITS)}")
    moment = data.get("Timestamp")
    if moment is not None and not is_timestamp(moment) and not is_open(moment):
        diagnostics.add_error((*path, "Timestamp"), f"Timestamp of '{name}' is no timestamp", "2027-01-31T08:00:00Z")
    seconds = number_of(data, "Seconds", path, diagnostics)
    if seconds is not None and not 0 <= seconds <= int(STATE_SECONDS.value):
        diagnostics.add_error((*path, "Seconds"), f"Wait '{name}' waits 0 to {STATE_SECONDS.value:,} seconds")
    return seconds


def _branches(
    name: str, data: Mapping[str, object], path: Path, language: str, diagnostics: Diagnostics
) -> tuple[Graph, ...]:
    branches = list_of(data.get("Branches")) or []
    if not branches:
        diagnostics.add_error(path, f"Parallel '{name}' has no Branches")
    return tuple(_graph(branch, (*path, "Branches", i), language, diagnostics) for i, branch in enumerate(branches))


def _map(name: str, data: Mapping[str, object], path: Path, language: str, diagnostics: Diagnostics) -> MapDefinition:
    key = "ItemProcessor" if "ItemProcessor" in data else "Iterator"
    inner = data.get(key)
    if inner is None:
        diagnostics.add_error(path, f"Map '{name}' has no ItemProcessor")
        return MapDefinition(Graph("", {}))
    config = mapping_of(inner, "ProcessorConfig")
    child_type = (text_of(config, "ExecutionType") or "STANDARD").upper()
    batcher = mapping_of(data, "ItemBatcher")
    items = list_of(data.get("Items"))
    distributed = (text_of(config, "Mode") or "INLINE").upper() == "DISTRIBUTED"
    _check_config(name, config, (*path, key, "ProcessorConfig"), diagnostics)
    if not distributed:
        check_distributed(name, data, path, diagnostics)
    reader = mapping_of(mapping_of(data, "ItemReader"), "ReaderConfig")
    max_items = whole_of(reader, "MaxItems", 0, (*path, "ItemReader", "ReaderConfig"), diagnostics)
    count_given = "ToleratedFailureCount" in data
    tolerated = between(data, "ToleratedFailurePercentage", 0, 100, path, diagnostics)
    return MapDefinition(
        _graph(inner, (*path, key), language, diagnostics),
        distributed=distributed,
        child_type="EXPRESS" if child_type == "EXPRESS" else "STANDARD",
        max_concurrency=whole_of(data, "MaxConcurrency", 0, path, diagnostics),
        items_per_batch=max(1, whole_of(batcher, "MaxItemsPerBatch", 1, (*path, "ItemBatcher"), diagnostics)),
        batch_bytes=whole_of(batcher, "MaxInputBytesPerBatch", 0, (*path, "ItemBatcher"), diagnostics) or None,
        batch_known="MaxItemsPerBatch" in batcher and not is_open(batcher["MaxItemsPerBatch"]),
        batched=bool(batcher),
        items=len(items) if items is not None else None,
        max_items=max_items or None,
        tolerated_share=None if tolerated is None else tolerated / 100,
        tolerated_count=whole_of(data, "ToleratedFailureCount", 0, path, diagnostics) if count_given else None,
        writes_results="ResultWriter" in data,
        uses_s3="ItemReader" in data or "ResultWriter" in data,
    )


def _check_config(name: str, config: Mapping[str, object], path: Path, diagnostics: Diagnostics) -> None:
    mode, child_type = config.get("Mode"), config.get("ExecutionType")
    if mode not in (None, "INLINE", "DISTRIBUTED"):
        diagnostics.add_error((*path, "Mode"), f"Mode of '{name}' is INLINE or DISTRIBUTED, not '{mode}'")
    if mode == "DISTRIBUTED" and child_type is None:
        diagnostics.add_error(path, f"Distributed Map '{name}' has no ExecutionType", "STANDARD or EXPRESS")
    if child_type not in (None, "STANDARD", "EXPRESS") and not is_open(child_type):
        diagnostics.add_error(
            (*path, "ExecutionType"), f"ExecutionType of '{name}' is STANDARD or EXPRESS, not '{child_type}'"
        )
