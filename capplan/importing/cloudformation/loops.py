"""Unrolls `Fn::ForEach`: one copy of its body for each item, the identifier filled in.

Source: AWS CloudFormation User Guide, "Intrinsic function reference: Fn::ForEach" (read 2026-11-30).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from capplan.errors import CapplanError, Diagnostic

MAX_COPIES = 5000
"""Resources that loops of a template make; AWS allows 500 in a stack."""
_PARTS = 3
"""Identifier, collection, body."""


def unrolled(
    entries: Mapping[str, Any], items_of: Callable[[object], list[str] | None], file: str
) -> Iterator[tuple[str, Any, str]]:
    """The entries of `Resources` (or Conditions, Outputs) without loops: name, body, and the key that stands in the file.

    Args:
        entries: As written.
        items_of: The items of a collection, which may be a function; None where they are not known.
        file: For errors.

    Raises:
        CapplanError: The loops make too many entries.
    """
    count = 0
    for key, body in entries.items():
        for name, one in _unrolled(key, body, items_of):
            count += 1
            if count > MAX_COPIES:
                message = f"Fn::ForEach makes more than {MAX_COPIES:,} resources"
                raise CapplanError((Diagnostic(file, 0, 0, message, "name the template with fewer items"),))
            yield name, one, key


def _unrolled(key: str, body: object, items_of: Callable[[object], list[str] | None]) -> Iterator[tuple[str, Any]]:
    if not key.startswith("Fn::ForEach::"):
        yield key, body
        return
    if not isinstance(body, list) or len(body) != _PARTS or not isinstance(body[2], Mapping):
        return
    identifier, collection, inner = body
    for item in items_of(collection) or ():
        for name, one in inner.items():
            yield from _unrolled(str(filled(name, str(identifier), item)), filled(one, str(identifier), item), items_of)


def filled(data: object, identifier: str, item: str) -> object:
    """A copy with the identifier's item: `${Name}` and `&{Name}` in texts, `!Ref Name` as a value."""
    if isinstance(data, Mapping):
        if len(data) == 1 and data.get("Ref") == identifier:
            return item
        return {str(filled(key, identifier, item)): filled(value, identifier, item) for key, value in data.items()}
    if isinstance(data, list):
        return [filled(value, identifier, item) for value in data]
    if not isinstance(data, str):
        return data
    plain = "".join(letter for letter in item if letter.isalnum())
    return data.replace(f"${{{identifier}}}", item).replace(f"&{{{identifier}}}", plain)
