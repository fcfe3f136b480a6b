"""Imports files: told, read, joined to one draft, and written as a scenario's text."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.importing.combine import Draft, combine
from capplan.importing.formats import Format, ids, named, recognize
from capplan.importing.given import Given, given_files
from capplan.importing.model import Asked, Found
from capplan.importing.render import placed


def draft_of(
    paths: Sequence[str], *, as_format: str | None = None, parameters: Mapping[str, str] | None = None, folder: Path
) -> Draft:
    """The draft of a scenario from some files and folders.

    Args:
        paths: Files, and folders with all that is told in them.
        as_format: The format of all files, for those that cannot be told.
        parameters: Values of a template's parameters and pseudo parameters, by name.
        folder: Where the scenario will stand: paths in it are relative to this.

    Raises:
        CapplanError: A file is broken, refused or none of the formats; every such file at once.
    """
    asked = Asked(dict(parameters or {}))
    forced = None if as_format is None else named(as_format)
    found: list[tuple[str, str, Found]] = []
    errors: list[Diagnostic] = []
    for given in given_files(paths):
        try:
            row = _read(given, forced, asked)
        except CapplanError as error:
            errors += error.diagnostics
            continue
        if row is not None:
            found.append((given.name, *row))
    if errors:
        raise CapplanError(tuple(errors))
    if not found:
        hint = f"it reads {', '.join(ids())}"
        raise CapplanError((Diagnostic(paths[0], 0, 0, "nothing here can be imported", hint),))
    return placed(combine(found), folder)


def _read(given: Given, forced: Format | None, asked: Asked) -> tuple[str, Found] | None:
    """What a file is and says; None for a file of a folder that is nothing to us."""
    format_ = forced or recognize(given)
    if format_ is not None and format_.read is not None:
        if given.error is not None:
            raise given.error
        return format_.label, format_.read(given, asked)
    if given.from_folder:
        return None
    if format_ is not None:
        raise _refused(given, f"this is {format_.label}", format_.refusal)
    if given.error is not None and not given.name.lower().endswith((".txt", ".csv")):
        raise given.error
    raise _refused(given, "this is none of the formats that are read", f"name its format with --as: {', '.join(ids())}")


def _refused(given: Given, message: str, hint: str) -> CapplanError:
    if given.document is not None:
        return CapplanError((given.document.diagnostic([], message, hint),))
    return CapplanError((Diagnostic(given.name, 1, 1, message, hint, excerpt=given.text.partition("\n")[0][:120]),))
