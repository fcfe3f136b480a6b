"""What `import` answers as JSON: `capplan.import/1`."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from capplan import __version__
from capplan.commands.import_files import Imported
from capplan.importing.model import Origin


class SourceFileRecord(NamedTuple):
    """A file that was read, and what it is."""

    file: str
    format: str


class OriginRecord(NamedTuple):
    """Where something stands; line 0 means the whole file."""

    file: str
    line: int
    column: int
    address: str


class AskedRecord(NamedTuple):
    """What no file says: the key, the question, an example that is not counted."""

    path: str
    asks: str
    example: object


class ConfirmRecord(NamedTuple):
    """What was concluded and not read: the place in the scenario, its value, from what."""

    path: str
    value: object
    why: str


class UnusedRecord(NamedTuple):
    """What was seen and not used."""

    what: str
    why: str
    where: OriginRecord


class DifferenceRecord(NamedTuple):
    """In what a scenario that was there differs from its source.

    Attributes:
        kind: `changed`, `added`, `removed`: the source has moved. `kept`: the scenario's own value. `conflict`: that too,
            and the source has moved.
        scenario: The scenario's value before; null where it had none.
        source: The source's value; null where it has none.
    """

    kind: Literal["changed", "added", "removed", "conflict", "kept"]
    path: str
    scenario: object
    source: object
    where: str


class ImportRecord(NamedTuple):
    """What `capplan import` answers with --format json.

    Attributes:
        written: The scenario that was written; null where nothing was.
        files_written: Files written beside it, such as definitions lifted out of templates.
        sections: How many entries each section has.
        drifted: Whether the source has moved since the last import; true where there was none.
        text: The scenario.
    """

    schema: Literal["capplan.import/1"]
    capplan_version: str
    name: str
    region: str
    region_is_known: bool
    files: tuple[SourceFileRecord, ...]
    sections: Mapping[str, int]
    questions: tuple[AskedRecord, ...]
    to_confirm: tuple[ConfirmRecord, ...]
    unused: tuple[UnusedRecord, ...]
    notes: tuple[str, ...]
    differences: tuple[DifferenceRecord, ...]
    drifted: bool
    written: str | None
    files_written: tuple[str, ...]
    text: str


def import_record(answer: Imported, written: str | None) -> ImportRecord:
    """A scenario made of files."""
    draft = answer.draft
    return ImportRecord(
        "capplan.import/1",
        __version__,
        draft.name,
        draft.region,
        draft.region_is_known,
        tuple(SourceFileRecord(file, label) for file, label in draft.files),
        dict(Counter(entry.section for entry in draft.entries)),
        tuple(
            AskedRecord(f"{e.section}.{e.name}.{q.key}", q.asks, q.example) for e in draft.entries for q in e.questions
        ),
        tuple(
            ConfirmRecord(".".join((e.section, e.name, *map(str, place))), _at(e.values, place), e.notes.get(place, ""))
            for e in draft.entries
            for place in sorted(e.confirm, key=str)
        ),
        tuple(UnusedRecord(row.what, row.why, _origin(row.origin)) for row in draft.unused),
        draft.notes,
        tuple(DifferenceRecord(d.kind, d.path, d.ours, d.theirs, d.where) for d in answer.differences),
        answer.drifted,
        written,
        tuple(answer.beside) if written is not None else (),
        answer.text,
    )


def _origin(origin: Origin) -> OriginRecord:
    return OriginRecord(origin.file, origin.line, origin.column, origin.address)


def _at(values: Any, place: tuple[str | int, ...]) -> Any:  # noqa: ANN401  plain data
    for step in place:
        values = values[step]
    return values
