"""Turns pydantic's errors into messages with the position and the nearest valid word."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from capplan.errors import Diagnostic
from capplan.quantities.json_schema import QUANTITY
from capplan.reading.document import Document, Mark
from capplan.reading.nearest import did_you_mean, nearest
from capplan.services import SECTIONS, emitters
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
_DECIMAL = re.compile(r"Decimal\('([^']*)'\)")
_BOUNDS = {
    "greater_than_equal": ("small", "at least", "ge"),
    "less_than_equal": ("large", "at most", "le"),
    "greater_than": ("small", "more than", "gt"),
    "less_than": ("large", "less than", "lt"),
}
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
        for e in error.errors(include_input=False, include_url=False)
    ]


def _diagnostic(
    error: Any,  # noqa: ANN401  pydantic's record
    model: type[BaseModel],
    doc: Document,
    base: Sequence[str | int],
    unsupported: Mapping[str, str],
) -> Diagnostic:
    loc = [
        step
        for step in error["loc"]
        if not (isinstance(step, str) and step.startswith(("function-", "is-instance", "constrained-")))
    ]
    if loc and loc[-1] == "[key]":
        loc.pop()
        keys = _expected_keys(error)
        hint = did_you_mean(str(loc[-1]), keys, f"expected one of {', '.join(keys)}" if keys else "")
        return doc.diagnostic([*base, *loc], f"unknown key '{loc[-1]}'", hint, key=True)
    path = [*base, *loc]
    type_, context = error["type"], error.get("ctx", {})
    if type_ == "extra_forbidden":
        return _unknown_key(model, loc, path, doc, unsupported)
    if type_ == "missing":
        return doc.diagnostic(path[:-1], f"'{loc[-1]}' is missing", doc_of(model, loc), key=True)
    if "at" in context:
        path, loc = [*path, context["at"]], [*loc, context["at"]]
    return doc.diagnostic(path, *_value(type_, context, model, loc, doc.locate(path), error["msg"]))


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
        keys = [*keys, *SECTIONS[str(path[0])].flow_keys]
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
        shown = context.get("shown", "")
        return (f"{actual} is not understood" if shown == "wrong value" else str(shown)), str(context["hint"])
    if type_ == "literal_error":
        expected = str(context.get("expected", "")).replace("'", "")
        close = did_you_mean(mark.text, expected.replace(" or ", ", ").split(", "))
        return f"{actual} is not understood", f"{close} expected {expected}".strip()
    if type_ in _BOUNDS:
        adjective, comparison, key = _BOUNDS[type_]
        bound = written_bound(context.get(key), quantity_of(model, loc))
        return f"{actual} is too {adjective}: {comparison} {bound}", doc_of(model, loc)
    if type_ in _EXPECTED:
        return f"expected {_EXPECTED[type_]}, found {actual}", doc_of(model, loc)
    text = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return text, doc_of(model, loc)


def describe(mark: Mark) -> str:
    """What a place of the file contains, in words: a list, keys and values, nothing."""
    if mark.places is None:
        return "nothing" if mark.is_bare else "an empty text"
    return "a list" if mark.keys is None else "keys and values"


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


def _models_in(annotation: Any) -> list[Any]:  # noqa: ANN401  any annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for arg in get_args(annotation) for model in _models_in(arg)]
