"""Computes the requests that a definition's Tasks make of the scenario's resources, state by state.

Source: Step Functions Developer Guide, "Integrating services with Step Functions"; Amazon DynamoDB API Reference, batch
and transaction requests (read 2026-11-23).
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from capplan import units
from capplan.calls import Access, Op
from capplan.model import Call, Context
from capplan.record import Record
from capplan.services.stepfunctions.asl import definition as asl
from capplan.services.stepfunctions.asl.definition import Graph, graphs_in
from capplan.services.stepfunctions.asl.integrations import action_of, bare_name, entries_of, integration, target_name
from capplan.services.stepfunctions.execution.expectation import all_children, everywhere
from capplan.services.stepfunctions.execution.model import Children, Expectation
from capplan.services.stepfunctions.execution.run_settings import run_settings
from capplan.services.stepfunctions.execution.world import NO_OVERRIDE, address_of, definition_of, target_of
from capplan.services.stepfunctions.quotas import CHILD_START_RATE
from capplan.services.stepfunctions.spec import State, StateMachine

_MEMBERS: Final[Mapping[str, Mapping[str, Op]]] = {
    "batchwriteitem": {"PutRequest": "put", "DeleteRequest": "delete"},
    "transactwriteitems": {"Put": "put", "Update": "update", "Delete": "delete"},
    "transactgetitems": {"Get": "get"},
}
"""DynamoDB requests that hold others: the verb of each member, by its key. (A ConditionCheck is billed like an update.)"""

_STATEMENT: Final = re.compile(
    r"""\s*(?P<verb>insert\s+into|update|delete\s+from|select\s+.*?\s+from)\s+"?(?P<table>[^"\s.]+)""",
    re.IGNORECASE | re.DOTALL,
)
_VERB_OF_STATEMENT: Final[Mapping[str, Op]] = {
    "insert": "put",
    "update": "update",
    "delete": "delete",
    "select": "query",
}
_MOST_USED: Final[Mapping[str, Op]] = {
    "batchwriteitem": "put",
    "batchgetitem": "get",
    "transactwriteitems": "put",
    "transactgetitems": "get",
}
"""The member that a list which is known at run time only is taken to hold."""


def calls_by_state(spec: StateMachine, ctx: Context, execution: Expectation) -> tuple[tuple[str, Call], ...]:
    """Mean calls of one execution, by the Task that makes them: one per attempt, retries included.

    Those of a Map are spread over its own duration, and as many are open at once as it runs items at a time.
    """
    out: list[tuple[str, Call]] = []
    maps, children = _maps(definition_of(spec).graph), all_children(execution)
    visits, busy_ms = everywhere(execution, "visits"), everywhere(execution, "busy_ms")
    for task, attempts in everywhere(execution, "attempts").items():
        state, override = definition_of(spec).states[task], spec.states.get(task, NO_OVERRIDE)
        for address, times, access in requests_of(state, override, ctx):
            if not attempts:
                continue
            around = maps.get(task, ())
            over_ms, open_at_most = execution.duration_ms, None
            if around:
                outer = around[0].name
                over_ms = min(over_ms, busy_ms.get(outer, over_ms) / max(Fraction(1), visits.get(outer, Fraction(1))))
                width = math.prod(_at_once(s, children) for s in around)
                open_at_most = min(attempts * times, Fraction(width * times))
            at_once = open_at_most if open_at_most is not None else Fraction(1)
            out.append((task, Call(address, attempts * times, access, over_ms, at_once, open_at_most)))
    return tuple(out)


def _at_once(state: asl.State, every: Mapping[str, Children]) -> int:
    """Items of a Map that run at the same time; of children also no more than start while one runs."""
    if state.map is None:
        return 1
    children = every.get(state.name)
    if children is None:
        return state.map.at_once
    per_second = int(CHILD_START_RATE[children.type].value)
    lasting_s = max(Fraction(1), children.each.duration_ms / units.MS_PER_SECOND)
    return min(state.map.at_once, math.ceil(per_second * lasting_s))


def _maps(graph: Graph, around: tuple[asl.State, ...] = ()) -> dict[str, tuple[asl.State, ...]]:
    """By Task: the Maps around it, outermost first; Tasks outside of any are left out."""
    out: dict[str, tuple[asl.State, ...]] = {}
    for state in graph.states.values():
        if state.task is not None and around:
            out[state.name] = around
        for inner in graphs_in(state):
            out |= _maps(inner, (*around, state) if state.map is not None else around)
    return out


class Unreached(Record, frozen=True):
    """Tasks whose calls the answer lacks.

    Attributes:
        missing: Task -> section and name of what the definition names and the scenario does not declare.
        other: Tasks of services that are not planned: Task -> service and action.
        unnamed: Tasks whose Resource or target is a placeholder or an expression.
        undecided: Tasks with a `call` whose action is a placeholder and follows from nothing.
    """

    missing: Mapping[str, tuple[str, str]]
    other: Mapping[str, str]
    unnamed: tuple[str, ...]
    undecided: tuple[str, ...]


def unreached(spec: StateMachine, ctx: Context) -> Unreached:
    """Tasks whose calls reach nothing of the scenario, by reason."""
    missing: dict[str, tuple[str, str]] = {}
    other: dict[str, str] = {}
    unnamed: list[str] = []
    undecided: list[str] = []
    for name, state in definition_of(spec).states.items():
        override = spec.states.get(name, NO_OVERRIDE)
        if state.task is None or requests_of(state, override, ctx):
            continue
        called, action = integration(state.task.resource, ctx.integrations), action_of(state.task.resource)
        target = target_name(state.task, ctx.integrations)
        if override.call is not None:
            undecided.append(name)
        elif called is not None and target is not None:
            missing[name] = (called.section, target)
        elif called is None and action is not None and not _holds_members(action):
            other[name] = ":".join(action)
        else:
            unnamed.append(name)
    return Unreached(missing, other, tuple(unnamed), tuple(undecided))


def _holds_members(action: tuple[str, str]) -> bool:
    return action[1] in {*_MEMBERS, "batchgetitem", "executestatement"}


def requests_of(state: asl.State, override: State, ctx: Context) -> tuple[tuple[str, int, Access], ...]:
    """The requests of one attempt: address, number, request."""
    target = target_of(state, override, ctx)
    if target is None or state.task is None:
        return _members(state.task, override, ctx) if state.task is not None else ()
    items = override.items if target.verb in ("query", "scan") else None
    access = Access(op=target.verb, target=target.name, items=items, is_async=target.is_event)
    if target.address.startswith("tables."):
        access = access.model_copy(update=_of_table(state.task.arguments, override, target.verb))
    elif target.verb == "run":
        access = access.model_copy(update=run_settings(state.task.arguments))
    called = integration(state.task.resource, ctx.integrations)
    count = entries_of(state.task, called) if called is not None else 1
    if count > 1:
        access = access.model_copy(update={"batch": count, "times": Decimal(count)})
    return ((target.address, count, access),)


def _of_table(arguments: Mapping[str, object], override: State, verb: Op) -> dict[str, object]:
    """Fields of a table's request that arguments and scenario give."""
    out: dict[str, object] = {}
    if override.item_size is not None:
        out["item_size"] = override.item_size
    if override.changes is not None and verb == "update":
        out["changes"] = override.changes
    if verb in ("get", "query", "scan") and arguments.get("ConsistentRead") is True:
        out["consistency"] = "strong"
    index = arguments.get("IndexName")
    if verb in ("query", "scan") and isinstance(index, str):
        out["index"] = index
    return out


