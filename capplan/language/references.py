"""Names that a spec gives of other things: triggers, notices, what states call. It checks that they exist, no more."""

from collections.abc import Mapping, Sequence
from typing import Any

from capplan.flow import DemandFlow
from capplan.language.reader import Path, Reader, listed
from capplan.model import ResourceType
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown


def check_references(
    reader: Reader,
    spec: Any,  # noqa: ANN401  any room's spec
    path: Path,
    names: Mapping[str, list[str]],
    flows_by_name: Mapping[str, DemandFlow],
    specs: Mapping[str, tuple[ResourceType[Any, Any], Any]],
) -> None:
    """Names that a spec gives of other things: its triggers, its failure notice, what its states call."""
    for i, trigger in enumerate(getattr(spec, "triggers", ()) or ()):
        at = _trigger_path(reader, path, i)
        traffic = trigger if isinstance(trigger, str) else trigger.traffic
        stream = None if isinstance(trigger, str) else trigger.stream
        if traffic is not None and traffic not in flows_by_name:
            reader.unknown(
                traffic, "traffic", _deeper(reader, at, "traffic"), {f"traffic.{n}": None for n in flows_by_name}
            )
        if stream is not None:
            _stream(reader, stream, _deeper(reader, at, "stream"), specs)
    notice = getattr(spec, "on_failure", None)
    if notice is not None and f"functions.{notice}" not in specs:
        reader.unknown(notice, "functions", [*path, "on_failure"], specs)
    for state, told in (getattr(spec, "states", None) or {}).items():
        target = told.call
        if target is not None and target not in names and target not in specs:
            close = nearest(target, names)
            reader.add_error(
                [*path, "states", state, "call"],
                f"there is no resource {shown(target)}",
                f"did you mean '{close}'?" if close else listed("the resource", list(names)),
            )


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


def _stream(
    reader: Reader, table: str, path: Sequence[str | int], specs: Mapping[str, tuple[ResourceType[Any, Any], Any]]
) -> None:
    if f"tables.{table}" not in specs:
        reader.unknown(table, "tables", path, specs)
        return
    spec = specs[f"tables.{table}"][1]
    if spec is not None and spec.stream is None:
        reader.add_error(
            path, f"table '{table}' has no stream", f"write stream: new-and-old-images under tables.{table}"
        )
