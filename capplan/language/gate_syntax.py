"""The grammar of a gate: comparisons of figures and observables, joined by and, or, not. It judges nothing.

gate = either of `or`; `and` binds closer, `not` closer still; then one comparison; then + -, then * /, then a sign, then
a figure, a share `of limit` or `of` an observable, an observable, or anything in parentheses.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from capplan.language.gate_tokens import EXAMPLE, GateError, Token, tokens
from capplan.language.gate_units import SHARE, Unit

Comparator = Literal["<", "<=", ">", ">=", "==", "!="]
Operator = Literal["+", "-", "*", "/"]
Level = Literal["deny", "warn"]
MAX_LEVELS = 32
"""Parentheses, signs and negations inside one another."""
_COMPARATORS = ("<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True, slots=True)
class Figure:
    """A written figure. With `of_limit` it is that share of the other side's limit."""

    value: Fraction
    unit: Unit
    at: int
    width: int
    of_limit: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """An observable."""

    name: str
    at: int
    width: int


@dataclass(frozen=True, slots=True)
class Sum:
    """Two figures joined by an operator."""

    operator: Operator
    left: "Value"
    right: "Value"
    at: int
    width: int


Value = Figure | Name | Sum


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure held against another; `left_text` and `right_text` are as written."""

    operator: Comparator
    left: Value
    right: Value
    left_text: str
    right_text: str
    at: int
    width: int


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    of: "Test"


@dataclass(frozen=True, slots=True)
class Join:
    """Two tests, both (`and`) or either (`or`)."""

    word: Literal["and", "or"]
    left: "Test"
    right: "Test"


Test = Comparison | Not | Join


@dataclass(frozen=True, slots=True)
class Waiver:
    """Leave to break a gate for a while: who gave it, why, and the last day on which it holds."""

    owner: str
    reason: str
    expires: date


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate and where it stands in the file (line 0: the command line, which `text` then names by `source`).

    `inside` is how many characters lie between `column` and the first of `text`: 1 behind a quote; None where the text
    is folded over lines, so that no place in it has a column.
    """

    text: str
    test: Test
    level: Level
    line: int
    column: int
    width: int = 1
    excerpt: str = ""
    inside: int | None = 0
    waiver: Waiver | None = None
    source: str = field(default="")


def read_gate(text: str) -> Test:
    """A gate's test from its text. Raises GateError."""
    return _Parser(text).gate()


def budget_gate(amount: Decimal) -> Gate:
    """`--budget`: the month costs at most so much."""
    text = f"cost.monthly <= {amount:f} USD"
    return Gate(text, read_gate(text), "deny", 0, 0, source="--budget")


def budget_delta_gate(amount: Decimal, unit: Literal["USD", "%"]) -> Gate:
    """`--budget-delta`: the month costs at most so much more than the baseline; `amount` in USD or per cent."""
    text = f"cost.change <= {amount:f} USD" if unit == "USD" else f"cost.change_percent <= {amount:f}%"
    return Gate(text, read_gate(text), "deny", 0, 0, source="--budget-delta")


def names_in(node: Test | Value) -> Iterator[Name]:
    """Every observable, in the order written."""
    match node:
        case Name():
            yield node
        case Figure():
            return
        case Not(of=of):
            yield from names_in(of)
        case Sum(left=left, right=right) | Comparison(left=left, right=right) | Join(left=left, right=right):
            yield from names_in(left)
            yield from names_in(right)


def unobserved(test: Test) -> Comparison | None:
    """The first comparison of written figures alone: it would hold, or not, whatever the plan says."""
    match test:
        case Not(of=of):
            return unobserved(of)
        case Join(left=left, right=right):
            return unobserved(left) or unobserved(right)
        case Comparison():
            return None if any(names_in(test)) else test


def ceilings(test: Test, names: Collection[str]) -> Iterator[Fraction]:
    """What a gate allows an observable at most, by any of its names: of plain comparisons, alone or joined by `and`."""
    match test:
        case Join(word="and", left=left, right=right):
            yield from ceilings(left, names)
            yield from ceilings(right, names)
        case Comparison(operator="<" | "<=", left=Name(name=name), right=Figure(value=value, of_limit=False)):
            yield from (value for _ in (name,) if name in names)
        case Comparison(operator=">" | ">=", left=Figure(value=value, of_limit=False), right=Name(name=name)):
            yield from (value for _ in (name,) if name in names)


