"""Makes foreign text safe to show: one line, no control, no bidi, no markup. It never shortens."""


def plain(text: str, *, ascii_only: bool = False) -> str:
    r"""The text with everything a terminal could act upon written as `\uXXXX`; with `ascii_only` all but ASCII too.

    A line break is not printable, so a value never yields one.
    """
    if text.isprintable() and (not ascii_only or text.isascii()):
        return text
    return "".join(glyph(c, ascii_only=ascii_only) for c in text)


def glyph(char: str, *, ascii_only: bool) -> str:
    r"""One character as it may be shown: itself, or `\uXXXX` (`\UXXXXXXXX` past U+FFFF)."""
    if char.isprintable() and (not ascii_only or char.isascii()):
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"  # noqa: PLR2004  four digits' worth
