"""Shortens an answer's JSON: the keys that decide, the largest entries of each list, figures rounded.

It works on plain JSON, so that every answer has a short form: one of `report.short_forms`, or all its keys with short lists.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.nearest import did_you_mean
from capplan.reading.scalars import shown
from capplan.report.record import number
from capplan.report.short_forms import FORMS, Form

DEFAULT_TOP = 5
"""Entries of each list, where no number is given."""
_SIX_DIGITS = Context(prec=6, rounding=ROUND_HALF_EVEN)
_TWO_DIGITS = Context(prec=2, rounding=ROUND_HALF_EVEN)
_CENT = Decimal("0.01")
_SUGGESTED = 8


def short(answer: Any, fields: Sequence[str] = (), top: int | None = None) -> Any:  # noqa: ANN401  plain JSON
    """The short form of an answer, or of each answer in a list of them.

    Args:
        answer: The answer's whole JSON.
        fields: Dotted paths of it; a path goes through each entry of a list. Their figures keep all digits. Without them
            the form of the answer's kind.
        top: The largest entries of each list; where None, 5 of a form, and all where fields are given.

    Raises:
        CapplanError: A path that the answer does not have.
    """
    if isinstance(answer, list):
        return [short(one, fields, top) for one in answer]
    if fields:
        cut, left_out = _cut(answer, top, whole_inside=True)
        out = picked(cut, fields)
        return {**out, **_said(left_out, out)}
    form = FORMS.get(str(answer.get("schema")))
    if form is None:
        cut, left_out = _cut(answer, top or DEFAULT_TOP)
        return {**cut, **_said(left_out, cut)}
    prepared = form.prepare(answer)
    cut, left_out = _cut(prepared, top or DEFAULT_TOP, words_too=False)
    out = _without_empty(_rounded(picked(cut, form.fields, missing_is_error=False), form))
    hidden = {key: len(value) for key, value in answer.items() if isinstance(value, list) and value and key not in out}
    return {"short_of": answer["schema"], **out, **_said({**left_out, **hidden}, {**out, **hidden})}


def _said(left_out: Mapping[str, int], shown_: Mapping[str, Any]) -> dict[str, Any]:
    """How many entries of lists are not shown, by their paths."""
    of_shown = {path: count for path, count in left_out.items() if path.partition(".")[0] in shown_ and count}
    return {"left_out": of_shown} if of_shown else {}


# --- lists -----------------------------------------------------------------------------------------------------------


def _cut(
    value: Any,  # noqa: ANN401  plain JSON
    top: int | None,
    *,
    whole_inside: bool = False,
    words_too: bool = True,
) -> tuple[Any, dict[str, int]]:
    """A value whose lists have their largest entries, and how many each has lost.

    Lists inside an entry may stay whole, and so may lists of plain words and figures.
    """
    left_out: dict[str, int] = {}

    def cut(value: Any, path: str) -> Any:  # noqa: ANN401  plain JSON
        if isinstance(value, Mapping):
            return {key: cut(inner, f"{path}.{key}" if path else key) for key, inner in value.items()}
        if not isinstance(value, list):
            return value
        whole = not words_too and not any(isinstance(entry, Mapping) for entry in value)
        kept = value if whole else largest(path.rpartition(".")[2], value)[:top]
        left_out[path] = left_out.get(path, 0) + len(value) - len(kept)
        return kept if whole_inside else [cut(entry, path) for entry in kept]

    return (value, {}) if top is None else (cut(value, ""), left_out)


def largest(name: str, entries: Sequence[Any]) -> list[Any]:
    """The entries of a list, the largest first: costs, the nearest limits, failed gates; other lists as they stand."""
    key = _ORDERS.get(name)
    return sorted(entries, key=key) if key and all(isinstance(entry, Mapping) for entry in entries) else list(entries)


def _of_gate(entry: Mapping[str, Any]) -> tuple[bool, bool, Decimal]:
    """Failed gates first, denying ones before warnings, then those with the least margin."""
    return (
        entry.get("verdict") != "fail",
        entry.get("level") != "deny",
        _figure(entry.get("margin"), Decimal("Infinity")),
    )


def _of_line(entry: Mapping[str, Any]) -> Decimal:
    """The dearest line first; of lines that change, the one that changes most."""
    if "cost_after" in entry:
        return -abs(_figure(entry["cost_after"], Decimal(0)) - _figure(entry["cost_before"], Decimal(0)))
    return -_figure(entry.get("contracted_cost"), Decimal(0))


def _of(key: str) -> Callable[[Mapping[str, Any]], Decimal]:
    """The entry with most of a figure first."""
    return lambda entry: -_figure(entry.get(key), Decimal(0))


def _figure(value: object, otherwise: Decimal) -> Decimal:
    """A figure of an answer; `otherwise` where it is none."""
    if not isinstance(value, str | int):
        return otherwise
    try:
        return Decimal(value)
    except InvalidOperation:
        return otherwise


_ORDERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "access_patterns": _of("monthly_cost"),
    "causes": _of("quantity"),
    "entrances": _of("monthly_cost"),
    "gates": _of_gate,
    "limits": lambda entry: _figure(entry.get("headroom"), Decimal("Infinity")),
    "line_items": _of_line,
    "open_questions": _of("monthly_cost_at_stake"),
    "resources": _of("monthly_cost"),
}
"""How a list is ordered, by its name; recommendations stand in their order already."""


# --- paths -----------------------------------------------------------------------------------------------------------


def picked(answer: Mapping[str, Any], paths: Iterable[str], *, missing_is_error: bool = True) -> dict[str, Any]:
    """What stands at some dotted paths of an answer, in the answer's own form. Raises CapplanError for an unknown path."""
    out: dict[str, Any] = {}
    for path in paths:
        found = _at(answer, path.split("."))
        if found is not _MISSING:
            out = _merged(out, found)
        elif missing_is_error:
            raise _unknown(answer, path)
    return out


