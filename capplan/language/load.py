"""Loads a scenario: its text to checked specs, traffic, calls and gates, or all its errors."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from capplan.errors import CapplanError
from capplan.flow import DemandFlow
from capplan.language.gate_syntax import budget_gate
from capplan.language.gates import gates_of
from capplan.language.head import HEAD, check_limit_names, check_region, check_top_keys
from capplan.language.models import Head
from capplan.language.prices import prices_of
from capplan.language.reader import Path, Reader
from capplan.language.references import check_references
from capplan.language.requests import calls_in, incoming_at
from capplan.language.scenario import IncomingRequests, Resource, Scenario, WrittenCall, with_gates
from capplan.language.schedules import schedules_of
from capplan.language.traffic import traffic_of
from capplan.language.wording import describe, doc_of, key_hint, keys_of
from capplan.quantities.fields import RANGE_KEYS
from capplan.reading.document import Document
from capplan.reading.files import Files, Source, read_source
from capplan.reading.nearest import did_you_mean
from capplan.reading.scalars import shown
from capplan.reading.yaml_reader import read_yaml
from capplan.resource_type import ResourceType
from capplan.service import Section
from capplan.services import SECTIONS, emitters, resource_type


def load(path: str, *, text: str | None = None, budget: Decimal | None = None) -> Scenario:
    """The scenario at a path (`-`: that of `text`), with a gate on the monthly cost where `budget` (USD) is given.

    Raises:
        CapplanError: All its errors, in file order.
    """
    scenario = load_source(read_source(path, text))
    return scenario if budget is None else with_gates(scenario, budget_gate(budget))


def load_source(source: Source) -> Scenario:
    """The scenario of a text and the files beside it. Raises CapplanError."""
    doc = read_yaml(source.text, source.display)
    return build(doc, source.files, hashlib.sha256(source.text.encode()).hexdigest())


def build(
    doc: Document, files: Files, sha256: str, data: Mapping[str, Any] | None = None, base: Scenario | None = None
) -> Scenario:
    """A scenario from plain data.

    Args:
        doc: The document, for positions.
        files: The files beside it.
        sha256: Of the document's text.
        data: Changed data; the document's where None.
        base: A valid scenario of which `data` is a changed copy: what is the same object in both is not read again.

    Raises:
        CapplanError: All errors, in file order.
    """
    raw = doc.data if data is None else data
    if not isinstance(raw, Mapping):
        raise CapplanError((doc.diagnostic([], "expected keys and values", "write capplan: 1, a name and a region"),))
    return scenario_of(Reader(doc, files, dict(raw)), sha256, Unchanged(base, raw))


class Unchanged:
    """The parts of a base scenario that are the same object in the changed data; none without a base."""

    def __init__(self, base: Scenario | None, data: Mapping[str, Any]) -> None:
        self._data = data
        same = base is not None and all(base.data.get(key) is data.get(key) for key in ("traffic", "defaults"))
        self._base = base if same else None

    def flows(self) -> dict[str, DemandFlow] | None:
        """The requests per second of each traffic, by name; None where they have to be read."""
        base = self._base
        return None if base is None else {n: flow for n, flow in base.flows_by_name.items() if n not in base.resources}

    def resource(self, address: str) -> Resource | None:
        """The resource at an address where its data are the same."""
        section, _, name = address.partition(".")
        base = self._base
        if base is None or address not in base.resources:
            return None
        return base.resources[address] if base.data[section][name] is self._data[section][name] else None

    def with_all_it_names(self, address: str, specs: "Specs") -> Resource | None:
        """The resource at an address where its data and those of all resources that it names are the same."""
        base, resource = self._base, self.resource(address)
        if base is None or resource is None or base.resources.keys() != specs.keys():
            return None
        named = {call.to for call in resource.calls} | {s.name for s in resource.type.sources(resource.spec)}
        return resource if all(a not in specs or self.resource(a) is not None for a in named) else None


def scenario_of(reader: Reader, sha256: str, unchanged: Unchanged) -> Scenario:
    """A scenario from a reader's data. Raises CapplanError."""
    head = reader.model(Head, {k: reader.data[k] for k in HEAD if k in reader.data}, (), {})
    check_top_keys(reader)
    flows_by_name = unchanged.flows() or traffic_of(reader)
    specs = specs_of(reader, unchanged)
    names: dict[str, list[str]] = {}
    for address in specs:
        names.setdefault(address.partition(".")[2], []).append(address)
    resources = {
        address: unchanged.with_all_it_names(address, specs)
        or resource_at(reader, address, names, flows_by_name, specs)
        for address in specs
    }
    starts = schedules_of(specs)
    gates = gates_of(reader)
    prices = prices_of(reader)
    check_limit_names(reader)
    if head is not None:
        check_region(reader, head.region)
    if reader.diagnostics or head is None:
        raise CapplanError(tuple(sorted(reader.diagnostics, key=lambda d: (d.line, d.column))))
    return Scenario(
        reader.doc.file,
        sha256,
        head.name,
        head.region,
        head.timezone,
        head.account,
        {**flows_by_name, **starts},
        resources,
        gates,
        prices,
        tuple(_ranges(reader.data, ())),
        reader.data,
        reader.doc,
        reader.files,
        head.commitments,
    )