def _members(task: asl.Task, override: State, ctx: Context) -> tuple[tuple[str, int, Access], ...]:
    """The requests inside a DynamoDB batch or transaction, where the definition lists them."""
    service, action = action_of(task.resource) or ("", "")
    if service != "dynamodb":
        return ()
    out: list[tuple[str, int, Access]] = []
    listed = Counter(_listed(action, task.arguments))
    if action == "executestatement":
        listed = _of_statement(task.arguments.get("Statement"), override)
    if not listed and override.call is not None and action in _MOST_USED:  # an expression: as many as the scenario says
        listed = Counter({(override.call, _MOST_USED[action]): int(override.items or 1)})
    for (table, verb), times in listed.items():
        address = address_of(bare_name(table) or "", "tables", ctx)
        if address is not None and address.startswith("tables."):
            in_transaction = action.startswith("transact")
            access = Access(op=verb, target=address.partition(".")[2], transactional=in_transaction)
            out.append((address, times, access.model_copy(update=_of_table({}, override, verb))))
    return tuple(out)


def _of_statement(statement: object, override: State) -> Counter[tuple[str, Op]]:
    """Table and verb of a PartiQL statement; the table may be given by the scenario's `call`."""
    match = _STATEMENT.match(statement) if isinstance(statement, str) else None
    if match is None:
        return Counter()
    verb, table = match["verb"].lower(), override.call or match["table"]
    return Counter({(table, _VERB_OF_STATEMENT[verb.partition(" ")[0]]): 1})


def _listed(action: str, arguments: Mapping[str, object]) -> Iterator[tuple[str, Op]]:
    """Table and verb of each member."""
    verbs = _MEMBERS.get(action, {})
    for table, members in _mapping(arguments.get("RequestItems")).items():
        if action == "batchgetitem":
            yield from ((table, "get") for _ in _list(_mapping(members).get("Keys")))
        elif action == "batchwriteitem":
            yield from ((table, verbs[key]) for member in _list(members) for key in _mapping(member) if key in verbs)
    for member in _list(arguments.get("TransactItems")) if action.startswith("transact") else ():
        for key, request in _mapping(member).items():
            name = _mapping(request).get("TableName")
            if key in verbs and isinstance(name, str):
                yield name, verbs[key]


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
