"""What a property of a template may be once its functions are evaluated: plain data, a reference, or not known."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from capplan.record import Record


class Token(Record, frozen=True):
    """A reference to a resource: `!Ref Orders`, `!GetAtt Orders.Arn`."""

    scope: str
    id: str
    attribute: str = ""

    @property
    def alias(self) -> str:
        """As blocks are known by."""
        return f"{self.scope}#{self.id}"


class Export(Record, frozen=True):
    """A value that another template exports: `!ImportValue orders-table`."""

    name: str

    @property
    def alias(self) -> str:
        """As blocks are known by."""
        return f"export:{self.name}"


class Unknown(Record, frozen=True):
    """A value that is only known when the stack is deployed, and why."""

    why: str


class Either(Record, frozen=True):
    """A value that a condition decides which is not decided."""

    condition: str
    some: object
    other: object


class Mixed(Record, frozen=True):
    """A text of which parts are references or not known."""

    parts: tuple[object, ...]


class NoValue(Record, frozen=True):
    """`AWS::NoValue`: the property is not there."""


NO_VALUE = NoValue()
Reference = Token | Export


def literal(value: object) -> object | None:
    """The value where it is a plain word or number; None where it is a reference or not known."""
    return value if isinstance(value, str | Decimal | bool) else None


def text_of(value: object) -> str | None:
    """A plain value as text: 4.0 is "4.0"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value if isinstance(value, str) else None


def number_of(value: object) -> Decimal | None:
    """A plain value as a number, also one in quotes."""
    text = text_of(value)
    try:
        number = Decimal(text.strip()) if text is not None else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number) < 10**15 else None


def truth_of(value: object) -> bool | None:
    """A plain value as true or false, also one in quotes."""
    text = text_of(value)
    return {"true": True, "false": False}.get(text.strip().lower()) if text is not None else None


def references_in(value: object) -> list[Reference]:
    """All references in a value, in order: `arn:…:table/${Orders}/index/*` has one."""
    if isinstance(value, Token | Export):
        return [value]
    if isinstance(value, Mixed):
        return [part for part in value.parts if isinstance(part, Token | Export)]
    if isinstance(value, Either):
        return [*references_in(value.some), *references_in(value.other)]
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [found for inner in inside for found in references_in(inner)]


def shown_text(value: object, show: Callable[[object], str] | None = None) -> str:
    """A value as text, a reference as `${Orders.Arn}`, what is not known as `${…}`."""
    if isinstance(value, Mixed):
        return "".join(shown_text(part, show) for part in value.parts)
    text = text_of(value)
    if text is not None:
        return text
    if show is not None:
        return show(value)
    if isinstance(value, Token):
        return f"${{{value.id}.{value.attribute}}}" if value.attribute else f"${{{value.id}}}"
    return f"${{{value.name}}}" if isinstance(value, Export) else "${unknown}"