_MISSING = object()


def _at(value: Any, path: Sequence[str]) -> Any:  # noqa: ANN401  plain JSON
    """A value with nothing but what stands at a path; a key may have dots. `_MISSING` where nothing stands there."""
    if not path or value is None:
        return value
    if isinstance(value, list):
        entries = [_at(entry, path) for entry in value]
        if entries and all(entry is _MISSING for entry in entries):
            return _MISSING
        return [{} if entry is _MISSING else entry for entry in entries]
    if isinstance(value, Mapping):
        for end in range(len(path), 0, -1):
            key = ".".join(path[:end])
            if key in value:
                found = _at(value[key], path[end:])
                return found if found is _MISSING else {key: found}
    return _MISSING


def _merged(one: Any, other: Any) -> Any:  # noqa: ANN401  plain JSON
    """Two parts of the same value as one."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        out = dict(one)
        for key, value in other.items():
            out[key] = _merged(out[key], value) if key in out else value
        return out
    if isinstance(one, list) and isinstance(other, list):
        return [_merged(a, b) for a, b in zip(one, other, strict=True)]
    return other


def _unknown(answer: Mapping[str, Any], path: str) -> CapplanError:
    """The error of a path, with the keys that stand where it ends."""
    words = path.split(".")
    known = next(end for end in range(len(words), -1, -1) if end == 0 or _at(answer, words[:end]) is not _MISSING)
    place: Any = answer
    for word in words[:known]:
        place = place[0] if isinstance(place, list) else place
        place = place.get(word) if isinstance(place, Mapping) else None
    place = place[0] if isinstance(place, list) and place else place
    keys = list(place) if isinstance(place, Mapping) else []
    listed = ", ".join(keys[:_SUGGESTED]) + (" …" if len(keys) > _SUGGESTED else "")
    where = f"'{'.'.join(words[:known])}'" if known else "the answer"
    hint = did_you_mean(words[min(known, len(words) - 1)], keys, f"{where} has {listed or 'no keys'}")
    return CapplanError((Diagnostic("fields", 0, 0, f"the answer has no {shown(path)}", hint),))


# --- figures ---------------------------------------------------------------------------------------------------------


def _rounded(value: Any, form: Form, key: str = "") -> Any:  # noqa: ANN401  plain JSON
    """A value whose money is rounded to cents and whose other figures have 6 digits."""
    if isinstance(value, Mapping):
        return {inner: _rounded(v, form, key if key in form.money else inner) for inner, v in value.items()}
    if isinstance(value, list):
        return [_rounded(entry, form, key) for entry in value]
    if not isinstance(value, str) or key not in form.money | form.figures:
        return value
    amount = _figure(value, Decimal("NaN"))
    if not amount.is_finite():
        return value
    if key in form.figures:
        return number(_SIX_DIGITS.plus(amount))
    cents = amount.quantize(_CENT, context=Context(prec=60))
    return number(_TWO_DIGITS.plus(amount) if amount and not cents else cents)


def _without_empty(value: Any) -> Any:  # noqa: ANN401  plain JSON
    """A value without keys that say nothing: null, empty, or a cost of 0 among costs."""
    if isinstance(value, Mapping):
        kept = {key: _without_empty(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, "", [], {})}
    return [_without_empty(entry) for entry in value] if isinstance(value, list) else value
