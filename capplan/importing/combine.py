"""Joins what several files say into one draft of a scenario: names, references, measurements beside declarations."""

from collections.abc import Mapping, Sequence
from typing import Any

from capplan.importing.model import Block, Found, Lifted, Origin, Place, Question, Ref, Unused
from capplan.importing.names import stack_of, unique_names
from capplan.record import Record, replace
from capplan.services import SECTIONS

NO_SECTION = "seen and not used yet"
_OTHERS = ("traffic",)
"""Sections that belong to no service."""
DEFAULT_REGION = "us-east-1"


class Entry(Record, frozen=True):
    """A block under its final name, its values plain data.

    Attributes:
        origins: Where it is declared, and what else has added to it.
    """

    section: str
    name: str
    values: Mapping[str, object]
    origins: tuple[Origin, ...]
    notes: Mapping[Place, str]
    confirm: frozenset[Place]
    questions: tuple[Question, ...]


class Draft(Record, frozen=True):
    """A scenario before it is written.

    Attributes:
        name: The workload's.
        region: The Region.
        region_is_known: Whether a file says so.
        account: Keys of `account`.
        entries: Sections in the language's order, entries in that of the files.
        unused: What was seen and not used.
        beside: Files to write beside the scenario, by name.
        notes: Remarks for the head.
        files: The files that were read, with what each is.
    """

    name: str
    region: str
    region_is_known: bool
    account: Mapping[str, object]
    entries: tuple[Entry, ...]
    unused: tuple[Unused, ...]
    beside: Mapping[str, str]
    notes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]


def combine(found: Sequence[tuple[str, str, Found]]) -> Draft:
    """One draft of what some files say.

    Args:
        found: For each file its name, what it is, and what it says, in the order given.
    """
    taken_in = {name for _, _, one in found for name in one.consumed}
    kept = [row for row in found if row[0] not in taken_in]
    blocks, unused = _joined([block for _, _, one in kept for block in one.blocks])
    planned, missing = _with_section(blocks)
    names = unique_names([one.block for one in planned])
    book = _Book([one.block for one in planned], names)
    entries = [book.entry(one, name) for one, name in zip(planned, names, strict=True)]
    order = {key: n for n, key in enumerate((*_OTHERS, *SECTIONS))}
    entries.sort(key=lambda entry: order[entry.section])
    regions = dict.fromkeys(one.region for _, _, one in kept if one.region)
    notes = [note for _, _, one in kept for note in one.notes]
    if len(regions) > 1:
        notes.append(f"the files name several Regions, {', '.join(regions)}: this is the first")
    account: dict[str, Any] = {}
    for _, _, one in kept:
        for key, value in one.account.items():
            before = account.get(key)
            account[key] = {**before, **value} if isinstance(value, dict) and isinstance(before, dict) else value
    return Draft(
        name=next((one.name for _, _, one in kept if one.name), "") or stack_of(kept[0][0] if kept else "imported"),
        region=next(iter(regions), DEFAULT_REGION),
        region_is_known=bool(regions),
        account=account,
        entries=tuple(entries),
        unused=(*(row for _, _, one in kept for row in one.unused), *unused, *missing, *book.unused),
        beside=book.beside,
        notes=tuple(notes),
        files=tuple((file, label) for file, label, _ in kept),
    )


# --- blocks that add to others ---


class _Joined(Record, frozen=True):
    """A block with what others add to it, and all places that speak of it."""

    block: Block
    origins: tuple[Origin, ...]

    def with_more(self, more: Block) -> "_Joined":
        return _Joined(_added(self.block, more), (*self.origins, more.origin))


def _joined(blocks: Sequence[Block]) -> tuple[list[_Joined], list[Unused]]:
    """The blocks that stand alone, with those added that share an alias."""
    out = [_Joined(block, (block.origin,)) for block in blocks if block.joins == "never"]
    at = {
        (one.block.section, alias.lower()): n
        for n, one in reversed(list(enumerate(out)))
        for alias in one.block.aliases
    }
    unused: list[Unused] = []
    for block in blocks:
        if block.joins == "never":
            continue
        keys = [(block.section, alias.lower()) for alias in block.aliases]
        target = next((at[key] for key in keys if key in at), None)
        if target is not None:
            out[target] = out[target].with_more(block)
        elif block.joins == "only_where_it_fits":
            unused.append(Unused(f"{block.section}: {block.name}", "no file given declares it", block.origin))
        else:
            target = len(out)
            out.append(_Joined(block, (block.origin,)))
        if target is not None:
            at = {**dict.fromkeys(keys, target), **at}
    return out, unused


