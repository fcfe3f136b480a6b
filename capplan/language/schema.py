"""Generates the JSON Schema of the language from its models, for completion and checks in an editor.

It covers keys, types and units. What depends on other parts of the file (does the table exist, do two keys go together) is
checked by `capplan validate`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from capplan.calls import KEYS, Access
from capplan.language.inner_requests import item_model
from capplan.language.models import NAME, PATH_NAME, Account, Head, Traffic
from capplan.pricing.catalogue import known_keys, regions
from capplan.quantities import json_schema
from capplan.service import Section
from capplan.services import QUOTAS, SECTIONS, SERVICES, emitters, resource_type, verbs

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
_NAME = f"^{NAME.pattern}$"
_SHORT_FORMS: Schema = {"type": ["string", "number"]}


class _Generator(GenerateJsonSchema):
    """Pydantic's generator with our quantities and short forms."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002
        """No titles: the keys are enough."""
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Without the default: it is in internal units, and the docstring has it in the user's."""
        return self.generate_inner(schema["schema"])

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """A value with a reader has a short form: a name for a mapping, an item for a list with one item."""
        inner = self.generate_inner(schema["schema"])
        if inner.get("type") == "array":
            item = inner.get("items", {})
            inner = {**inner, "items": {"anyOf": [item, _SHORT_FORMS]}}
            return {"anyOf": [inner, item, _SHORT_FORMS]}
        return {"anyOf": [inner, _SHORT_FORMS]}

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002
        """A plain number; bounds are in internal units."""
        return {"type": "number"}

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:  # noqa: ANN401, ARG002
        """Any value, where a reader of its own checks it."""
        return {}


