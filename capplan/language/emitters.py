"""Reads which resource a trigger names, and what of that resource holds for its readers: {stream: orders}, {queue: outbox}.

Where sections share a word, the name decides: a stream is a table's or one of its own. A name that stands in both is written
with its section: {stream: tables.orders}.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from capplan.language.reader import Path, Reader
from capplan.language.wording import describe
from capplan.reading.nearest import did_you_mean
from capplan.reading.scalars import shown
from capplan.service import Emits, Emitter, Section
from capplan.services import SECTIONS, emitters


def order_of_reading() -> tuple[Section, ...]:
    """The sections, those first whose keys hold for what reads their resources."""
    return tuple(sorted(SECTIONS.values(), key=lambda section: not (section.emits and section.emits.settings)))


def with_emitters(
    reader: Reader, triggers: object, path: Path, reads: Collection[str], invalid: Collection[str] = ()
) -> object:
    """Triggers in the form that specs read: {queue: orders} becomes {stream: orders, emitter: Emitter(queues, sqs)}.

    Args:
        reader: The scenario's data.
        triggers: What is written.
        path: Where.
        reads: How what they name may be read; of what cannot be read they take no settings.
        invalid: Addresses of resources with errors: what reads them is checked without their settings.
    """
    if isinstance(triggers, list):
        return [with_emitters(reader, trigger, (*path, i), reads, invalid) for i, trigger in enumerate(triggers)]
    if not isinstance(triggers, Mapping):
        return triggers
    if "emitter" in triggers:
        reader.add_error([*path, "emitter"], "unknown key 'emitter'", f"write {' or '.join(emitters())}", key=True)
    out = {key: value for key, value in triggers.items() if key != "emitter"}
    words = [word for word in emitters() if word in out]
    if len(words) > 1:
        reader.add_error([*path, words[1]], f"a trigger reads one resource, found {' and '.join(words)}", key=True)
    for word in words[:1]:
        written = out.pop(word)
        section, name = emitter_of(reader, word, written, (*path, word))
        emits = SECTIONS[section].emits
        assert emits is not None  # noqa: S101  it is an emitter's word
        entry = entry_of(reader, section, name)
        way = _read_as(emits, entry)
        if way in reads:
            _add_settings(reader, emits, section, name, {} if f"{section}.{name}" in invalid else entry, out, path)
        _check_kinds(reader, section, out, path)
        settings = {of_trigger: key for key, of_trigger in emits.settings.items()}
        out |= {"stream": name, "emitter": Emitter(section, way, word, str(written), settings)}
    if "on" in out and not words:
        reader.add_error(
            [*path, "on"], "`on` is for what a resource emits", "such as {stream: orders, on: insert}", key=True
        )
        del out["on"]
    return out


def _check_kinds(reader: Reader, section: str, trigger: dict[str, Any], path: Path) -> None:
    """Adds an error for kinds of change that a resource of the section does not tell apart."""
    emits, noun = SECTIONS[section].emits, SECTIONS[section].noun
    written = trigger.get("on")
    if written is None or emits is None:
        return
    if not emits.kinds:
        message = f"a {noun} has no kinds of change"
        reader.add_error([*path, "on"], message, "write `filter` for the share that passes", key=True)
        del trigger["on"]
        return
    kinds = written if isinstance(written, list) else [written]
    for i, kind in enumerate(kinds):
        if kind not in emits.kinds:
            place = [*path, "on", i] if isinstance(written, list) else [*path, "on"]
            expected = f"expected one of {', '.join(emits.kinds)}"
            if isinstance(kind, str):
                hint = did_you_mean(kind, emits.kinds, expected)
                reader.add_error(place, f"{shown(kind)} is no kind of change of a {noun}", hint)
            else:
                found = describe(reader.doc.locate(place))
                reader.add_error(place, f"expected a kind of change of a {noun}, found {found}", expected)
    trigger["on"] = [kind for kind in dict.fromkeys(map(str, kinds)) if kind in emits.kinds]


def emitter_of(reader: Reader, word: str, value: object, path: Path) -> tuple[str, Any]:
    """The section and the name of what a trigger reads; its word's first section where none declares the name."""
    sections = emitters()[word]
    if not isinstance(value, str):
        return sections[0], value
    section, dot, name = value.partition(".")
    if dot and section in sections:
        return section, name
    declared = [key for key in sections if value in _entries(reader, key)]
    if len(declared) > 1:
        nouns = " and a ".join(SECTIONS[key].noun for key in declared)
        qualified = " or ".join(f"{word}: {key}.{value}" for key in declared)
        reader.add_error(path, f"{shown(value)} is a {nouns}", f"write {qualified}")
    return (declared or sections)[0], value


def _entries(reader: Reader, section: str) -> Mapping[str, Any]:
    entries = reader.data.get(section)
    return entries if isinstance(entries, Mapping) else {}


def entry_of(reader: Reader, section: str, name: object) -> Mapping[str, Any]:
    """The keys of a resource over those of `defaults`; empty where it is not declared."""
    entry = _entries(reader, section).get(name) if isinstance(name, str) else None
    return {**reader.inherited(section), **entry} if isinstance(entry, Mapping) else {}


def _read_as(emits: Emits, entry: Mapping[str, Any]) -> str:
    key, ways = emits.decided_by
    value = entry.get(key)
    return ways.get(value, emits.read_as) if isinstance(value, str) else emits.read_as


def _add_settings(
    reader: Reader,
    emits: Emits,
    section: str,
    name: object,
    entry: Mapping[str, Any],
    trigger: dict[str, Any],
    path: Sequence[str | int],
) -> None:
    """Adds what the resource sets for its readers to a trigger."""
    for key, of_trigger in emits.settings.items():
        if of_trigger in trigger:
            message = f"'{of_trigger}' is a setting of the {SECTIONS[section].noun} that is read"
            reader.add_error([*path, of_trigger], message, f"write {key} under {section}.{name}", key=True)
            del trigger[of_trigger]
        if key in entry:
            trigger[of_trigger] = entry[key]
