"""The JSON Schema of short answers: of each kind the keys of its form, described as in the whole answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from capplan.report.record import DRAFT, Schema, answer_schema
from capplan.report.records.answers import ANSWERS
from capplan.report.short_forms import FORMS, VERDICTS

_ADDED: Mapping[str, Mapping[str, Schema]] = {
    "capplan.plan/1": {"verdict": {"enum": list(VERDICTS), "description": "Of all gates together."}}
}
"""Keys of short answers that the whole ones do not have."""
_LEFT_OUT: Schema = {
    "type": "object",
    "additionalProperties": {"type": "integer"},
    "description": "How many entries of each list are not shown, by its path.",
}


def compact_schema() -> Schema:
    """The schema of what `-f compact` writes without --fields, and of what agents are answered."""
    whole = {str(schema["properties"]["schema"]["const"]): schema for schema in map(_of_answer, ANSWERS)}
    forms = {_name(of): _of_form(of, whole.get(of, {})) for of in FORMS}
    refs: dict[str, Schema] = {name: {"$ref": f"#/$defs/{name}"} for name in forms}
    other: Schema = {
        "type": "object",
        "description": "Errors, and answers without a short form: as the schema of their kind says, with shorter lists.",
        "properties": {"schema": {"type": "string"}, "left_out": _LEFT_OUT},
        "required": ["schema"],
    }
    return {
        "$schema": DRAFT,
        "title": "capplan compact",
        "description": "A short answer, or the plan of each of several scenarios. With --fields it has those keys instead.",
        "anyOf": [*refs.values(), {"type": "array", "items": refs["plan"]}, other],
        "$defs": forms,
    }


def _of_answer(name: str) -> Schema:
    return answer_schema(name, ANSWERS[name])


def _name(schema: str) -> str:
    return schema.removeprefix("capplan.").partition("/")[0]


def _of_form(of: str, whole: Schema) -> Schema:
    """The form of one kind of answer; `whole` is the schema of that, empty where it has none."""
    out = _picked(whole or {"properties": {}}, [path.split(".") for path in FORMS[of].fields])
    out["properties"] = {"short_of": {"const": of}, **out["properties"], **_ADDED.get(of, {}), "left_out": _LEFT_OUT}
    return {**out, "required": ["short_of"]}


def _picked(schema: Schema, paths: Sequence[Sequence[str]]) -> Schema:
    """The part of a schema that some paths lead to; nothing is required, since what says nothing is left out."""
    if any(not path for path in paths):
        out: Schema = _optional(schema)
        return out
    if "anyOf" in schema:  # a record or null, and null is left out
        return _picked(next(one for one in schema["anyOf"] if one.get("type") != "null"), paths)
    if schema.get("type") == "array":
        return {**schema, "items": _picked(schema["items"], paths)}
    if "properties" not in schema:
        return {}
    rest: dict[str, list[Sequence[str]]] = {}
    for first, *more in paths:
        rest.setdefault(first, []).append(more)
    picked = {key: _picked(schema["properties"].get(key, {}), below) for key, below in rest.items()}
    return {"type": "object", "properties": picked, "additionalProperties": False}


def _optional(schema: Any) -> Any:  # noqa: ANN401  a schema, or anything in one
    if isinstance(schema, list):
        return [_optional(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _optional(one) for key, one in schema.items() if not (key == "required" and isinstance(one, list))}