Specs = Mapping[str, tuple[ResourceType[Any, Any], Any]]
"""The type and the spec (None where it is invalid) of each declared resource, by address."""


def specs_of(reader: Reader, unchanged: Unchanged) -> dict[str, tuple[ResourceType[Any, Any], Any]]:
    """The specs of all sections."""
    defaults = reader.section("defaults")
    for key, general in defaults.items():
        if key in SECTIONS:
            _default_keys(reader, SECTIONS[key], general)
        else:
            hint = did_you_mean(key, SECTIONS, f"expected one of {', '.join(SECTIONS)}")
            reader.add_error(["defaults", key], f"unknown key {shown(key)}", hint, key=True)
    out: dict[str, tuple[ResourceType[Any, Any], Any]] = {}
    for key, section in SECTIONS.items():
        for name, raw in reader.section(key).items():
            path: Path = (key, name)
            same = unchanged.resource(f"{key}.{name}")
            if same is not None:
                out[f"{key}.{name}"] = (same.type, same.spec)
            elif isinstance(raw, Mapping):
                out[f"{key}.{name}"] = (resource_type(key), _spec(reader, section, raw, defaults.get(key), path))
            else:
                _expected_keys(reader, resource_type(key), path)
    return out


def _spec(reader: Reader, section: Section, raw: Mapping[str, Any], general: object, path: Path) -> Any:  # noqa: ANN401
    """A resource's spec: its keys over its section's defaults; None, with the errors added, where it is invalid."""
    type_ = resource_type(section.key)
    values, inherited = dict(raw), frozenset[str]()
    if isinstance(general, Mapping):
        known = keys_of(type_.spec)
        values = {**{key: value for key, value in general.items() if key in known}, **raw}
        inherited = frozenset(values) - frozenset(raw)
    for flow_key in section.flow_keys:
        values.pop(flow_key, None)
    if "triggers" in values:
        values["triggers"] = _with_emitters(reader, values["triggers"], (*path, "triggers"))
    spec = reader.model(type_.spec, values, path, type_.unsupported, (("defaults", section.key), inherited))
    if spec is None:
        _resolve(reader, type_, _without_invalid_states(type_, values), path)
    return _resolve(reader, type_, spec, path)


def _with_emitters(reader: Reader, triggers: object, path: Path) -> object:
    """Triggers in the form that specs read: {queue: orders} becomes {stream: orders, emitter: …}."""
    if isinstance(triggers, list):
        return [_with_emitters(reader, trigger, (*path, i)) for i, trigger in enumerate(triggers)]
    if not isinstance(triggers, Mapping):
        return triggers
    if "emitter" in triggers:
        reader.add_error([*path, "emitter"], "unknown key 'emitter'", f"write {' or '.join(emitters())}", key=True)
    out = {key: value for key, value in triggers.items() if key != "emitter"}
    for word, section in emitters().items():
        emits = SECTIONS[section].emits
        if word in out and word != "stream" and emits is not None:
            out |= {"stream": out.pop(word), "emitter": (section, emits.read_as)}
    return out


