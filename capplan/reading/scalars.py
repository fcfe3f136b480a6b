"""The value of a plain YAML word: a number, true, false, null or text; rejected where YAML readers disagree."""

import re
from decimal import Decimal

from capplan.record import Record

MAX_DIGITS = 18
MAX_EXPONENT = 15
SHOWN_LENGTH = 60

Value = str | Decimal | bool | None

SUSPECTS = frozenset(("", *"0123456789+-.~yYnNtTfFoO"))
"""First characters (or none) of every plain word that is not simply text."""


class Rejection(Record, frozen=True):
    """Why a plain word is rejected, and what to write instead."""

    message: str
    hint: str


_WORDS: dict[str, Value] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_SWITCHES = {
    form: meant
    for meant, words in (("true", ("y", "yes", "on")), ("false", ("n", "no", "off")))
    for word in words
    for form in (word, word.capitalize(), word.upper())
}
_NUMERIC = re.compile(r"[-+.0-9][-+.0-9a-fA-FxXoO_:iInN]*")
"""All that may be a number in any YAML; what has another character in it, as `1.8 KB` has, is text."""
_NUMBER = re.compile(r"[-+]?(?P<digits>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE](?P<exponent>[-+]?[0-9]+))?")
_OTHER_BASE = re.compile(r"[-+]?0[xXoObB][0-9a-fA-F_]+")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)")
_SEPARATED = re.compile(r"[-+]?[0-9][0-9_:]*[_:][0-9_:]*(?:\.[0-9_]*)?")


def plain_value(text: str) -> Value | Rejection:
    """The value of a plain word by capplan's rules, or why it is rejected.

    Numbers keep their digits as written (YAML 1.2's decimal forms only). What YAML 1.1 and 1.2 read differently, such
    as `no`, `0o17`, `20:00` or `1_000`, is rejected. Everything else is text.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text in _SWITCHES:
        return Rejection(
            f"{text} is true or false for some YAML readers and text for others",
            f"write {_SWITCHES[text]}, or {quote(text)}",
        )
    if not _NUMERIC.fullmatch(text):
        return text
    number = _NUMBER.fullmatch(text)
    if number is not None:
        return _number(text, number["digits"], number["exponent"] or "0")
    return _odd_number(text) or text


def quote(text: str) -> str:
    """The hint to quote a word, with the quoted word where it is short enough to be typed."""
    if len(text) > SHOWN_LENGTH or "\n" in text:
        return "quote it"
    mark = "'" if '"' in text or "\\" in text else '"'
    inside = text.replace("'", "''") if mark == "'" else text
    return f"quote it: {mark}{inside}{mark}"


def shown(text: str) -> str:
    """A word of the file in a message: quoted, cut in the middle when long."""
    return f"'{text}'" if len(text) <= SHOWN_LENGTH else f"'{text[:40]} ... {text[-10:]}'"


def _number(text: str, digits: str, exponent: str) -> Decimal | Rejection:
    bare = digits.replace(".", "")
    if len(bare) > MAX_DIGITS:
        return Rejection(
            f"a number has at most {MAX_DIGITS} digits, this one has {len(bare):,}",
            f"round it, or, if it is a name, {quote(text)}",
        )
    if len(digits) > 1 and digits[0] == "0" and digits[1] != ".":
        return Rejection(
            f"{text} begins with 0: octal for some YAML readers, decimal for others",
            f"write {_stripped(text)}, or {quote(text)}",
        )
    power = exponent.lstrip("+-").lstrip("0") or "0"
    if len(power) > len(str(MAX_EXPONENT)) or int(power) > MAX_EXPONENT:
        return Rejection(
            f"an exponent is between -{MAX_EXPONENT} and {MAX_EXPONENT}",
            f"write a smaller number, or, if it is a name, {quote(text)}",
        )
    value = Decimal(text)
    return value or abs(value)  # zero has no sign


def _stripped(text: str) -> str:
    """A number without its leading zeros."""
    sign = text[0] if text[0] in "+-" else ""
    rest = text[len(sign) :].lstrip("0")
    return sign + (rest if rest[:1].isdigit() else "0" + rest)


def _odd_number(text: str) -> Rejection | None:
    """The rejection of a number in a form that YAML readers disagree about."""
    if _NOT_FINITE.fullmatch(text):
        return Rejection(f"{text} is not a finite number", f"write a number, or {quote(text)}")
    if _OTHER_BASE.fullmatch(text):
        return Rejection(
            f"{shown(text)} is a number for some YAML readers and text for others",
            f"write it in decimal, or {quote(text)}",
        )
    if not _SEPARATED.fullmatch(text):
        return None
    if ":" in text:
        return Rejection(f"{shown(text)} is a number in base 60 for some YAML readers", quote(text))
    return Rejection(
        f"{shown(text)} is a number for some YAML readers and text for others",
        f"write it without '_', or {quote(text)}",
    )
