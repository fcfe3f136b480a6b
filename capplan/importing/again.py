"""Imports onto a scenario that a person has edited: what came from the source is updated, the person's values stay.

The scenario's last comment has a digest of each value as it was imported. A value that still has its digest is the source's:
it follows the source. One that differs is the person's: it stays, and where the source has moved too, that is said.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from capplan.importing.draft import Draft, Entry
from capplan.importing.render import BASE, FILES, base_lines, digest, entry_lines, provenance, values_in_order
from capplan.reading.document import Document
from capplan.reading.edit import edited, same
from capplan.reading.yaml_reader import read_yaml
from capplan.record import Record

_BASE_LINE = re.compile(r"#   (?P<section>[a-z_]+)\.(?P<name>[A-Za-z0-9_.-]+):(?P<digests>(?: [0-9a-f]{6})*)")

Kind = Literal["changed", "added", "removed", "conflict", "kept"]


class Difference(Record, frozen=True):
    """A value or an entry in which the scenario and its source differ.

    Attributes:
        kind: `changed`, `added`, `removed`: the source has moved since the last import. `kept`: the person's own value;
            `conflict`: that too, and the source has moved.
        path: Such as functions.api.memory; of an entry without a key.
        ours: The scenario's value; None where it has none.
        theirs: The source's value; None where it has none.
        where: Where the source says so.
    """

    kind: Kind
    path: str
    ours: object
    theirs: object
    where: str


class Merged(Record, frozen=True):
    """A scenario after another import.

    Attributes:
        text: The new text.
        beside: Files to write beside it.
        differences: What has changed, and what the person has changed.
    """

    text: str
    beside: Mapping[str, str]
    differences: tuple[Difference, ...]

    @property
    def drifted(self) -> bool:
        """Whether the source has moved since the last import."""
        return any(one.kind != "kept" for one in self.differences)


def merged(text: str, file: str, draft: Draft, beside: Mapping[str, str]) -> Merged:
    """A scenario's text with what its source says now. Raises CapplanError where the text is no valid YAML.

    Args:
        text: The scenario as it is.
        file: Its name.
        draft: What the source says now.
        beside: The texts of the files beside it that an import writes, as they are; without those that do not exist.
    """
    doc = read_yaml(text, file)
    data: dict[str, Any] = dict(doc.data) if isinstance(doc.data, Mapping) else {}
    base = _base_of(text)
    differences: list[Difference] = []
    added: list[Entry] = []
    for entry in draft.entries:
        section = data.get(entry.section)
        if not isinstance(section, Mapping) or entry.name not in section:
            if (entry.section, entry.name) in base:
                differences.append(_entry("kept", entry, None))  # the person has removed it
            else:
                differences.append(_entry("added", entry, None))
                added.append(entry)
            continue
        values, found = _values(entry, section[entry.name], base.get((entry.section, entry.name)))
        differences += found
        data[entry.section] = {**section, entry.name: values}
    data, gone = _without_gone(data, base, draft)
    differences += gone
    files, changed = _files(draft, base, beside)
    differences += changed
    after = edited(text, doc, {key: value for key, value in data.items() if value != {}})
    after = _with_entries(after, added)
    return Merged(_with_provenance(_with_base(after, draft), draft, file), files, tuple(differences))


def _files(
    draft: Draft, base: Mapping[tuple[str, str], frozenset[str]], beside: Mapping[str, str]
) -> tuple[dict[str, str], list[Difference]]:
    """The files to write beside the scenario: those that nobody has edited."""
    out, differences = dict[str, str](), list[Difference]()
    for name, its in draft.beside.items():
        mine = beside.get(name)
        kind = _kind((FILES, name), mine, its, base.get((FILES, name)))
        if kind in ("added", "changed"):
            out[name] = its
        if kind is not None:
            differences.append(Difference(kind, name, None, None, ""))
    return out, differences


def _base_of(text: str) -> dict[tuple[str, str], frozenset[str]]:
    """The digests of the last import, by section and name."""
    out = {}
    for line in text.partition(BASE)[2].splitlines():
        match = _BASE_LINE.fullmatch(line.rstrip())
        if match is not None:
            out[match["section"], match["name"]] = frozenset(match["digests"].split())
    return out


def _entry(kind: Kind, entry: Entry, ours: object) -> Difference:
    return Difference(kind, f"{entry.section}.{entry.name}", ours, dict(entry.values), str(entry.origins[0]))


def _values(entry: Entry, raw: object, base: frozenset[str] | None) -> tuple[object, list[Difference]]:
    """An entry's values after the import, and in what the two differ."""
    ours = dict(raw) if isinstance(raw, Mapping) else {}
    theirs = _plain(values_in_order(entry))
    out, differences = dict(ours), list[Difference]()
    for key in (*ours, *(key for key in theirs if key not in ours)):
        mine, its, path = ours.get(key), theirs.get(key), (entry.section, entry.name, key)
        kind = _kind(path, mine, its, base)
        if kind is None:
            continue
        differences.append(Difference(kind, ".".join(path), mine, its, str(entry.origins[0])))
        if kind == "removed":
            del out[key]
        elif kind in ("added", "changed"):
            out[key] = its
    return out if out or raw is not None else raw, differences


