"""Parses a gate: comparisons of figures and metrics, joined by and, or, not.

Precedence, from lowest: or, and, not, a comparison, + -, * /, a sign; then a figure, a share `of limit` or `of` a
metric, a metric, `chance(…)` of a test, or anything in parentheses.
"""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from capplan.language.gate_tokens import EXAMPLE, GateError, Token, tokens
from capplan.language.gate_units import SHARE, Unit
from capplan.record import Record

Comparator = Literal["<", "<=", ">", ">=", "==", "!="]
Operator = Literal["+", "-", "*", "/"]
Level = Literal["deny", "warn"]
MAX_LEVELS = 32
"""Parentheses, signs and negations inside one another."""
_PERCENTILE = re.compile(r"(.+)\.p(\d{1,2}(?:\.\d{1,6})?)")
BY_UNIT = ("per", "cost_per")
"""Last words of metrics that a unit follows: cost.per(orders), fulfil.cost_per(orders)."""
FORECAST = "forecast."
"""What the names of metrics begin with that are of months to come."""
_COMPARATORS = ("<", "<=", ">", ">=", "==", "!=")


class Figure(Record, frozen=True):
    """A figure in the text. With `of_limit` it is that share of the other operand's limit."""

    value: Fraction
    unit: Unit
    at: int
    width: int
    of_limit: bool = False


class Name(Record, frozen=True):
    """A metric."""

    name: str
    at: int
    width: int


class Sum(Record, frozen=True):
    """Two figures joined by an operator."""

    operator: Operator
    left: "Value"
    right: "Value"
    at: int
    width: int


class Chance(Record, frozen=True):
    """The share of all draws of the scenario's ranges in which a test passes; `text` is as written."""

    of: "Test"
    text: str
    at: int
    width: int


Value = Figure | Name | Sum | Chance
_VALUES = (Figure, Name, Sum, Chance)


class Comparison(Record, frozen=True):
    """A figure compared with another; `left_text` and `right_text` are as written."""

    operator: Comparator
    left: Value
    right: Value
    left_text: str
    right_text: str
    at: int
    width: int


class Not(Record, frozen=True):
    """The negation of a test."""

    of: "Test"


class Join(Record, frozen=True):
    """Two tests, both (`and`) or either (`or`)."""

    word: Literal["and", "or"]
    left: "Test"
    right: "Test"


Test = Comparison | Not | Join


class Waiver(Record, frozen=True):
    """Permission for a gate to fail: who gave it, why, and the last day on which it applies."""

    owner: str
    reason: str
    expires: date


class Gate(Record, frozen=True):
    """A gate and its place in the file (line 0: an option of the command line, whose name is `source`).

    `inside` is the number of characters between `column` and the start of `text`: 1 after a quote; None where the text
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
    source: str = ""


@lru_cache(maxsize=512)
def read_gate(text: str) -> Test:
    """A gate's test from its text. Raises GateError."""
    return _Parser(text).gate()


def budget_gate(amount: Decimal) -> Gate:
    """`--budget`: the maximum monthly cost."""
    text = f"cost.monthly <= {amount:f} USD"
    return Gate(text, read_gate(text), "deny", 0, 0, source="--budget")


def budget_delta_gate(amount: Decimal, unit: Literal["USD", "%"]) -> Gate:
    """`--budget-delta`: the maximum increase of the monthly cost over the baseline; `amount` in USD or percent."""
    text = f"cost.change <= {amount:f} USD" if unit == "USD" else f"cost.change_percent <= {amount:f}%"
    return Gate(text, read_gate(text), "deny", 0, 0, source="--budget-delta")


def unexplained_gate(percent: Decimal, source: str) -> Gate:
    """`--bill`: the maximum share of the bill that is not explained, in percent."""
    text = f"bill.unexplained <= {percent:f}%"
    return Gate(text, read_gate(text), "deny", 0, 0, source=source)


def names_in(node: Test | Value) -> Iterator[Name]:
    """Every metric, in the order written."""
    match node:
        case Name():
            yield node
        case Figure():
            return
        case Not(of=of) | Chance(of=of):
            yield from names_in(of)
        case Sum(left=left, right=right) | Comparison(left=left, right=right) | Join(left=left, right=right):
            yield from names_in(left)
            yield from names_in(right)


def chances_in(node: Test | Value) -> Iterator[Chance]:
    """Every chance, in the order written."""
    match node:
        case Chance():
            yield node
        case Not(of=of):
            yield from chances_in(of)
        case Sum(left=left, right=right) | Comparison(left=left, right=right) | Join(left=left, right=right):
            yield from chances_in(left)
            yield from chances_in(right)
        case _:
            return