def respec(scenario: Scenario, address: str, raw: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """The spec of a resource with other data. Raises CapplanError."""
    section, _, name = address.partition(".")
    reader = Reader(scenario.doc, scenario.files, dict(scenario.data))
    spec = _spec(reader, SECTIONS[section], raw, reader.section("defaults").get(section), (section, name))
    if reader.diagnostics:
        raise CapplanError(tuple(reader.diagnostics))
    return spec


def _default_keys(reader: Reader, section: Section, general: object) -> None:
    """Adds an error for each key under `defaults` that the section's resources do not have."""
    type_, path = resource_type(section.key), ["defaults", section.key]
    if not isinstance(general, Mapping):
        _expected_keys(reader, type_, path)
        return
    known = [*keys_of(type_.spec), *(key for key in section.flow_keys if key == "calls")]
    for key in general:
        if key in type_.unsupported:
            reader.add_error([*path, key], f"'{key}' is not supported yet", type_.unsupported[key], key=True)
        elif key not in known:
            reader.add_error([*path, key], f"unknown key {shown(key)}", key_hint(key, known, type_.spec), key=True)


def _without_invalid_states(type_: ResourceType[Any, Any], values: Mapping[str, Any]) -> Any:  # noqa: ANN401  any spec
    """The spec without its invalid `states`, so that the others are checked too; None where it is still invalid."""
    states = values.get("states")
    if not isinstance(states, Mapping):
        return None
    try:
        type_.spec.model_validate(values)
    except ValidationError as error:
        invalid = {e["loc"][:2] for e in error.errors(include_input=False, include_url=False)}
    try:
        valid = {name: state for name, state in states.items() if ("states", name) not in invalid}
        return type_.spec.model_validate({**values, "states": valid})
    except ValidationError:
        return None


def _resolve(reader: Reader, type_: ResourceType[Any, Any], spec: Any, path: Path) -> Any:  # noqa: ANN401
    """The spec completed from the files that it names, with its cross-field errors added."""
    if spec is None:
        return None
    resolved, problems = type_.resolve(spec, reader.files)
    for problem in problems:
        if problem.diagnostic is not None:
            reader.add(problem.diagnostic)
        else:
            message, hint = problem.message, problem.hint
            if not hint:
                message, hint = _message_and_hint(message, type_, problem.path)
            reader.add_error([*path, *problem.path], message, hint)
    return resolved


def _message_and_hint(text: str, type_: ResourceType[Any, Any], path: Path) -> tuple[str, str]:
    """A service's text, split where its hint begins; without a hint, the key's description."""
    message, separator, word = text.partition(", did you mean ")
    if separator:
        return message, f"did you mean {word}"
    message, _, rest = text.partition(": ")
    return message, rest or doc_of(type_.spec, path)


def _expected_keys(reader: Reader, type_: ResourceType[Any, Any], path: Sequence[str | int]) -> None:
    """Adds an error where keys and values are missing."""
    message = f"expected keys and values under '{path[-1]}', found {describe(reader.doc.locate(path))}"
    reader.add_error(path, message, f"keys are {', '.join(keys_of(type_.spec)[:6])} ...", key=True)


def resource_at(
    reader: Reader,
    address: str,
    names: Mapping[str, list[str]],
    flows: Mapping[str, DemandFlow],
    specs: Specs,
) -> Resource:
    """One resource with its calls and its requests from outside."""
    type_, spec = specs[address]
    key, _, name = address.partition(".")
    section = SECTIONS[key]
    raw = reader.data[key][name]
    calls: list[WrittenCall] = []
    incoming: list[IncomingRequests] = []
    written = raw.get("calls", reader.inherited(key).get("calls")) if "calls" in section.flow_keys else None
    for at, item in reader.listed(written, (key, name, "calls")):
        calls += calls_in(reader, item, at, specs)
    if "access" in section.flow_keys:
        for at, item in reader.listed(raw.get("access"), (key, name, "access")):
            incoming += incoming_at(reader, item, at, section, specs[address], flows)
    if spec is not None:
        check_references(reader, type_, spec, (key, name), names, flows, specs)
    label = name if len(names[name]) == 1 else address
    line = reader.doc.locate([key, name], key=True).line
    return Resource(type_, section, name, address, label, spec, tuple(calls), tuple(incoming), line)


def _ranges(data: object, path: tuple[str, ...]) -> list[str]:
    """The dotted paths of ranges {low, likely, high}."""
    if isinstance(data, Mapping):
        if data.keys() == RANGE_KEYS and (not path or path[-1] != "next"):
            return [".".join(path)]
        return [dotted for key, value in data.items() for dotted in _ranges(value, (*path, str(key)))]
    if isinstance(data, list):
        return [dotted for i, value in enumerate(data) for dotted in _ranges(value, (*path, str(i)))]
    return []


__all__ = ["Scenario", "build", "load", "load_source", "respec"]
