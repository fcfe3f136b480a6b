"""Evaluates a template: parameters, mappings, conditions and functions, as far as they are known before it is deployed.

Sources: AWS CloudFormation User Guide, "Intrinsic function reference", "Condition functions", "Pseudo parameters
reference", "Using dynamic references" (read 2026-11-30).
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from capplan.errors import CapplanError
from capplan.importing.cloudformation.loops import unrolled
from capplan.importing.cloudformation.values import (
    NO_VALUE,
    Either,
    Export,
    Mixed,
    NoValue,
    Token,
    Unknown,
    number_of,
    text_of,
)
from capplan.importing.given import Given
from capplan.record import Record

MAX_TEXT = 1024**2
"""Characters of a text that functions make."""
_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_DYNAMIC = re.compile(r"\{\{resolve:([a-z-]+):[^}]*\}\}")
_PAIR, _TRIPLE = 2, 3
FUNCTIONS: Mapping[str, str] = {
    "Ref": "_ref",
    "Fn::GetAtt": "_get_att",
    "Fn::Sub": "_sub",
    "Fn::Join": "_join",
    "Fn::If": "_if",
    "Fn::FindInMap": "_find_in_map",
    "Fn::Select": "_select",
    "Fn::Split": "_split",
    "Fn::ImportValue": "_import_value",
    "Fn::Length": "_length",
    "Fn::ToJsonString": "_json",
}
"""The method of each function."""
_MAX_NESTED = 64
"""Functions inside functions, conditions that name conditions."""


class Resource(Record, frozen=True):
    """One resource of a template.

    Attributes:
        id: Its logical id.
        type: Such as AWS::DynamoDB::Table.
        properties: Evaluated; NO_VALUE is left out.
        line: Of its logical id.
        column: Of its logical id.
        condition: Where it is not decided whether it exists: the condition's name.
        metadata: As written.
        key: The key in the file: that of the loop that makes it.
    """

    id: str
    type: str
    properties: Mapping[str, Any]
    line: int
    column: int
    condition: str = ""
    metadata: Mapping[str, Any] = {}


class Template:
    """One template with the values of its parameters."""

    def __init__(
        self, given: Given, data: Mapping[str, Any], parameters: Mapping[str, object], where: tuple[str, ...] = ()
    ) -> None:
        self.given, self.data, self.scope, self.where = given, data, given.name, where
        self.given_parameters = parameters
        self.used: dict[str, str] = {}
        """Parameters whose default decided a condition, with that default."""
        self.skipped: list[Resource] = []
        """Resources whose condition is false."""
        self.undecided: dict[str, None] = {}
        """Conditions that parameters without a value leave open."""
        self._conditions: dict[str, bool | None] = {}
        self._deciding: set[str] = set()
        self._depth = 0

    def section(self, key: str) -> Mapping[str, Any]:
        """A section such as Parameters; empty where there is none."""
        section = self.data.get(key)
        return section if isinstance(section, Mapping) else {}

    def error(self, path: list[str | int], message: str, hint: str = "") -> CapplanError:
        """An error at a place of the file."""
        assert self.given.document is not None  # noqa: S101  it was read
        return CapplanError((self.given.document.diagnostic(path, message, hint),))

    # --- resources ---

    def resources(self) -> Iterator[Resource]:
        """The resources that exist, or may."""
        for id_, body, key in unrolled(self.section("Resources"), self._items, self.scope):
            if not isinstance(body, Mapping) or not isinstance(body.get("Type"), str):
                continue
            line, column = self.given.line([*self.where, "Resources", key])
            written = body.get("Properties")
            properties = self.value(written) if isinstance(written, Mapping) else {}
            name = body.get("Condition")
            exists = self.condition(name) if isinstance(name, str) else True
            metadata = body.get("Metadata")
            resource = Resource(
                id=id_,
                type=body["Type"],
                properties=properties if isinstance(properties, Mapping) else {},
                line=line,
                column=column,
                condition="" if exists else str(name),
                metadata=metadata if isinstance(metadata, Mapping) else {},
            )
            if exists is False:
                self.skipped.append(resource)
            else:
                yield resource

    def outputs(self) -> Iterator[tuple[str, object, object]]:
        """Each output: its name, its value, the name it is exported by (None where it is not)."""
        for name, body, _ in unrolled(self.section("Outputs"), self._items, self.scope):
            if isinstance(body, Mapping) and "Value" in body:
                export = body.get("Export")
                yield (
                    name,
                    self.value(body["Value"]),
                    self.value(export.get("Name")) if isinstance(export, Mapping) else None,
                )

    def _items(self, collection: object) -> list[str] | None:
        """The items of a loop."""
        value = self.value(collection)
        if isinstance(value, str):
            value = value.split(",")
        texts = [text_of(item) for item in value] if isinstance(value, list) else []
        return [text for text in texts if text is not None]

    # --- parameters and conditions ---

    def parameter(self, name: str) -> object:
        """A parameter's value: as given, else its default, else unknown."""
        if name in self.given_parameters:
            return self._typed(name, self.given_parameters[name])
        declared = self.section("Parameters").get(name)
        if not isinstance(declared, Mapping):
            return None
        type_ = str(declared.get("Type", ""))
        if type_.startswith("AWS::SSM::Parameter::"):
            key = text_of(declared.get("Default"))
            return Unknown(f"parameter {name} is read from Systems Manager") if key is None else Export(f"ssm:{key}")
        if "Default" not in declared or declared["Default"] is None:
            return Unknown(f"parameter {name} has no default: --parameter {name}=...")
        return self._typed(name, declared["Default"])

    def _typed(self, name: str, value: object) -> object:
        """A parameter's value by its type: a list of texts where it is one."""
        declared = self.section("Parameters").get(name)
        type_ = str(declared.get("Type", "")) if isinstance(declared, Mapping) else ""
        is_list = type_ == "CommaDelimitedList" or type_.startswith("List<")
        if is_list and isinstance(value, str):
            return [part.strip() for part in value.split(",")]
        return value

    def condition(self, name: str) -> bool | None:
        """Whether a condition holds; None where that is not known."""
        if name not in self._conditions:
            body = self.section("Conditions").get(name)
            if name in self._deciding or len(self._deciding) > _MAX_NESTED or body is None:
                return None
            self._deciding.add(name)
            self._conditions[name] = self._holds(body)
            self._deciding.discard(name)
        if self._conditions[name] is None:
            self.undecided[name] = None
        return self._conditions[name]

    def _holds(self, data: object) -> bool | None:  # noqa: PLR0911  one for each function
        if not isinstance(data, Mapping) or len(data) != 1:
            return None
        ((function, given),) = data.items()
        if function == "Condition" and isinstance(given, str):
            return self.condition(given)
        if not isinstance(given, list):
            return None
        if function == "Fn::Equals" and len(given) == _PAIR:
            return self._equal(given)
        held = [self._holds(one) for one in given]
        if function == "Fn::Not" and len(held) == 1:
            return None if held[0] is None else not held[0]
        if function == "Fn::And":
            return False if False in held else None if None in held else True
        if function == "Fn::Or":
            return True if True in held else None if None in held else False
        return None

    def _equal(self, pair: list[object]) -> bool | None:
        some, other = (text_of(self.value(one)) for one in pair)
        for one in pair:
            name = one.get("Ref") if isinstance(one, Mapping) else None
            declared = self.section("Parameters").get(name) if isinstance(name, str) else None
            if isinstance(declared, Mapping) and name not in self.given_parameters and "Default" in declared:
                self.used[str(name)] = text_of(declared["Default"]) or ""
        return None if some is None or other is None or "${AWS::" in some + other else some == other

    # --- functions ---

    def value(self, data: object) -> object:
        """Data with its functions evaluated; properties of AWS::NoValue are left out."""
        if self._depth > _MAX_NESTED * 2:
            return Unknown("functions nested too deep")
        self._depth += 1
        try:
            return self._value(data)
        finally:
            self._depth -= 1

    def _value(self, data: object) -> object:  # noqa: PLR0911  a line a form
        if isinstance(data, Mapping):
            if len(data) == 1:
                ((function, given),) = data.items()
                if function in FUNCTIONS:
                    evaluated: object = getattr(self, FUNCTIONS[function])(given)
                    return evaluated
                if function == "Fn::Transform":
                    return {"Fn::Transform": self.value(given)}
                if function == "Fn::Unresolved":
                    return Unknown(str(given))
                if (
                    isinstance(function, str)
                    and function.startswith("Fn::")
                    and not function.startswith("Fn::ForEach::")
                ):
                    return Unknown(f"{function} is known when it is deployed")
            values = {key: self.value(inner) for key, inner in data.items()}
            return {key: value for key, value in values.items() if not isinstance(value, NoValue)}
        if isinstance(data, list):
            values_in_list = [self.value(inner) for inner in data]
            return [value for value in values_in_list if not isinstance(value, NoValue)]
        return self._dynamic(data) if isinstance(data, str) and "{{resolve:" in data else data

    def _dynamic(self, text: str) -> object:
        """A text with dynamic references, which are read when the stack is deployed."""
        whole = _DYNAMIC.fullmatch(text)
        if whole is not None and whole[1] == "ssm":
            return Export(f"ssm:{text.removeprefix('{{resolve:ssm:').removesuffix('}}')}")
        if whole is not None:
            return Unknown(f"{whole[1]} resolves it when it is deployed")
        parts: list[object] = []
        end = 0
        for match in _DYNAMIC.finditer(text):
            parts += [text[end : match.start()], Unknown(f"{match[1]} resolves it when it is deployed")]
            end = match.end()
        return _mixed([*parts, text[end:]])

    def _ref(self, given: object) -> object:
        if not isinstance(given, str):
            return Unknown("Ref")
        if given == "AWS::NoValue":
            return NO_VALUE
        if given.startswith("AWS::"):
            return self.given_parameters.get(given, f"${{{given}}}")
        value = self.parameter(given)
        return Token(self.scope, given) if value is None else value

    def _get_att(self, given: object) -> object:
        if isinstance(given, str):
            given = given.split(".", 1)
        if not isinstance(given, list) or len(given) != _PAIR or not isinstance(given[0], str):
            return Unknown("Fn::GetAtt")
        return Token(self.scope, given[0], text_of(self.value(given[1])) or "")

    def _sub(self, given: object) -> object:
        own: Mapping[str, Any] = {}
        if isinstance(given, list) and len(given) == _PAIR and isinstance(given[1], Mapping):
            given, own = given
        if not isinstance(given, str):
            return Unknown("Fn::Sub")
        parts: list[object] = []
        end = 0
        for match in _PLACEHOLDER.finditer(given):
            name = match[1].strip()
            parts.append(given[end : match.start()])
            end = match.end()
            if name.startswith("!"):
                parts.append(f"${{{name[1:]}}}")
            elif name in own:
                parts.append(self.value(own[name]))
            elif "." in name:
                parts.append(self._get_att(name))
            else:
                parts.append(self._ref(name))
        mixed = _mixed([*parts, given[end:]])
        return self._dynamic(mixed) if isinstance(mixed, str) and "{{resolve:" in mixed else mixed

    def _join(self, given: object) -> object:
        if not isinstance(given, list) or len(given) != _PAIR:
            return Unknown("Fn::Join")
        between, items = text_of(self.value(given[0])), self.value(given[1])
        if between is None or not isinstance(items, list):
            return Unknown("Fn::Join")
        parts: list[object] = []
        for i, item in enumerate(items):
            parts += [between, item] if i else [item]
        return _mixed(parts)

    def _if(self, given: object) -> object:
        if not isinstance(given, list) or len(given) != _TRIPLE or not isinstance(given[0], str):
            return Unknown("Fn::If")
        held = self.condition(given[0])
        if held is not None:
            return self.value(given[1] if held else given[2])
        some, other = self.value(given[1]), self.value(given[2])
        return some if some == other else Either(given[0], some, other)

    def _find_in_map(self, given: object) -> object:
        if not isinstance(given, list) or len(given) < _TRIPLE:
            return Unknown("Fn::FindInMap")
        keys = [self.value(key) for key in given[:_TRIPLE]]
        name, first, second = (text_of(key) for key in keys)
        mapping = self.section("Mappings").get(name) if name is not None else None
        if isinstance(mapping, Mapping):
            rows = [mapping[first]] if first in mapping else list(mapping.values())  # by Region or account: any of them
            found = [row.get(second) for row in rows if isinstance(row, Mapping) and second in row]
            open_key = first is None or first not in mapping
            if (
                found
                and all(one == found[0] for one in found)
                and (not open_key or first is None or "${AWS::" in first)
            ):
                return self.value(found[0])
        if len(given) > _TRIPLE and isinstance(given[3], Mapping) and "DefaultValue" in given[3]:
            return self.value(given[3]["DefaultValue"])
        what = "the Region: --parameter AWS::Region=..." if first == "${AWS::Region}" else "its keys"
        return Unknown(f"Mapping {name or ''} depends on {what}")

    def _select(self, given: object) -> object:
        if not isinstance(given, list) or len(given) != _PAIR:
            return Unknown("Fn::Select")
        index = number_of(self.value(given[0]))
        items: Any = self.value(given[1])
        if index is None or not isinstance(items, list) or not 0 <= index < len(items) or index % 1:
            return Unknown("Fn::Select")
        chosen: object = items[int(index)]
        return chosen

    def _split(self, given: object) -> object:
        if not isinstance(given, list) or len(given) != _PAIR:
            return Unknown("Fn::Split")
        between, text = text_of(self.value(given[0])), text_of(self.value(given[1]))
        if not between or text is None:
            return Unknown("Fn::Split")
        return text.split(between)

    def _import_value(self, given: object) -> object:
        name = self.value(given)
        text = text_of(name)
        if text is None and isinstance(name, Mixed):
            text = export_name(name)
        return Unknown("Fn::ImportValue") if text is None else Export(text)

    def _length(self, given: object) -> object:
        items = self.value(given)
        return Decimal(len(items)) if isinstance(items, list) else Unknown("Fn::Length")

    def _json(self, given: object) -> object:
        return self.value(given)


def export_name(name: object) -> str | None:
    """The name of an export as text, references as they are written: two stacks that agree on it write the same."""
    if isinstance(name, Mixed):
        return "".join(text_of(part) or f"${{{getattr(part, 'id', '?')}}}" for part in name.parts)
    return text_of(name)


def _mixed(parts: list[object]) -> object:
    """A text of parts: plain where all of them are."""
    out: list[object] = []
    for part in parts:
        inner = list(part.parts) if isinstance(part, Mixed) else [part]
        for one in inner:
            text = text_of(one)
            if text is not None and out and isinstance(out[-1], str):
                out[-1] += text
            elif text is not None:
                out.append(text)
            elif isinstance(one, Token | Export | Unknown | Either):
                out.append(one)
            elif isinstance(one, NoValue):
                continue
            else:
                out.append(Unknown("a list in a text"))
    out = [part for part in out if part != ""]
    if sum(len(part) for part in out if isinstance(part, str)) > MAX_TEXT:
        return Unknown(f"a text of more than {MAX_TEXT:,} letters")
    if not out:
        return ""
    return out[0] if len(out) == 1 else Mixed(tuple(out))
