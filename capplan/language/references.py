"""Checks the names that a spec refers to: its triggers, its failure notice, what its states call."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from capplan.flow import DemandFlow
from capplan.language.reader import Path, Reader, listed, value_at
from capplan.language.scenario import Specs
from capplan.reading.nearest import did_you_mean
from capplan.reading.scalars import shown
from capplan.resource_type import Reference, ResourceType, Source
from capplan.service import Section, receivers
from capplan.services import SECTIONS, emitters, receive


def check_references(
    reader: Reader,
    declared: tuple[ResourceType[Any, Any], Any],
    path: Path,
    names: Mapping[str, list[str]],
    flows: Mapping[str, DemandFlow],
    specs: Specs,
) -> None:
    """Adds an error for each name of a spec that is not declared."""
    type_, spec = declared
    for place, source in enumerate(type_.sources(spec)):
        at = _trigger_path(reader, path, place if source.trigger is None else source.trigger)
        if source.emitted:
            _emitter(reader, type_, source, SECTIONS[str(path[0])], at, specs)
        elif source.name not in flows:
            where = _deeper(reader, at, "traffic")
            reader.unknown(source.name, "traffic", where, {f"traffic.{name}": None for name in flows})
    for reference in type_.references(spec):
        _reference(reader, declared, reference, path, names, specs)


def check_readers(reader: Reader, specs: Specs) -> None:
    """Adds an error where several resources read all of what reaches one of them only."""
    once = tuple(f"{key}." for key, section in SECTIONS.items() if section.emits and section.emits.each_once)
    if not any(address.startswith(once) for address in specs):
        return
    parts: dict[str, Fraction] = {}
    for address, (type_, spec) in specs.items():
        for place, source in enumerate(type_.sources(spec) if spec is not None else ()):
            emitter = SECTIONS[source.name.partition(".")[0]].emits if source.emitted else None
            if emitter is None or not emitter.each_once or source.name not in specs:
                continue
            before = parts.get(source.name, Fraction(0))
            parts[source.name] = before + source.chance
            if before and parts[source.name] > 1:
                section, _, name = address.partition(".")
                at = _trigger_path(reader, (section, name), place if source.trigger is None else source.trigger)
                message = f"{source.name} has several readers, and each message reaches one of them"
                hint = "write `chance` for the share that each receives, 100% together"
                reader.add_error(_deeper(reader, at, emitter.word), message, hint)


def _reference(
    reader: Reader,
    declared: tuple[ResourceType[Any, Any], Any],
    reference: Reference,
    path: Path,
    names: Mapping[str, list[str]],
    specs: Specs,
) -> None:
    name, at = reference.name, [*path, *reference.path]
    if reference.delivers:
        _receiver(reader, declared, reference, at, names, specs)
    elif reference.section is not None:
        if f"{reference.section}.{name}" not in specs:
            reader.unknown(name, reference.section, at, specs)
    elif name not in names and name not in specs:
        hint = did_you_mean(name, names, listed("resource", list(names)))
        reader.add_error(at, f"there is no resource {shown(name)}", hint)


def _receiver(
    reader: Reader,
    declared: tuple[ResourceType[Any, Any], Any],
    reference: Reference,
    at: Sequence[str | int],
    names: Mapping[str, list[str]],
    specs: Specs,
) -> None:
    """Adds an error where AWS cannot deliver to what is named, or several things have the name."""
    found = receivers(reference.name, reference.delivers, names, receive())
    if len(found) == 1:
        type_, spec = declared
        other = specs[found[0][0]][1]
        refused = type_.why_refused(spec, reference, other) if other is not None else ""
        if refused:
            message, _, hint = refused.partition(": ")
            reader.add_error(at, message, hint)
        return
    if found:
        addresses = " or ".join(address for address, _ in found)
        reader.add_error(at, f"several resources are called {shown(reference.name)}", f"write {addresses}")
        return
    nouns = [SECTIONS[key].noun for key, verb in receive().items() if verb in reference.delivers]
    fitting = [
        address.partition(".")[2]
        for of_name in names.values()
        for address in of_name
        if receive().get(address.partition(".")[0]) in reference.delivers
    ]
    known = names.get(reference.name)
    message = (
        f"there is no {' or '.join(nouns)} {shown(reference.name)}"
        if known is None
        else f"AWS delivers nothing from here to a {SECTIONS[known[0].partition('.')[0]].noun}"
    )
    hint = f"expected a {' or a '.join(nouns)}" if known is not None else f"declared are {', '.join(fitting[:8])}"
    reader.add_error(at, message, did_you_mean(reference.name, fitting, hint if fitting else "none is declared"))


def _trigger_path(reader: Reader, path: Path, i: int) -> list[str | int]:
    key = SECTIONS[str(path[0])].reads_at
    raw = reader.data[str(path[0])][path[1]].get(key)
    if raw is None:  # inherited from defaults
        raw, path = reader.inherited(str(path[0])).get(key), ("defaults", path[0])
    return [*path, key, i] if isinstance(raw, list) else [*path, key]


def _deeper(reader: Reader, at: list[str | int], key: str) -> list[str | int]:
    raw = value_at(reader.data, at)
    return [*at, key] if isinstance(raw, Mapping) and key in raw else at


def _emitter(
    reader: Reader,
    type_: ResourceType[Any, Any],
    source: Source,
    section: Section,
    at: list[str | int],
    specs: Specs,
) -> None:
    """Adds an error where a trigger reads what is not declared, emits nothing, or cannot be read by such a resource."""
    key, _, name = source.name.partition(".")
    emits = SECTIONS[key].emits
    assert emits is not None  # noqa: S101  a source that is emitted is read by an emitter's word
    path: Sequence[str | int] = _deeper(reader, at, emits.word)
    if source.name not in specs:
        _unknown_emitter(reader, name, emitters()[emits.word], path, specs)
        return
    if source.read_as not in type_.reads:
        accepted = [word for word, sections in emitters().items() if _ways(sections) & type_.reads]
        hint = f"it reads a {' or a '.join(accepted)}" if accepted else "name a traffic"
        reader.add_error(path, f"a {section.noun} cannot be triggered by a {SECTIONS[key].noun}", hint, key=True)
        return
    of_emitter, spec = specs[source.name]
    silent = of_emitter.why_silent(spec) if spec is not None else None
    if silent is not None:
        reason, hint = silent
        reader.add_error(path, f"{SECTIONS[key].noun} '{name}' {reason}", f"{hint} under {source.name}")


def _ways(sections: Iterable[str]) -> frozenset[str]:
    """How what these sections emit may be read."""
    every = [emits for key in sections if (emits := SECTIONS[key].emits) is not None]
    return frozenset(way for emits in every for way in (emits.read_as, *emits.decided_by[1].values()))


def _unknown_emitter(
    reader: Reader, name: str, sections: Sequence[str], path: Sequence[str | int], specs: Specs
) -> None:
    """Adds an error for a name that none of some sections declares."""
    if len(sections) == 1:
        reader.unknown(name, sections[0], path, specs)
        return
    nouns = " or ".join(SECTIONS[key].noun for key in sections)
    known = [address.partition(".")[2] for address in specs if address.partition(".")[0] in sections]
    if not isinstance(name, str):
        reader.unknown(name, sections[0], path, specs)
        return
    hint = did_you_mean(name, known, listed(nouns, known))
    reader.add_error(path, f"there is no {nouns} {shown(name)}", hint)
