"""Checks the names that a spec refers to: its triggers, its failure notice, what its states call."""

from collections.abc import Mapping, Sequence
from typing import Any

from capplan.flow import DemandFlow
from capplan.language.reader import Path, Reader, listed, value_at
from capplan.language.scenario import Specs
from capplan.reading.nearest import did_you_mean
from capplan.reading.scalars import shown
from capplan.resource_type import Reference, ResourceType, Source
from capplan.services import SECTIONS


def check_references(
    reader: Reader,
    type_: ResourceType[Any, Any],
    spec: Any,  # noqa: ANN401  any service's spec
    path: Path,
    names: Mapping[str, list[str]],
    flows: Mapping[str, DemandFlow],
    specs: Specs,
) -> None:
    """Adds an error for each name of a spec that is not declared."""
    for place, source in enumerate(type_.sources(spec)):
        at = _trigger_path(reader, path, place if source.trigger is None else source.trigger)
        if source.emitted:
            _emitter(reader, source, at, specs)
        elif source.name not in flows:
            where = _deeper(reader, at, "traffic")
            reader.unknown(source.name, "traffic", where, {f"traffic.{name}": None for name in flows})
    for reference in type_.references(spec):
        _reference(reader, reference, path, names, specs)


def _reference(reader: Reader, reference: Reference, path: Path, names: Mapping[str, list[str]], specs: Specs) -> None:
    name, at = reference.name, [*path, *reference.path]
    if reference.section is not None:
        if f"{reference.section}.{name}" not in specs:
            reader.unknown(name, reference.section, at, specs)
    elif name not in names and name not in specs:
        hint = did_you_mean(name, names, listed("resource", list(names)))
        reader.add_error(at, f"there is no resource {shown(name)}", hint)


def _trigger_path(reader: Reader, path: Path, i: int) -> list[str | int]:
    raw = reader.data[str(path[0])][path[1]].get("triggers")
    if raw is None:  # inherited from defaults
        raw, path = reader.inherited(str(path[0])).get("triggers"), ("defaults", path[0])
    return [*path, "triggers", i] if isinstance(raw, list) else [*path, "triggers"]


def _deeper(reader: Reader, at: list[str | int], key: str) -> list[str | int]:
    raw = value_at(reader.data, at)
    return [*at, key] if isinstance(raw, Mapping) and key in raw else at


def _emitter(reader: Reader, source: Source, at: list[str | int], specs: Specs) -> None:
    """Adds an error where a trigger reads a resource that is not declared or emits nothing."""
    key, _, name = source.name.partition(".")
    section = SECTIONS[key]
    path: Sequence[str | int] = _deeper(reader, at, section.emits.word) if section.emits is not None else at
    if source.name not in specs:
        reader.unknown(name, key, path, specs)
        return
    type_, spec = specs[source.name]
    silent = type_.why_silent(spec) if spec is not None else None
    if silent is not None:
        reason, hint = silent
        reader.add_error(path, f"{section.noun} '{name}' {reason}", f"{hint} under {source.name}")
