"""The JSON Schema of the language, made of its models: what an editor completes, documents and checks with. It reads no file.

An editor sees shapes: keys, kinds of values, units, bounds of words. What needs the whole file (does the table exist, do
two words go together) `capplan validate` says.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from capplan.calls import Access
from capplan.language.models import NAME, Account, Head, Traffic
from capplan.pricing.catalogue import known_keys, regions
from capplan.quantities import json_schema
from capplan.service import Section
from capplan.services import QUOTAS, SECTIONS, SERVICES, resource_type, verbs

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
_NAME = f"^{NAME.pattern}$"
_SHORT_FORMS: Schema = {"type": ["string", "number"]}


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, told of our quantities and short forms."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002
        """Keys are their own titles."""
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Without the default: it is in our own units, and the docstring says it in the user's."""
        return self.generate_inner(schema["schema"])

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """What is read before it is checked has a short form: a name for a mapping, one for a list of one."""
        inner = self.generate_inner(schema["schema"])
        if inner.get("type") == "array":
            item = inner.get("items", {})
            inner = {**inner, "items": {"anyOf": [item, _SHORT_FORMS]}}
            return {"anyOf": [inner, item, _SHORT_FORMS]}
        return {"anyOf": [inner, _SHORT_FORMS]}

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002
        """A plain number; bounds are in our own units."""
        return {"type": "number"}

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:  # noqa: ANN401, ARG002
        """A value with a reader of its own: whatever it takes."""
        return {}


