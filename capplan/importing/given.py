"""Opens the files that an import is given: each with its text, its data with positions, and the folder it may look into."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.document import Document
from capplan.reading.files import Files, read_any
from capplan.reading.folders import files_in
from capplan.reading.foreign import read_foreign
from capplan.reading.limits import MAX_SAVED_BYTES
from capplan.record import Record

ENDINGS = (".yaml", ".yml", ".json", ".template", ".tf", ".csv", ".jsonl", ".txt", ".graphql")
"""Files of a folder that are looked at."""
_LINK = re.compile(
    r"(?:(?P<name>[A-Za-z0-9][A-Za-z0-9_-]{0,63})=)?(?P<link>https://lambda-power-tuning\.show/\S{1,8000})"
)
"""A link that carries its data, with the name of what it is about: nothing is fetched."""
_STRUCTURED = (".yaml", ".yml", ".json", ".template", ".jsonl", ".txt", "")


class Given(Record, frozen=True):
    """One file.

    Attributes:
        name: As shown: its path as the user wrote it.
        text: All of it.
        document: Its data with positions; None where it is neither YAML nor JSON.
        error: Why it is not, where it looks like one.
        files: The folder that was named, or that of the file: nothing outside of it is opened.
        folder: Where the file is, from that folder on: what it names is relative to this.
        from_folder: Whether a folder was named and it was found there; such a file may be none of ours.
        path: Where it is, as seen from the working folder.
        seen_from: The scenario's folder, from which names are shown.
    """

    name: str
    text: str
    document: Document | None
    error: CapplanError | None
    files: Files
    folder: str = ""
    from_folder: bool = False
    path: str = ""
    seen_from: Path = Path()

    def named(self, relative: str) -> tuple[str, str]:
        """A file that it names, from the given folder on: its path from the working folder, and its name as shown."""
        path = self.files.root / relative
        return path.as_posix(), shown_name(path, self.seen_from)

    @property
    def data(self) -> Mapping[str, Any]:
        """Its data where it is a mapping; else empty."""
        data = self.document.data if self.document is not None else None
        return data if isinstance(data, Mapping) else {}

    def line(self, path: Sequence[str | int], *, key: bool = True) -> tuple[int, int]:
        """Line and column of the key (or value) at a path; of the nearest one above where it is not there."""
        if self.document is None:
            return 0, 0
        mark = self.document.locate(path, key=key)
        return mark.line, mark.column


def given_files(paths: Iterable[str], seen_from: Path) -> list[Given]:
    """The files at some paths, folders with all they hold; names of files in a folder below `seen_from` are short.

    Raises:
        CapplanError: Something cannot be opened.
    """
    out: dict[str, Given] = {}
    errors: list[Diagnostic] = []
    for text in paths:
        path = Path(text)
        link = _LINK.fullmatch(text)
        if link is not None:
            out[text] = Given(f"{link['name'] or 'tuned'}.link", link["link"], None, None, Files(Path()))
            continue
        try:
            if path.is_dir():
                for found in files_in(path, ENDINGS):
                    out.setdefault(found.as_posix(), given_in(path, found, seen_from))
            else:
                out.setdefault(path.as_posix(), _given(path, path.parent, "", seen_from, inside=False))
        except CapplanError as error:
            errors += error.diagnostics
    if errors:
        raise CapplanError(tuple(errors))
    return list(out.values())


def given_in(folder: Path, found: Path, seen_from: Path) -> Given:
    """A file that was found in a folder. Raises CapplanError where it cannot be opened."""
    where = found.parent.relative_to(folder).as_posix()
    return _given(found, folder, "" if where == "." else where, seen_from, inside=True)


def given_text(name: str, text: str, files: Files, folder: str = "", seen_from: Path = Path()) -> Given:
    """A text as a file, such as a nested template that another file names."""
    document, error = _document(name, text)
    return Given(name, text, document, error, files, folder, path=name, seen_from=seen_from)


def shown_name(path: Path, seen_from: Path) -> str:
    """A file's name from the folder of the scenario, where it is inside; else as the user wrote it."""
    try:
        return path.resolve().relative_to(seen_from.resolve()).as_posix()
    except (ValueError, OSError):
        return path.as_posix()


def _given(path: Path, root: Path, folder: str, seen_from: Path, *, inside: bool) -> Given:
    name = shown_name(path, seen_from)
    text = read_any(path.as_posix(), MAX_SAVED_BYTES)
    document, error = _document(name, text) if path.suffix.lower() in _STRUCTURED else (None, None)
    return Given(name, text, document, error, Files(root), folder, inside, path.as_posix(), seen_from)


def _document(name: str, text: str) -> tuple[Document | None, CapplanError | None]:
    try:
        return read_foreign(text, name), None
    except CapplanError as error:
        return None, error
