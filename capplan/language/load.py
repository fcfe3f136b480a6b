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
from capplan.language.wording import doc_of, flow_words, found_kind, keys_of
from capplan.model import ResourceType
from capplan.quantities.fields import RANGE_KEYS
from capplan.reading.document import Document
from capplan.reading.files import Files, Source, read_source
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.reading.yaml_reader import read_yaml
from capplan.services import SECTIONS, kind_of


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


def build(doc: Document, files: Files, sha256: str, data: Mapping[str, Any] | None = None) -> Scenario:
    """A scenario from plain data (the document's own, unless changed data are given). Raises CapplanError."""
    raw = doc.data if data is None else data
    if not isinstance(raw, Mapping):
        raise CapplanError(
            (doc.diagnostic([], "a scenario is keys and values", "write capplan: 1, a name and a region"),)
        )
    return scenario_of(Reader(doc, files, dict(raw)), sha256)


def scenario_of(reader: Reader, sha256: str) -> Scenario:
    head = reader.model(Head, {k: reader.data[k] for k in HEAD if k in reader.data}, (), {})
    check_top_keys(reader)
    flows_by_name = traffic_of(reader)
    specs = specs_of(reader)
    names: dict[str, list[str]] = {}
    for address in specs:
        names.setdefault(address.partition(".")[2], []).append(address)
    resources = {a: resource_at(reader, a, k, s, names, flows_by_name, specs) for a, (k, s) in specs.items()}
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


def specs_of(reader: Reader) -> dict[str, tuple[ResourceType[Any, Any], Any]]:
    defaults = reader.section("defaults")
    for key, general in defaults.items():
        if key in SECTIONS:
            _default_keys(reader, kind_of(key), general)
        else:
            close = nearest(key, SECTIONS)
            hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(SECTIONS)}"
            reader.add_error(["defaults", key], f"unknown key {shown(key)}", hint, key=True)
    out: dict[str, tuple[ResourceType[Any, Any], Any]] = {}
    for section in SECTIONS:
        general = defaults.get(section)
        for name, raw in reader.section(section).items():
            kind = kind_of(section)
            path: Path = (kind.section, name)
            if not isinstance(raw, Mapping):
                found = found_kind(reader.doc.locate(path))
                reader.add_error(
                    path, f"expected keys and values under '{name}', found {found}", _first_keys(kind), key=True
                )
                continue
            out[f"{kind.section}.{name}"] = (kind, _spec(reader, kind, raw, general, path))
    return out


def _spec(reader: Reader, kind: ResourceType[Any, Any], raw: Mapping[str, Any], general: object, path: Path) -> Any:  # noqa: ANN401
    """A resource's spec: its own words over its section's defaults."""
    own, inherited = dict(raw), frozenset[str]()
    if isinstance(general, Mapping):
        known = keys_of(kind.spec)
        own = {**{key: value for key, value in general.items() if key in known}, **raw}
        inherited = frozenset(own) - frozenset(raw)
    for flowing in flow_words(kind.section):
        own.pop(flowing, None)
    above: Path = ("defaults", kind.section)
    spec = reader.model(kind.spec, own, path, kind.unsupported, (above, inherited))
    if spec is None:
        _complete(reader, kind, _without_wrong_parts(kind, own), path)
    return _complete(reader, kind, spec, path)


def respec(scenario: Scenario, address: str, raw: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """The spec one resource would have with other words. Raises CapplanError."""
    section, _, name = address.partition(".")
    reader = Reader(scenario.doc, scenario.files, dict(scenario.data))
    spec = _spec(reader, kind_of(section), raw, reader.section("defaults").get(section), (section, name))
    if reader.diagnostics:
        raise CapplanError(tuple(reader.diagnostics))
    return spec


def _default_keys(reader: Reader, kind: ResourceType[Any, Any], general: object) -> None:
    """The keys under `defaults` are those of the section's resources."""
    if not isinstance(general, Mapping):
        found = found_kind(reader.doc.locate(["defaults", kind.section]))
        message = f"expected keys and values under '{kind.section}', found {found}"
        reader.add_error(["defaults", kind.section], message, _first_keys(kind), key=True)
        return
    known = [*keys_of(kind.spec), *(word for word in flow_words(kind.section) if word == "calls")]
    for key in general:
        if key in kind.unsupported:
            reader.add_error(
                ["defaults", kind.section, key], f"'{key}' is not supported yet", kind.unsupported[key], key=True
            )
        elif key not in known:
            close = nearest(key, known)
            hint = (
                f"did you mean '{close}'? {doc_of(kind.spec, [close])}"
                if close
                else f"expected one of {', '.join(known)}"
            )
            reader.add_error(["defaults", kind.section, key], f"unknown key {shown(key)}", hint.rstrip(), key=True)


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


def _complete(reader: Reader, kind: ResourceType[Any, Any], spec: Any, path: Path) -> Any:  # noqa: ANN401
    """What the files a spec names hold, and the cross-field rules of its room."""
    if spec is None:
        return None
    whole, problems = kind.complete(spec, reader.files)
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
    kind: ResourceType[Any, Any],
    spec: Any,  # noqa: ANN401  any room's spec
    names: Mapping[str, list[str]],
    flows_by_name: Mapping[str, DemandFlow],
    specs: Mapping[str, tuple[ResourceType[Any, Any], Any]],
) -> Resource:
    section, _, name = address.partition(".")
    raw = reader.data[section][name]
    inherited = reader.inherited(section)
    calls: list[WrittenCall] = []
    incoming: list[IncomingRequests] = []
    written = raw.get("calls", inherited.get("calls")) if "calls" in flow_words(kind.section) else None
    for at, item in reader.listed(written, (section, name, "calls")):
        calls += calls_in(reader, item, at, specs)
    if "access" in flow_words(kind.section):
        for at, item in reader.listed(raw.get("access"), (section, name, "access")):
            incoming += incoming_at(reader, item, at, name, spec, flows_by_name)
    if spec is not None:
        check_references(reader, spec, (section, name), names, flows_by_name, specs)
    label = name if len(names[name]) == 1 else address
    return Resource(
        kind,
        name,
        address,
        label,
        spec,
        tuple(calls),
        tuple(incoming),
        reader.doc.locate([section, name], key=True).line,
    )


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
