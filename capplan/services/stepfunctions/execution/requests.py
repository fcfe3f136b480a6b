"""Computes the requests that a definition's Tasks make of the scenario's resources, state by state.

Source: Step Functions Developer Guide, "Integrating services with Step Functions"; Amazon DynamoDB API Reference, batch
and transaction requests (read 2026-11-23).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from capplan.calls import Access, Op
from capplan.model import Call, Context
from capplan.services.stepfunctions.asl import definition as asl
from capplan.services.stepfunctions.asl.integrations import action_of, bare_name
from capplan.services.stepfunctions.execution.expectation import everywhere
from capplan.services.stepfunctions.execution.model import Expectation
from capplan.services.stepfunctions.execution.world import NO_OVERRIDE, address_of, definition_of, target_of
from capplan.services.stepfunctions.spec import State, StateMachine

_MEMBERS: Final[Mapping[str, Mapping[str, Op]]] = {
    "batchwriteitem": {"PutRequest": "put", "DeleteRequest": "delete"},
    "transactwriteitems": {"Put": "put", "Update": "update", "Delete": "delete"},
    "transactgetitems": {"Get": "get"},
}
"""DynamoDB requests that hold others: the verb of each member, by its key. (A ConditionCheck is billed like an update.)"""


def calls_by_state(spec: StateMachine, ctx: Context, execution: Expectation) -> tuple[tuple[str, Call], ...]:
    """Mean calls of one execution, by the Task that makes them: one per attempt, retries included."""
    out: list[tuple[str, Call]] = []
    for task, attempts in everywhere(execution, "attempts").items():
        state, override = definition_of(spec).states[task], spec.states.get(task, NO_OVERRIDE)
        for address, times, access in requests_of(state, override, ctx):
            if attempts:
                out.append((task, Call(address, attempts * times, access, execution.duration_ms)))
    return tuple(out)


def unreached(spec: StateMachine, ctx: Context) -> tuple[str, ...]:
    """Tasks that call something outside the scenario, whose cost the answer lacks."""
    states = definition_of(spec).states.items()
    return tuple(
        name
        for name, state in states
        if state.task is not None and not requests_of(state, spec.states.get(name, NO_OVERRIDE), ctx)
    )


def requests_of(state: asl.State, override: State, ctx: Context) -> tuple[tuple[str, int, Access], ...]:
    """The requests of one attempt: address, number, request."""
    target = target_of(state, override, ctx)
    if target is None or state.task is None:
        return _members(state.task, override, ctx) if state.task is not None else ()
    items = override.items if target.verb in ("query", "scan") else None
    access = Access(op=target.verb, target=target.name, items=items, is_async=target.is_event)
    if target.address.startswith("tables."):
        access = access.model_copy(update=_of_table(state.task.arguments, override, target.verb))
    return ((target.address, 1, access),)


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
    for (table, verb), times in Counter(_listed(action, task.arguments)).items():
        address = address_of(bare_name(table) or "", "tables", ctx)
        if address is not None and address.startswith("tables."):
            in_transaction = action.startswith("transact")
            access = Access(op=verb, target=address.partition(".")[2], transactional=in_transaction)
            out.append((address, times, access.model_copy(update=_of_table({}, override, verb))))
    return tuple(out)


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
