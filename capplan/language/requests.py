"""Reads lines of `calls` and `access`: one request for each member of a batch or a transaction."""

import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from capplan.calls import SET_BY_SERVICES, Access
from capplan.flow import DemandFlow, steady
from capplan.language.models import NAME
from capplan.language.reader import Path, Reader
from capplan.language.scenario import IncomingRequests, Specs, WrittenCall
from capplan.language.wording import describe, doc_of, keys_of
from capplan.model import Line
from capplan.quantities.fields import ranged
from capplan.quantities.text import read_rate
from capplan.reading.nearest import did_you_mean
from capplan.reading.scalars import shown
from capplan.resource_type import ResourceType
from capplan.service import Section
from capplan.services import SECTIONS, integrations, request_keys, verbs

_ATTRIBUTES = ("changes", "remove")
"""Keys whose value is a list of attributes, or a single one."""
_FIELDS = {"set": "sets", "remove": "removes"}
"""Fields of Access whose name differs from the key."""
_SHARED = ("consistency", "condition_fails", "replays", "per")
"""Keys of a batch or a transaction that hold for each member."""


def calls_in(
    reader: Reader,
    item: object,
    path: Path,
    specs: Specs,
    outer: Fraction = Fraction(1),
    *,
    batch: Access | None = None,
) -> list[WrittenCall]:
    """The requests of one line of `calls`; `outer` and `batch` are the count and the request of the list it is in."""
    op = _op_of(reader, item, path)
    if op is None or not isinstance(item, Mapping):
        return []
    in_transaction = batch is not None and batch.transactional
    access = _access_of(reader, op, item, path, transactional=in_transaction or op.startswith("transact"))
    if access is None:
        return []
    if batch is not None:
        access = access.model_copy(update={key: getattr(batch, key) for key in _SHARED if key not in item})
    times = outer * Fraction(access.times) * Fraction(access.chance)
    value = item[op]
    if isinstance(value, list) and op in _batches():
        return _batch_calls(reader, op, value, path, specs, times, access)
    section = _section(op, value, specs)
    address = f"{section}.{value}"
    if not isinstance(value, str) or address not in specs:
        if not _of_another(reader, op, value, path, specs):
            reader.unknown(value, section, [*path, op], specs)
        return []
    access = access.model_copy(update={"target": value})
    _check_access(reader, *specs[address], access, path)
    return [WrittenCall(address, times, access, _line(reader, path))]


def _of_another(reader: Reader, op: str, name: object, path: Path, specs: Specs) -> bool:
    """Adds an error where what is named takes other requests: {put: uploads} of a bucket."""
    for key, section in SECTIONS.items():
        if section.verbs and f"{key}.{name}" in specs:
            message = f"'{op}' is not a request to a {section.noun}, and {shown(str(name))} is one"
            verbs_of = [verb for verb in section.verbs if verb not in section.only_in_batches]
            meant = [verb for verb in verbs_of if verb.startswith(f"{op}-")]
            hint = f"did you mean '{meant[0]}'?" if meant else f"expected one of {', '.join(verbs_of)}"
            reader.add_error([*path, op], message, hint, key=True)
            return True
    return False


def _batch_calls(
    reader: Reader,
    op: str,
    members: list[object],
    path: Path,
    specs: Specs,
    times: Fraction,
    batch: Access,
) -> list[WrittenCall]:
    """The requests of a batch or a transaction."""
    if not members:
        reader.add_error([*path, op], f"'{op}' lists no request", "such as [{put: orders}]")
    valid = _batches()[op]
    calls: list[WrittenCall] = []
    for i, member in enumerate(members):
        wrong = [key for key in member if key in verbs() and key not in valid] if isinstance(member, Mapping) else []
        if wrong:
            message = f"'{wrong[0]}' cannot be part of '{op}'"
            reader.add_error([*path, op, i], message, f"expected {' or '.join(valid)}")
            continue
        calls += calls_in(reader, member, (*path, op, i), specs, times, batch=batch)
    return calls


@lru_cache
def _batches() -> Mapping[str, tuple[str, ...]]:
    """Verbs whose value may be a list of requests, with the verbs of that list."""
    return {verb: members for section in SECTIONS.values() for verb, members in section.batches.items()}


def _section(op: str, name: object, specs: Mapping[str, Any]) -> str:
    """The first section of a verb that declares the name, else the first that declares any, else the verb's first."""
    sections = verbs()[op]
    declared = next((section for section in sections if f"{section}.{name}" in specs), None)
    if declared is not None or len(sections) == 1:
        return declared or sections[0]
    used = {address.partition(".")[0] for address in specs}
    return next((section for section in sections if section in used), sections[0])


def incoming_at(
    reader: Reader,
    item: object,
    path: Path,
    section: Section,
    declared: tuple[ResourceType[Any, Any], Any],
    flows: Mapping[str, DemandFlow],
) -> list[IncomingRequests]:
    """The requests of one line of `access`."""
    op = _op_of(reader, item, path)
    if op is None or not isinstance(item, Mapping):
        return []
    name = str(path[1])
    accepted = [verb for verb in section.verbs if verb not in section.only_in_batches]
    if op not in accepted:
        message = f"'{op}' is not a request to a {section.noun}"
        reader.add_error([*path, op], message, f"expected one of {', '.join(accepted)}", key=True)
        return []
    access = _access_of(reader, op, item, path, transactional=op.startswith("transact"))
    value = item[op]
    if access is None:
        return []
    if access.per != "invocation":
        hint = "requests from outside are counted one by one"
        reader.add_error([*path, "per"], f"'per: {access.per}' is for calls", hint, key=True)
    flow, traffic_source = _source(reader, value, [*path, op], f"{name}.{op}", flows)
    access = access.model_copy(update={"target": name})
    _check_access(reader, *declared, access, path)
    times = Fraction(access.times) * Fraction(access.chance)
    return [IncomingRequests(access, flow * times, traffic_source, _line(reader, path))]