def scenario_schema() -> Schema:
    """The schema of a scenario file."""
    definitions: Schema = {name: {"anyOf": form["anyOf"]} for name, form in _FORMS.items()}
    head = _part(Head, definitions)
    sections = {key: _section(section, definitions) for key, section in SECTIONS.items()}
    return {
        "$schema": DRAFT,
        "title": "capplan scenario",
        "description": "A serverless workload: what enters, what runs, what is stored, and what must hold.",
        "type": "object",
        "properties": {
            **head["properties"],
            "region": {**head["properties"]["region"], "enum": list(regions())},
            "account": _account(definitions),
            "traffic": _named(_part(Traffic, definitions), "What enters from outside, by name."),
            **sections,
            "defaults": _defaults(definitions),
            "gates": _gates(),
            "prices": _prices(),
        },
        "required": head["required"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _part(model: type[BaseModel], definitions: Schema) -> Schema:
    """A model's schema, its inner models among the shared definitions."""
    whole = model.model_json_schema(by_alias=True, schema_generator=_Generator, ref_template="#/$defs/{model}")
    inner = whole.pop("$defs", {})
    renamed = {name: f"{model.__name__}.{name}" for name in inner}
    definitions.update({renamed[name]: cast("Schema", _tidy(schema, renamed)) for name, schema in inner.items()})
    return cast("Schema", _tidy(whole, renamed))


def _tidy(schema: object, renamed: Mapping[str, str]) -> object:
    """Without class names and nulls, quantities and inner models by reference."""
    if isinstance(schema, list):
        return [_tidy(one, renamed) for one in schema if one != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    described = {key: schema[key] for key in ("description",) if key in schema}
    if json_schema.QUANTITY in schema:
        return {"$ref": f"#/$defs/{_form_of(schema)}", **described}
    out = {
        key: _tidy(value, renamed) for key, value in schema.items() if not (key == "title" and isinstance(value, str))
    }
    reference = out.get("$ref")
    if isinstance(reference, str):
        out["$ref"] = f"#/$defs/{renamed[reference.rpartition('/')[2]]}"
    either = out.get("anyOf")
    return {**either[0], **described} if isinstance(either, list) and len(either) == 1 else out


_FORMS = {
    "size": json_schema.SIZE,
    "duration": json_schema.DURATION,
    "time": json_schema.MILLISECONDS,
    "bytes": json_schema.BYTES,
    "megabytes": json_schema.MEGABYTES,
    "count": json_schema.COUNT,
    "share": json_schema.SHARE,
    "factor": json_schema.FACTOR,
    "money": json_schema.MONEY,
    "rate": json_schema.RATE,
    "data-rate": json_schema.BYTE_RATE,
}
"""Quantities as the definitions name them."""


def _form_of(schema: Schema) -> str:
    return next(name for name, form in _FORMS.items() if form["anyOf"] == schema["anyOf"])


def _named(inner: Schema, description: str) -> Schema:
    """Names with one thing each."""
    return {
        "type": "object",
        "description": description,
        "patternProperties": {_NAME: inner},
        "additionalProperties": False,
    }


def _section(section: Section, definitions: Schema) -> Schema:
    """A section: names, each with its type's keys and those that say where demand flows."""
    spec = resource_type(section.key).spec
    name = spec.__name__
    if name not in definitions:
        own = _part(spec, definitions)
        if "access" in section.flow_keys:
            alone = [verb for verb in section.verbs if verb not in section.only_in_batches]
            own["properties"]["access"] = _requests(
                "access", "Requests from outside, each with its rate.", definitions, alone
            )
        if "calls" in section.flow_keys:
            own["properties"]["calls"] = _requests("call", "What one unit of its work calls.", definitions, verbs())
        definitions[name] = own
    description = " ".join((spec.__doc__ or "").split())
    return _named({"$ref": f"#/$defs/{name}"}, description)


def _requests(key: str, description: str, definitions: Schema, words: Iterable[str]) -> Schema:
    """A list of requests in AWS's words."""
    if key not in definitions:
        own = _part(Access, definitions)
        keys = {k: v for k, v in own["properties"].items() if k not in ("op", "target", "transactional")}
        changes = keys["changes"]
        keys["changes"] = {"anyOf": [changes, {"type": "string"}], "description": changes.pop("description", "")}
        listed = sorted(words, key=list(verbs()).index)
        definitions[key] = {
            "type": "object",
            "properties": {**{word: _verb(word, key) for word in listed}, **keys},
            "additionalProperties": False,
            "oneOf": [{"required": [word]} for word in listed],
        }
    return {"type": "array", "description": description, "items": {"$ref": f"#/$defs/{key}"}}


def _verb(word: str, key: str) -> Schema:
    """What may stand behind a request's word."""
    section = SECTIONS[verbs()[word][0]]
    what = "a rate, such as 100/s, or a traffic's name" if key == "access" else f"a name under {section.key}"
    schema: Schema = {"description": f"{word}: {what}", "type": "string"}
    if key == "call" and word in section.batches:
        members = {"type": "array", "items": {"$ref": f"#/$defs/{key}"}, "minItems": 1}
        return {"description": f"{word}: {what}, or its requests", "anyOf": [{"type": "string"}, members]}
    return schema


def _defaults(definitions: Schema) -> Schema:
    """Keys that all resources of a section share; none is required."""
    return {
        "type": "object",
        "description": "Keys that many resources share, by section.",
        "properties": {key: _default(key, definitions[resource_type(key).spec.__name__]) for key in SECTIONS},
        "additionalProperties": False,
    }


def _default(section: str, definition: Schema) -> Schema:
    return {
        **{key: value for key, value in definition.items() if key in ("type", "additionalProperties")},
        "description": f"Keys that all {section} share, unless they say otherwise.",
        "properties": definition["properties"],
    }


def _account(definitions: Schema) -> Schema:
    """The account around, its quotas by name."""
    own = _part(Account, definitions)
    for key in ("quotas", "in_use"):
        given = own["properties"][key]
        own["properties"][key] = {
            "type": "object",
            "description": given.get("description", ""),
            "properties": {quota: {"$ref": "#/$defs/count"} for quota in QUOTAS},
            "additionalProperties": False,
        }
    return {**own, "description": "The account around the workload."}


def _gates() -> Schema:
    text: Schema = {"type": "string", "pattern": r"^\s*\S.*([<>=!]=|[<>≤≥≠])\s*\S+.*$"}
    waiver: Schema = {
        "type": "object",
        "description": "Leave to break the gate through a day, held against --today.",
        "properties": {
            "owner": {"type": "string", "description": "Who gave it.", "minLength": 1},
            "reason": {"type": "string", "description": "Why.", "minLength": 1},
            "expires": {"type": "string", "format": "date", "description": "The last day it holds: 2026-12-01."},
        },
        "required": ["owner", "reason", "expires"],
        "additionalProperties": False,
    }
    with_level: Schema = {
        "type": "object",
        "properties": {"warn": text, "deny": text, "waiver": waiver},
        "oneOf": [{"required": ["warn"]}, {"required": ["deny"]}],
        "additionalProperties": False,
    }
    return {
        "type": "array",
        "description": "What must hold: cost.monthly <= 2500 USD, orders.throttled < 0.1%, {warn: orders.headroom > 30%}.",
        "items": {"anyOf": [text, with_level]},
    }


def _prices() -> Schema:
    """The user's own prices, by key."""
    keys = [key for service in SERVICES for key in known_keys(service.id)]
    return {
        "type": "object",
        "description": "Prices of your own in USD, by price key: dynamodb.backup.pitr_gb_month: 0.2 USD.",
        "properties": {key: {"$ref": "#/$defs/money"} for key in keys},
        "additionalProperties": False,
    }
