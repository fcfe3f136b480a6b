"""Says what a path is that is no scenario, and the command to run."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.importing.formats import Format, recognize
from capplan.importing.given import ENDINGS, Given, given_files, given_in
from capplan.reading.document import diagnostic_between, lines_of
from capplan.reading.folders import files_in

_SAID = "not a scenario"
_NAME = "scenario.yaml"
"""The name that `init` and `import` give a scenario."""
MAX_FILES, MAX_BYTES = 60, 4_000_000
"""Files of a folder, and bytes of them, that are read to say what is in it."""


def what_it_is(path: str, error: CapplanError) -> CapplanError | None:
    """The error for a file or a folder that is something else than a scenario.

    Args:
        path: As given for a scenario.
        error: Why it cannot be read as one.

    Returns:
        None where the error says it already, or nothing is known of the file.
    """
    if path == "-" or any(_SAID in one.message for one in error.diagnostics):
        return None
    if Path(path).is_dir():
        return _of_folder(path)
    try:
        found = given_files([path], Path())
    except CapplanError:
        return None
    told = [(given, format_) for given in found if (format_ := recognize(given)) is not None]
    if not told or told[0][1].id == "scenario":
        return None
    given, format_ = told[0]
    hint = f"capplan import {path} -o scenario.yaml makes one of it" if format_.read is not None else format_.refusal
    lines = lines_of(given.text)
    message = f"this is {format_.label}, {_SAID}"
    return CapplanError((diagnostic_between(path, lines, (1, 1), (1, 1), message, hint),))


def _of_folder(path: str) -> CapplanError | None:
    try:
        files = files_in(Path(path), ENDINGS)
    except CapplanError:
        return None
    told, looked_at = _told(Path(path), files)
    rest = files[looked_at:]
    scenario = next((given.path for given, format_ in told if format_.id == "scenario"), None) or _by_name(path, rest)
    readable = [(given, format_) for given, format_ in told if format_.read is not None]
    if scenario is not None:
        hint = f"name the scenario in it: {scenario}"
    elif readable:
        given, format_ = readable[0]
        others = "more" if rest else f"{len(readable) - 1} more"
        more = f" and {others}" if rest or len(readable) > 1 else ""
        hint = f"capplan import {path} -o scenario.yaml makes one of {given.name} ({format_.label}){more}"
    else:
        hint = "name a file; capplan init FOLDER writes a scenario to begin with"
    return CapplanError((Diagnostic(path, 0, 0, f"this is a folder, {_SAID}", hint),))


def _told(folder: Path, files: Sequence[Path]) -> tuple[list[tuple[Given, Format]], int]:
    """The first files of a folder that are of a known format, up to a scenario, and how many files were looked at."""
    out: list[tuple[Given, Format]] = []
    size = 0
    for i, file in enumerate(files):
        try:
            size += file.stat().st_size
            if i == MAX_FILES or size > MAX_BYTES:
                return out, i
            given = given_in(folder, file, Path())
        except (CapplanError, OSError):  # it is gone, or no text: what is beside it may say more
            continue
        format_ = recognize(given)
        if format_ is not None:
            out.append((given, format_))
            if format_.id == "scenario":
                return out, i + 1
    return out, len(files)


def _by_name(path: str, files: Iterable[Path]) -> str | None:
    """The first of some files that has the name of a scenario and is one."""
    named = [file for file in files if file.name == _NAME]
    told, _ = _told(Path(path), named)
    return next((given.path for given, format_ in told if format_.id == "scenario"), None)
