"""A gate's test against what is known: which comparison decides it, and with what figures. It words no report."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from capplan.gates.observed import ObservedMetric
from capplan.language.gate_syntax import Comparator, Comparison, Figure, Join, Name, Not, Sum, Test, Value, names_in
from capplan.language.gate_tokens import GateError
from capplan.language.gate_units import NUMBER, Unit, alike, example, product, quotient, together, words

Lookup = Callable[[Name], ObservedMetric]
"""What is known under a name. Raises GateError where nothing is."""
_OPPOSITE: dict[Comparator, Comparator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MIRROR: dict[Comparator, Comparator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure; `written` where no observable is in it."""

    value: Fraction
    unit: Unit
    written: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A comparison held against the plan: the side that is observed first, then its limit.

    `margin` is the share of the limit still free, negative when broken; None without a limit to take a share of.
    """

    holds: bool
    observed: Fraction
    operator: Comparator
    limit: Fraction
    unit: Unit
    margin: Fraction | None
    subject: str
    names: tuple[str, ...]


def outcome(test: Test, look: Lookup, *, negated: bool = False) -> Outcome:
    """The comparison that decides: the worst of `and`, the best of `or`. Every part is looked at, whichever decides.

    Raises:
        GateError: A name is unknown, a value is not known, or units do not meet.
    """
    match test:
        case Not(of=of):
            return outcome(of, look, negated=not negated)
        case Join(word=word, left=left, right=right):
            found = [outcome(part, look, negated=negated) for part in (left, right)]
            both = (word == "and") != negated
            return min(found, key=_rank) if both else max(found, key=_rank)
        case Comparison():
            return _compared(test, look, negated=negated)


def _rank(found: Outcome) -> tuple[bool, Fraction]:
    return found.holds, found.margin if found.margin is not None else Fraction(0)


def _compared(test: Comparison, look: Lookup, *, negated: bool) -> Outcome:
    left, right = _amount(test.left, look, test.right), _amount(test.right, look, test.left)
    _alike(left, right, test)
    operator = _OPPOSITE[test.operator] if negated else test.operator
    observed, limit, subject = left, right, test.left_text
    if left.written and not right.written:
        observed, limit, subject, operator = right, left, test.right_text, _MIRROR[operator]
    names = tuple(dict.fromkeys(name.name for side in (test.left, test.right) for name in names_in(side)))
    return Outcome(
        _holds(observed.value, operator, limit.value),
        observed.value,
        operator,
        limit.value,
        together(observed.unit, limit.unit),
        _margin(observed.value, operator, limit.value),
        subject,
        names,
    )


def _holds(observed: Fraction, operator: Comparator, limit: Fraction) -> bool:
    return {
        "<": observed < limit,
        "<=": observed <= limit,
        ">": observed > limit,
        ">=": observed >= limit,
        "==": observed == limit,
        "!=": observed != limit,
    }[operator]


def _margin(observed: Fraction, operator: Comparator, limit: Fraction) -> Fraction | None:
    """For a ceiling how far below it, for a floor how far above it, as a share of it."""
    if not limit or operator in ("==", "!="):
        return None
    free = limit - observed if operator in ("<", "<=") else observed - limit
    return free / abs(limit)


def _amount(node: Value, look: Lookup, other: Value) -> Amount:
    match node:
        case Name():
            found = look(node)
            return Amount(_known(node, found), found.unit, written=False)
        case Figure(of_limit=True):
            return _of_limit(node, look, next(names_in(other)))
        case Figure():
            return Amount(node.value, node.unit, written=True)
        case Sum():
            return _joined(node, _amount(node.left, look, other), _amount(node.right, look, other))


def _known(name: Name, found: ObservedMetric) -> Fraction:
    if found.value is None:
        raise GateError(f"'{name.name}' is not known", name.at, name.width, found.why_unknown)
    return found.value


def _of_limit(share: Figure, look: Lookup, name: Name) -> Amount:
    found = look(name)
    _known(name, found)
    if found.limit is None:
        raise GateError(f"'{name.name}' has no limit to take a share of", share.at, share.width, "write a plain figure")
    return Amount(share.value * found.limit, found.unit, written=True)


def _joined(node: Sum, left: Amount, right: Amount) -> Amount:
    written = left.written and right.written
    if node.operator in ("+", "-"):
        if not alike(left.unit, right.unit):
            verb = "added to" if node.operator == "+" else "taken from"
            first, second = (left, right) if node.operator == "+" else (right, left)
            message = f"{words(first.unit)} cannot be {verb} {words(second.unit)}"
            raise GateError(message, node.at, node.width, "give both the same unit")
        value = left.value + right.value if node.operator == "+" else left.value - right.value
        return Amount(value, together(left.unit, right.unit), written)
    if node.operator == "*":
        unit = product(left.unit, right.unit, a_written=left.written, b_written=right.written)
        return Amount(left.value * right.value, unit, written)
    if not right.value:
        raise GateError("this divides by zero", node.at, node.width, "what stands behind the / is 0 in this plan")
    return Amount(left.value / right.value, quotient(left.unit, right.unit), written)


def _alike(left: Amount, right: Amount, test: Comparison) -> None:
    if alike(left.unit, right.unit):
        return
    observed, limit, text = (right, left, test.right_text) if left.written else (left, right, test.left_text)
    wanted = example(observed.unit)
    found = "a plain number" if limit.unit == NUMBER else words(limit.unit)
    hint = f"expected {words(observed.unit)}, such as {wanted}" if wanted else f"'{text}' is {words(observed.unit)}"
    raise GateError(f"'{text}' is {words(observed.unit)}, its limit is {found}", test.at, test.width, hint)
