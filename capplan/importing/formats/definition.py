"""Definitions of state machines (Amazon States Language) in files of their own, with the resources that they name."""

from collections.abc import Mapping

from capplan.errors import CapplanError
from capplan.importing.definition import called_by
from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.histories import starts_at
from capplan.importing.model import Asked, Beside, Block, Found, Origin, Question, Ref
from capplan.importing.names import name_of, stack_of

_QUESTIONS: Mapping[str, tuple[Question, ...]] = {
    "functions": (Question("duration", "120 ms", "how long does one invocation take?"),),
    "tables": (
        Question("item_size", "1 KB", "how large is an item, names included, in the mean?"),
        Question("items", "1M", "how many items are stored?"),
    ),
    "jobs": (
        Question("workers", 10, "how many workers?"),
        Question("duration", "10 min", "how long does one run take?"),
    ),
    "crawlers": (Question("duration", "4 min", "how long does one run take?"),),
}
"""What a definition does not say of a resource that it calls."""


def _is_definition(given: Given) -> bool:
    return isinstance(given.data.get("States"), Mapping) and isinstance(given.data.get("StartAt"), str)


def _read(given: Given, asked: Asked) -> Found:
    """A state machine, and a block for each resource that its Tasks name."""
    name = stack_of(given.path)
    called = called_by(given.text, given.name, dict(asked.parameters))
    if called.problem:
        raise (
            CapplanError((given.document.diagnostic([], called.problem),)) if given.document is not None else ValueError
        )
    start = Origin(given.name, 1, 1)
    traffic = Block(
        "traffic",
        f"{name}-executions",
        {},
        start,
        (f"{given.name}#traffic",),
        questions=(Question("rate", "1/s", "how often is it started?"),),
        joins="where_it_is_named",
    )
    kind: dict[str, object] = {
        "definition": Beside(given.path, given.text),
        "triggers": Ref(f"{given.name}#traffic", "traffic"),
    }
    renamed = {
        state: {"call": Ref(target, section)}
        for state, (section, target) in called.resources.items()
        if section in _QUESTIONS and name_of(target) != target
    }
    if renamed:
        kind["states"] = renamed
    type_ = Question("type", "express", "Standard, which is assumed, or Express?")
    machine = Block(
        "state_machines",
        name,
        kind,
        start,
        tuple(filter(None, (f"{given.name}#machine", name, starts_at(given.text)))),
        questions=(type_,),
    )
    others = []
    for state, (section, target) in called.resources.items():
        if section in _QUESTIONS:
            line, column = given.line(_path_of(given.data, state))
            origin = Origin(given.name, line, column, address=f"state {state}")
            others.append(
                Block(section, target, {}, origin, (target,), questions=_QUESTIONS[section], joins="where_it_fits")
            )
    return Found((traffic, machine, *others), name=name)


def _path_of(data: Mapping[str, object], name: str) -> list[str | int]:
    """The path of a state, at the outermost level or below."""
    todo: list[tuple[object, list[str | int]]] = [(data, [])]
    while todo:
        value, path = todo.pop()
        if isinstance(value, Mapping):
            states = value.get("States")
            if isinstance(states, Mapping) and name in states:
                return [*path, "States", name]
            todo += [(inner, [*path, key]) for key, inner in value.items()]
        elif isinstance(value, list):
            todo += [(inner, [*path, i]) for i, inner in enumerate(value)]
    return []


FORMATS = (Format("states-language", "the definition of a state machine", _is_definition, _read),)
