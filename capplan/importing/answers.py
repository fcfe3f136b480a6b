"""What readers of AWS's API answers share: the answer as values, its part by name, and where it stands."""

from collections.abc import Mapping

from capplan.errors import CapplanError, Diagnostic
from capplan.importing.given import Given
from capplan.importing.model import Origin
from capplan.importing.value import Value


def answer(given: Given, key: str) -> Mapping[str, object]:
    """The mapping under a key of the file; empty where there is none."""
    part = given.data.get(key)
    return part if isinstance(part, Mapping) else {}


def first_of(given: Given, key: str) -> Mapping[str, object]:
    """The first mapping of a list under a key; empty where there is none."""
    part = given.data.get(key)
    return part[0] if isinstance(part, list) and part and isinstance(part[0], Mapping) else {}


def whole(given: Given) -> Value:
    """The file as a value. Raises CapplanError where it is neither JSON nor YAML."""
    if given.document is None:
        raise given.error or CapplanError((Diagnostic(given.name, 0, 0, "neither JSON nor YAML"),))
    return Value(given.document.data, given.document)


def origin_of(given: Given, value: Value, address: str = "") -> Origin:
    """Where a value stands."""
    line, column = given.line(value.path)
    return Origin(given.name, line, column, address)
