"""Reads state machines: their type, and their definition lifted out of the template with its references kept as placeholders.

Sources: AWS SAM Developer Guide, "AWS::Serverless::StateMachine" (Definition, DefinitionUri, DefinitionSubstitutions); AWS
CloudFormation User Guide, "AWS::StepFunctions::StateMachine" (DefinitionString) (read 2026-11-30).
"""

import json
import posixpath
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from capplan.errors import CapplanError
from capplan.importing.cloudformation.building import Building, truth, word
from capplan.importing.cloudformation.stack import Stack, properties_of
from capplan.importing.cloudformation.values import Either, Export, Mixed, Token, Unknown, shown_text, text_of
from capplan.importing.definition import called_by
from capplan.importing.histories import starts_at
from capplan.importing.model import Beside, Lifted, Ref
from capplan.services import SECTIONS

_ARN_OF = {
    "functions": "arn:aws:lambda:::function:",
    "state_machines": "arn:aws:states:::stateMachine:",
}
"""Beginnings of ARNs that a definition's reader knows, for placeholders that stand for a whole ARN."""
_MAX_SUBSTITUTIONS = 200


def read_machine(stack: Stack, built: Building, props: Mapping[str, Any], consumed: list[str]) -> str:
    """A state machine with its definition. Returns why it cannot be planned; empty where it can."""
    _settings(built, props)
    substitutions: dict[str, object] = {}
    for name, value in list(properties_of(props.get("DefinitionSubstitutions")).items())[:_MAX_SUBSTITUTIONS]:
        known = _substitution(stack, value)
        if known is not None:
            substitutions[name] = known
    written = props.get("DefinitionString") or props.get("Definition")
    definition: Lifted | Beside
    if written is not None:
        text, own = _lifted(stack, written)
        definition = Lifted(text)
        substitutions = {**own, **substitutions}
        name = definition.ending
    else:
        uri = props.get("DefinitionUri")
        path = text_of(uri)
        if path is None:  # a definition given beside the template is of this machine where it has its name
            asks = uri.why if isinstance(uri, Unknown) else "it is taken from S3: name its file too"
            built.ask("definition", f"{built.name}.asl.json", asks)
            built.joins = "where_it_fits"
            return ""
        given = stack.template.given
        inside = posixpath.normpath(posixpath.join(given.folder, path))
        try:
            text = given.files.read_text(inside)
        except CapplanError as error:
            outside = "outside" in error.diagnostics[0].message
            return f"its definition {path} is " + (
                "outside of the given folder: import the folder above" if outside else "missing"
            )
        place, name = given.named(inside)
        consumed.append(name)
        definition = Beside(place, text)
    plain = {key: value for key, value in substitutions.items() if isinstance(value, str | Decimal | bool)}
    called = called_by(text, name, plain)
    if called.problem:
        return f"its definition cannot be read: {called.problem}"
    built.values["definition"] = definition
    built.aliases = (*built.aliases, *filter(None, (starts_at(text),)))
    if substitutions:
        built.values["substitutions"] = substitutions
    states = _states(stack, called.targets)
    if states:
        built.values["states"] = states
    return ""


def _settings(built: Building, props: Mapping[str, Any]) -> None:
    """Its type, what it logs and whether it is traced."""
    kind = props.get("StateMachineType") or props.get("Type")
    built.put("type", kind, word({"STANDARD": "standard", "EXPRESS": "express"}), "standard")
    tracing = properties_of(props.get("TracingConfiguration") or props.get("Tracing")).get("Enabled")
    if truth(tracing):
        built.values["tracing"] = "active"
    logging = properties_of(props.get("LoggingConfiguration") or props.get("Logging"))
    level = (text_of(logging.get("Level")) or "OFF").lower()
    if level in ("all", "error", "fatal"):
        built.values["logs"] = {"level": level, "execution_data": truth(logging.get("IncludeExecutionData")) is True}


def _states(stack: Stack, targets: Mapping[str, str]) -> dict[str, object]:
    """The calls of Tasks that name a resource by its own name, which differs from the one in the scenario."""
    by_name = {alias: one for one in stack.built.values() for alias in one.aliases[1:] if alias != one.name}
    return {
        state: {"call": Ref(by_name[target].aliases[0], by_name[target].section)}
        for state, target in targets.items()
        if target in by_name and by_name[target].section in SECTIONS
    }


def _substitution(stack: Stack, value: object) -> object | None:
    """What a placeholder stands for: a name of the scenario, a plain value; None where it is not known."""
    if isinstance(value, str | Decimal | bool):
        return value
    if isinstance(value, Token):
        return _name_of(stack, value)
    if isinstance(value, Export):
        return Ref(value.alias, otherwise=value.name)
    if isinstance(value, Mixed):
        return shown_text(value)
    return None


def _name_of(stack: Stack, token: Token) -> Ref | str:
    """A resource's name in the scenario, as an ARN where the reference is one."""
    built = stack.built.get(token.id)
    is_arn = token.attribute == "Arn" or (built is not None and built.section == "state_machines")
    before = _ARN_OF.get(built.section, "") if built is not None and is_arn else ""
    return Ref(token.alias, otherwise=shown_text(token), before=before)


def _lifted(stack: Stack, definition: object) -> tuple[str, dict[str, object]]:
    """A definition as text, with placeholders for references, and what they stand for."""
    book = _Placeholders(stack)
    if isinstance(definition, Mapping):
        return json.dumps(book.plain(definition), indent=2, ensure_ascii=False) + "\n", book.names
    text = shown_text(definition, book.placeholder)
    with suppress(ValueError, RecursionError):  # a number is a placeholder, or it is YAML: as it is
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text.rstrip() + "\n", book.names


class _Placeholders:
    """Gives each reference a placeholder's name, and remembers what it stands for."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.names: dict[str, object] = {}

    def placeholder(self, value: object) -> str:
        """`${Orders}` for a reference, `${unknown}` for what is only known when it is deployed."""
        if isinstance(value, Either):
            return shown_text(value.some, self.placeholder)
        if isinstance(value, Unknown):
            return "${unknown}"
        text = shown_text(value)
        known = _substitution(self.stack, value)
        if text.startswith("${") and known is not None:
            self.names[text[2:-1]] = known
        return text

    def plain(self, value: object) -> Any:  # noqa: ANN401  JSON
        """A definition as plain JSON."""
        if isinstance(value, Mapping):
            return {str(key): self.plain(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.plain(inner) for inner in value]
        if isinstance(value, Decimal):
            return int(value) if value % 1 == 0 else float(value)
        if value is None or isinstance(value, bool | str):
            return value
        return shown_text(value, self.placeholder)
