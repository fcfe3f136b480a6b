"""Turns pydantic's errors into messages with the position and the nearest valid word."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from capplan.errors import Diagnostic
from capplan.language.models import Traffic
from capplan.quantities.json_schema import QUANTITY
from capplan.reading.diagnostics import NO_TEMPLATE
from capplan.reading.document import Document, Mark
from capplan.reading.nearest import did_you_mean, nearest
from capplan.reading.scalars import shown
from capplan.services import QUOTAS, SECTIONS, emitters, resource_type
from capplan.spec_config import field_docs

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "keys and values",
    "mapping_type": "keys and values",
    "model_type": "keys and values",
    "tuple_type": "a list",
    "model_attributes_type": "keys and values",
    "list_type": "a list",
    "decimal_type": "a number",
    "int_from_float": "a whole number",
    "is_instance_of": "a quantity",
    "frozen_set_type": "a list",
    "dataclass_type": "keys and values",
}
_LISTS = ("tuple_type", "list_type")
_BRANCHES = ("tuple[", "literal[", "list[")
"""How pydantic names the branches of a union in a path."""
_TEMPLATE = re.compile(r"\$\{|\{\{")
_DECIMAL = re.compile(r"Decimal\('([^']*)'\)")
_BOUNDS = {
    "greater_than_equal": ("small", "at least", "ge"),
    "less_than_equal": ("large", "at most", "le"),
    "greater_than": ("small", "more than", "gt"),
    "less_than": ("large", "less than", "lt"),
}
_FEW = 8
"""Entries of a list in which names are looked for."""
_MAX_SHOWN = 40
"""Characters of the user's text in a message."""
_RESOURCE_KEY_STEPS = 3
"""Steps of a path to a key of a resource: section, name, key."""


def diagnostics_of(
    error: ValidationError,
    model: type[BaseModel],
    doc: Document,
    base: Sequence[str | int],
    unsupported: Mapping[str, str],
    general: tuple[Sequence[str | int], frozenset[str]] = ((), frozenset()),
) -> list[Diagnostic]:
    """One diagnostic for each of pydantic's errors, in its order.

    Args:
        error: Pydantic's error.
        model: The model that was validated.
        doc: The document, for positions.
        base: The path of the data.
        unsupported: Known keys that are not supported yet, with what each would configure.
        general: The path of the keys that the data inherit, and those keys.
    """
    return [
        _diagnostic(e, model, doc, general[0] if e["loc"] and e["loc"][0] in general[1] else base, unsupported)
        for e in _one_a_place(error.errors(include_input=False, include_url=False))
    ]


def _one_a_place(errors: Sequence[Any]) -> list[Any]:
    """Pydantic's errors, one a place where a value may be a word or a list: the word's error says both."""
    words = {_steps(e): e for e in errors if e["type"] == "literal_error"}
    lists = {_steps(e) for e in errors if e["type"] in _LISTS}
    for place in words.keys() & lists:
        context = words[place]["ctx"]
        context["expected"] = f"{str(context['expected']).replace(' or ', ', ')} or a list"
    return [e for e in errors if not (e["type"] in _LISTS and _steps(e) in words)]


def _steps(error: Any) -> tuple[str | int, ...]:  # noqa: ANN401  pydantic's record
    """The path of an error in the data, without the names of pydantic's own validators."""
    return tuple(
        step
        for step in error["loc"]
        if not (isinstance(step, str) and step.startswith(("function-", "is-instance", "constrained-", *_BRANCHES)))
    )


def _diagnostic(
    error: Any,  # noqa: ANN401  pydantic's record
    model: type[BaseModel],
    doc: Document,
    base: Sequence[str | int],
    unsupported: Mapping[str, str],
) -> Diagnostic:
    loc = list(_steps(error))
    if loc and loc[-1] == "[key]":
        loc.pop()
        keys = _expected_keys(error)
        hint = did_you_mean(str(loc[-1]), keys, f"expected one of {', '.join(keys)}" if keys else "")
        return doc.diagnostic([*base, *loc], f"unknown key '{loc[-1]}'", hint, key=True)
    path = _written(doc, [*base, *loc])
    type_, context = error["type"], error.get("ctx", {})
    if type_ == "extra_forbidden":
        return _unknown_key(model, loc, path, doc, unsupported)
    if type_ == "missing":
        return doc.diagnostic(path[:-1], f"'{loc[-1]}' is missing", doc_of(model, loc), key=True)
    if "at" in context:
        path, loc = [*path, context["at"]], [*loc, context["at"]]
    message, hint = _value(type_, context, model, loc, doc.locate(path), error["msg"])
    meant = _also_called(path).get(_folded(doc.locate(path).text)) if type_ == "literal_error" else None
    return doc.diagnostic(path, message, f"did you mean '{meant}'?" if meant is not None else hint)


