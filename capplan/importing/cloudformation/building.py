"""Collects one block: a property that is known becomes a value, one that is not becomes a question."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from capplan.importing.cloudformation.values import Either, Export, Mixed, Unknown, number_of, references_in, text_of
from capplan.importing.model import Block, Joins, Origin, Place, Question
from capplan.reading.yaml_text import flow

Convert = Callable[[object], object | None]
"""A property's value as the language has it; None where it is not a plain value."""


class Building:
    """A block that is being read."""

    def __init__(
        self, section: str, name: str, origin: Origin, aliases: tuple[str, ...], joins: Joins = "never"
    ) -> None:
        self.section, self.name, self.origin, self.aliases, self.joins = section, name, origin, aliases, joins
        self.values: dict[str, object] = {}
        self.notes: dict[Place, str] = {}
        self.confirm: set[Place] = set()
        self.questions: list[Question] = []

    def put(self, key: str, raw: object, convert: Convert, example: object, note: str = "") -> None:
        """A property under a key, where it is given; `example` is for the question where it is not known."""
        if raw is None:
            return
        value = convert(raw)
        if value is not None:
            self.values[key] = value
            if note:
                self.notes[key,] = note
            return
        self.questions.append(Question(key, *_open(raw, convert, example)))

    def ask(self, key: str, example: object, asks: str) -> None:
        """A question that no file answers."""
        if key not in self.values:
            self.questions.append(Question(key, example, asks))

    def add(self, key: str, item: object, note: str = "", *, confirm: bool = False) -> None:
        """One more item of a list, each once."""
        items: Any = self.values.setdefault(key, [])
        if item in items:
            return
        place = (key, len(items))
        items.append(item)
        if note:
            self.notes[place] = note
        if confirm:
            self.confirm.add(place)

    def block(self) -> Block:
        """The block, whole."""
        return Block(
            section=self.section,
            name=self.name,
            values=self.values,
            origin=self.origin,
            aliases=self.aliases,
            notes=self.notes,
            confirm=frozenset(self.confirm),
            questions=tuple(self.questions),
            joins=self.joins,
        )


def _open(raw: object, convert: Convert, example: object) -> tuple[object, str]:
    """The example and the question of a property that is not known."""
    if isinstance(raw, Either):
        some, other = convert(raw.some), convert(raw.other)
        words = ["not set" if one is None else flow(one) for one in (some, other)]
        shown = example if some is None and other is None else other if some is None else some
        return shown, f"{words[0]} if {raw.condition}, else {words[1]}"
    if isinstance(raw, Unknown):
        return example, raw.why
    if isinstance(raw, Mixed):
        why = next((part.why for part in raw.parts if isinstance(part, Unknown)), "")
        return example, why or "the template computes it"
    if isinstance(raw, Export) and raw.name.startswith("ssm:"):
        return example, f"Systems Manager has it when it is deployed, {raw.name.removeprefix('ssm:')}"
    return example, "the template refers to another resource" if references_in(raw) else "not a plain value"


# --- conversions ---


def count(raw: object) -> Decimal | None:
    """A number of things."""
    number = number_of(raw)
    return number if number is not None and number >= 0 and number % 1 == 0 else None


def quantity(unit: str) -> Convert:
    """A number with its unit: "256 MB"."""

    def convert(raw: object) -> str | None:
        number = number_of(raw)
        return None if number is None or number < 0 else f"{number.normalize():f} {unit}"

    return convert


def within(convert: Convert, least: int, most: int) -> Convert:
    """A whole number within AWS's bounds, as another conversion writes it; anything else is asked for."""

    def converted(raw: object) -> object | None:
        number = count(raw)
        return convert(raw) if number is not None and least <= number <= most else None

    return converted


def seconds(raw: object) -> str | None:
    """Seconds, in the largest unit that divides them: 900 is "15 min"."""
    number = count(raw)
    if number is None:
        return None
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if number and number % size == 0 and number >= 2 * size:
            return f"{number / size:f} {unit}"
    return f"{number:f} s"


def minutes(raw: object) -> str | None:
    """Minutes."""
    number = count(raw)
    return None if number is None else f"{number:f} min"


def word(words: Mapping[str, object]) -> Convert:
    """AWS's word as the language's; an unknown one is not read."""
    return lambda raw: words.get(text_of(raw) or "")


def text(raw: object) -> str | None:
    """A text; a number in it keeps its digits: GlueVersion 4.0 is "4.0"."""
    return text_of(raw)


def percent(raw: object) -> str | None:
    """A number from 0 to 100 as a share: "70%"."""
    number = number_of(raw)
    return None if number is None or not 0 <= number <= 100 else f"{number.normalize():f}%"  # noqa: PLR2004  percent


def truth(raw: object) -> bool | None:
    """True or false, also in quotes."""
    return {"true": True, "false": False}.get((text_of(raw) or "").lower())
