"""Writes a draft as a scenario that a person wants to keep: provenance behind each name, questions as comments."""

import hashlib
import textwrap
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from capplan.importing.draft import Draft, Entry
from capplan.importing.model import Beside, Origin, Place, Question, Unused
from capplan.language.models import Traffic
from capplan.language.wording import keys_of
from capplan.plain import plain
from capplan.reading.yaml_text import entry, flow, items
from capplan.record import replace
from capplan.services import SECTIONS, resource_type

_WIDTH = 110
_NAME_WIDTH = 38
_LONG_REMARK = 90
_SHOWN_EACH = 4
"""Places listed of equal things that were not used."""
BASE = "# As imported, so that the next import tells your changes from the source's:"
"""The line after which the digests of imported values stand."""
FILES = "files"
"""What stands for a section before the digest of a file beside the scenario."""
CONFIRM = "confirm"


def placed(draft: Draft, folder: Path) -> Draft:
    """The draft with the paths of files as seen from the scenario's folder; what is outside of it is copied beside."""
    beside = dict(draft.beside)

    def path_of(file: Beside) -> str:
        try:
            return Path(file.path).resolve().relative_to(folder.resolve()).as_posix()
        except ValueError:
            pass
        name = Path(file.path).name
        if beside.get(name, file.text) != file.text:
            name = f"{hashlib.sha256(file.text.encode()).hexdigest()[:8]}-{name}"
        beside[name] = file.text
        return name

    def with_paths(value: object) -> object:
        if isinstance(value, Beside):
            return path_of(value)
        if isinstance(value, Mapping):
            return {key: with_paths(inner) for key, inner in value.items()}
        return [with_paths(inner) for inner in value] if isinstance(value, list) else value

    entries = tuple(replace(e, values={k: with_paths(v) for k, v in e.values.items()}) for e in draft.entries)
    return replace(draft, entries=entries, beside=beside)


def data_of(draft: Draft) -> dict[str, Any]:
    """The draft as plain data: what the text says without its comments."""
    out: dict[str, Any] = {"capplan": 1, "name": draft.name, "region": draft.region}
    if draft.account:
        out["account"] = dict(draft.account)
    for key, entries in groupby(draft.entries, lambda one: one.section):
        out[key] = {one.name: values_in_order(one) or None for one in entries}
    return out


def rendered(draft: Draft, command: str) -> str:
    """The whole text of a scenario; `command` is how it was made."""
    lines = [f"# {_inline(command)}", *_head_notes(draft), "capplan: 1", *entry("name", draft.name, 0)]
    region = f"region: {flow(draft.region)}"
    lines.append(region if draft.region_is_known else f"{region}{_gap(region)}# no file says: is it this one?")
    if draft.account:
        lines += entry("account", dict(draft.account), 0)
    for key, entries in groupby(draft.entries, lambda one: one.section):
        lines += ["", f"{key}:"]
        for one in entries:
            lines += entry_lines(one)
    lines += _unused_lines(draft.unused)
    lines += ["", BASE, *base_lines(draft)]
    return "\n".join(lines) + "\n"


def _head_notes(draft: Draft) -> list[str]:
    asked = any(one.questions for one in draft.entries)
    how = ["Lines such as `# rate: 10/s   how often?` ask what is in no file: remove the # and write your own figure."]
    marked = any(one.confirm for one in draft.entries)
    if marked:
        how.append(f"'{CONFIRM}' marks what was concluded from policies, names and events: how often is yours to say.")
    texts = [*(how if asked else how[1:]), *draft.notes]
    return [line for text in texts for line in _wrapped(text)]


def _inline(text: str) -> str:
    """A comment's text on one line; it has words of other files, so nothing in it acts on a terminal."""
    return plain(" ".join(text.split()))


def _wrapped(text: str, indent: str = "# ", more: str = "") -> list[str]:
    lines = textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}{more}", break_long_words=False
    )
    return [plain(line) for line in lines]


# --- one entry ---


def entry_lines(one: Entry, indent: int = 2) -> list[str]:
    """The lines of an entry: its name with where it is from, its values, its questions."""
    blank = " " * indent
    empty = " {}" if not one.values and not one.questions else ""
    head = entry(one.name, None, indent)[0].removesuffix(" null") + empty
    out = [f"{head}{_gap(head)}# {provenance(one)}"]
    for key, value in values_in_order(one).items():
        out += _value_lines(one, key, value, indent + 2)
    for question in one.questions:
        out += [f"{blank}  # {line}" for line in _question_lines(question)]
    return out


