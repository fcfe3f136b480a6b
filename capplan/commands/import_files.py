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
    together: dict[str, list[Given]] = {}
    errors: list[Diagnostic] = []
    for given in given_files(paths):
        try:
            format_ = _format(given, forced)
            if format_ is None:
                continue
            if format_.together is not None:
                together.setdefault(format_.id, []).append(given)
            elif format_.read is not None:
                found.append((given.name, format_.label, format_.read(given, asked)))
        except CapplanError as error:
            errors += error.diagnostics
    for id_, every in together.items():
        try:
            found += _read_together(named(id_), every, asked)
        except CapplanError as error:
            errors += error.diagnostics
    if errors:
        raise CapplanError(tuple(errors))
    if not found:
        hint = f"it reads {', '.join(ids())}"
        raise CapplanError((Diagnostic(paths[0], 0, 0, "nothing here can be imported", hint),))
    return placed(combine(found), folder)


def _format(given: Given, forced: Format | None) -> Format | None:
    """What a file is; None for a file of a folder that is nothing to us. Raises CapplanError for one that is not read."""
    format_ = forced or recognize(given)
    if format_ is not None and format_.is_read:
        if given.error is not None and given.document is None and not format_.takes_text:
            raise given.error
        return format_
    if given.from_folder:
        return None
    if format_ is not None:
        raise _refused(given, f"this is {format_.label}", format_.refusal)
    looks_structured = given.text.lstrip()[:1] in ("{", "[") or not given.name.lower().endswith((".txt", ".csv"))
    if given.error is not None and looks_structured:
        raise given.error
    raise _refused(given, "this is none of the formats that are read", f"name its format with --as: {', '.join(ids())}")


def _read_together(format_: Format, every: Sequence[Given], asked: Asked) -> list[tuple[str, str, Found]]:
    """What files say that are measured as one: all at the first, and each is listed."""
    assert format_.together is not None  # noqa: S101  asked before
    whole = format_.together(every, asked)
    return [(given.name, format_.label, whole if n == 0 else Found()) for n, given in enumerate(every)]


def _refused(given: Given, message: str, hint: str) -> CapplanError:
    if given.document is not None:
        return CapplanError((given.document.diagnostic([], message, hint),))
    return CapplanError((Diagnostic(given.name, 1, 1, message, hint, excerpt=given.text.partition("\n")[0][:120]),))