_LISTS_OF_LINES = ("calls", "access")


def _line(reader: Reader, path: Path) -> Line | None:
    """The line of a list at a path; None for one inherited from `defaults`, or that a dotted path cannot name."""
    steps = itertools.pairwise(path)
    end = next((i + 2 for i, (key, at) in enumerate(steps) if key in _LISTS_OF_LINES and isinstance(at, int)), 0)
    whole = path[:end]
    if not whole or any("." in str(step) for step in whole):
        return None
    written = reader.written(whole)
    return Line(path, whole, written) if isinstance(written, Mapping) else None


def _op_of(reader: Reader, item: object, path: Path) -> str | None:
    keys = list(item) if isinstance(item, Mapping) else []
    ops = [key for key in keys if key in verbs()]
    if len(ops) == 1:
        return str(ops[0])
    expected = f"expected one of {', '.join(verbs())}"
    if ops:
        reader.add_error(path, f"a line holds one request, found {' and '.join(ops)}", "write a line for each")
    elif keys:
        api = {
            i.verb for (_, action), i in integrations().items() if action == str(keys[0]).replace("-", "").casefold()
        }
        hint = f"write {{{next(iter(api))}: ...}}" if len(api) == 1 else did_you_mean(keys[0], verbs(), expected)
        reader.add_error([*path, keys[0]], f"unknown request {shown(keys[0])}", hint, key=True)
    else:
        op, _, target = item.partition(" ") if isinstance(item, str) else ("", "", "")
        hint = f"write {{{op}: {target or 'orders'}}}" if op in verbs() else expected
        if op and op not in verbs() and not target:
            hint = f"such as {{{next(iter(verbs()))}: {op[:40]}}}; {expected}"
        reader.add_error(path, "expected a request", hint, key=True)
    return None


def _access_of(reader: Reader, op: str, item: Mapping[str, Any], path: Path, *, transactional: bool) -> Access | None:
    if op == "check" and not transactional:
        reader.add_error(
            [*path, op], "'check' is valid in a transaction only", "write transact-write: [{check: orders}, ...]"
        )
        return None
    raw = {key: value for key, value in item.items() if key != op}
    for key in _ATTRIBUTES:
        if isinstance(raw.get(key), list):
            raw[key] = tuple(raw[key])
        elif isinstance(raw.get(key), str):
            raw[key] = (raw[key],)
    for key in SET_BY_SERVICES:
        if key in raw:
            raw.pop(key)
            hint = f"expected one of {', '.join(keys_of(Access))}"
            reader.add_error([*path, key], f"unknown key '{key}'", hint, key=True)
    for key, ops in request_keys().items():
        if key in raw and op not in ops:
            raw.pop(key)
            message = f"'{key}' does not apply to '{op}'"
            reader.add_error([*path, key], message, f"it applies to {', '.join(ops)}", key=True)
    access: Access | None = reader.model(Access, {**raw, "op": op, "transactional": transactional}, path, {})
    return access


def _check_access(reader: Reader, type_: ResourceType[Any, Any], spec: Any, access: Access, path: Path) -> None:  # noqa: ANN401
    """Adds an error for a request that its resource does not accept, at the key that the reason names."""
    problem = type_.validate_request(spec, access) if spec is not None else ""
    if problem:
        keys = ("consistency", "index", "items", "item_size", "changes", "set", "remove", "fetches", "payload", "batch")
        given = [k for k in keys if getattr(access, _FIELDS.get(k, k), None) not in (None, "eventual", 0)]
        named = [k for k in given if k in problem.replace(" ", "_")]
        message, _, hint = problem.partition(": ")
        key = (named or given or [access.op])[0]
        reader.add_error([*path, key], message, hint or _hint_for(key, spec, access))


def _hint_for(key: str, spec: Any, access: Access) -> str:  # noqa: ANN401  any service's spec
    indexes = getattr(spec, "indexes", {})
    if key == "index" and access.index not in indexes:
        names = f"its indexes are {', '.join(indexes)}" if indexes else "it has no indexes"
        return did_you_mean(access.index or "", indexes, names)
    return doc_of(Access, [key])


def _source(
    reader: Reader, value: object, path: Sequence[str | int], name: str, flows_by_name: Mapping[str, DemandFlow]
) -> tuple[DemandFlow, str]:
    """The flow and the name of a traffic source: a traffic, or a rate of its own."""
    if isinstance(value, str) and value in flows_by_name:
        return flows_by_name[value], value
    if isinstance(value, str) and NAME.fullmatch(value) and not value[0].isdigit():
        reader.unknown(value, "traffic", path, {f"traffic.{n}": None for n in flows_by_name})
        return DemandFlow.zero(), name
    try:
        return DemandFlow.of(steady(name, recurring=True), ranged(read_rate)(value)), name
    except Exception as error:  # noqa: BLE001  a pydantic error outside a model
        context = getattr(error, "context", None) or {}
        if "bound" in context:
            reader.add_error(path, context["shown"], context["hint"])
            return DemandFlow.zero(), name
        mark = reader.doc.locate(path)
        actual = shown(value) if isinstance(value, str) else mark.text or describe(mark)
        message = f"{actual} has no unit" if isinstance(value, Decimal) else f"{actual} is not understood"
        reader.add_error(path, message, f"{context.get('hint', '')}, or the name of a traffic")
        return DemandFlow.zero(), name
