"""Reads a duration, a size or a share of failures from the profile of a trace that a scenario names."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic_core import PydanticCustomError

from capplan.errors import CapplanError
from capplan.quantities.distribution import Distribution, measured
from capplan.quantities.text import quantity_error
from capplan.reading.files import Files
from capplan.reading.nearest import nearest
from capplan.reading.profiles import read_profile
from capplan.record import Record

WORD = "profile"
"""In place of a value: that of the one profile which the scenario's traffic names."""
_KEYS = ({"profile"}, {"profile", "target"})
_WORDS = {"duration_ms": "durations", "bytes": "sizes"}
_COLUMNS = {"duration_ms": "duration", "bytes": "bytes"}
_LAST_WORD = re.compile(r"[^/:]*$")


class Profiles(Record, frozen=True):
    """What the validation of a spec knows of profiles.

    Attributes:
        files: The scenario's folder.
        of_traffic: The profiles that its traffic names.
        name: The resource that is read: of a trace of several targets it is one of them.
    """

    files: Files
    of_traffic: tuple[str, ...]
    name: str


def is_profiled(raw: object) -> bool:
    """Whether a value is `profile`, `{profile: FILE}` or `{profile: FILE, target: NAME}`."""
    return raw == WORD or (isinstance(raw, Mapping) and raw.keys() in _KEYS)


def profile_file(raw: object, known: object) -> str:
    """The file that such a value names. Raises PydanticCustomError where that is none."""
    if isinstance(raw, Mapping):
        if not isinstance(raw["profile"], str) or not isinstance(raw.get("target", ""), str):
            raise quantity_error("a profile is named by its file", "such as {profile: profile.json}", raw)
        return raw["profile"]
    if not isinstance(known, Profiles) or len(known.of_traffic) != 1:
        found = len(known.of_traffic) if isinstance(known, Profiles) else 0
        which = "no traffic names a profile" if not found else f"the traffic names {found} profiles"
        raise quantity_error(f"which profile? {which}", "name it: {profile: profile.json}", raw)
    return known.of_traffic[0]


def profiled_values(raw: object, known: object, field: str) -> Distribution:
    """The durations (`duration_ms`) or sizes (`bytes`) that a profile measured, each group of them at its mean.

    Raises:
        PydanticCustomError: There is no such profile, or it has none of them.
    """
    file, part = _part(raw, known)
    found = part.get(field)
    if found is None:
        hint = f"profile the trace with --column {_COLUMNS[field]}=NAME"
        raise quantity_error(f"the trace of '{file}' has no {_WORDS[field]}", hint, raw)
    try:
        groups = [(int(n), Decimal(str(total))) for n, total in found["groups"]]
        counts: dict[Decimal, int] = {}
        for n, total in groups:
            counts[total / n] = counts.get(total / n, 0) + n
    except (LookupError, TypeError, ValueError, ArithmeticError):
        raise _edited(file, raw) from None
    if not counts or min(counts) < 0 or min(counts.values()) < 1:
        raise _edited(file, raw)
    return measured(counts)


def profiled_failures(raw: object, known: object) -> Decimal:
    """The share of a profile's requests that failed. Raises PydanticCustomError where it does not say."""
    file, part = _part(raw, known)
    if part.get("failed") is None:
        hint = "profile the trace with --column status=NAME"
        raise quantity_error(f"the trace of '{file}' does not say what failed", hint, raw)
    try:
        share = Decimal(str(part["failed"])) / Decimal(str(part["requests"]))
    except (LookupError, InvalidOperation, ArithmeticError):
        raise _edited(file, raw) from None
    if not 0 <= share <= 1:
        raise _edited(file, raw)
    return share


def _part(raw: object, known: object) -> tuple[str, Mapping[str, Any]]:
    """The file, and of its profile the part of the target that is asked for, or of the resource's name."""
    if not isinstance(known, Profiles):
        raise quantity_error("a profile cannot be read here", "write the value itself", raw)
    file = profile_file(raw, known)
    try:
        data = read_profile(known.files, file)
    except CapplanError as error:
        raise quantity_error(error.diagnostics[0].message, error.diagnostics[0].hint, raw) from None
    try:
        targets = {str(part["target"]): part for part in data.get("by_target") or ()}
        only = {str(part["target"]) for part in data.get("operations") or () if part.get("target") is not None}
    except (LookupError, TypeError, AttributeError):
        raise _edited(file, raw) from None
    wanted = raw.get("target") if isinstance(raw, Mapping) else None
    if not targets:
        if wanted is not None and only != {wanted}:
            raise _no_target(file, str(wanted), sorted(only), raw)
        return file, data
    if wanted is not None:
        if wanted not in targets:
            raise _no_target(file, str(wanted), list(targets), raw)
        return file, targets[wanted]
    own = [target for target in targets if known.name in (target, _last_word(target))]
    if len(own) != 1:
        hint = f"name one: {{profile: {file}, target: {next(iter(targets))}}}; there are {_listed(targets)}"
        raise quantity_error(f"the trace of '{file}' has {len(targets)} targets", hint, raw)
    return file, targets[own[0]]


def _last_word(target: str) -> str:
    """`checkout` of `arn:aws:lambda:us-east-1:111122223333:function:checkout`."""
    found = _LAST_WORD.search(target)
    return found[0] if found is not None else target


def _no_target(file: str, wanted: str, known: Sequence[str], raw: object) -> PydanticCustomError:
    close = nearest(wanted, known)
    hint = f"did you mean {close}?" if close else f"there are {_listed(known)}" if known else "leave out target"
    return quantity_error(f"the trace of '{file}' has no target '{wanted[:60]}'", hint, raw)


def _listed(targets: Sequence[str] | Mapping[str, object]) -> str:
    names = list(targets)
    return ", ".join(names[:6]) + (" ..." if len(names) > 6 else "")  # noqa: PLR2004  what a line holds


def _edited(file: str, raw: object) -> PydanticCustomError:
    return quantity_error(
        f"'{file}' cannot be read", "it was edited, or of an older capplan: profile the trace again", raw
    )
