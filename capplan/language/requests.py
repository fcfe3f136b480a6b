"""Lines of `calls` and `access`: requests in AWS's words, lists unfolded. It meters nothing."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from capplan.calls import Access
from capplan.flow import DemandFlow, steady
from capplan.language.models import NAME
from capplan.language.reader import Path, Reader
from capplan.language.scenario import IncomingRequests, WrittenCall
from capplan.language.wording import doc_of, found_kind, keys_of
from capplan.model import Line
from capplan.quantities.text import read_rate
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.resource_type import ResourceType
from capplan.service import Section
from capplan.services import SECTIONS, verbs

_ONLY: Mapping[str, tuple[str, ...]] = {
    "replaces": ("put", "batch-write", "transact-write"),
    "changes": ("update",),
    "set": ("update",),
    "remove": ("update",),
    "async": ("invoke",),
    "payload": ("invoke", "start"),
    "consistency": ("get", "query", "scan", "batch-get", "transact-get"),
    "condition_fails": ("put", "update", "delete", "transact-write"),
    "missing": ("get", "delete", "batch-get", "transact-get"),
    "fetches": ("query", "scan"),
    "replays": ("transact-write",),
    "items": ("query", "scan", "batch-get", "batch-write", "transact-get", "transact-write"),
}
"""Words that say something only of these requests."""
_NAMES = ("changes", "remove")
"""Words that name attributes: a list, or one."""
_FIELDS = {"set": "sets", "remove": "removes"}
"""What the code calls a word that Python or pydantic has too."""
_SHARED = ("consistency", "condition_fails", "replays")
"""Words that a request with a list says of every member."""


def calls_in(
    reader: Reader,
    item: object,
    path: Path,
    specs: Mapping[str, tuple[ResourceType[Any, Any], Any]],
    outer: Fraction = Fraction(1),
    *,
    around: Access | None = None,
) -> list[WrittenCall]:
    """The requests that one line of `calls` stands for."""
    op = _op_of(reader, item, path)
    if op is None or not isinstance(item, Mapping):
        return []
    inside = around is not None and around.transactional
    access = _access_of(reader, op, item, path, transactional=inside or op.startswith("transact"))
    if access is None:
        return []
    if around is not None:
        access = access.model_copy(update={word: getattr(around, word) for word in _SHARED if word not in item})
    times = outer * Fraction(access.times) * Fraction(access.chance)
    value = item[op]
    if isinstance(value, list) and op in _batches():
        if not value:
            reader.add_error([*path, op], f"'{op}' lists no request", "such as [{put: orders}]")
        for i, one in enumerate(value):
            wrong = (
                [key for key in one if key in verbs() and key not in _batches()[op]] if isinstance(one, Mapping) else []
            )
            if wrong:
                reader.add_error(
                    [*path, op, i], f"'{wrong[0]}' does not go into '{op}'", f"expected {' or '.join(_batches()[op])}"
                )
                return []
        return [
            w for i, one in enumerate(value) for w in calls_in(reader, one, (*path, op, i), specs, times, around=access)
        ]
    section = _section(op, value, specs)
    address = f"{section}.{value}"
    if not isinstance(value, str) or address not in specs:
        reader.unknown(value, section, [*path, op], specs)
        return []
    access = access.model_copy(update={"target": value})
    _check_access(reader, *specs[address], access, path)
    return [WrittenCall(address, times, access, _line(reader, path))]


@lru_cache
def _batches() -> Mapping[str, tuple[str, ...]]:
    """Verbs whose value may be a list of requests, and what may stand in it."""
    return {verb: members for section in SECTIONS.values() for verb, members in section.batches.items()}


def _section(op: str, name: object, specs: Mapping[str, Any]) -> str:
    """The section a verb reaches: the first that has the name, else the first of its sections."""
    sections = verbs()[op]
    return next((section for section in sections if f"{section}.{name}" in specs), sections[0])


def incoming_at(
    reader: Reader,
    item: object,
    path: Path,
    section: Section,
    declared: tuple[ResourceType[Any, Any], Any],
    flows: Mapping[str, DemandFlow],
) -> list[IncomingRequests]:
    """The requests that one line of `access` stands for."""
    op = _op_of(reader, item, path)
    if op is None or not isinstance(item, Mapping):
        return []
    name = str(path[1])
    alone = [verb for verb in section.verbs if verb not in section.only_in_batches]
    if op not in alone:
        message = f"'{op}' is no request to a {section.noun}"
        reader.add_error([*path, op], message, f"expected one of {', '.join(alone)}", key=True)
        return []
    access = _access_of(reader, op, item, path, transactional=op.startswith("transact"))
    value = item[op]
    if access is None:
        return []
    flow, traffic_source = _source(reader, value, [*path, op], f"{name}.{op}", flows)
    access = access.model_copy(update={"target": name})
    _check_access(reader, *declared, access, path)
    times = Fraction(access.times) * Fraction(access.chance)
    return [IncomingRequests(access, flow * times, traffic_source, _line(reader, path))]


_LINE_STEPS = 4
"""section, name, `calls`, number."""


def _line(reader: Reader, path: Path) -> Line | None:
    """The line at a path; None where `defaults` says it for several."""
    whole = path[:_LINE_STEPS]
    written = reader.written(whole)
    return Line(path, whole, written) if isinstance(written, Mapping) else None


def _op_of(reader: Reader, item: object, path: Path) -> str | None:
    words = [key for key in item if key in verbs()] if isinstance(item, Mapping) else []
    if len(words) == 1:
        return str(words[0])
    if words:
        reader.add_error(path, f"one line says one thing, found {' and '.join(words)}", "write a line for each")
        return None
    found = list(item) if isinstance(item, Mapping) else []
    close = nearest(found[0], verbs()) if found else None
    hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(verbs())}"
    if isinstance(item, str):
        word, _, target = item.partition(" ")
        if word in verbs():
            hint = f"write {{{word}: {target or 'orders'}}}"
    reader.add_error(
        [*path, found[0]] if found else path,
        f"{shown(found[0])} is no request" if found else "no request is named",
        hint,
        key=True,
    )
    return None


def _access_of(reader: Reader, op: str, item: Mapping[str, Any], path: Path, *, transactional: bool) -> Access | None:
    if op == "check" and not transactional:
        reader.add_error(
            [*path, op], "a check is part of a transaction", "write transact-write: [{check: orders}, ...]"
        )
        return None
    raw = {key: value for key, value in item.items() if key != op}
    for word in _NAMES:
        if isinstance(raw.get(word), list):
            raw[word] = tuple(raw[word])
        elif isinstance(raw.get(word), str):
            raw[word] = (raw[word],)
    for banned in ("op", "target", "transactional"):
        if banned in raw:
            reader.add_error(
                [*path, banned],
                f"unknown key '{banned}'",
                f"expected one of {', '.join(keys_of(Access))}",
                key=True,
            )
            raw.pop(banned)
    for word, ops in _ONLY.items():
        if word in raw and op not in ops:
            reader.add_error(
                [*path, word], f"'{word}' says nothing of '{op}'", f"it goes with {', '.join(ops)}", key=True
            )
            raw.pop(word)
    access: Access | None = reader.model(Access, {**raw, "op": op, "transactional": transactional}, path, {})
    return access


def _check_access(reader: Reader, kind: ResourceType[Any, Any], spec: Any, access: Access, path: Path) -> None:  # noqa: ANN401
    problem = kind.validate_request(spec, access) if spec is not None else ""
    if problem:
        words = ("consistency", "index", "items", "item_size", "changes", "set", "remove", "fetches")
        given = [k for k in words if getattr(access, _FIELDS.get(k, k), None) not in (None, "eventual", 0)]
        named = [k for k in given if k in problem.replace(" ", "_")]
        message, _, hint = problem.partition(": ")
        where = (named or given or [access.op])[0]
        reader.add_error([*path, where], message, hint or _more_of(where, spec, access))


def _more_of(word: str, spec: Any, access: Access) -> str:  # noqa: ANN401  any room's spec
    """What would be right where a word is wrong."""
    indexes = getattr(spec, "indexes", {})
    if word == "index" and access.index not in indexes:
        close = nearest(access.index or "", indexes)
        names = f"its indexes are {', '.join(indexes)}" if indexes else "it has no indexes"
        return f"did you mean '{close}'?" if close else names
    return doc_of(Access, [word])


def _source(
    reader: Reader, value: object, path: Sequence[str | int], name: str, flows_by_name: Mapping[str, DemandFlow]
) -> tuple[DemandFlow, str]:
    if isinstance(value, str) and value in flows_by_name:
        return flows_by_name[value], value
    if isinstance(value, str) and NAME.fullmatch(value) and not value[0].isdigit():
        reader.unknown(value, "traffic", path, {f"traffic.{n}": None for n in flows_by_name})
        return DemandFlow.zero(), name
    try:
        return DemandFlow.of(steady(name, recurring=True), read_rate(value)), name
    except Exception as error:  # noqa: BLE001  a pydantic error outside a model
        context = getattr(error, "context", None) or {}
        if "most" in context:
            reader.add_error(path, context["shown"], context["hint"])
            return DemandFlow.zero(), name
        hint = str(context.get("hint", "")) + ", or the name of a traffic"
        found = reader.doc.locate(path)
        what = shown(value) if isinstance(value, str) else found.text or found_kind(found)
        unitless = isinstance(value, Decimal)
        reader.add_error(path, f"{what} has no unit" if unitless else f"{what} is not understood", hint)
        return DemandFlow.zero(), name