def _also_called(path: Sequence[str | int]) -> Mapping[str, str]:
    """Other words for the keys and values of a section's resources."""
    return resource_type(str(path[0])).also_called if path and path[0] in SECTIONS else {}


def _folded(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "")


def _written(doc: Document, path: Sequence[str | int]) -> list[str | int]:
    """A path as the file has it: a single entry may be written without its list."""
    out: list[str | int] = []
    for step in path:
        if not (isinstance(step, int) and doc.locate(out).keys is not None):
            out.append(step)
    return out


def _expected_keys(error: Any) -> list[str]:  # noqa: ANN401  pydantic's record
    expected = str(error.get("ctx", {}).get("expected", ""))
    return [key.strip(" '") for key in expected.replace(" or ", ",").split(",") if key.strip()]


def _unknown_key(
    model: type[BaseModel], loc: list[Any], path: Sequence[str | int], doc: Document, unsupported: Mapping[str, str]
) -> Diagnostic:
    key = str(loc[-1])
    dotted = ".".join(str(step) for step in loc)
    for known in (dotted, key):
        if known in unsupported:
            return doc.diagnostic(path, f"'{key}' is not supported yet", unsupported[known], key=True)
    inner = model_at(model, loc[:-1])
    keys = keys_of(inner) if inner else []
    if inner is model and len(path) == _RESOURCE_KEY_STEPS and path[0] in SECTIONS:
        section = SECTIONS[str(path[0])]
        keys = [*keys, *section.flow_keys]
        meant = _also_called(path).get(_folded(key))
        if meant is not None and meant in keys:
            return doc.diagnostic(path, f"unknown key '{key}'", key_hint(meant, keys, model), key=True)
        if key in keys_of(Traffic) and "triggers" in keys:
            written = doc.locate(path).text[:_MAX_SHOWN] or "..."
            hint = f"write it under traffic, traffic: {{NAME: {{{key}: {written}}}}}, and name that in triggers: NAME"
            return doc.diagnostic(path, f"'{key}' is a key of traffic", hint, key=True)
    if path[0] == "account" and (limit := next((q for q in QUOTAS if q.rpartition(".")[2] == key), None)):
        hint = f"write account: {{quotas: {{{limit}: {doc.locate(path).text[:_MAX_SHOWN] or '...'}}}}}"
        return doc.diagnostic(path, f"unknown key '{key}'", hint, key=True)
    for name, field in inner.model_fields.items() if inner else ():
        if key in _literals(field.annotation):
            hint = f"write {field.alias or name}: {key}"
            return doc.diagnostic(path, f"unknown key '{key}'", hint, key=True)
    if inner is not None and "emitter" in inner.model_fields:
        keys = list(dict.fromkeys([*keys, *emitters()]))
    return doc.diagnostic(path, f"unknown key '{key}'", key_hint(key, keys, inner), key=True)


def key_hint(key: str, keys: Sequence[str], model: type[BaseModel] | None) -> str:
    """The nearest of the valid keys with its description, or all of them."""
    close = nearest(key, keys)
    if close and model:
        return f"did you mean '{close}'? {doc_of(model, [close])}".rstrip()
    return f"expected one of {', '.join(keys)}" if keys else ""


def _value(
    type_: str, context: Mapping[str, Any], model: type[BaseModel], loc: list[Any], mark: Mark, message: str
) -> tuple[str, str]:
    """The message and the hint for an invalid value."""
    actual = f"'{mark.text[:_MAX_SHOWN]}'" if mark.text else describe(mark)
    if "hint" in context:
        problem = str(context.get("shown", "")).replace("wrong value", _not_understood(mark))
        return problem, NO_TEMPLATE if _TEMPLATE.search(mark.text) else str(context["hint"])
    if type_ == "literal_error":
        expected = str(context.get("expected", "")).replace("'", "")
        close = did_you_mean(mark.text, expected.removesuffix(" or a list").replace(" or ", ", ").split(", "))
        return _not_understood(mark), f"{close} expected {expected}".strip()
    if type_ in _BOUNDS:
        adjective, comparison, key = _BOUNDS[type_]
        bound = written_bound(context.get(key), quantity_of(model, loc))
        return f"{actual} is too {adjective}: {comparison} {bound}", doc_of(model, loc)
    if type_ in _EXPECTED:
        return f"expected {_EXPECTED[type_]}, found {actual}", _other_form(_EXPECTED[type_], mark, doc_of(model, loc))
    text = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return text, doc_of(model, loc)