class _Parser:
    """One gate's words, read once from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.words, self.i, self.depth = text, tokens(text), 0, 0

    @property
    def word(self) -> Token:
        return self.words[self.i]

    def gate(self) -> Test:
        if self.word.kind == "end":
            raise GateError("a gate compares an observable with a limit, found nothing", 0)
        found = self._test(self._either())
        self._ends()
        return found

    def _ends(self) -> None:
        if self.word.kind != "end":
            self._refuse("expected and, or, or the end")

    def _takes(self, kind: str, *texts: str) -> bool:
        if self.word.kind == kind and self.word.text in texts:
            self.i += 1
            return True
        return False

    def _refuse(self, expected: str) -> None:
        word = self.word
        found = "nothing" if word.kind == "end" else f"'{word.text}'"
        raise GateError(f"{expected}, found {found}", word.at, word.width)

    def _either(self) -> Test | Value:
        left = self._both()
        while self._takes("keyword", "or"):
            left = Join("or", self._test(left), self._test(self._both()))
        return left

    def _both(self) -> Test | Value:
        left = self._not()
        while self._takes("keyword", "and"):
            left = Join("and", self._test(left), self._test(self._not()))
        return left

    def _not(self) -> Test | Value:
        if not self._takes("keyword", "not"):
            return self._comparison()
        self._deeper()
        found = Not(self._test(self._not()))
        self.depth -= 1
        return found

    def _comparison(self) -> Test | Value:
        start = self.word.at
        left = self._sum()
        if not (self.word.kind == "sign" and self.word.text in _COMPARATORS):
            return left
        sign = self.word
        self.i += 1
        left_value, right_start = self._value(left), self.word.at
        right_value = self._value(self._sum())
        end = self._end()
        if self.word.kind == "sign" and self.word.text in _COMPARATORS:
            raise GateError("one comparison at a time", self.word.at, self.word.width, "join two with and")
        operator: Comparator = sign.text  # type: ignore[assignment]
        found = Comparison(
            operator,
            left_value,
            right_value,
            self.text[start : sign.at].strip(),
            self.text[right_start:end],
            start,
            end - start,
        )
        _check_of_limit(found)
        return found

    def _end(self) -> int:
        """Just behind the word before this one."""
        before = self.words[self.i - 1]
        return before.at + before.width

    def _sum(self) -> Test | Value:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Test | Value:
        return self._chain(("*", "/"), self._signed)

    def _chain(self, signs: tuple[str, ...], part: Callable[[], Test | Value]) -> Test | Value:
        start = self.word.at
        left = part()
        while self.word.kind == "sign" and self.word.text in signs:
            operator: Operator = self.word.text  # type: ignore[assignment]
            self.i += 1
            left_value = self._value(left)
            right = self._value(part())
            left = Sum(operator, left_value, right, start, self._end() - start)
        return left

    def _signed(self) -> Test | Value:
        start = self.word.at
        if not self._takes("sign", "-"):
            return self._atom()
        self._deeper()
        of = self._value(self._signed())
        self.depth -= 1
        if isinstance(of, Figure):
            return Figure(-of.value, of.unit, start, self._end() - start, of.of_limit)
        return Sum("*", Figure(Fraction(-1), Unit(), start, 1), of, start, self._end() - start)

    def _atom(self) -> Test | Value:
        word = self.word
        if self._takes("sign", "("):
            self._deeper()
            found = self._either()
            if not self._takes("sign", ")"):
                self._refuse("expected ')'")
            self.depth -= 1
            return found
        if word.kind not in ("name", "figure"):
            self._refuse("expected an observable or a figure")
        self.i += 1
        if word.kind == "name":
            return Name(word.text, word.at, word.width)
        figure = Figure(word.value, word.unit, word.at, word.width)
        return self._of(figure) if self.word.kind == "keyword" and self.word.text == "of" else figure

    def _of(self, share: Figure) -> Value:
        if share.unit != SHARE:
            raise GateError("before 'of' stands a percentage", share.at, share.width, "such as 80% of limit")
        self.i += 1
        if self._takes("keyword", "limit"):
            return Figure(share.value, share.unit, share.at, self._end() - share.at, of_limit=True)
        word = self.word
        if word.kind != "name":
            self._refuse("expected 'limit' or an observable")
        self.i += 1
        return Sum("*", share, Name(word.text, word.at, word.width), share.at, self._end() - share.at)

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_LEVELS:
            raise GateError(f"nested deeper than {MAX_LEVELS} levels", self.word.at, 1, "write several gates")

    def _test(self, found: Test | Value) -> Test:
        if isinstance(found, Figure | Name | Sum):
            raise GateError("a gate compares: a limit is missing", found.at, found.width, EXAMPLE)
        return found

    def _value(self, found: Test | Value) -> Value:
        if isinstance(found, Figure | Name | Sum):
            return found
        at = self.word.at if not isinstance(found, Comparison) else found.at
        raise GateError("expected a figure, found a comparison", at, 1, "join comparisons with and, or, not")


def _check_of_limit(found: Comparison) -> None:
    """`of limit` is of the one observable on the other side."""
    for side, other in ((found.left, found.right), (found.right, found.left)):
        for figure in _figures(side):
            names = {name.name for name in names_in(other)}
            if figure.of_limit and len(names) != 1:
                count = "none" if not names else str(len(names))
                raise GateError(
                    f"'of limit' is the limit of one observable on the other side, found {count}",
                    figure.at,
                    figure.width,
                    "write place-order.concurrency.peak < 80% of limit",
                )


def _figures(node: Value) -> Iterator[Figure]:
    if isinstance(node, Figure):
        yield node
    elif isinstance(node, Sum):
        yield from _figures(node.left)
        yield from _figures(node.right)
