"""From a scenario's text to checked specs, traffic, calls and gates; all mistakes at once. It plans nothing."""

import hashlib
from collections.abc import Mapping
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
from capplan.language.wording import doc_of, found_kind, keys_of
from capplan.quantities.fields import RANGE_KEYS
from capplan.reading.document import Document
from capplan.reading.files import Files, Source, read_source
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.reading.yaml_reader import read_yaml
from capplan.resource_type import ResourceType
from capplan.service import Section
from capplan.services import SECTIONS, emitters, resource_type


def load(path: str, *, text: str | None = None, budget: Decimal | None = None) -> Scenario:
    """The scenario at a path (`-`: the text given).

    Raises:
        CapplanError: Everything that is wrong with it, in file order.
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
    """A scenario from plain data (the document's own, unless changed data are given).

    `base` is a valid scenario of which the data are a changed copy: what is the same object in both is not read again.

    Raises:
        CapplanError: Everything that is wrong, in file order.
    """
    raw = doc.data if data is None else data
    if not isinstance(raw, Mapping):
        raise CapplanError(
            (doc.diagnostic([], "a scenario is keys and values", "write capplan: 1, a name and a region"),)
        )
    return scenario_of(Reader(doc, files, dict(raw)), sha256, Unchanged(base, raw))


class Unchanged:
    """What of a base scenario stands in changed data as the very same object; nothing without a base."""

    def __init__(self, base: Scenario | None, data: Mapping[str, Any]) -> None:
        self._data = data
        same = base is not None and all(base.data.get(key) is data.get(key) for key in ("traffic", "defaults"))
        self._base = base if same else None

    def flows(self) -> dict[str, DemandFlow] | None:
        """The traffic by name."""
        base = self._base
        return None if base is None else {n: flow for n, flow in base.flows_by_name.items() if n not in base.resources}

    def resource(self, address: str) -> Resource | None:
        """A resource whose own words are the same."""
        section, _, name = address.partition(".")
        base = self._base
        if base is None or address not in base.resources:
            return None
        return base.resources[address] if base.data[section][name] is self._data[section][name] else None

    def with_all_it_names(self, address: str, specs: "Specs") -> Resource | None:
        """A resource whose own words, and those of every resource that it names, are the same."""
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
        raise CapplanError(tuple(sorted(reader.diagnostics, key=lambda m: (m.line, m.column))))
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
"""Every declared resource: its type and its spec (None where it is wrong), by address."""


def specs_of(reader: Reader, unchanged: Unchanged) -> dict[str, tuple[ResourceType[Any, Any], Any]]:
    """The resources of all sections."""
    defaults = reader.section("defaults")
    for key, general in defaults.items():
        if key in SECTIONS:
            _default_keys(reader, SECTIONS[key], general)
        else:
            close = nearest(key, SECTIONS)
            hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(SECTIONS)}"
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
                message = f"expected keys and values under '{name}', found {found_kind(reader.doc.locate(path))}"
                reader.add_error(path, message, _first_keys(resource_type(key)), key=True)
    return out


def _spec(reader: Reader, section: Section, raw: Mapping[str, Any], general: object, path: Path) -> Any:  # noqa: ANN401
    """A resource's spec: its own words over its section's defaults."""
    kind = resource_type(section.key)
    words, inherited = dict(raw), frozenset[str]()
    if isinstance(general, Mapping):
        known = keys_of(kind.spec)
        words = {**{key: value for key, value in general.items() if key in known}, **raw}
        inherited = frozenset(words) - frozenset(raw)
    for flow_key in section.flow_keys:
        words.pop(flow_key, None)
    if "triggers" in words:
        words["triggers"] = _with_emitters(reader, words["triggers"], (*path, "triggers"))
    above: Path = ("defaults", section.key)
    spec = reader.model(kind.spec, words, path, kind.unsupported, (above, inherited))
    if spec is None:
        _resolve(reader, kind, _without_wrong_parts(kind, words), path)
    return _resolve(reader, kind, spec, path)


def _with_emitters(reader: Reader, triggers: object, path: Path) -> object:
    """Triggers that name what another resource emits by its own word, {queue: orders}, as the specs read them."""
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
    """The spec one resource would have with other words. Raises CapplanError."""
    section, _, name = address.partition(".")
    reader = Reader(scenario.doc, scenario.files, dict(scenario.data))
    spec = _spec(reader, SECTIONS[section], raw, reader.section("defaults").get(section), (section, name))
    if reader.diagnostics:
        raise CapplanError(tuple(reader.diagnostics))
    return spec


def _default_keys(reader: Reader, section: Section, general: object) -> None:
    """The keys under `defaults` are those of the section's resources."""
    kind, path = resource_type(section.key), ["defaults", section.key]
    if not isinstance(general, Mapping):
        message = f"expected keys and values under '{section.key}', found {found_kind(reader.doc.locate(path))}"
        reader.add_error(path, message, _first_keys(kind), key=True)
        return
    known = [*keys_of(kind.spec), *(word for word in section.flow_keys if word == "calls")]
    for key in general:
        if key in kind.unsupported:
            reader.add_error([*path, key], f"'{key}' is not supported yet", kind.unsupported[key], key=True)
        elif key not in known:
            close = nearest(key, known)
            hint = (
                f"did you mean '{close}'? {doc_of(kind.spec, [close])}"
                if close
                else f"expected one of {', '.join(known)}"
            )
            reader.add_error([*path, key], f"unknown key {shown(key)}", hint.rstrip(), key=True)


def _without_wrong_parts(kind: ResourceType[Any, Any], own: Mapping[str, Any]) -> Any:  # noqa: ANN401  any spec
    """The spec without those of its named parts that are wrong, so that the others are checked too; None without one."""
    try:
        kind.spec.model_validate(own)
    except ValidationError as error:
        wrong = {e["loc"][:2] for e in error.errors(include_input=False, include_url=False)}
    left = {
        key: {k: v for k, v in value.items() if (key, k) not in wrong} if key == "states" else value
        for key, value in own.items()
        if key != "states" or isinstance(value, Mapping)
    }
    try:
        return kind.spec.model_validate(left) if "states" in left else None
    except ValidationError:
        return None


def _resolve(reader: Reader, kind: ResourceType[Any, Any], spec: Any, path: Path) -> Any:  # noqa: ANN401
    """What the files a spec names hold, and the cross-field rules of its room."""
    if spec is None:
        return None
    whole, problems = kind.resolve(spec, reader.files)
    for problem in problems:
        if problem.diagnostic is not None:
            reader.add(problem.diagnostic)
        else:
            message, hint = problem.message, problem.hint
            if not hint:
                message, hint = _message_and_hint(message, kind, problem.path)
            reader.add_error([*path, *problem.path], message, hint)
    return whole


def _message_and_hint(text: str, kind: ResourceType[Any, Any], path: Path) -> tuple[str, str]:
    """A room's sentence cut where its advice begins; without advice, what the key means."""
    message, found, word = text.partition(", did you mean ")
    if found:
        return message, f"did you mean {word}"
    message, _, rest = text.partition(": ")
    return message, rest or doc_of(kind.spec, path)


def _first_keys(kind: ResourceType[Any, Any]) -> str:
    """What may stand below a resource's name."""
    return f"keys are {', '.join(keys_of(kind.spec)[:6])} ..."


def resource_at(
    reader: Reader,
    address: str,
    names: Mapping[str, list[str]],
    flows: Mapping[str, DemandFlow],
    specs: Specs,
) -> Resource:
    """One resource with what it calls and what enters at it."""
    kind, spec = specs[address]
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
        check_references(reader, kind, spec, (key, name), names, flows, specs)
    label = name if len(names[name]) == 1 else address
    line = reader.doc.locate([key, name], key=True).line
    return Resource(kind, section, name, address, label, spec, tuple(calls), tuple(incoming), line)


def _ranges(data: object, path: tuple[str, ...]) -> list[str]:
    """Where a range {low, likely, high} stands, as dotted paths."""
    if isinstance(data, Mapping):
        if data.keys() == RANGE_KEYS and (not path or path[-1] != "next"):
            return [".".join(path)]
        return [found for key, value in data.items() for found in _ranges(value, (*path, str(key)))]
    if isinstance(data, list):
        return [found for i, value in enumerate(data) for found in _ranges(value, (*path, str(i)))]
    return []


__all__ = ["Scenario", "build", "load", "load_source", "respec"]
