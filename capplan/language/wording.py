"""Pydantic's errors in our words, with the position and the nearest right word. It validates nothing itself."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from capplan.errors import Diagnostic
from capplan.quantities.json_schema import QUANTITY
from capplan.reading.document import Document, Mark
from capplan.reading.nearest import nearest
from capplan.services import SECTIONS
from capplan.spec_config import field_docs

_KINDS = {
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
"""A stranger's word in a message is cut behind so many characters."""


def diagnostics_of(
    error: ValidationError,
    model: type[BaseModel],
    doc: Document,
    base: Sequence[str | int],
    unsupported: Mapping[str, str],
    general: tuple[Sequence[str | int], frozenset[str]] = ((), frozenset()),
) -> list[Diagnostic]:
    """One mistake for each error pydantic found, in the order found; what is inherited stands under `general`."""
    found = error.errors(include_input=False, include_url=False)
    return [
        _one(e, model, doc, general[0] if e["loc"] and e["loc"][0] in general[1] else base, unsupported) for e in found
    ]


def _one(
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
        words = _key_words(error)
        hint = _did_you_mean(str(loc[-1]), words) or f"expected one of {', '.join(words)}" if words else ""
        return doc.diagnostic([*base, *loc], f"unknown key '{loc[-1]}'", hint, key=True)
    path = [*base, *loc]
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(model, loc, path, doc, unsupported)
    if kind == "missing":
        return doc.diagnostic(path[:-1], f"'{loc[-1]}' is missing", doc_of(model, loc), key=True)
    if "at" in context:
        path, loc = [*path, context["at"]], [*loc, context["at"]]
    return doc.diagnostic(path, *_value(kind, context, model, loc, doc.locate(path), error["msg"]))


def _key_words(error: Any) -> list[str]:  # noqa: ANN401  pydantic's record
    return [
        w.strip(" '")
        for w in str(error.get("ctx", {}).get("expected", "")).replace(" or ", ",").split(",")
        if w.strip()
    ]


def _unknown_key(
    model: type[BaseModel], loc: list[Any], path: Sequence[str | int], doc: Document, unsupported: Mapping[str, str]
) -> Diagnostic:
    word = str(loc[-1])
    dotted = ".".join(str(step) for step in loc)
    for known in (dotted, word):
        if known in unsupported:
            return doc.diagnostic(path, f"'{word}' is not supported yet", unsupported[known], key=True)
    inner = model_at(model, loc[:-1])
    words = keys_of(inner) if inner else []
    if inner is model and len(path) == _OF_A_RESOURCE and path[0] in SECTIONS:
        words = [*words, *SECTIONS[str(path[0])].flow_keys]
    close = nearest(word, words)
    if close and inner:
        return doc.diagnostic(
            path, f"unknown key '{word}'", f"did you mean '{close}'? {doc_of(inner, [close])}".rstrip(), key=True
        )
    return doc.diagnostic(
        path, f"unknown key '{word}'", f"expected one of {', '.join(words)}" if words else "", key=True
    )


def _value(
    kind: str, context: Mapping[str, Any], model: type[BaseModel], loc: list[Any], mark: Mark, message: str
) -> tuple[str, str]:
    """The message and the hint for a value that is not taken."""
    found = f"'{mark.text[:_MAX_SHOWN]}'" if mark.text else found_kind(mark)
    if "hint" in context:
        own = context.get("shown", "")
        return (f"{found} is not understood" if own == "wrong value" else str(own)), str(context["hint"])
    if kind == "literal_error":
        words = str(context.get("expected", "")).replace("'", "")
        close = _did_you_mean(mark.text, words.replace(" or ", ", ").split(", "))
        return f"{found} is not understood", f"{close} expected {words}".strip()
    if kind in _BOUNDS:
        adjective, words, key = _BOUNDS[kind]
        bound = written_bound(context.get(key), quantity_of(model, loc))
        return f"{found} is too {adjective}: {words} {bound}", doc_of(model, loc)
    if kind in _KINDS:
        return f"expected {_KINDS[kind]}, found {found}", doc_of(model, loc)
    text = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return text, doc_of(model, loc)


def found_kind(mark: Mark) -> str:
    """What stands somewhere, in words: a list, keys and values, nothing."""
    if mark.places is None:
        return "nothing" if mark.is_bare else "an empty text"
    return "a list" if mark.keys is None else "keys and values"


def _did_you_mean(word: str, words: Sequence[str]) -> str:
    close = nearest(word, words)
    return f"did you mean '{close}'?" if close else ""


_OF_A_RESOURCE = 3
"""Steps to a resource's own key: section, name, key."""


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys a part of the file may have, as they are written."""
    return [field.alias or name for name, field in model.model_fields.items() if field.exclude is not True]


def quantity_of(model: type[BaseModel], loc: Sequence[Any]) -> str:
    """Which quantity a field holds, such as `duration`; empty where it is none."""
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
    """The first line of a field's docstring: the one place that describes it."""
    inner = model_at(model, list(loc[:-1])) if loc else None
    if inner is None:
        return ""
    for name, field in inner.model_fields.items():
        if loc[-1] in (name, field.alias):
            return " ".join(field_docs(inner).get(name, "").split())
    return ""


def model_at(model: type[BaseModel], loc: Sequence[Any]) -> type[BaseModel] | None:
    """The model that a path below a model leads to, if it does."""
    here: list[Any] = [model]
    for step in loc:
        following: list[Any] = []
        for candidate in here:
            for name, field in candidate.model_fields.items():
                if step in (name, field.alias):
                    following += _models_in(field.annotation) + [m for x in field.metadata for m in _models_in(x)]
        here = following or here
    return here[0] if here else None


def _models_in(annotation: Any) -> list[Any]:  # noqa: ANN401  any annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for arg in get_args(annotation) for found in _models_in(arg)]
