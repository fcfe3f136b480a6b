"""Imports files: told, read, joined to one draft, and written as a scenario's text, or onto one that is there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.importing.again import Difference, merged
from capplan.importing.combine import combine
from capplan.importing.draft import Draft
from capplan.importing.formats import Format, ids, named, recognize
from capplan.importing.given import Given, given_files
from capplan.importing.model import Asked, Found
from capplan.importing.names import name_of
from capplan.importing.render import placed, rendered
from capplan.importing.times import zone_minutes
from capplan.reading.files import read_any
from capplan.reading.nearest import did_you_mean
from capplan.reading.yaml_reader import read_yaml
from capplan.record import Record, replace


class Imported(Record, frozen=True):
    """A scenario made of files.

    Attributes:
        draft: What the files say.
        text: The scenario's whole text.
        beside: Files to write beside it, by name.
        differences: Where there was a scenario already: in what it differs from its source.
        is_new: Whether there was none.
    """

    draft: Draft
    text: str
    beside: Mapping[str, str]
    differences: tuple[Difference, ...]
    is_new: bool

    @property
    def drifted(self) -> bool:
        """Whether the source has moved since the last import."""
        return self.is_new or any(one.kind != "kept" for one in self.differences)


def imported(
    paths: Sequence[str],
    target: str | None,
    *,
    as_format: str | None = None,
    parameters: Mapping[str, str] | None = None,
    anew: bool = False,
) -> Imported:
    """A scenario made of some files and folders.

    Args:
        paths: Files, and folders with all that is told in them.
        target: Where the scenario will stand; one that is there is kept up to date. None for the working folder.
        as_format: The format of all files, for those that cannot be told.
        parameters: Values of parameters and options of the files, by name.
        anew: Whether a scenario that is there is left out of account.

    Raises:
        CapplanError: A file is broken, refused or none of the formats; every such file at once.
    """
    folder = Path() if target is None else Path(target).parent
    is_new = target is None or anew or not Path(target).exists()
    zone = "UTC" if target is None or is_new else _zone_of(target)
    draft = draft_of(paths, as_format=as_format, parameters=parameters, folder=folder, zone=zone)
    if target is None or is_new:
        given = [f"--parameter {name}={value}" for name, value in (parameters or {}).items()]
        text = rendered(draft, " ".join(("capplan import", *paths, *given)))
        return Imported(draft, text, draft.beside, (), is_new=True)
    before = {name: read_any((folder / name).as_posix()) for name in draft.beside if (folder / name).is_file()}
    after = merged(read_any(target), target, draft, before)
    return Imported(draft, after.text, after.beside, after.differences, is_new=False)


def _zone_of(scenario: str) -> str:
    """The time zone of a scenario that is there; UTC where it has none. Raises CapplanError."""
    data = read_yaml(read_any(scenario), scenario).data
    zone = data.get("timezone") if isinstance(data, Mapping) else None
    return zone if isinstance(zone, str) else "UTC"


def draft_of(
    paths: Sequence[str],
    *,
    as_format: str | None = None,
    parameters: Mapping[str, str] | None = None,
    folder: Path,
    zone: str = "UTC",
) -> Draft:
    """The draft of a scenario that will stand in a folder; times are in a zone. Raises CapplanError."""
    asked = Asked(dict(parameters or {}), zone_minutes(zone))
    forced = None if as_format is None else named(as_format)
    found: list[tuple[str, str, Found]] = []
    together: dict[str, list[Given]] = {}
    errors: list[Diagnostic] = []
    for given in given_files(paths, folder):
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
        raise CapplanError(
            (Diagnostic(paths[0], 0, 0, "nothing here can be imported", f"it reads {', '.join(ids())}"),)
        )
    _check_parameters(asked, [one for _, _, one in found])
    draft = placed(combine(found), folder)
    return draft if len(draft.files) == 1 else replace(draft, name=_name_of_all(paths[0]))


def _name_of_all(path: str) -> str:
    """The name of a workload of several files: that of the folder that was named, or of the first file's."""
    place = Path(path).resolve()
    return name_of(place.name if place.is_dir() else place.parent.name)


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


def _check_parameters(asked: Asked, found: Sequence[Found]) -> None:
    """A parameter that no file has would change nothing without a word."""
    known = dict.fromkeys(name for one in found for name in one.parameters)
    wrong = [name for name in asked.parameters if name not in known]
    if wrong:
        some = ", ".join(name for name in known if not name.startswith("AWS::")) or "none but AWS::Region"
        hint = did_you_mean(wrong[0], known, f"the files have {some[:200]}")
        raise CapplanError((Diagnostic("--parameter", 0, 0, f"no file has a parameter '{wrong[0][:60]}'", hint),))