def _kind(path: tuple[str, ...], mine: object, its: object, base: frozenset[str] | None) -> Kind | None:
    """How a value of the scenario and the source's differ (None for none); None where they do not, or it is none of ours."""
    if mine is not None and its is not None and same(mine, its):
        return None
    was_theirs = base is not None and mine is not None and digest(path, mine) in base
    has_moved = base is None or its is None or digest(path, its) not in base
    if its is None:
        return "removed" if was_theirs else None
    if mine is None:
        return "added" if has_moved else "kept"
    if was_theirs:
        return "changed"
    return "conflict" if base is not None and has_moved else "kept"


def _plain(value: Any) -> Any:  # noqa: ANN401  plain data
    """Values as the reader of YAML gives them: whole numbers are Decimal there."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _without_gone(
    data: dict[str, Any], base: Mapping[tuple[str, str], frozenset[str]], draft: Draft
) -> tuple[dict[str, Any], list[Difference]]:
    """The data without entries that the source no longer has, where nobody has edited or names them."""
    known = {(entry.section, entry.name) for entry in draft.entries}
    out, differences = dict(data), list[Difference]()
    for section, name in base:
        entries = out.get(section)
        if (section, name) in known or not isinstance(entries, Mapping) or name not in entries:
            continue
        values = entries[name] if isinstance(entries[name], Mapping) else {}
        digests = {digest((section, name, key), value) for key, value in values.items()}
        rest = {**out, section: {key: value for key, value in entries.items() if key != name}}
        if digests <= base[section, name] and not _names(rest, name):
            out = rest
            differences.append(Difference("removed", f"{section}.{name}", values, None, ""))
        else:
            differences.append(Difference("kept", f"{section}.{name}", values, None, "no longer in the source"))
    return out, differences


def _names(value: object, name: str) -> bool:
    """Whether a text in the data is a name."""
    if isinstance(value, Mapping):
        return any(_names(inner, name) for inner in value.values())
    if isinstance(value, list):
        return any(_names(inner, name) for inner in value)
    return value == name


# --- text ---


def _with_entries(text: str, added: list[Entry]) -> str:
    """The text with new entries at the end of their sections, a new section before what follows all of them."""
    lines = text.split("\n")
    for entry in added:
        written = entry_lines(entry)
        head = next((i for i, line in enumerate(lines) if re.fullmatch(rf"{entry.section}:\s*(#.*)?", line)), None)
        if head is None:
            at = _end_of_body(lines)
            lines[at:at] = ["", f"{entry.section}:", *written]
        else:
            end = next(
                (i for i in range(head + 1, len(lines)) if lines[i] and not lines[i].startswith((" ", "#"))), None
            )
            at = _end_of_body(lines) if end is None else end
            while at > head + 1 and not lines[at - 1].strip():
                at -= 1
            lines[at:at] = written
    return "\n".join(lines)


def _end_of_body(lines: list[str]) -> int:
    """The line after the last that is neither empty nor a comment at the margin."""
    return next((i + 1 for i in range(len(lines) - 1, -1, -1) if lines[i].strip() and not lines[i].startswith("#")), 0)


def _with_base(text: str, draft: Draft) -> str:
    """The text with the digests of this import."""
    head = text.partition(BASE)[0].rstrip("\n")
    return "\n".join((head, "", BASE, *base_lines(draft))) + "\n"


def _with_provenance(text: str, draft: Draft, file: str) -> str:
    """The text with the lines of the source as they are now, where the comment behind a name is still of that form."""
    doc: Document = read_yaml(text, file)
    lines = text.split("\n")
    for entry in draft.entries:
        mark = doc.locate([entry.section, entry.name], key=True)
        line = lines[mark.line - 1]
        source = re.escape(entry.origins[0].file)
        lines[mark.line - 1] = re.sub(rf"# {source}:\d+.*$", lambda _: f"# {provenance(entry)}", line)  # noqa: B023
    return "\n".join(lines)
