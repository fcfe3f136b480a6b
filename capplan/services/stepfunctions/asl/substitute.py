"""Turns what a deployment tool fills in into plain definitions: CloudFormation functions, and values of `${Name}`.

Sources: AWS SAM Developer Guide, "DefinitionSubstitutions"; AWS CloudFormation User Guide, "Intrinsic function reference"
(read 2026-11-30).
"""

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_FUNCTIONS = ("Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::ImportValue", "Fn::FindInMap", "Fn::Select", "Fn::If")


def substituted(data: object, values: Mapping[str, object]) -> object:
    """The definition with CloudFormation functions as placeholders, and placeholders of known value filled in."""
    if isinstance(data, Mapping):
        written = _as_placeholder(data)
        if written is not None:
            return _filled(written, values)
        return {key: substituted(value, values) for key, value in data.items()}
    if isinstance(data, list):
        return [substituted(value, values) for value in data]
    return _filled(data, values) if isinstance(data, str) else data


def _as_placeholder(data: Mapping[object, object]) -> str | None:
    """The text that stands for a CloudFormation function; None for any other mapping."""
    if len(data) != 1:
        return None
    ((function, given),) = data.items()
    if function not in _FUNCTIONS:
        return None
    if function == "Fn::Sub":
        return str(given[0] if isinstance(given, list) and given else given)
    if function == "Fn::Join" and isinstance(given, list) and len(given) == 2 and isinstance(given[1], list):  # noqa: PLR2004  separator, parts
        return str(given[0]).join(part if isinstance(part, str) else _part(part) for part in given[1])
    words = given if isinstance(given, list) else [given]
    return "${" + ".".join(word for word in words if isinstance(word, str)) + "}"


def _part(part: object) -> str:
    return (_as_placeholder(part) or "") if isinstance(part, Mapping) else str(part)


def _filled(text: str, values: Mapping[str, object]) -> object:
    """A text with its known placeholders; a text that is one placeholder becomes the value itself."""
    whole = _PLACEHOLDER.fullmatch(text.strip())
    if whole is not None and whole[1] in values:
        return values[whole[1]]
    return _PLACEHOLDER.sub(lambda m: str(values[m[1]]) if m[1] in values else m[0], text)
