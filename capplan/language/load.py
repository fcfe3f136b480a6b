"""Loads a scenario: its text to checked specs, traffic, calls and gates, or all its errors."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from capplan.errors import CapplanError
from capplan.flow import DemandFlow
from capplan.language.gate_syntax import budget_gate
from capplan.language.gates import gates_of
from capplan.language.head import check_limit_names, check_region, check_top_keys, head_of
from capplan.language.inner_requests import inner_requests
from capplan.language.models import Head
from capplan.language.other_files import other_file
from capplan.language.prices import PRICES, prices_of
from capplan.language.questions import TRAFFIC, Question, open_in, with_examples
from capplan.language.reader import Path, Reader
from capplan.language.references import check_readers, check_references
from capplan.language.requests import calls_in, incoming_at
from capplan.language.scenario import Resource, Scenario, Specs, with_gates
from capplan.language.schedules import schedules_of
from capplan.language.specs import check_specs_in, specs_of
from capplan.language.traffic import traffic_of
from capplan.language.unchanged import Unchanged
from capplan.quantities.uncertain import is_range, range_paths
from capplan.reading.document import Document, Overlaid, Under
from capplan.reading.files import Files, Source, read_json, read_source
from capplan.reading.yaml_reader import read_leniently, read_yaml
from capplan.record import replace
from capplan.resource_type import ResourceType
from capplan.service import Section
from capplan.services import SECTIONS


def load(path: str, *, text: str | None = None, budget: Decimal | None = None) -> Scenario:
    """The scenario at a path (`-`: that of `text`), with a gate on the monthly cost where `budget` (USD) is given.

    Raises:
        CapplanError: All its errors, in file order.
    """
    return with_budget(load_source(read_source(path, text)), budget)


def with_budget(scenario: Scenario, budget: Decimal | None) -> Scenario:
    """The scenario with a gate on the monthly cost, where one is given in USD."""
    return scenario if budget is None else with_gates(scenario, budget_gate(budget))


def load_source(source: Source, overlays: Sequence[Source] = (), prices: Sequence[Source] = ()) -> Scenario:
    """The scenario of a text and the files beside it, with the texts that are laid over it. Raises CapplanError.

    `prices` are laid over it too: each is what could stand under the scenario's own key `prices`.
    """
    doc = _document(source)
    if not overlays and not prices:
        return build(doc, source.files, _sha256(source))
    layers = [*(_document(overlay) for overlay in overlays), *(_price_file(file) for file in prices)]
    data = doc.data
    for layer in layers:
        if not isinstance(layer.data, Mapping):
            raise CapplanError(
                (layer.diagnostic([], "expected keys and values", "write what differs: region: eu-west-1"),)
            )
        data = laid_over(data, layer.data)
    name = " + ".join((doc.file, *(layer.file for layer in layers)))
    whole = Overlaid(doc.file, doc.data, doc.mark, doc.lines, tuple(layers))
    digest = hashlib.sha256("\n".join(_sha256(one) for one in (source, *overlays, *prices)).encode()).hexdigest()
    return replace(build(whole, source.files, digest, data if isinstance(data, Mapping) else None), file=name)


def _price_file(source: Source) -> Document:
    """A file of price keys, as they stand under `prices`; the key itself may stand above them."""
    is_json = source.display.lower().endswith(".json")
    doc = read_json(source.text, source.display) if is_json else read_yaml(source.text, source.display)
    if isinstance(doc.data, Mapping) and set(doc.data) == {PRICES}:
        return doc
    if not isinstance(doc.data, Mapping) or not doc.data:
        hint = "such as dynamodb.backup.pitr_gb_month: 0.18 USD"
        raise CapplanError((doc.diagnostic([], "expected price keys and prices", hint),))
    return Under(doc.file, {PRICES: doc.data}, doc.mark, doc.lines, PRICES)


def _document(source: Source) -> Document:
    doc, errors, _ = read_leniently(source.text, source.display)
    other = other_file(doc, source.text, source.display, readable=not errors)
    if doc is None or other is not None or errors:
        raise CapplanError(errors if other is None else (other,))
    return doc


def _sha256(source: Source) -> str:
    return hashlib.sha256(source.text.encode()).hexdigest()


def laid_over(base: object, over: object) -> object:
    """Plain data with other data laid over them: keys are joined, null removes one, any other value replaces.

    A range is one value: it replaces percentiles, and a range is not joined with what it replaces.
    """
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    if is_range(over) or (is_range(base) and not over.keys() <= base.keys()):
        return over
    out = dict(base)
    for key, value in over.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = laid_over(base[key], value) if key in base else value
    return out


def build(
    doc: Document, files: Files, sha256: str, data: Mapping[str, Any] | None = None, base: Scenario | None = None
) -> Scenario:
    """A scenario from plain data.

    Args:
        doc: The document, for positions.
        files: The files beside it.
        sha256: Of the document's text.
        data: Changed data; the document's where None.
        base: A valid scenario of which `data` is a changed copy: what is the same object in both is not read again.

    Raises:
        CapplanError: All errors, in file order.
    """
    raw = doc.data if data is None else data
    if not isinstance(raw, Mapping):
        raise CapplanError((doc.diagnostic([], "expected keys and values", "write capplan: 1, a name and a region"),))
    questions = open_in(doc, raw)
    reader = Reader(doc, files, with_examples(raw, questions) if questions else dict(raw))
    scenario = scenario_of(reader, sha256, Unchanged(base, raw), questions)
    if base is not None and (base.prices_on is not None or base.billed_month is not None):
        scenario = replace(scenario, prices_on=base.prices_on, billed_month=base.billed_month)
    if not questions:
        return scenario
    return replace(scenario, data=raw, questions=questions, allow_open=base is not None and base.allow_open)


def scenario_of(reader: Reader, sha256: str, unchanged: Unchanged, questions: Sequence[Question] = ()) -> Scenario:
    """A scenario from a reader's data. Raises CapplanError."""
    unanswered = {q.name for q in questions if q.section == TRAFFIC and q.needed}
    head = reader.model(Head, head_of(reader), (), {})
    check_top_keys(reader)
    flows_by_name = unchanged.flows() or traffic_of(reader, unanswered)
    specs = specs_of(reader, unchanged)
    names: dict[str, list[str]] = {}
    for address in specs:
        names.setdefault(address.partition(".")[2], []).append(address)
    same = unchanged.with_all_they_name(specs)
    resources = {
        address: same.get(address) or resource_at(reader, address, names, flows_by_name, specs) for address in specs
    }
    check_readers(reader, specs)
    starts = schedules_of(specs, unchanged)
    gates = gates_of(reader)
    prices = prices_of(reader)
    check_limit_names(reader)
    if head is not None:
        check_region(reader, head.region)
        check_specs_in(reader, specs, head.region)
        if head.unit is not None and head.unit not in flows_by_name:
            reader.unknown(head.unit, "traffic", ["unit"], {f"traffic.{name}": None for name in flows_by_name})
        for i, launch in enumerate(head.launches if head is not None else ()):
            if launch.traffic not in flows_by_name:
                known = {f"traffic.{name}": None for name in flows_by_name}
                reader.unknown(launch.traffic, "traffic", ["launches", i, "traffic"], known)
    if reader.diagnostics or head is None:
        raise CapplanError(tuple(sorted(reader.diagnostics, key=lambda d: (d.line, d.column))))
    return Scenario(
        file=reader.doc.file,
        sha256=sha256,
        name=head.name,
        region=head.region,
        timezone=head.timezone,
        account=head.account,
        flows_by_name={**flows_by_name, **starts},
        resources=resources,
        gates=gates,
        prices=prices,
        ranges=tuple(".".join(map(str, path)) for path in range_paths(reader.data, unchanged.without_ranges)),
        data=reader.data,
        doc=reader.doc,
        files=reader.files,
        commitments=head.commitments,
        unit=head.unit or "",
    )


