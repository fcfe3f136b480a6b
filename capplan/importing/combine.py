"""Joins what several files say into one draft of a scenario: names, references, measurements beside declarations."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from capplan.importing.draft import Draft, Entry
from capplan.importing.fitting import fitted, lacking
from capplan.importing.loops import without_loops
from capplan.importing.model import Block, Fallback, Found, Lifted, Origin, Place, Ref, Unused
from capplan.importing.names import stack_of, unique_names
from capplan.record import Record, replace
from capplan.services import SECTIONS

NO_SECTION = "seen and not used yet"
_OTHERS = ("traffic",)
"""Sections that belong to no service."""
_JOINED = ("states", "indexes", "capacity")
"""Keys of which both files' entries count."""
_INSTEAD: Mapping[str, tuple[str, ...]] = {
    "workers": ("dpus",),
    "dpus": ("workers", "worker_type"),
    "item_size": ("item", "items_file"),
    "rate": ("schedule",),
}
"""Keys that stand for the same thing: the one that is added replaces the others."""
_NOT_OF: Mapping[str, tuple[str, ...]] = {"streaming": ("duration", "fails", "max_retries", "startup", "dpu_seconds")}
"""Keys that a type does not have: a job that runs all the time has no single runs."""
DEFAULT_REGION = "us-east-1"


def combine(found: Sequence[tuple[str, str, Found]]) -> Draft:
    """One draft of what some files say.

    Args:
        found: For each file its name, what it is, and what it says, in the order given.
    """
    taken_in = {name for _, _, one in found for name in one.consumed}
    kept, copies = _without_copies([row for row in found if row[0] not in taken_in])
    blocks, unused = _joined([block for _, _, one in kept for block in one.blocks])
    planned, missing = _that_stand(_with_section(blocks))
    names = unique_names([one.block for one in planned])
    book = _Book([one.block for one in planned], names)
    whole = [book.entry(one, name) for one, name in zip(planned, names, strict=True)]
    entries, unfit = list[Entry](), list[Unused]()
    for entry in whole:
        kept_entry, rest = fitted(entry)
        unfit += rest
        entries += [kept_entry] if kept_entry is not None else []
    entries, endless = without_loops(entries)
    entries = _without_idle_traffic(
        entries, {n for one, n in zip(planned, names, strict=True) if one.block.joins == "where_it_is_named"}
    )
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
        unused=(
            *copies,
            *(row for _, _, one in kept for row in one.unused),
            *unused,
            *missing,
            *unfit,
            *endless,
            *book.unused,
        ),
        beside=book.beside,
        notes=tuple(notes),
        files=tuple((file, label) for file, label, _ in kept),
    )


_FEW = 3
"""Blocks that two files may have alike by chance."""


def _without_copies(found: Sequence[tuple[str, str, Found]]) -> tuple[list[tuple[str, str, Found]], list[Unused]]:
    """The files without those that declare just what another of their folder does: a template, and what packaging made."""
    seen: dict[tuple[str, frozenset[tuple[str, str]]], str] = {}
    kept, copies = [], []
    for file, label, one in found:
        declared = frozenset((b.section, b.name) for b in one.blocks if b.joins == "never" and b.section != "traffic")
        key = (file.rpartition("/")[0], declared)
        if len(declared) >= _FEW and key in seen:
            copies.append(Unused(label, f"it declares the same resources as {seen[key]}", Origin(file)))
            continue
        seen.setdefault(key, file)
        kept.append((file, label, one))
    return kept, copies


def _without_idle_traffic(entries: Sequence[Entry], names: Collection[str]) -> list[Entry]:
    """The entries without traffic that only stands instead of a source, where the source is there."""
    named = {text for entry in entries for text in _texts_in(entry.values.get("triggers"))}
    return [e for e in entries if e.section != "traffic" or e.name not in names or e.name in named]


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts_in(inner)


# --- blocks that add to others ---


class _Joined(Record, frozen=True):
    """A block with what others add to it, and all places that speak of it."""

    block: Block
    origins: tuple[Origin, ...]

    def with_more(self, more: Block) -> "_Joined":
        return _Joined(_added(self.block, more), (*self.origins, more.origin))


def _joined(blocks: Sequence[Block]) -> tuple[list[_Joined], list[Unused]]:
    """The blocks that stand alone, with those added that share an alias."""
    alone = ("never", "where_it_is_named")
    out = [_Joined(block, (block.origin,)) for block in blocks if block.joins in alone]
    at: dict[tuple[str, str], list[int]] = {}
    for n, one in enumerate(out):
        _know(at, one.block, n)
    unused: list[Unused] = []
    for block in blocks:
        if block.joins in alone:
            continue
        known = [places for key in _keys_of(block) if (places := at.get(key))]
        every = block.name.endswith("[*]")
        targets = next((places for places in known if every or len(places) == 1), [])
        if known and not targets:
            names = ", ".join(out[place].block.name for place in known[0])
            unused.append(Unused(f"{block.section}: {block.name}", f"it may be any of {names}", block.origin))
            continue
        for target in targets:
            out[target] = out[target].with_more(block)
            _know(at, block, target)
        if targets or block.joins == "quietly":
            continue
        if block.joins == "only_where_it_fits":
            unused.append(Unused(f"{block.section}: {block.name}", "no file given declares it", block.origin))
        else:
            out.append(_Joined(block, (block.origin,)))
            _know(at, block, len(out) - 1)
    named = {alias for one in out for alias in _named_in(one.block.values)}
    out = [
        one
        for one in out
        if one.block.joins != "where_it_is_named" or named & {(one.block.section, a) for a in one.block.aliases}
    ]
    return out, unused


