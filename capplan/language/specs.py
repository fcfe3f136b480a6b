"""Reads each resource's spec: its keys over those of `defaults`, checked and completed from the files that it names."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from capplan.errors import CapplanError
from capplan.language.emitters import order_of_reading, with_emitters
from capplan.language.inner_requests import without_requests
from capplan.language.reader import Path, Reader
from capplan.language.scenario import Scenario
from capplan.language.unchanged import Unchanged
from capplan.language.wording import describe, doc_of, key_hint, keys_of
from capplan.reading.nearest import did_you_mean
from capplan.reading.scalars import shown
from capplan.resource_type import ResourceType
from capplan.service import Section
from capplan.services import SECTIONS, resource_type


def specs_of(reader: Reader, unchanged: Unchanged) -> dict[str, tuple[ResourceType[Any, Any], Any]]:
    """The specs of all sections."""
    defaults = reader.section("defaults")
    for key, general in defaults.items():
        if key in SECTIONS:
            _default_keys(reader, SECTIONS[key], general)
        else:
            owners = [s for s in SECTIONS if key in keys_of(resource_type(s).spec)]
            written = reader.doc.locate(["defaults", key]).text[:40] or "..."
            inside = f"write defaults: {{{owners[0]}: {{{key}: {written}}}}}" if owners else ""
            hint = inside or did_you_mean(key, SECTIONS, f"expected one of {', '.join(SECTIONS)}")
            reader.add_error(["defaults", key], f"unknown key {shown(key)}", hint, key=True)
    out: dict[str, tuple[ResourceType[Any, Any], Any]] = {}
    invalid: set[str] = set()
    for section in order_of_reading():
        key = section.key
        for name, raw in reader.section(key).items():
            path: Path = (key, name)
            same = unchanged.resource(f"{key}.{name}")
            if same is not None:
                out[f"{key}.{name}"] = (same.type, same.spec)
            elif isinstance(raw, Mapping):
                spec = _spec(reader, section, raw, defaults.get(key), path, invalid)
                out[f"{key}.{name}"] = (resource_type(key), spec)
                if spec is None:
                    invalid.add(f"{key}.{name}")
            elif not _name_missing(reader, section, name, path):
                _expected_keys(reader, resource_type(key), path, section.example)
    place = list(SECTIONS).index
    return _linked(dict(sorted(out.items(), key=lambda item: place(item[0].partition(".")[0]))))


def _linked(
    specs: dict[str, tuple[ResourceType[Any, Any], Any]],
) -> dict[str, tuple[ResourceType[Any, Any], Any]]:
    """The specs with what resources that stand before others make of them."""
    linking = {type_ for type_, _ in specs.values() if type(type_).link is not ResourceType.link}
    for type_ in linking:
        valid = {address: spec for address, (_, spec) in specs.items() if spec is not None}
        specs |= {address: (specs[address][0], spec) for address, spec in type_.link(valid).items()}
    return specs


def _name_missing(reader: Reader, section: Section, key: str, path: Path) -> bool:
    """Adds an error where a section has keys of a resource in place of its name: `tables: {item_size: 1 KB}`."""
    known = keys_of(resource_type(section.key).spec)
    if key not in known:
        return False
    keys = [word for word in reader.section(section.key) if word in known]
    if key == keys[0]:
        name = section.example.partition(":")[0]
        written = reader.doc.locate(path).text[:40] or "..."
        message = f"'{key}' is a key of a {section.noun}: expected a name under '{section.key}'"
        reader.add_error(path, message, f"write {section.key}: {{{name}: {{{key}: {written}}}}}", key=True)
    return True


def _spec(
    reader: Reader,
    section: Section,
    raw: Mapping[str, Any],
    general: object,
    path: Path,
    invalid: Collection[str] = (),
) -> Any:  # noqa: ANN401
    """A resource's spec: its keys over its section's defaults; None, with the errors added, where it is invalid."""
    type_ = resource_type(section.key)
    values, inherited = dict(raw), frozenset[str]()
    if isinstance(general, Mapping):
        known = keys_of(type_.spec)
        values = {**{key: value for key, value in general.items() if key in known}, **raw}
        inherited = frozenset(values) - frozenset(raw)
    for flow_key in section.flow_keys:
        values.pop(flow_key, None)
    values = without_requests(section, values)
    at = section.reads_at
    if at in values:
        values[at] = with_emitters(reader, values[at], (*path, at), type_.reads, invalid)
    spec = reader.model(type_.spec, values, path, type_.unsupported, (("defaults", section.key), inherited))
    if spec is None:
        _resolve(reader, type_, _without_invalid_states(type_, values, reader.profiles(path)), path)
    return _resolve(reader, type_, spec, path)


def check_specs_in(reader: Reader, specs: Mapping[str, tuple[ResourceType[Any, Any], Any]], region: str) -> None:
    """Adds an error for what is wrong with a spec in the scenario's Region."""
    for address, (type_, spec) in specs.items():
        if type(type_).check_region is ResourceType.check_region:
            continue
        for problem in type_.check_region(spec, region) if spec is not None else ():
            reader.add_error([*address.split(".", 1), *problem.path], problem.message, problem.hint)


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


def _without_invalid_states(type_: ResourceType[Any, Any], values: Mapping[str, Any], context: object) -> Any:  # noqa: ANN401  any spec
    """The spec without its invalid `states`, so that the others are checked too; None where it is still invalid."""
    states = values.get("states")
    if not isinstance(states, Mapping):
        return None
    try:
        type_.spec.model_validate(values, context=context)
    except ValidationError as error:
        invalid = {e["loc"][:2] for e in error.errors(include_input=False, include_url=False)}
    try:
        valid = {name: state for name, state in states.items() if ("states", name) not in invalid}
        return type_.spec.model_validate({**values, "states": valid}, context=context)
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


def _expected_keys(reader: Reader, type_: ResourceType[Any, Any], path: Sequence[str | int], example: str = "") -> None:
    """Adds an error where keys and values are missing."""
    mark = reader.doc.locate(path)
    message = f"expected keys and values under '{path[-1]}', found {describe(mark)}"
    _, _, keys = example.partition(":")
    hint = f"such as {path[-1]}:{keys}" if keys else f"keys are {', '.join(keys_of(type_.spec)[:6])} ..."
    reader.add_error(path, message, "write the keys without '- '" if describe(mark) == "a list" else hint, key=True)