def resource_at(
    reader: Reader,
    address: str,
    names: Mapping[str, list[str]],
    flows: Mapping[str, DemandFlow],
    specs: Specs,
) -> Resource:
    """One resource with its calls and its requests from outside."""
    declared = type_, spec = specs[address]
    key, _, name = address.partition(".")
    section = SECTIONS[key]
    raw = reader.data[key][name]
    written = raw.get("calls", reader.inherited(key).get("calls")) if "calls" in section.flow_keys else None
    lines = reader.listed(written, (key, name, "calls"))
    calls = tuple(call for at, item in lines for call in calls_in(reader, item, at, specs))
    _check_batches(reader, type_, spec, section, lines)
    calls += tuple(inner_requests(reader, section, specs[address], name, specs))
    lines = reader.listed(raw.get("access") if "access" in section.flow_keys else None, (key, name, "access"))
    incoming = tuple(i for at, item in lines for i in incoming_at(reader, item, at, section, declared, flows))
    if spec is not None:
        check_references(reader, declared, (key, name), names, flows, specs)
    label = name if len(names[name]) == 1 else address
    line = reader.doc.locate([key, name], key=True).line
    sources = () if spec is None else type_.sources(spec)
    named = frozenset((*(call.to for call in calls), *(source.name for source in sources)))
    return Resource(type_, section, name, address, label, spec, calls, incoming, line, named)


def _check_batches(
    reader: Reader,
    type_: ResourceType[Any, Any],
    spec: Any,  # noqa: ANN401  any service's spec
    section: Section,
    lines: Iterable[tuple[Path, Any]],
) -> None:
    """Adds an error for each call per record of a resource that takes no batches, or per start of one without environments."""
    for at, item in lines if spec is not None else ():
        per = item.get("per") if isinstance(item, Mapping) else None
        if per == "record" and not type_.takes_batches(spec):
            message = f"this {section.noun} takes no batches: none of its triggers has records"
            reader.add_error([*at, "per"], message, "remove `per`, or add a trigger that is read in batches")
        if per == "cold-start" and type(type_).starts is ResourceType.starts:
            message = f"a {section.noun} has no environments that start cold"
            reader.add_error([*at, "per"], message, "remove `per`: the request is made once for each run")
        if per != "cold-start" and isinstance(item, Mapping) and "cache" in item:
            message = "`cache` is how long an environment keeps an answer"
            reader.add_error([*at, "cache"], message, "add `per: cold-start`", key=True)
