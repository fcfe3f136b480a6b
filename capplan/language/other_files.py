"""Recognizes files that are no scenario: a CloudFormation template, a Terraform plan, the definition of a state machine."""

import re
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from capplan.errors import Diagnostic
from capplan.language.head import BODY, HEAD
from capplan.reading.document import Document, diagnostic_between, lines_of
from capplan.reading.files import STDIN_NAME
from capplan.services import SECTIONS

_BEGIN = "capplan init writes one to begin with"
_IMPORT = "capplan import {file} -o scenario.yaml makes one of it"
_PLAN = "import its plan: terraform show -json plan.bin > plan.json, then capplan import plan.json -o scenario.yaml"
_HCL = re.compile(
    r'^(?:resource|data|provider|module|variable|output|terraform|locals)\b(?:[ \t]+"[^"\n]*"){0,2}[ \t]*\{',
    re.MULTILINE,
)


def _template(data: Mapping[str, Any]) -> bool:
    resources = data.get("Resources")
    typed = isinstance(resources, Mapping) and any(
        isinstance(r, Mapping) and str(r.get("Type", "")).startswith(("AWS::", "Custom::")) for r in resources.values()
    )
    return "AWSTemplateFormatVersion" in data or typed


def _sam(data: Mapping[str, Any]) -> bool:
    resources = data.get("Resources")
    types = (
        [r.get("Type") for r in resources.values() if isinstance(r, Mapping)] if isinstance(resources, Mapping) else []
    )
    return "AWS::Serverless" in str(data.get("Transform")) or any(str(t).startswith("AWS::Serverless::") for t in types)


def _has(*keys: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda data: all(key in data for key in keys)


_FORMATS: tuple[tuple[str, Callable[[Mapping[str, Any]], bool], str], ...] = (
    ("an AWS SAM template", _sam, _IMPORT),
    ("a CloudFormation template", _template, _IMPORT),
    ("a Terraform plan", _has("terraform_version", "planned_values"), _IMPORT),
    ("a Terraform plan", _has("terraform_version", "resource_changes"), _IMPORT),
    ("a Terraform state", _has("terraform_version", "lineage"), _PLAN),
    ("a Terraform state", _has("terraform_version", "values"), _IMPORT),
    ("a Terraform configuration", lambda data: isinstance(data.get("resource"), Mapping), _PLAN),
    ("a Serverless Framework configuration", _has("service", "provider"), _IMPORT),
    (
        "a CDK configuration",
        lambda data: isinstance(data.get("app"), str),
        "import what it makes: cdk synth, then capplan import cdk.out -o scenario.yaml",
    ),
    (
        "a CDK cloud assembly",
        _has("version", "artifacts"),
        "import its folder: capplan import cdk.out -o scenario.yaml",
    ),
)
"""Each format, how its file is told, and what to do with it, in the order of asking."""


def other_file(doc: Document | None, text: str, file: str, *, readable: bool) -> Diagnostic | None:
    """The error for a file that is something else than a scenario; None for what may be one.

    Args:
        doc: What could be read of it, tags and other errors aside; None where nothing could.
        text: The text.
        file: The name shown in errors.
        readable: Whether all of it could be read: what could not may be a scenario with a typing error.
    """
    data = doc.data if doc is not None else None
    if isinstance(data, Mapping) and "capplan" in data:
        return None
    what, hint = "", ""
    if isinstance(data, Mapping):
        what, hint = _told_by_keys(data, file)
    if not what and _HCL.search(text):
        what, hint = "a Terraform configuration", _PLAN
    if what:
        return _first_line(file, text, f"this is {what}, not a scenario", hint)
    without_keys = _without_keys(data) if readable and isinstance(data, Mapping) else None
    return _first_line(file, text, *without_keys) if without_keys else None


def _told_by_keys(data: Mapping[str, Any], file: str) -> tuple[str, str]:
    """What a file is and what to do with it; empty where it is not known."""
    schema = data.get("schema")
    if isinstance(schema, str) and schema.startswith("capplan."):
        compare = f"; capplan diff {PurePath(file).name} SCENARIO compares it" if schema == "capplan.plan/1" else ""
        return f"an answer of capplan ({schema[:30]})", f"name the scenario that it was made from{compare}"
    for section in SECTIONS.values():
        keys = section.definition_keys
        if keys and all(key in data for key in keys):
            name = "FILE" if file == STDIN_NAME else PurePath(file).name
            entry = f"{section.key}: {{NAME: {{{section.definition}: {name}}}}}"
            return (
                f"the definition of a {section.noun}",
                f"name it in a scenario: {entry}; or {_IMPORT.format(file=name)}",
            )
    name = "FILE" if file == STDIN_NAME else file
    return next(((what, hint.format(file=name)) for what, told, hint in _FORMATS if told(data)), ("", ""))


def _without_keys(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """What to say of a mapping that has no key of a scenario at all; None where it has one."""
    if not data or any(key in data for key in (*HEAD, *BODY)):
        return None
    inside = [key for key, value in data.items() if isinstance(value, Mapping) and "capplan" in value]
    if inside:
        return f"the scenario is nested under '{inside[0][:40]}'", "write its keys at the left margin: capplan: 1 first"
    return (
        "this is no scenario: it has none of its keys",
        f"a scenario begins with capplan: 1, name and region; {_BEGIN}",
    )


def _first_line(file: str, text: str, message: str, hint: str) -> Diagnostic:
    """An error at the first line that is neither empty nor a comment."""
    lines = lines_of(text.removeprefix("\ufeff"))
    n = next((n for n, line in enumerate(lines, 1) if line.strip() and not line.lstrip().startswith(("#", "//"))), 1)
    column = len(lines[n - 1]) - len(lines[n - 1].lstrip()) + 1
    return diagnostic_between(file, lines, (n, column), (n, column), message, hint)
