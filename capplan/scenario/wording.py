"""Pydantic's errors in our words, with the position and the nearest right word. It validates nothing itself."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from capplan.errors import Mistake
from capplan.reading.document import Document
from capplan.reading.nearest import nearest
from capplan.words import field_docs

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
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}


def mistakes_of(
    error: ValidationError, model: type[BaseModel], doc: Document, base: Sequence[str | int], not_yet: Mapping[str, str]
) -> list[Mistake]:
    """One mistake for each error pydantic found, in the order found."""
    return [_one(e, model, doc, base, not_yet) for e in error.errors(include_input=False, include_url=False)]


def _one(
    error: Any,  # noqa: ANN401  pydantic's record
    model: type[BaseModel],
    doc: Document,
    base: Sequence[str | int],
    not_yet: Mapping[str, str],
) -> Mistake:
    loc = [
        step
        for step in error["loc"]
        if not (isinstance(step, str) and step.startswith(("function-", "is-instance", "constrained-")))
    ]
    if loc and loc[-1] == "[key]":
        loc.pop()
        words = _key_words(error)
        hint = _did_you_mean(str(loc[-1]), words) or f"expected one of {', '.join(words)}" if words else ""
        return doc.mistake([*base, *loc], f"unknown key '{loc[-1]}'", hint, key=True)
    path = [*base, *loc]
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(model, loc, path, doc, not_yet)
    if kind == "missing":
        return doc.mistake(path[:-1], f"'{loc[-1]}' is missing", _doc(model, loc), key=True)
    return doc.mistake(path, *_value(kind, context, model, loc, error["msg"]))


def _key_words(error: Any) -> list[str]:  # noqa: ANN401  pydantic's record
    return [
        w.strip(" '")
        for w in str(error.get("ctx", {}).get("expected", "")).replace(" or ", ",").split(",")
        if w.strip()
    ]


def _unknown_key(
    model: type[BaseModel], loc: list[Any], path: Sequence[str | int], doc: Document, not_yet: Mapping[str, str]
) -> Mistake:
    word = str(loc[-1])
    dotted = ".".join(str(step) for step in loc)
    for known in (dotted, word):
        if known in not_yet:
            return doc.mistake(path, f"'{word}' is not supported yet", not_yet[known], key=True)
    inner = model_at(model, loc[:-1])
    words = keys_of(inner) if inner else []
    close = nearest(word, words)
    if close and inner:
        return doc.mistake(
            path, f"unknown key '{word}'", f"did you mean '{close}'? {_doc(inner, [close])}".rstrip(), key=True
        )
    return doc.mistake(path, f"unknown key '{word}'", f"expected one of {', '.join(words)}" if words else "", key=True)


def _value(
    kind: str, context: Mapping[str, Any], model: type[BaseModel], loc: list[Any], message: str
) -> tuple[str, str]:
    if "hint" in context:
        shown, found = str(context.get("shown", "")), str(context.get("found", ""))
        return (f"'{found}' is not understood" if shown == "wrong value" else shown), str(context["hint"])
    if kind == "literal_error":
        return "wrong value", f"expected {context.get('expected', '')}".replace("'", "")
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        bound = _DECIMAL.sub(r"\1", str(context.get(key)))
        return f"out of range: it must be {words} {bound}", _doc(model, loc)
    if kind in _KINDS:
        return "wrong kind of value", f"expected {_KINDS[kind]}. {_doc(model, loc)}".strip()
    text = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return text, _doc(model, loc)


def _did_you_mean(word: str, words: Sequence[str]) -> str:
    close = nearest(word, words)
    return f"did you mean '{close}'?" if close else ""


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys a part of the file may have, as they are written."""
    return [field.alias or name for name, field in model.model_fields.items() if field.exclude is not True]


def _doc(model: type[BaseModel], loc: Sequence[Any]) -> str:
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