def _question_lines(question: Question) -> list[str]:
    """A key to fill in with what is asked; a list with a remark for each item in lines of their own."""
    if not question.remarks or not isinstance(question.example, list):
        return [f"{question.key}: {flow(question.example)}   {_inline(question.asks)}"]
    out = [f"{question.key}:   {_inline(question.asks)}"]
    for value, remark in zip(question.example, question.remarks, strict=True):
        line = items([value], 2)[0]
        out.append(f"{line}{_gap(line)}# {_inline(remark)}")
    return out


def provenance(one: Entry) -> str:
    """Where an entry is from: `template.yaml:120`, its id there where that is another, and what has added to it."""
    first = one.origins[0]
    address = "" if first.address in ("", one.name) else f" {first.address}"
    more = "".join(f", {origin}" for origin in one.origins[1:])
    return _inline(f"{first}{address}{more}")


def values_in_order(one: Entry) -> dict[str, Any]:
    """Its values in the language's order of keys."""
    spec = Traffic if one.section == "traffic" else resource_type(one.section).spec
    section = SECTIONS.get(one.section)
    order = [*keys_of(spec), *(section.flow_keys if section is not None else ())]
    ranked = {key: n for n, key in enumerate(order)}
    keys = sorted(one.values, key=lambda key: (ranked.get(key, len(ranked)), key))
    return {key: one.values[key] for key in keys}


def _value_lines(one: Entry, key: str, value: object, indent: int) -> list[str]:
    """A value with its remarks; a list of which an item has one is written in lines."""
    inside = [place for place in (*one.notes, *one.confirm) if place[0] == key and len(place) > 1]
    if not inside or not isinstance(value, list):
        lines = entry(key, value, indent)
        remark = _remark(one, (key,))
        return [*_with_remark(lines[0], remark), *lines[1:]]
    lines = [*_with_remark(f"{' ' * indent}{key}:", _remark(one, (key,)))]
    for i, item in enumerate(value):
        written = items([item], indent + 2)
        lines += [*_with_remark(written[0], _remark(one, (key, i))), *written[1:]]
    return lines


def _remark(one: Entry, place: Place) -> str:
    note = one.notes.get(place, "")
    return _inline(": ".join(part for part in (CONFIRM if place in one.confirm else "", note) if part))


def _with_remark(line: str, remark: str) -> list[str]:
    """A line with a remark behind it; a long one stands above, in lines of its own."""
    if len(remark) > _LONG_REMARK:
        blank = " " * (len(line) - len(line.lstrip()))
        return [*_wrapped(remark, f"{blank}# "), line]
    return [f"{line}{_gap(line)}# {remark}"] if remark else [line]


def _gap(line: str) -> str:
    """Blanks up to the column where comments stand, two at least."""
    return " " * max(2, _NAME_WIDTH - len(line))


# --- what was not used ---


def _unused_lines(unused: Sequence[Unused]) -> list[str]:
    """Equal things in one line each, with the first few places."""
    if not unused:
        return []
    grouped: dict[tuple[str, str], list[Origin]] = {}
    for row in unused:
        grouped.setdefault((row.what, row.why), []).append(row.origin)
    out = ["", "# Seen and not used:"]
    for (what, why), origins in grouped.items():
        out += _wrapped(f"{what}: {why} ({places_of(origins)})", "#   ", "  ")
    return out


def places_of(origins: Sequence[Origin]) -> str:
    """The first few places, and how many more there are."""
    shown = [f"{origin} {origin.address}".strip() for origin in origins[:_SHOWN_EACH]]
    more = len(origins) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


# --- the base of the next import ---


def digest(path: Sequence[str], value: object) -> str:
    """Six letters that tell whether a value is as imported."""
    return hashlib.sha256(f"{'.'.join(path)}={flow(value)}".encode()).hexdigest()[:6]


def base_lines(draft: Draft) -> list[str]:
    """A comment for each entry with the digests of its values, and for each file that is written beside the scenario."""
    out = []
    for one in draft.entries:
        digests = [digest((one.section, one.name, key), value) for key, value in values_in_order(one).items()]
        out.append(" ".join((f"#   {one.section}.{one.name}:", *digests)))
    return [
        *out,
        *(f"#   {FILES}.{_inline(name)}: {digest((FILES, name), text)}" for name, text in draft.beside.items()),
    ]
