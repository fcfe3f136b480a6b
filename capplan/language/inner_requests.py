"""Reads requests that are written inside a resource's own keys: at the routes of an API, at the fields of a schema."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from capplan.calls import KEYS
from capplan.language.reader import Path, Reader
from capplan.language.requests import calls_in
from capplan.language.scenario import Specs, WrittenCall
from capplan.language.wording import keys_of
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.record import replace
from capplan.resource_type import ResourceType
from capplan.service import Section
from capplan.services import resource_type, verbs

_LIST = "calls"
"""The key of an item with more than one request."""


@lru_cache
def item_model(section: str, key: str) -> tuple[type[BaseModel], bool]:
    """The model of the items under a key, and whether each of them has a name."""
    fields = resource_type(section).spec.model_fields
    annotation: Any = next(field.annotation for name, field in fields.items() if key in (name, field.alias))
    is_named = any(get_origin(part) is dict for part in (annotation, *get_args(annotation)))
    return next(part for part in _parts(annotation) if isinstance(part, type) and issubclass(part, BaseModel)), is_named


def _parts(annotation: Any) -> Iterator[Any]:  # noqa: ANN401  a type
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


@lru_cache
def request_keys(section: str, key: str) -> frozenset[str]:
    """The keys of an item that say what it requests; the others are its model's."""
    model, _ = item_model(section, key)
    return frozenset({_LIST, *verbs(), *KEYS}) - frozenset(keys_of(model))


def without_requests(section: Section, values: Mapping[str, Any]) -> dict[str, Any]:
    """A resource's keys without the requests inside them: what its spec reads."""
    out = dict(values)
    for key in section.requests_in:
        raw = out.get(key)
        if not isinstance(raw, Mapping):
            continue
        _, is_named = item_model(section.key, key)
        out[key] = {n: _own(section, key, item) for n, item in raw.items()} if is_named else _own(section, key, raw)
    return out


def _own(section: Section, key: str, item: object) -> object:
    if not isinstance(item, Mapping):
        return item
    of_request = request_keys(section.key, key)
    misspelled = _misspelled(section, key, item)
    return {word: value for word, value in item.items() if word not in of_request and word not in misspelled}


def _misspelled(section: Section, key: str, item: Mapping[str, Any]) -> dict[str, str]:
    """Unknown words of an item that are nearer to one of a request than to one of its own, with that word."""
    own, of_request = keys_of(item_model(section.key, key)[0]), request_keys(section.key, key)
    unknown = (word for word in item if word not in of_request and word not in own)
    near = {word: nearest(word, [*own, *sorted(of_request)]) for word in unknown}
    return {word: close for word, close in near.items() if close in of_request}


def inner_requests(
    reader: Reader, section: Section, declared: tuple[ResourceType[Any, Any], Any], name: str, specs: Specs
) -> list[WrittenCall]:
    """The requests inside a resource's keys, as it sends them."""
    calls = []
    for key in section.requests_in:
        path: Path = (section.key, name, key)
        raw = reader.written(path)
        if raw is None:
            path = ("defaults", section.key, key)
            raw = reader.written(path)
        if not isinstance(raw, Mapping):
            continue
        _, is_named = item_model(section.key, key)
        for place, at, item in (
            [((key, n), (*path, n), item) for n, item in raw.items()] if is_named else [((key,), path, raw)]
        ):
            if isinstance(item, Mapping):
                calls += _of_item(reader, section, declared, place, at, item, specs)
    return calls


def _of_item(
    reader: Reader,
    section: Section,
    declared: tuple[ResourceType[Any, Any], Any],
    place: tuple[str, ...],
    path: Path,
    item: Mapping[str, Any],
    specs: Specs,
) -> list[WrittenCall]:
    of_request = request_keys(section.key, place[0])
    inline = {word: value for word, value in item.items() if word in of_request and word != _LIST}
    misspelled = _misspelled(section, place[0], item)
    for word, close in misspelled.items():
        reader.add_error([*path, word], f"unknown key {shown(word)}", f"did you mean '{close}'?", key=True)
    lines = [(path, inline)] if inline and not misspelled else []
    lines += reader.listed(item.get(_LIST), (*path, _LIST))
    type_, spec = declared
    out = []
    for at, line in lines:
        for call in calls_in(reader, line, at, specs):
            sent = type_.sent(spec, place, call.access) if spec is not None else None
            if sent is not None and sent.problem:
                message, _, hint = sent.problem.partition(": ")
                reader.add_error([*at, _verb_in(line)], message, hint, key=True)
            elif sent is not None:
                out.append(replace(call, times=call.times * sent.times, access=sent.access))
    return out


def _verb_in(line: Mapping[str, Any]) -> str:
    return next(word for word in line if word in verbs())
