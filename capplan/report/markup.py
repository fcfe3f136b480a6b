"""Makes foreign text safe for Markdown and for the annotations of CI logs."""

import re

from capplan.plain import plain

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~&!$])")
_CALLS = re.compile(r"[@#]|://|www\.", re.IGNORECASE)
"""What a forge turns into mentions, references and links on its own."""


def md(text: str) -> str:
    """Text in a sentence or a table cell: shown as it is, without markup, mentions or links."""
    escaped = _SPECIAL.sub(r"\\\1", plain(text))
    return _CALLS.sub(lambda m: f"{m[0][0]}<!-- -->{m[0][1:]}", escaped)


def code(text: str) -> str:
    """Text in a code span, in a table cell too: whatever backticks are in it."""
    shown = plain(text).replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest or not shown.strip() or shown != shown.strip() else ""
    return f"{fence}{pad}{shown or ' '}{pad}{fence}"


def annotation_text(text: str) -> str:
    """The message of a workflow command: `%` and what may still break a line are escaped."""
    return plain(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def annotation_property(text: str) -> str:
    """A property of a workflow command: `:` and `,` would end it."""
    return annotation_text(text).replace(":", "%3A").replace(",", "%2C")
