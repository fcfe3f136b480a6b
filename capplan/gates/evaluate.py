"""Evaluates a gate's test: which comparison decides it, and with what figures."""

from collections.abc import Callable
from fractions import Fraction

from capplan.gates.observed import ObservedMetric
from capplan.language.gate_syntax import (
    Chance,
    Comparator,
    Comparison,
    Figure,
    Join,
    Name,
    Not,
    Sum,
    Test,
    Value,
    names_in,
)
from capplan.language.gate_tokens import GateError
from capplan.language.gate_units import Unit, comparable, example, product_unit, quotient_unit, sum_unit, words
from capplan.record import Record

Lookup = Callable[[Name | Chance], ObservedMetric]
"""The metric of a name, or a chance. Raises GateError where there is none."""
_OPPOSITE: dict[Comparator, Comparator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MIRROR: dict[Comparator, Comparator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Amount(Record, frozen=True):
    """A figure; `literal` where it contains no metric."""

    value: Fraction
    unit: Unit
    literal: bool


class Outcome(Record, frozen=True):
    """The result of a comparison: the observed figure, then its limit.

    `margin` is the share of the limit still free, negative when the gate fails; None for a limit of 0 and for == and !=.
    """

    passes: bool
    observed: Fraction
    operator: Comparator
    limit: Fraction
    unit: Unit
    margin: Fraction | None
    subject: str
    names: tuple[str, ...]


def outcome(test: Test, look: Lookup, *, negated: bool = False) -> Outcome:
    """The comparison that decides: the worst of `and`, the best of `or`. Every part is evaluated.

    Raises:
        GateError: A name or a value is unknown, or units do not match.
    """
    match test:
        case Not(of=of):
            return outcome(of, look, negated=not negated)
        case Join(word=word, left=left, right=right):
            outcomes = [outcome(part, look, negated=negated) for part in (left, right)]
            both = (word == "and") != negated
            return min(outcomes, key=_rank) if both else max(outcomes, key=_rank)
        case Comparison():
            return _compared(test, look, negated=negated)


def _rank(result: Outcome) -> tuple[bool, Fraction]:
    return result.passes, result.margin if result.margin is not None else Fraction(0)


def _compared(test: Comparison, look: Lookup, *, negated: bool) -> Outcome:
    left, right = _amount(test.left, look, test.right), _amount(test.right, look, test.left)
    _check_units(left, right, test)
    operator = _OPPOSITE[test.operator] if negated else test.operator
    observed, limit, subject = left, right, test.left_text
    if left.literal and not right.literal:
        observed, limit, subject, operator = right, left, test.right_text, _MIRROR[operator]
    names = tuple(dict.fromkeys(name.name for operand in (test.left, test.right) for name in names_in(operand)))
    return Outcome(
        _passes(observed.value, operator, limit.value),
        observed.value,
        operator,
        limit.value,
        sum_unit(observed.unit, limit.unit),
        _margin(observed.value, operator, limit.value),
        subject,
        names,
    )


def _passes(observed: Fraction, operator: Comparator, limit: Fraction) -> bool:
    return {
        "<": observed < limit,
        "<=": observed <= limit,
        ">": observed > limit,
        ">=": observed >= limit,
        "==": observed == limit,
        "!=": observed != limit,
    }[operator]


def _margin(observed: Fraction, operator: Comparator, limit: Fraction) -> Fraction | None:
    """How far below a maximum or above a minimum, as a share of it."""
    if not limit or operator in ("==", "!="):
        return None
    free = limit - observed if operator in ("<", "<=") else observed - limit
    return free / abs(limit)


def _amount(node: Value, look: Lookup, other: Value) -> Amount:
    match node:
        case Name():
            metric = look(node)
            return Amount(_known(node, metric), metric.unit, literal=False)
        case Chance():
            metric = look(node)
            return Amount(_known(Name(node.text, node.at, node.width), metric), metric.unit, literal=False)
        case Figure(of_limit=True):
            return _of_limit(node, look, next(names_in(other)))
        case Figure():
            return Amount(node.value, node.unit, literal=True)
        case Sum():
            return _arithmetic(node, _amount(node.left, look, other), _amount(node.right, look, other))


def _known(name: Name, metric: ObservedMetric) -> Fraction:
    if metric.value is None:
        raise GateError(f"'{name.name}' is not known", name.at, name.width, metric.why_unknown)
    return metric.value


def _of_limit(share: Figure, look: Lookup, name: Name) -> Amount:
    metric = look(name)
    _known(name, metric)
    if metric.limit is None:
        raise GateError(f"'{name.name}' has no limit", share.at, share.width, "write a plain figure")
    return Amount(share.value * metric.limit, metric.unit, literal=True)


def _arithmetic(node: Sum, left: Amount, right: Amount) -> Amount:
    literal = left.literal and right.literal
    if node.operator in ("+", "-"):
        if not comparable(left.unit, right.unit):
            verb = "added to" if node.operator == "+" else "subtracted from"
            first, second = (left, right) if node.operator == "+" else (right, left)
            message = f"{words(first.unit)} cannot be {verb} {words(second.unit)}"
            raise GateError(message, node.at, node.width, "give both the same unit")
        value = left.value + right.value if node.operator == "+" else left.value - right.value
        return Amount(value, sum_unit(left.unit, right.unit), literal)
    if node.operator == "*":
        unit = product_unit(left.unit, right.unit, a_literal=left.literal, b_literal=right.literal)
        return Amount(left.value * right.value, unit, literal)
    if not right.value:
        raise GateError("division by zero", node.at, node.width, "the divisor is 0 in this plan")
    return Amount(left.value / right.value, quotient_unit(left.unit, right.unit), literal)


def _check_units(left: Amount, right: Amount, test: Comparison) -> None:
    if comparable(left.unit, right.unit):
        return
    observed, limit, text = (right, left, test.right_text) if left.literal else (left, right, test.left_text)
    figure = example(observed.unit)
    hint = f"expected {words(observed.unit)}, such as {figure}" if figure else f"'{text}' is {words(observed.unit)}"
    raise GateError(f"'{text}' is {words(observed.unit)}, its limit is {words(limit.unit)}", test.at, test.width, hint)