def percentile_of(name: str) -> tuple[str, Fraction] | None:
    """The metric of which a name such as `cost.monthly.p90` is a percentile, and its share; None for any other name."""
    match = _PERCENTILE.fullmatch(name)
    share = Fraction(match[2]) / 100 if match is not None else Fraction(0)
    return (match[1], share) if match is not None and 0 < share < 1 else None


def on_forecast(gate: Gate) -> bool:
    """Whether a gate is on months to come, not on the one that a plan is of."""
    return any(name.name.startswith(FORECAST) for name in names_in(gate.test))


def forecast_comparisons(test: Test) -> Iterator[tuple[Comparison, Figure | None]]:
    """The comparisons of months to come, each with the figure that it is compared with; None where that is not all of it."""
    match test:
        case Not(of=of):
            yield from forecast_comparisons(of)
        case Join(left=left, right=right):
            yield from forecast_comparisons(left)
            yield from forecast_comparisons(right)
        case Comparison(left=Name(), right=Figure() as figure) | Comparison(left=Figure() as figure, right=Name()):
            if any(name.name.startswith(FORECAST) for name in names_in(test)):
                yield test, figure
        case Comparison():
            if any(name.name.startswith(FORECAST) for name in names_in(test)):
                yield test, None


def constant_comparison(test: Test) -> Comparison | None:
    """The first comparison of figures alone, whose result does not depend on the plan; None where there is none."""
    match test:
        case Not(of=of):
            return constant_comparison(of)
        case Join(left=left, right=right):
            return constant_comparison(left) or constant_comparison(right)
        case Comparison():
            inner = (constant_comparison(chance.of) for chance in chances_in(test))
            return next((found for found in inner if found), None) if any(names_in(test)) else test


def ceilings(test: Test, names: Collection[str]) -> Iterator[Fraction]:
    """The maxima a gate sets for a metric, by any of its names: of plain comparisons, alone or joined by `and`."""
    match test:
        case Join(word="and", left=left, right=right):
            yield from ceilings(left, names)
            yield from ceilings(right, names)
        case Comparison(operator="<" | "<=", left=Name(name=name), right=Figure(value=value, of_limit=False)):
            if name in names:
                yield value
        case Comparison(operator=">" | ">=", left=Figure(value=value, of_limit=False), right=Name(name=name)):
            if name in names:
                yield value


