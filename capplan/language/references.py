"""Names that a spec gives of other things: its sources, its failure notice, what its states call."""

from collections.abc import Mapping, Sequence
from typing import Any

from capplan.flow import DemandFlow
from capplan.language.reader import Path, Reader, listed
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.resource_type import Reference, ResourceType, Source
from capplan.services import SECTIONS

Specs = Mapping[str, tuple[ResourceType[Any, Any], Any]]


def check_references(
    reader: Reader,
    kind: ResourceType[Any, Any],
    spec: Any,  # noqa: ANN401  any service's spec
    path: Path,
    names: Mapping[str, list[str]],
    flows: Mapping[str, DemandFlow],
    specs: Specs,
) -> None:
    """Adds an error for each name that a spec gives and that stands for nothing."""
    for place, source in enumerate(kind.sources(spec)):
        at = _trigger_path(reader, path, place if source.trigger is None else source.trigger)
        if source.emitted:
            _emitter(reader, source, at, specs)
        elif source.name not in flows:
            where = _deeper(reader, at, "traffic")
            reader.unknown(source.name, "traffic", where, {f"traffic.{name}": None for name in flows})
    for reference in kind.references(spec):
        _reference(reader, reference, path, names, specs)


def _reference(reader: Reader, reference: Reference, path: Path, names: Mapping[str, list[str]], specs: Specs) -> None:
    name, at = reference.name, [*path, *reference.path]
    if reference.section is not None:
        if f"{reference.section}.{name}" not in specs:
            reader.unknown(name, reference.section, at, specs)
    elif name not in names and name not in specs:
        close = nearest(name, names)
        hint = f"did you mean '{close}'?" if close else listed("the resource", list(names))
        reader.add_error(at, f"there is no resource {shown(name)}", hint)


def _trigger_path(reader: Reader, path: Path, i: int) -> list[str | int]:
    raw = reader.data[str(path[0])][path[1]].get("triggers")
    if raw is None:  # it stands under defaults
        raw, path = reader.inherited(str(path[0])).get("triggers"), ("defaults", path[0])
    return [*path, "triggers", i] if isinstance(raw, list) else [*path, "triggers"]


def _deeper(reader: Reader, at: list[str | int], key: str) -> list[str | int]:
    raw: Any = reader.data
    for step in at:
        raw = raw[step]
    return [*at, key] if isinstance(raw, Mapping) and key in raw else at


def _emitter(reader: Reader, source: Source, at: list[str | int], specs: Specs) -> None:
    """A resource that a trigger reads exists, and emits something."""
    key, _, name = source.name.partition(".")
    section = SECTIONS[key]
    path: Sequence[str | int] = _deeper(reader, at, section.emits.word) if section.emits is not None else at
    if source.name not in specs:
        reader.unknown(name, key, path, specs)
        return
    kind, spec = specs[source.name]
    silent = kind.why_silent(spec) if spec is not None else None
    if silent is not None:
        why, write = silent
        reader.add_error(path, f"{section.noun} '{name}' {why}", f"{write} under {source.name}")