def _other_form(expected: str, mark: Mark, doc: str) -> str:
    """The hint where a list is written in place of keys and values, or the other way round; else the description."""
    if expected == "a list" and describe(mark) == "keys and values":
        return f"begin each entry with '- '. {doc}".rstrip()
    if expected == "keys and values":
        return names_are_keys(mark) or doc or "write keys and values in braces: {key: value}"
    return doc


def _not_understood(mark: Mark) -> str:
    if mark.text or (mark.places is None and not mark.is_bare):
        return f"'{mark.text[:_MAX_SHOWN]}' is not understood"
    return f"expected a word or a number, found {describe(mark)}"


def describe(mark: Mark) -> str:
    """What a place of the file contains, in words: a list, keys and values, nothing."""
    if mark.places is None:
        return "nothing" if mark.is_bare else shown(mark.text) if mark.text else "an empty text"
    return "a list" if mark.keys is None else "keys and values"


def names_are_keys(mark: Mark, example: str = "") -> str:
    """A hint for a list where each entry's name is its key: `- name: orders` is written `orders:`; empty without names."""
    items = mark.items if isinstance(mark.items, list) else []
    names = []
    for item in items[:_FEW]:
        inside = item.items if isinstance(item.items, dict) else {}
        named = [inside[key] for key in ("name", "Name", "id") if key in inside]
        names.append((named[0] if named else item).text)
    if not names or not all(re.fullmatch(r"[\w.-]{1,64}", name) for name in names):
        return ""
    if isinstance(items[0].items, dict):
        return f"a name is a key: write {names[0]}: in place of - name: {names[0]}"
    keys = example.partition(":")[2]
    return f"such as {names[0]}:{keys}, without '- '" if keys else f"write {names[0]}: and its keys, without '- '"


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a part of the file, as a user writes them."""
    return [field.alias or name for name, field in model.model_fields.items() if field.exclude is not True]


def quantity_of(model: type[BaseModel], loc: Sequence[Any]) -> str:
    """The quantity of a field, such as `duration`; empty for other fields."""
    inner = model_at(model, list(loc[:-1])) if loc else None
    fields = inner.model_fields.items() if inner else ()
    return next(
        (_quantity_in([field.annotation, *field.metadata]) for name, field in fields if loc[-1] in (name, field.alias)),
        "",
    )


def _quantity_in(parts: Sequence[Any]) -> str:
    for part in parts:
        schema = getattr(part, "json_schema", None)
        if isinstance(schema, dict) and QUANTITY in schema:
            return str(schema[QUANTITY])
        inner = _quantity_in([*get_args(part), *getattr(part, "__metadata__", ())]) if part is not None else ""
        if inner:
            return inner
    return ""


_STEPS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "duration": ((3_600_000, "h"), (60_000, "min"), (1000, "s"), (1, "ms")),
    "size": ((2**30, "GB"), (2**20, "MB"), (2**10, "KB"), (1, "B")),
    "megabytes": ((1024, "GB"), (1, "MB")),
}


def written_bound(bound: object, quantity: str) -> str:
    """A bound as a user would write it: 900000 ms is 15 min, 0.9 is 90%."""
    value = Decimal(_DECIMAL.sub(r"\1", str(bound)))
    for size, unit in _STEPS.get(quantity, ()):
        if value and value % size == 0:
            return f"{value / size:f} {unit}"
    if quantity == "share":
        return f"{(value * 100).normalize():f}%"
    return f"{value:,f}" + ("x" if quantity == "factor" else "")


def doc_of(model: type[BaseModel], loc: Sequence[Any]) -> str:
    """A field's docstring, on one line."""
    inner = model_at(model, list(loc[:-1])) if loc else None
    if inner is None:
        return ""
    for name, field in inner.model_fields.items():
        if loc[-1] in (name, field.alias):
            return " ".join(field_docs(inner).get(name, "").split())
    return ""


def model_at(model: type[BaseModel], loc: Sequence[Any]) -> type[BaseModel] | None:
    """The model at a path below a model; None where there is none."""
    models: list[Any] = [model]
    for step in loc:
        following: list[Any] = []
        for candidate in models:
            for name, field in candidate.model_fields.items():
                if step in (name, field.alias):
                    following += _models_in(field.annotation) + [m for x in field.metadata for m in _models_in(x)]
        models = following or models
    return models[0] if models else None


def _literals(annotation: Any) -> set[Any]:  # noqa: ANN401  any annotation
    """The words that a field accepts."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    return {word for arg in get_args(annotation) for word in _literals(arg)} if get_args(annotation) else set()


def _models_in(annotation: Any) -> list[Any]:  # noqa: ANN401  any annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for arg in get_args(annotation) for model in _models_in(arg)]
