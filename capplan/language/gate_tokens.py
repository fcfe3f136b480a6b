"""Splits a gate into tokens: names, figures with their units, signs, each with its place."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from capplan.language.gate_units import BYTE, MONTH, MS, NUMBER, PER_MS, SHARE, USD, Unit
from capplan.quantities.text import BYTES_OF, COUNT_SCALE, MS_OF, SECONDS_OF
from capplan.reading.nearest import nearest
from capplan.record import Record

MAX_LENGTH = 1_000
"""Characters of a gate."""
EXAMPLE = "such as cost.monthly <= 2500 USD, orders.throttled < 0.1% or place-order.concurrency.peak < 80% of limit"

_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "−": "-", "×": "*", "÷": "/"}
_SIGN = re.compile(r"<=|>=|==|!=|[<>+\-*/()≤≥≠−×÷]")
_QUOTED = re.compile(r'"([^"]*)"|`([^`]*)`|\'([^\']*)\'')
_TAG = re.compile(r"cost\.tag\.[A-Za-z0-9_.:/@+-]+=[A-Za-z0-9_.:/@+-]*")
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_][A-Za-z0-9_-]*)*")
_BY_UNIT = re.compile(r"((?:[^()]+\.)?(?:per|cost_per))\(([^()]+)\)")
_FIGURE = re.compile(r"(\d{1,15}(?:\.\d{1,10})?)\s*(%|[A-Za-zµ]+|)")
_RATE = re.compile(r"\s*/\s*([a-z]+)(?![A-Za-z0-9_.-])")
_SCALES: tuple[tuple[Mapping[str, int | Fraction], Unit], ...] = (
    (COUNT_SCALE, NUMBER), (MS_OF, MS), (BYTES_OF, BYTE), ({"month": 1, "months": 1}, MONTH)
)  # fmt: skip
_UNITS = "units are USD, %, ms, s, min, h, d, months, KB, MB, GB, k, M and /s"
_KEYWORDS = frozenset({"and", "or", "not", "of", "limit"})
_INSTEAD = {
    "&": "write and",
    "|": "write or",
    "!": "write not, or != between two figures",
    "=": "write == for equality, <= or >= for a bound",
    "$": "write the amount first: 2500 USD",
    "€": "amounts are in USD: 2500 USD",
    ",": "write figures without separators: 2500 USD",
    '"': "the quote is not closed",
    "'": "the quote is not closed",
    "`": "the quote is not closed",
}


class GateError(ValueError):
    """A gate that cannot be parsed: what is wrong, where in its text, how wide, and what to write."""

    def __init__(self, message: str, at: int, width: int = 1, hint: str = EXAMPLE) -> None:
        super().__init__(message)
        self.message, self.at, self.width, self.hint = message, at, max(1, width), hint


class Token(Record, frozen=True):
    """A token. `value` and `unit` are a figure's; `text` is a sign in its ASCII form, a keyword or a name."""

    kind: Literal["name", "figure", "sign", "keyword", "end"]
    text: str
    at: int
    width: int
    value: Fraction = Fraction(0)
    unit: Unit = NUMBER


def plain_name(name: str) -> str:
    """A name as written in a gate: in quotes where it would not be parsed as a name otherwise."""
    by_unit = _BY_UNIT.fullmatch(name)
    if by_unit is not None:
        return f"{plain_name(by_unit[1])}({plain_name(by_unit[2])})"
    if _TAG.fullmatch(name) or (_WORD.fullmatch(name) and not _is_figure(name)):
        return name
    mark = next((m for m in "`'\"" if m not in name), "`")
    return f"{mark}{name}{mark}"


def tokens(text: str) -> tuple[Token, ...]:
    """A gate's tokens, and an `end` after them. Raises GateError."""
    if len(text) > MAX_LENGTH:
        raise GateError(f"a gate is at most {MAX_LENGTH:,} characters long", 0, 1, "write several gates")
    return (*_each(text), Token("end", "the end", len(text.rstrip()), 1))


def _each(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _next(text, at)
        yield token
        at = token.at + token.width


def _next(text: str, at: int) -> Token:
    quoted = _QUOTED.match(text, at)
    if quoted is not None:
        return Token("name", next(g for g in quoted.groups() if g is not None), at, len(quoted[0]))
    tag = _TAG.match(text, at)
    if tag is not None:
        return Token("name", tag[0], at, len(tag[0]))
    word = _WORD.match(text, at)
    if word is not None:
        return _figure(text, at) if _is_figure(word[0]) else _word(word[0], at)
    sign = _SIGN.match(text, at)
    if sign is not None:
        return Token("sign", _SIGNS.get(sign[0], sign[0]), at, len(sign[0]))
    raise GateError(f"unexpected character '{text[at]}'", at, 1, _INSTEAD.get(text[at], EXAMPLE))


def _is_figure(word: str) -> bool:
    """`50k`, `2.5` and `1.8KB` are figures; `2024-orders.cost` and `3d.cost` are names."""
    return word[0].isdigit() and re.search(r"\.[A-Za-z_]", word) is None


def _word(word: str, at: int) -> Token:
    lower = word.lower()
    return Token("keyword", lower, at, len(word)) if lower in _KEYWORDS else Token("name", word, at, len(word))


def _figure(text: str, at: int) -> Token:
    match = _FIGURE.match(text, at)
    if match is None or text[match.end(1) : match.end(1) + 1].isdigit():
        raise GateError("a figure has at most 15 digits, and 10 after the point", at)
    number, unit = Fraction(Decimal(match[1])), match[2]
    width = len(match[0].rstrip())
    if unit in _KEYWORDS or unit.lower() in _KEYWORDS:
        unit, width = "", len(match[1])
    factor, dimension = _unit(unit, at + width - len(unit))
    if dimension == NUMBER:
        rate = _RATE.match(text, at + width)
        if rate is not None and rate[1] in SECONDS_OF:
            per_ms = number * factor / (SECONDS_OF[rate[1]] * 1000)
            return Token("figure", text[at : rate.end()], at, rate.end() - at, per_ms, PER_MS)
    return Token("figure", text[at : at + width], at, width, number * factor, dimension)


def _unit(word: str, at: int) -> tuple[Fraction, Unit]:
    if word == "%":
        return Fraction(1, 100), SHARE
    if word == "USD":
        return Fraction(1), USD
    if word == "x":
        return Fraction(1), NUMBER
    for scale, unit in _SCALES:
        if word in scale:
            return Fraction(scale[word]), unit
    close = nearest(word, ("USD", "%", "x", *COUNT_SCALE, *MS_OF, *BYTES_OF, "months"))
    hint = f"did you mean '{close}'?" if close else _UNITS
    raise GateError(f"unknown unit '{word}'", at, len(word), hint)
