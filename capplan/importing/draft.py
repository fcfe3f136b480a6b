"""A scenario before it is written: entries under their final names, and what goes beside them."""

from collections.abc import Mapping

from capplan.importing.model import Origin, Place, Question, Unused
from capplan.record import Record


class Entry(Record, frozen=True):
    """A block under its final name, its values plain data.

    Attributes:
        origins: Where it is declared, and what else has added to it.
    """

    section: str
    name: str
    values: Mapping[str, object]
    origins: tuple[Origin, ...]
    notes: Mapping[Place, str]
    confirm: frozenset[Place]
    questions: tuple[Question, ...]


class Draft(Record, frozen=True):
    """A scenario before it is written.

    Attributes:
        name: The workload's.
        region: The Region.
        region_is_known: Whether a file says so.
        account: Keys of `account`.
        entries: Sections in the language's order, entries in that of the files.
        unused: What was seen and not used.
        beside: Files to write beside the scenario, by name.
        notes: Remarks for the head.
        files: The files that were read, with what each is.
    """

    name: str
    region: str
    region_is_known: bool
    account: Mapping[str, object]
    entries: tuple[Entry, ...]
    unused: tuple[Unused, ...]
    beside: Mapping[str, str]
    notes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
