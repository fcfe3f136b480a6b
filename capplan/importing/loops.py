"""Leaves out concluded calls that would close a loop: a function that may write to the table whose stream invokes it.

A policy allows more than is called. With `times: 1` such a loop would go round for ever, so the call is listed instead.
"""

from collections.abc import Iterable, Iterator, Mapping

from capplan.importing.draft import Entry
from capplan.importing.model import Unused
from capplan.record import replace
from capplan.services import SECTIONS, emitters, verbs

_READS = frozenset({"get", "query", "scan", "batch-get", "get-object", "head-object", "list-objects"})
"""Requests after which nothing is emitted."""
Node = tuple[str, str]


def without_loops(entries: Iterable[Entry]) -> tuple[list[Entry], list[Unused]]:
    """The entries without calls to confirm that lead back to their caller."""
    every = list(entries)
    edges: dict[Node, set[Node]] = {}
    for entry in every:
        node = (entry.section, entry.name)
        for emitter in _emitters(entry.values.get("triggers")):
            edges.setdefault(emitter, set()).add(node)
        for i, call in _calls(entry):
            if ("calls", i) not in entry.confirm:
                edges.setdefault(node, set()).update(_targets(call))
    out, unused = [], list[Unused]()
    for entry in every:
        node = (entry.section, entry.name)
        closing = []
        for i, call in _calls(entry):
            targets = set(_targets(call))
            if ("calls", i) not in entry.confirm:
                continue
            if any(target == node or _leads_to(edges, target, node) for target in targets):
                closing.append(i)
            else:
                edges.setdefault(node, set()).update(targets)
        out.append(_without(entry, closing) if closing else entry)
        calls = entry.values.get("calls")
        for i in closing:
            assert isinstance(calls, list)  # noqa: S101  it has calls
            verb, target = next(iter(calls[i].items()))
            why = f"its policy or environment allows it, and it would lead back to {entry.name} without end"
            unused.append(Unused(f"{entry.section}.{entry.name} {verb} {target}", why, entry.origins[0]))
    return out, unused


def _calls(entry: Entry) -> Iterator[tuple[int, Mapping[str, object]]]:
    calls = entry.values.get("calls")
    for i, call in enumerate(calls if isinstance(calls, list) else []):
        if isinstance(call, Mapping):
            yield i, call


def _targets(call: Mapping[str, object]) -> Iterator[Node]:
    """What a call makes something happen at."""
    for verb, target in call.items():
        if verb in verbs() and verb not in _READS and isinstance(target, str):
            yield from ((section, target) for section in verbs()[verb])


def _emitters(triggers: object) -> Iterator[Node]:
    """What a resource reads."""
    for trigger in triggers if isinstance(triggers, list) else [triggers]:
        if isinstance(trigger, Mapping):
            for word, sections in emitters().items():
                if isinstance(trigger.get(word), str):
                    yield from ((section, str(trigger[word])) for section in sections if section in SECTIONS)


def _leads_to(edges: Mapping[Node, set[Node]], start: Node, end: Node) -> bool:
    todo, seen = [start], {start}
    while todo:
        for following in edges.get(todo.pop(), ()):
            if following == end:
                return True
            if following not in seen:
                seen.add(following)
                todo.append(following)
    return False


def _without(entry: Entry, closing: list[int]) -> Entry:
    """The entry without some of its calls; remarks move with the others."""
    calls = entry.values["calls"]
    assert isinstance(calls, list)  # noqa: S101  it has calls
    kept = [i for i in range(len(calls)) if i not in closing]
    moved = {("calls", was): ("calls", now) for now, was in enumerate(kept)}
    values = {**entry.values, "calls": [calls[i] for i in kept]}
    if not kept:
        del values["calls"]

    def place(old: tuple[str | int, ...]) -> tuple[str | int, ...] | None:
        if old[0] != "calls" or len(old) == 1:
            return old
        head = moved.get(("calls", int(old[1])))
        return None if head is None else (*head, *old[2:])

    return replace(
        entry,
        values=values,
        notes={new: note for old, note in entry.notes.items() if (new := place(old)) is not None},
        confirm=frozenset(new for old in entry.confirm if (new := place(old)) is not None),
    )
