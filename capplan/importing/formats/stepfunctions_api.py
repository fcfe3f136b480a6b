"""Answers of Step Functions' API: state machines with their definitions, histories of executions measured.

Source: AWS Step Functions API Reference, "DescribeStateMachine", "GetExecutionHistory", "StartSyncExecution"
(read 2026-11-30).
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from capplan.importing import written
from capplan.importing.answers import answer, first_of, origin_of, whole
from capplan.importing.arn import Arn
from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.histories import (
    START,
    Event,
    MeasuredExecutions,
    MeasuredState,
    events_of,
    joined_pages,
    measured,
    starts_at,
)
from capplan.importing.model import Asked, Block, Found, Lifted, Origin, Unused

_NUMBERED = re.compile(r"[-_. ]*\d*$")


def _machine(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    top = whole(given)
    arn = Arn.of(top.get("stateMachineArn").text(""))
    name = top.get("name").text("") or arn.name
    definition = top.get("definition").text()
    values: dict[str, Any] = {"definition": Lifted(definition)}
    if top.get("type").text("STANDARD") == "EXPRESS":
        values["type"] = "express"
    aliases = (name, arn.text, starts_at(definition))
    block = Block(
        "state_machines",
        name,
        values,
        origin_of(given, top.get("definition"), name),
        tuple(filter(None, aliases)),
        joins="where_it_fits",
    )
    return Found((block,), region=arn.region)


def _histories(every: Sequence[Given], asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    """Executions of all files together: those that begin with the same state are of one state machine."""
    pages: list[tuple[Given, list[Event]]] = [(given, events_of(whole(given))) for given in every]
    groups: dict[str, tuple[Given, list[list[Event]]]] = {}
    unused: list[Unused] = []
    for events in joined_pages(events for _, events in pages):
        given = next(given for given, page in pages if page and page[0] is events[0])
        start = next((event.name for event in events if event.type.endswith("StateEntered")), "")
        if not start or events[0].id > 1:
            why = "it is a later page without the one before" if events[0].id > 1 else "no state was entered"
            unused.append(Unused("history of an execution", why, Origin(given.name)))
            continue
        groups.setdefault(start, (given, []))[1].append(events)
    blocks = [_block(given, measured(executions)) for given, executions in groups.values()]
    return Found(tuple(blocks), tuple(unused))


def _block(given: Given, found: MeasuredExecutions) -> Block:
    states = {name: values for name, state in found.states.items() if (values := state_values(state))}
    name = _NUMBERED.sub("", PurePath(given.name).stem) or PurePath(given.name).stem
    ended = f", {found.failed} of them failed" if found.failed else ""
    note = f"measured: {found.executions} execution{'s' if found.executions > 1 else ''}{ended}"
    return Block(
        "state_machines",
        name,
        {"states": states} if states else {},
        Origin(given.name),
        (name, f"{START}{found.start}"),
        {("states",): note} if states else {(): note},
        joins="where_it_fits",
    )


def state_values(state: MeasuredState) -> dict[str, Any]:
    """Keys of a state under `states`; empty where nothing was measured that the definition cannot say."""
    values: dict[str, Any] = {}
    if state.next:
        values["next"] = _shares(state.next)
    if state.items:
        values["items"] = Decimal(written.digits(Decimal(sum(state.items)) / len(state.items)))
    if state.duration is not None:
        values["duration"] = state.duration
    if state.errors:
        values["errors"] = {error: written.share(part) for error, part in state.errors.items()}
    return values


def _shares(counts: Mapping[str, int]) -> dict[str, str]:
    """Shares of 4 digits that add up to 100%: what rounding leaves goes to the largest."""
    total = sum(counts.values())
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    rest = {name: Decimal(written.digits(Decimal(counts[name]) * 100 / total)) for name in ranked[1:]}
    parts = {ranked[0]: 100 - sum(rest.values(), Decimal(0)), **rest}
    return {name: f"{parts[name].normalize():f}%" for name in ranked}


def _sync(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    top = whole(given)
    arn = Arn.of(top.get("stateMachineArn").text())
    bill = top.get("billingDetails")
    values: dict[str, Any] = {"type": "express", "memory": f"{max(1, bill.get('billedMemoryUsedInMB').whole())} MB"}
    billed = written.duration(bill.get("billedDurationInMilliseconds").count())
    note = f"measured on one execution, which was billed for {billed}"
    block = Block(
        "state_machines",
        arn.name,
        values,
        origin_of(given, bill, arn.name),
        tuple(filter(None, (arn.name, arn.text))),
        {("memory",): note},
        joins="where_it_fits",
    )
    return Found((block,), region=arn.region if arn.region.isascii() and "<" not in arn.region else "")


FORMATS = (
    Format(
        "stepfunctions-machine",
        "a description of a state machine",
        lambda given: "stateMachineArn" in given.data and isinstance(given.data.get("definition"), str),
        _machine,
    ),
    Format(
        "stepfunctions-history",
        "the history of an execution",
        lambda given: (
            "previousEventId" in first_of(given, "events")
            or "executionStartedEventDetails" in first_of(given, "events")
        ),
        together=_histories,
    ),
    Format(
        "stepfunctions-express",
        "the answer of a synchronous execution",
        lambda given: (
            "billedDurationInMilliseconds" in answer(given, "billingDetails") and "stateMachineArn" in given.data
        ),
        _sync,
    ),
)