def _added(block: Block, more: Block) -> Block:
    """A block with another's values over its own: what is measured is truer than what is declared."""
    notes = {place: note for place, note in block.notes.items() if place[0] not in more.values}
    confirm = {place for place in block.confirm if place[0] not in more.values}
    return replace(
        block,
        values={**block.values, **more.values},
        aliases=tuple(dict.fromkeys((*block.aliases, *more.aliases))),
        notes={**notes, **more.notes},
        confirm=frozenset(confirm | more.confirm),
        questions=tuple(
            {
                q.key: q for q in (*more.questions, *block.questions) if q.key not in {**block.values, **more.values}
            }.values()
        ),
    )


def _with_section(joined: Sequence[_Joined]) -> tuple[list[_Joined], list[Unused]]:
    """The blocks of sections that there are, and the others as seen and not used."""
    known = [one for one in joined if one.block.section in SECTIONS or one.block.section in _OTHERS]
    others = [one.block for one in joined if one not in known]
    return known, [Unused(block.section, NO_SECTION, replace(block.origin, address=block.name)) for block in others]


# --- references ---


class _Dropped(Exception):  # noqa: N818  caught in this module: an entry goes
    """A reference to what no file declares."""

    def __init__(self, ref: Ref) -> None:
        super().__init__()
        self.ref = ref


class _Book:
    """The blocks by their aliases, to fill in names; collects the files to write and what referred to nothing."""

    def __init__(self, blocks: Sequence[Block], names: Sequence[str]) -> None:
        self.names: dict[tuple[str, str], str] = {}
        for block, name in reversed(list(zip(blocks, names, strict=True))):
            for alias in block.aliases:
                self.names[block.section, alias.lower()] = name
                self.names["", alias.lower()] = name
        self.beside: dict[str, str] = {}
        self.unused: list[Unused] = []

    def entry(self, joined: _Joined, name: str) -> Entry:
        """A block under its final name."""
        block = joined.block
        values: dict[str, object] = {}
        moved: dict[Place, Place] = {}
        for key, value in block.values.items():
            try:
                filled = self._value(value, block, name, (key,), (key,), moved)
            except _Dropped as dropped:
                self._tell(dropped.ref, block, key)
                continue
            if filled != [] or value == []:
                values[key] = filled
        return Entry(
            section=block.section,
            name=name,
            values=values,
            origins=joined.origins,
            notes={moved[place]: note for place, note in block.notes.items() if place in moved},
            confirm=frozenset(moved[place] for place in block.confirm if place in moved),
            questions=tuple(question for question in block.questions if question.key not in values),
        )

    def _tell(self, ref: Ref, block: Block, key: str) -> None:
        what = f"{block.section}.{block.name} {key}"
        self.unused.append(
            Unused(what, f"refers to {ref.alias.rpartition('#')[2]}, which no file given declares", block.origin)
        )

    def _value(
        self, value: object, block: Block, name: str, was: Place, now: Place, moved: dict[Place, Place]
    ) -> object:
        """A value with the names filled in; `moved` learns where each place has gone, since items of a list may go."""
        moved[was] = now
        if isinstance(value, Ref):
            return self._name(value)
        if isinstance(value, Mapping):
            return {
                key: self._value(inner, block, name, (*was, key), (*now, key), moved) for key, inner in value.items()
            }
        if isinstance(value, list | tuple):
            out: list[object] = []
            for i, inner in enumerate(value):
                try:
                    out.append(self._value(inner, block, name, (*was, i), (*now, len(out)), moved))
                except _Dropped as dropped:
                    moved.pop((*was, i), None)
                    self._tell(dropped.ref, block, str(was[0]))
            return out
        return self._write(f"{name}{value.ending}", value.text) if isinstance(value, Lifted) else value

    def _name(self, ref: Ref) -> str:
        found = self.names.get((ref.section, ref.alias.lower()))
        if found is None and ref.otherwise is None:
            raise _Dropped(ref)
        return found if found is not None else str(ref.otherwise)

    def _write(self, file: str, text: str) -> str:
        """The name of a file beside the scenario; another text under the same name gets another name."""
        stem, dot, ending = file.partition(".")
        number = 2
        while self.beside.get(file, text) != text:
            file = f"{stem}-{number}{dot}{ending}"
            number += 1
        self.beside[file] = text
        return file
