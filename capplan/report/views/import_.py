"""Shows what an import has read, what is left to a person, and in what a scenario differs from its source."""

from collections import Counter
from collections.abc import Sequence

from capplan.commands.import_files import Imported
from capplan.importing.again import Difference
from capplan.importing.model import Origin
from capplan.importing.render import places_of
from capplan.reading.yaml_text import flow
from capplan.report import numbers
from capplan.report.document import Block, Column, Document, Heading, Paragraph, Row, Table, line, row
from capplan.report.views.parts import subtitle
from capplan.services import SECTIONS

_LONG = 60
_MANY = 12
"""Rows shown without details."""
_WORDS = {
    "changed": "changed in the source",
    "added": "new in the source",
    "removed": "gone from the source",
    "conflict": "yours is kept; the source has moved too",
    "kept": "yours is kept",
}


def import_document(answer: Imported, written: str | None, *, checked: bool) -> Document:
    """The answer of `import`."""
    draft = answer.draft
    blocks: list[Block] = [
        Table(
            (Column("File"), Column("Is")),
            tuple(row(file, label.removeprefix("an ").removeprefix("a ")) for file, label in draft.files),
        )
    ]
    counts = Counter(entry.section for entry in draft.entries)
    words = ", ".join(
        numbers.count(n, SECTIONS[key].noun if key in SECTIONS else "traffic source") for key, n in counts.items()
    )
    blocks += _differences(answer.differences)
    blocks += _unused(answer)
    asked = sum(len(entry.questions) for entry in draft.entries)
    confirm = sum(len(entry.confirm) for entry in draft.entries)
    left = [
        *([f"{numbers.count(asked, 'question')} to answer"] if asked else []),
        *([f"{numbers.count(confirm, 'conclusion')} to confirm"] if confirm else []),
    ]
    blocks.append(Paragraph(line("; ".join((words or "nothing that capplan plans", *left)))))
    blocks.append(Paragraph(line(_outcome(answer, written, checked=checked))))
    return Document(draft.name, subtitle(draft.region, "imported", written or ""), tuple(blocks))


def _outcome(answer: Imported, written: str | None, *, checked: bool) -> str:
    if checked:
        moved = (
            "the source has moved since the last import; the same command without --check brings the scenario up to it"
        )
        return moved if answer.drifted else "the scenario is as its source says"
    files = "".join(f", {name}" for name in answer.beside)
    return f"written to {written}{files}; next: capplan estimate {written}"


def _differences(differences: Sequence[Difference]) -> list[Block]:
    if not differences:
        return []
    columns = (Column(""), Column("Key"), Column("Scenario"), Column("Source"), Column("At"))
    order = list(_WORDS)
    rows = [
        row(
            _WORDS[d.kind],
            d.path,
            _shown(d.ours),
            _shown(d.theirs),
            d.where,
            role="warn" if d.kind == "conflict" else "",
        )
        for d in sorted(differences, key=lambda d: (order.index(d.kind), d.path))
    ]
    return [Heading("Differences"), *_short(columns, rows)]


def _unused(answer: Imported) -> list[Block]:
    grouped: dict[tuple[str, str], list[Origin]] = {}
    for one in answer.draft.unused:
        grouped.setdefault((one.what, one.why), []).append(one.origin)
    if not grouped:
        return []
    columns = (Column("What"), Column("Why", wraps=True), Column("Where", wraps=True))
    rows = [row(what, why, places_of(origins)) for (what, why), origins in grouped.items()]
    return [Heading("Seen and not used"), *_short(columns, rows)]


def _short(columns: tuple[Column, ...], rows: Sequence[Row]) -> list[Block]:
    """A table of which the first rows are shown, the others with details."""
    if len(rows) <= _MANY + 1:
        return [Table(columns, tuple(rows))]
    return [Table(columns, tuple(rows[:_MANY])), Table(columns, tuple(rows[_MANY:]), shown="details")]


def _shown(value: object) -> str:
    if value is None:
        return ""
    text = flow(value)
    return text if len(text) <= _LONG else f"{text[: _LONG - 4]} ..."