class _Parser:
    """A recursive-descent parser, used for one gate."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.i, self.depth = text, tokens(text), 0, 0

    @property
    def token(self) -> Token:
        return self.tokens[self.i]

    def gate(self) -> Test:
        if self.tokens[0].kind == "end":
            raise GateError("a gate compares a metric with a limit, found nothing", 0)
        test = self._test(self._or())
        if self.token.kind != "end":
            self._unexpected("expected and, or, or the end")
        return test

    def _accept(self, kind: str, *texts: str) -> bool:
        if self.token.kind == kind and self.token.text in texts:
            self.i += 1
            return True
        return False

    def _unexpected(self, expected: str) -> None:
        token = self.token
        found = "nothing" if token.kind == "end" else f"'{token.text}'"
        raise GateError(f"{expected}, found {found}", token.at, token.width)

    def _or(self) -> Test | Value:
        left = self._and()
        while self._accept("keyword", "or"):
            left = Join("or", self._test(left), self._test(self._and()))
        return left

    def _and(self) -> Test | Value:
        left = self._not()
        while self._accept("keyword", "and"):
            left = Join("and", self._test(left), self._test(self._not()))
        return left

    def _not(self) -> Test | Value:
        if not self._accept("keyword", "not"):
            return self._comparison()
        self._nest()
        negation = Not(self._test(self._not()))
        self.depth -= 1
        return negation

    def _comparison(self) -> Test | Value:
        start = self.token.at
        left = self._sum()
        if not (self.token.kind == "sign" and self.token.text in _COMPARATORS):
            return left
        sign = self.token
        self.i += 1
        left_value, right_start = self._value(left), self.token.at
        right_value = self._value(self._sum())
        end = self._end()
        if self.token.kind == "sign" and self.token.text in _COMPARATORS:
            raise GateError("one comparison at a time", self.token.at, self.token.width, "join two with and")
        operator: Comparator = sign.text  # type: ignore[assignment]
        comparison = Comparison(
            operator,
            left_value,
            right_value,
            self.text[start : sign.at].strip(),
            self.text[right_start:end],
            start,
            end - start,
        )
        _check_of_limit(comparison)
        return comparison

    def _end(self) -> int:
        """Just after the previous token."""
        previous = self.tokens[self.i - 1]
        return previous.at + previous.width

    def _sum(self) -> Test | Value:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Test | Value:
        return self._chain(("*", "/"), self._signed)

    def _chain(self, signs: tuple[str, ...], part: Callable[[], Test | Value]) -> Test | Value:
        start = self.token.at
        left = part()
        while self.token.kind == "sign" and self.token.text in signs:
            operator: Operator = self.token.text  # type: ignore[assignment]
            self.i += 1
            left_value = self._value(left)
            right = self._value(part())
            left = Sum(operator, left_value, right, start, self._end() - start)
        return left

    def _signed(self) -> Test | Value:
        start = self.token.at
        if not self._accept("sign", "-"):
            return self._atom()
        self._nest()
        of = self._value(self._signed())
        self.depth -= 1
        if isinstance(of, Figure):
            return Figure(-of.value, of.unit, start, self._end() - start, of.of_limit)
        return Sum("*", Figure(Fraction(-1), Unit(), start, 1), of, start, self._end() - start)

    def _atom(self) -> Test | Value:
        token = self.token
        if self._accept("sign", "("):
            self._nest()
            inner = self._or()
            if not self._accept("sign", ")"):
                self._unexpected("expected ')'")
            self.depth -= 1
            return inner
        if token.kind not in ("name", "figure"):
            self._unexpected("expected a metric or a figure")
        self.i += 1
        if token.kind == "name" and token.text == "chance" and self._accept("sign", "("):
            return self._chance(token)
        if token.kind == "name":
            return self._per(token) or Name(token.text, token.at, token.width)
        figure = Figure(token.value, token.unit, token.at, token.width)
        return self._of(figure) if self.token.kind == "keyword" and self.token.text == "of" else figure

    def _chance(self, word: Token) -> Value:
        """The rest of `chance(…)`, after its parenthesis."""
        self._nest()
        start = self.token.at
        inner = self._or()
        if not isinstance(inner, Comparison | Not | Join):
            hint = "write chance(cost.monthly > 2000 USD) < 10%"
            raise GateError("expected a comparison inside chance()", start, self._end() - start, hint)
        if next(chances_in(inner), None) is not None:
            raise GateError("a chance has no chance of its own", word.at, word.width, "write two gates")
        if not self._accept("sign", ")"):
            self._unexpected("expected ')'")
        self.depth -= 1
        width = self._end() - word.at
        return Chance(inner, self.text[word.at : word.at + width], word.at, width)

    def _per(self, token: Token) -> Name | None:
        """`cost.per(orders)`: a metric by a unit; None where the name has no unit."""
        if token.text.rpartition(".")[2] not in BY_UNIT or not self._accept("sign", "("):
            return None
        unit = self.token
        if unit.kind != "name":
            self._unexpected("expected a traffic, a state machine or a job")
        self.i += 1
        if not self._accept("sign", ")"):
            self._unexpected("expected ')'")
        return Name(f"{token.text}({unit.text})", token.at, self._end() - token.at)

    def _of(self, share: Figure) -> Value:
        if share.unit != SHARE:
            raise GateError("expected a percentage before 'of'", share.at, share.width, "such as 80% of limit")
        self.i += 1
        if self._accept("keyword", "limit"):
            return Figure(share.value, share.unit, share.at, self._end() - share.at, of_limit=True)
        token = self.token
        if token.kind != "name":
            self._unexpected("expected 'limit' or a metric")
        self.i += 1
        name = self._per(token) or Name(token.text, token.at, token.width)
        return Sum("*", share, name, share.at, self._end() - share.at)

    def _nest(self) -> None:
        self.depth += 1
        if self.depth > MAX_LEVELS:
            raise GateError(f"nested deeper than {MAX_LEVELS} levels", self.token.at, 1, "write several gates")

    def _test(self, node: Test | Value) -> Test:
        if isinstance(node, _VALUES):
            raise GateError("a gate is a comparison: a limit is missing", node.at, node.width, EXAMPLE)
        return node

    def _value(self, node: Test | Value) -> Value:
        if isinstance(node, _VALUES):
            return node
        at = node.at if isinstance(node, Comparison) else self.token.at
        raise GateError("expected a figure, found a comparison", at, 1, "join comparisons with and, or, not")


def _check_of_limit(comparison: Comparison) -> None:
    """`of limit` needs exactly one metric in the other operand."""
    left, right = comparison.left, comparison.right
    for operand, other in ((left, right), (right, left)):
        for figure in _figures(operand):
            names = {name.name for name in names_in(other)}
            if figure.of_limit and next(chances_in(other), None) is not None:
                hint = "write chance(place-order.concurrency.peak > 80% of limit) < 5%"
                raise GateError("a chance has no limit", figure.at, figure.width, hint)
            if figure.of_limit and len(names) != 1:
                count = "none" if not names else str(len(names))
                raise GateError(
                    f"'of limit' needs one metric on the other side, found {count}",
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