def _keys_of(block: Block) -> list[tuple[str, str]]:
    return [(block.section, alias.lower()) for alias in block.aliases]


def _know(at: dict[tuple[str, str], list[int]], block: Block, place: int) -> None:
    """Remembers the place of a block under its aliases; several may share one that is for all of them, `NAME[*]`."""
    for key in _keys_of(block):
        places = at.setdefault(key, [])
        if place not in places:
            places.append(place)


def _named_in(value: object) -> Iterator[tuple[str, str]]:
    """The section and the alias of each reference in a value."""
    if isinstance(value, Ref):
        yield value.section, value.alias
    elif isinstance(value, Fallback):
        yield from (*_named_in(value.value), *_named_in(value.otherwise))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _named_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named_in(inner)


def _added(block: Block, more: Block) -> Block:
    """A block with another's values over its own: what is measured is truer than what is declared."""
    notes = {place: note for place, note in block.notes.items() if place[0] not in more.values}
    confirm = {place for place in block.confirm if place[0] not in more.values}
    return replace(
        block,
        values=_over(block.values, more.values),
        aliases=tuple(dict.fromkeys((*block.aliases, *more.aliases))),
        notes={**notes, **more.notes},
        confirm=frozenset(confirm | more.confirm),
        questions=tuple(
            {
                q.key: q for q in (*more.questions, *block.questions) if q.key not in {**block.values, **more.values}
            }.values()
        ),
    )


def _over(values: Mapping[str, object], more: Mapping[str, object]) -> dict[str, object]:
    """Values with others over them, also inside mappings: of a state both what it calls and how long it takes."""
    out = {key: value for key, value in values.items() if not any(key in _INSTEAD.get(new, ()) for new in more)}
    kind = more.get("type", out.get("type"))
    for key, value in more.items():
        if key in _NOT_OF.get(str(kind), ()):
            continue
        before = out.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping) and key in _JOINED
        out[key] = _over_each(before, value) if both else value  # type: ignore[arg-type]
    return out


def _over_each(values: Mapping[str, object], more: Mapping[str, object]) -> dict[str, object]:
    """Entries of a mapping by name, each with the other's keys over its own."""
    both = {**values, **more}
    return {
        name: {**old, **new}
        if isinstance(old := values.get(name), Mapping) and isinstance(new := both[name], Mapping)
        else both[name]
        for name in both
    }


def _that_stand(given: tuple[list[_Joined], list[Unused]]) -> tuple[list[_Joined], list[Unused]]:
    """The blocks that can stand alone: nothing refers to the others."""
    joined, unused = given
    out: list[_Joined] = []
    for one in joined:
        block = one.block
        why = lacking(block.section, block.values, block.questions)
        if why:
            unused.append(Unused(f"{block.section}.{block.name}", why, block.origin))
        else:
            out.append(one)
    return out, unused


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
        if isinstance(value, Fallback):
            try:
                return self._value(value.value, block, name, was, now, moved)
            except _Dropped:
                return self._value(value.otherwise, block, name, was, now, moved)
        if isinstance(value, Mapping):
            return self._mapping(value, block, name, was, now, moved)
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

    def _mapping(
        self, value: Mapping[str, object], block: Block, name: str, was: Place, now: Place, moved: dict[Place, Place]
    ) -> dict[str, object]:
        out: dict[str, object] = {}
        for key, inner in value.items():
            try:
                out[key] = self._value(inner, block, name, (*was, key), (*now, key), moved)
            except _Dropped as dropped:
                if not dropped.ref.is_optional:
                    raise
                self._tell(dropped.ref, block, ".".join(map(str, was)))
        return out

    def _name(self, ref: Ref) -> str:
        found = self.names.get((ref.section, ref.alias.lower()))
        if found is None and ref.otherwise is None:
            raise _Dropped(ref)
        return ref.before + found if found is not None else str(ref.otherwise)

    def _write(self, file: str, text: str) -> str:
        """The name of a file beside the scenario; another text under the same name gets another name."""
        stem, dot, ending = file.partition(".")
        number = 2
        while self.beside.get(file, text) != text:
            file = f"{stem}-{number}{dot}{ending}"
            number += 1
        self.beside[file] = text
        return file
