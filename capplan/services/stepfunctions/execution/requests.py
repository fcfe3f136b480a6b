"""What the Tasks of a definition ask of the scenario's resources, state by state. It meters and prices nothing.

Source: Step Functions Developer Guide, "Integrating services with Step Functions"; Amazon DynamoDB API Reference, batch
and transaction requests (read 2026-11-23).
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from capplan.calls import Access, Op
from capplan.model import Call, Context
from capplan.services.stepfunctions.asl import definition as asl
from capplan.services.stepfunctions.asl.integrations import action_of, table_name
from capplan.services.stepfunctions.execution.expectation import all_attempts
from capplan.services.stepfunctions.execution.model import Expectation
from capplan.services.stepfunctions.execution.world import address_of, definition_of, target_of
from capplan.services.stepfunctions.spec import State, StateMachine

_UNTOLD = State()
_MEMBERS: Final[Mapping[str, Mapping[str, Op]]] = {
    "batchwriteitem": {"PutRequest": "put", "DeleteRequest": "delete"},
    "transactwriteitems": {"Put": "put", "Update": "update", "Delete": "delete"},
    "transactgetitems": {"Get": "get"},
}
"""Requests that hold others: the key of each member, and its word. (ConditionCheck is charged like an update.)"""


def calls_by_state(spec: StateMachine, ctx: Context, found: Expectation) -> tuple[tuple[str, Call], ...]:
    """Expected calls of one execution, by the Task that makes them: attempts, retries included."""
    out: list[tuple[str, Call]] = []
    for task, times in all_attempts(found).items():
        state, told = definition_of(spec).states[task], spec.states.get(task, _UNTOLD)
        for address, each, access in requests_of(state, told, ctx):
            if times:
                out.append((task, Call(address, times * each, access, found.duration_ms)))
    return tuple(out)


def unreached(spec: StateMachine, ctx: Context) -> tuple[str, ...]:
    """Tasks that call something outside the scenario: what it costs is not in the answer."""
    states = definition_of(spec).states.items()
    return tuple(n for n, s in states if s.task is not None and not requests_of(s, spec.states.get(n, _UNTOLD), ctx))


def requests_of(state: asl.State, told: State, ctx: Context) -> tuple[tuple[str, int, Access], ...]:
    """What one attempt asks of the scenario's resources: address, how often, the request."""
    target = target_of(state, told, ctx)
    if target is None or state.task is None:
        return _members(state.task, told, ctx) if state.task is not None else ()
    items = told.items if target.op in ("query", "scan") else None
    access = Access(op=target.op, target=target.name, items=items, is_async=target.is_event)
    if target.address.startswith("tables."):
        access = access.model_copy(update=_of_table(state.task.arguments, told, target.op))
    return ((target.address, 1, access),)


def _of_table(arguments: Mapping[str, object], told: State, op: str) -> dict[str, object]:
    """What arguments and scenario say of a table's request."""
    out: dict[str, object] = {}
    if told.item_size is not None:
        out["item_size"] = told.item_size
    if told.changes is not None and op == "update":
        out["changes"] = told.changes
    if op in ("get", "query", "scan") and arguments.get("ConsistentRead") is True:
        out["consistency"] = "strong"
    index = arguments.get("IndexName")
    if op in ("query", "scan") and isinstance(index, str):
        out["index"] = index
    return out


def _members(task: asl.Task, told: State, ctx: Context) -> tuple[tuple[str, int, Access], ...]:
    """The requests inside a batch or a transaction, where the definition spells them out."""
    action = action_of(task.resource)
    counted = Counter(_listed(action, task.arguments))
    out: list[tuple[str, int, Access]] = []
    for (table, op), times in counted.items():
        address = address_of(table_name(table), "tables", ctx)
        if address is not None and address.startswith("tables."):
            whole = action.startswith("transact")
            access = Access(op=op, target=address.partition(".")[2], transactional=whole)
            out.append((address, times, access.model_copy(update=_of_table({}, told, op))))
    return tuple(out)


def _listed(action: str, arguments: Mapping[str, object]) -> list[tuple[str, Op]]:
    """(table, word) of each member."""
    if action == "batchgetitem":
        items = _mapping(arguments.get("RequestItems"))
        return [(table, "get") for table, of in items.items() for _ in _list(_mapping(of).get("Keys"))]
    words = _MEMBERS.get(action)
    if words is None:
        return []
    if action == "batchwriteitem":
        items = _mapping(arguments.get("RequestItems"))
        return [
            (table, words[key])
            for table, of in items.items()
            for one in _list(of)
            for key in _mapping(one)
            if key in words
        ]
    found: list[tuple[str, Op]] = []
    for one in _list(arguments.get("TransactItems")):
        for key, request in _mapping(one).items():
            table = _mapping(request).get("TableName")
            if key in words and isinstance(table, str):
                found.append((table, words[key]))
    return found


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
