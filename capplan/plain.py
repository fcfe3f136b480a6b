"""Makes foreign text safe to show: one line, no control characters, no bidi, no command of a CI log."""

import re

_COMMAND = re.compile(r"##(?=[A-Za-z]{0,20}\[)")
"""`##[error]`, `##vso[` and `##teamcity[` command build agents wherever they stand in a line."""

_AT_START = re.compile(r"^((?:\s|\x1b\[[\d;]*m)*)::")
"""A workflow command of GitHub: at the beginning of a line, behind blanks and color."""


def plain(text: str, *, ascii_only: bool = False) -> str:
    r"""The text with everything a terminal could act upon written as `\uXXXX`; with `ascii_only` all but ASCII too.

    A line break is not printable, so a value never yields one.
    """
    if "##" in text:
        text = _COMMAND.sub(r"\\u0023#", text)
    if text.isprintable() and (not ascii_only or text.isascii()):
        return text
    return "".join(glyph(c, ascii_only=ascii_only) for c in text)


def inert(line: str) -> str:
    r"""A line of output that no build agent obeys: `::error::` at its beginning becomes `\u003a:error::`."""
    return _AT_START.sub(r"\1\\u003a:", line)


def disarmed(text: str) -> str:
    """Text of several lines in which no build agent finds a command; in JSON the values stay the same."""
    return _COMMAND.sub(r"\\u0023#", text)


def glyph(char: str, *, ascii_only: bool) -> str:
    r"""One character as it may be shown: itself, or `\uXXXX` (`\UXXXXXXXX` past U+FFFF)."""
    if char.isprintable() and (not ascii_only or char.isascii()):
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"  # noqa: PLR2004  four digits' worth