def scenario_schema() -> Schema:
    """The schema of a scenario file."""
    definitions: Schema = {name: {"anyOf": form["anyOf"]} for name, form in _FORMS.items()}
    head = _part(Head, definitions)
    sections = {key: _section(section, definitions) for key, section in SECTIONS.items()}
    for definition in definitions.values():
        if {"traffic", "stream"} <= definition.get("properties", {}).keys():
            definition["properties"] |= _emitters()
    return {
        "$schema": DRAFT,
        "title": "capplan scenario",
        "description": "A serverless workload: its traffic, its resources, and its gates.",
        "type": "object",
        "properties": {
            **head["properties"],
            "region": {**head["properties"]["region"], "enum": list(regions())},
            "account": _account(definitions),
            "traffic": _named(_part(Traffic, definitions), "Requests from outside, by name."),
            **sections,
            "defaults": _defaults(definitions),
            "gates": _gates(),
            "prices": _prices(),
        },
        "required": head["required"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _emitters() -> Schema:
    """The keys of a trigger that name a resource of a service that emits; a table's stream is described in the spec."""
    nouns = {
        word: " or a ".join(SECTIONS[key].noun for key in sections)
        for word, sections in emitters().items()
        if word != "stream"
    }
    return {
        word: {"description": f"The name of a {noun} that it reads.", "type": "string"} for word, noun in nouns.items()
    }


def _part(model: type[BaseModel], definitions: Schema) -> Schema:
    """A model's schema; its inner models are added to the definitions."""
    whole = model.model_json_schema(by_alias=True, schema_generator=_Generator, ref_template="#/$defs/{model}")
    inner = whole.pop("$defs", {})
    renamed = {name: f"{model.__name__}.{name}" for name in inner}
    definitions.update({renamed[name]: cast("Schema", _tidy(schema, renamed)) for name, schema in inner.items()})
    return cast("Schema", _tidy(whole, renamed))


def _tidy(schema: object, renamed: Mapping[str, str]) -> object:
    """The schema without class names and nulls, with quantities and inner models by reference."""
    if isinstance(schema, list):
        return [_tidy(item, renamed) for item in schema if item != {"type": "null"}]
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
    "failed-share": json_schema.FAILED_SHARE,
    "factor": json_schema.FACTOR,
    "money": json_schema.MONEY,
    "rate": json_schema.RATE,
    "data-rate": json_schema.BYTE_RATE,
    "growth": json_schema.GROWTH,
}
"""Quantities, by their name in the definitions."""


def _form_of(schema: Schema) -> str:
    return next(name for name, form in _FORMS.items() if form["anyOf"] == schema["anyOf"])


def _named(inner: Schema, description: str, names: str = _NAME) -> Schema:
    """Entries by name, with the same schema each."""
    return {
        "type": "object",
        "description": description,
        "patternProperties": {names: inner},
        "additionalProperties": False,
    }


def _section(section: Section, definitions: Schema) -> Schema:
    """A section: entries by name, with their type's keys and its flow keys."""
    spec = resource_type(section.key).spec
    name = spec.__name__
    if name not in definitions:
        definition = _part(spec, definitions)
        if "access" in section.flow_keys:
            accepted = [verb for verb in section.verbs if verb not in section.only_in_batches]
            description = "Requests from outside, each with its rate."
            of = f"access-{section.key}"  # each section accepts verbs of its own
            definition["properties"]["access"] = _requests(of, description, definitions, accepted)
        if "calls" in section.flow_keys:
            description = "What each invocation or run calls."
            definition["properties"]["calls"] = _requests("call", description, definitions, verbs())
        for key in section.requests_in:
            _add_requests(definitions[f"{name}.{item_model(section.key, key)[0].__name__}"], definitions)
        definitions[name] = definition
    description = " ".join((spec.__doc__ or "").split())
    names = f"^{PATH_NAME.pattern}$" if section.slashes else _NAME
    return _named({"$ref": f"#/$defs/{name}"}, description, names)


def _add_requests(item: Schema, definitions: Schema) -> None:
    """Adds to an item of a spec, such as an API's route, the requests that are written inside it."""
    calls = _requests("call", "What it requests, where that is more than one request.", definitions, verbs())
    item["properties"] = {**definitions["call"]["properties"], "calls": calls, **item["properties"]}


def _requests(key: str, description: str, definitions: Schema, accepted: Iterable[str]) -> Schema:
    """A list of requests in AWS's words."""
    if key not in definitions:
        properties = _part(Access, definitions)["properties"]
        keys = {k: v for k, v in properties.items() if k in KEYS}
        changes = keys["changes"]
        keys["changes"] = {"anyOf": [changes, {"type": "string"}], "description": changes.pop("description", "")}
        ordered = sorted(accepted, key=list(verbs()).index)
        definitions[key] = {
            "type": "object",
            "properties": {**{verb: _verb(verb, key) for verb in ordered}, **keys},
            "additionalProperties": False,
            "oneOf": [{"required": [verb]} for verb in ordered],
        }
    return {"type": "array", "description": description, "items": {"$ref": f"#/$defs/{key}"}}


def _verb(verb: str, key: str) -> Schema:
    """The value of a request's verb."""
    section = SECTIONS[verbs()[verb][0]]
    what = "a rate, such as 100/s, or the name of a traffic" if key != "call" else f"a name under {section.key}"
    schema: Schema = {"description": f"{verb}: {what}", "type": "string"}
    if key == "call" and verb in section.batches:
        members = {"type": "array", "items": {"$ref": f"#/$defs/{key}"}, "minItems": 1}
        return {"description": f"{verb}: {what}, or its requests", "anyOf": [{"type": "string"}, members]}
    return schema


def _defaults(definitions: Schema) -> Schema:
    """Keys shared by the resources of a section; none is required."""
    return {
        "type": "object",
        "description": "Keys shared by all resources of a section.",
        "properties": {key: _default(key, definitions[resource_type(key).spec.__name__]) for key in SECTIONS},
        "additionalProperties": False,
    }


def _default(section: str, definition: Schema) -> Schema:
    return {
        **{key: value for key, value in definition.items() if key in ("type", "additionalProperties")},
        "description": f"Keys of all {section} that do not set them.",
        "properties": definition["properties"],
    }


def _account(definitions: Schema) -> Schema:
    """The account, with its quotas by name."""
    account = _part(Account, definitions)
    for key in ("quotas", "in_use"):
        description = account["properties"][key].get("description", "")
        account["properties"][key] = {
            "type": "object",
            "description": description,
            "properties": {quota: {"$ref": "#/$defs/count"} for quota in QUOTAS},
            "additionalProperties": False,
        }
    return {**account, "description": "The AWS account of the workload."}


def _gates() -> Schema:
    text: Schema = {"type": "string", "pattern": r"^\s*\S.*([<>=!]=|[<>≤≥≠])\s*\S+.*$"}
    waiver: Schema = {
        "type": "object",
        "description": "Accept that the gate fails, through a day that is compared with --today.",
        "properties": {
            "owner": {"type": "string", "description": "Who accepts it.", "minLength": 1},
            "reason": {"type": "string", "description": "Why.", "minLength": 1},
            "expires": {"type": "string", "format": "date", "description": "Its last day: 2026-12-01."},
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
        "description": "Conditions to check: cost.monthly <= 2500 USD, orders.throttled < 0.1%, {warn: orders.headroom > 30%}.",
        "items": {"anyOf": [text, with_level]},
    }


def _prices() -> Schema:
    """The user's own prices by price key, those of another Region under its code."""
    keys = [key for service in SERVICES for key in known_keys(service.id)]
    properties: Schema = {key: {"$ref": "#/$defs/money"} for key in keys}
    elsewhere = {region: {"$ref": "#/properties/prices"} for region in regions()}
    return {
        "type": "object",
        "description": "Your own prices in USD, by price key: dynamodb.backup.pitr_gb_month: 0.2 USD; those of another Region "
        "under its code.",
        "properties": {**properties, **elsewhere},
        "additionalProperties": False,
    }
