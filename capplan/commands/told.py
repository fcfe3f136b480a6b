"""Says what a path is that is no scenario, and the command to run."""

from collections.abc import Sequence
from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.importing.formats import recognize
from capplan.importing.given import Given, given_files
from capplan.reading.document import diagnostic_between, lines_of

_SAID = "not a scenario"


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
    folder = Path(path).is_dir()
    try:
        found = given_files([path], Path())
    except CapplanError:
        return None
    told = [(given, format_) for given in found if (format_ := recognize(given)) is not None]
    if folder:
        return _of_folder(path, [(given, label.label) for given, label in told if label.read is not None], told)
    if not told or told[0][1].id == "scenario":
        return None
    given, format_ = told[0]
    hint = f"capplan import {path} -o scenario.yaml makes one of it" if format_.read is not None else format_.refusal
    lines = lines_of(given.text)
    message = f"this is {format_.label}, {_SAID}"
    return CapplanError((diagnostic_between(path, lines, (1, 1), (1, 1), message, hint),))


def _of_folder(path: str, readable: list[tuple[Given, str]], told: Sequence[tuple[Given, object]]) -> CapplanError:
    scenarios = [given.path for given, format_ in told if getattr(format_, "id", "") == "scenario"]
    message = f"this is a folder, {_SAID}"
    if scenarios:
        hint = f"name the scenario in it: {scenarios[0]}"
    elif readable:
        given, label = readable[0]
        more = f" and {len(readable) - 1} more" if len(readable) > 1 else ""
        hint = f"capplan import {path} -o scenario.yaml makes one of {given.name} ({label}){more}"
    else:
        hint = "name a file; capplan init FOLDER writes a scenario to begin with"
    return CapplanError((Diagnostic(path, 0, 0, message, hint),))
