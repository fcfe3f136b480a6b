"""From a scenario's text to checked specs, traffic, calls and gates; all mistakes at once. It plans nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, get_args

from pydantic import BaseModel, ValidationError

from capplan import units
from capplan.calls import SECTION_OF, TABLE_OPS, WRITES, Access
from capplan.demand.schedule import read_schedule, schedule_shape
from capplan.demand.traffic import Daily, Spike, traffic_shape
from capplan.errors import CapplanError, Mistake
from capplan.flow import Flow, steady
from capplan.model import Kind
from capplan.quantities import RANGE_KEYS, read_money, read_rate
from capplan.reading.document import Document
from capplan.reading.files import Files, read_source
from capplan.reading.nearest import nearest
from capplan.reading.yaml_reader import read_yaml
from capplan.scenario.gate_syntax import Gate, GateError, read_gate
from capplan.scenario.models import NAME, Account, DailyCurve, Head, Traffic, Weekday
from capplan.scenario.wording import keys_of, mistakes_of
from capplan.services import BY_SECTION, KINDS, QUOTAS
from capplan.services.dynamodb.requests import validate_access
from capplan.services.glue.spec import validate as validate_job
from capplan.services.stepfunctions.asl import DefinitionError, parse
from capplan.services.stepfunctions.spec import validate as validate_machine

TOP_NOT_YET = {
    "caches": "DynamoDB Accelerator",
    "crawlers": "Glue crawlers",
    "catalog": "the Glue Data Catalog",
    "commitments": "reserved capacity and savings plans",
}
_HEAD = ("capplan", "name", "region", "timezone", "account")
_BODY = ("traffic", *BY_SECTION, "gates", "defaults", "prices")
_LISTS: Mapping[str, tuple[str, ...]] = {
    "batch-get": ("get",),
    "batch-write": ("put", "delete"),
    "transact-get": ("get",),
    "transact-write": ("put", "update", "delete"),
}
"""What may stand in the list behind a word."""
_ONLY: Mapping[str, tuple[str, ...]] = {
    "replaces": ("put", "batch-write", "transact-write"),
    "changes": ("update",),
    "async": ("invoke",),
    "payload": ("invoke", "start"),
    "consistency": ("get", "query", "scan", "batch-get", "transact-get"),
    "items": ("query", "scan", "batch-get", "batch-write", "transact-get", "transact-write"),
}
"""Words that say something only of these requests."""
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """One line of `calls`: who is called, how often per unit of the caller's work."""

    to: str
    times: Fraction
    access: Access


@dataclass(frozen=True, slots=True)
class Entering:
    """One line of `access`: requests that come from outside straight to a table."""

    access: Access
    flow: Flow
    entrance: str


@dataclass(frozen=True, slots=True)
class Resource:
    """One declared resource: its spec, what it calls, what enters at it."""

    kind: Kind[Any, Any]
    name: str
    address: str
    label: str
    spec: Any
    calls: tuple[WrittenCall, ...]
    access: tuple[Entering, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """A checked scenario: everything the planner needs, and the plain data it came from."""

    file: str
    sha256: str
    name: str
    region: str
    timezone: str
    account: Account
    shapes: Mapping[str, Flow]
    resources: Mapping[str, Resource]
    gates: tuple[Gate, ...]
    prices: Mapping[str, Decimal]
    ranges: tuple[str, ...]
    data: Mapping[str, Any] = field(repr=False)
    doc: Document = field(repr=False)
    files: Files = field(repr=False)


def load(path: str, *, text: str | None = None, budget: Decimal | None = None) -> Scenario:
    """The scenario at a path (`-`: the text given).

    Raises:
        CapplanError: Everything that is wrong with it, in file order.
    """
    source = read_source(path, text)
    doc = read_yaml(source.text, source.display)
    sha256 = hashlib.sha256(source.text.encode()).hexdigest()
    scenario = build(doc, source.files, sha256)
    if budget is None:
        return scenario
    gate = Gate(f"cost.monthly <= {budget} USD", "cost.monthly", "<=", budget, "USD", False, "deny", 0, 0)
    return with_gate(scenario, gate)


def with_gate(scenario: Scenario, gate: Gate) -> Scenario:
    """The same scenario with one gate more."""
    from dataclasses import replace  # noqa: PLC0415

    return replace(scenario, gates=(*scenario.gates, gate))


def build(doc: Document, files: Files, sha256: str, data: Mapping[str, Any] | None = None) -> Scenario:
    """A scenario from plain data (the document's own, unless changed data are given). Raises CapplanError."""
    raw = doc.data if data is None else data
    if not isinstance(raw, Mapping):
        raise CapplanError((doc.mistake([], "a scenario is keys and values", "write capplan: 1, a name and a region"),))
    return _Loader(doc, files, dict(raw)).scenario(sha256)


class _Loader:
    """Collects mistakes while it builds; used once."""

    def __init__(self, doc: Document, files: Files, data: dict[str, Any]) -> None:
        self.doc, self.files, self.data = doc, files, data
        self.mistakes: list[Mistake] = []

    def scenario(self, sha256: str) -> Scenario:
        head = self.model(Head, {k: self.data[k] for k in _HEAD if k in self.data}, (), {})
        self.top_keys()
        shapes = self.traffics()
        specs = self.specs()
        names: dict[str, list[str]] = {}
        for address in specs:
            names.setdefault(address.partition(".")[2], []).append(address)
        resources = {a: self.resource(a, k, s, names, shapes, specs) for a, (k, s) in specs.items()}
        gates = self.gates()
        prices = self.prices()
        if head is not None:
            self.region(head.region)
            self.limit_names(head.account)
        if self.mistakes or head is None:
            raise CapplanError(tuple(sorted(self.mistakes, key=lambda m: (m.line, m.column))))
        return Scenario(
            self.doc.file,
            sha256,
            head.name,
            head.region,
            head.timezone,
            head.account,
            shapes,
            resources,
            gates,
            prices,
            tuple(_ranges(self.data, ())),
            self.data,
            self.doc,
            self.files,
        )

    # --- parts ---

    def say(self, path: Sequence[str | int], message: str, hint: str = "", *, key: bool = False) -> None:
        self.mistakes.append(self.doc.mistake(path, message, hint, key=key))

    def model(self, model: type[BaseModel], raw: object, path: Path, not_yet: Mapping[str, str]) -> Any:  # noqa: ANN401
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            self.mistakes += mistakes_of(error, model, self.doc, path, not_yet)
            return None

    def top_keys(self) -> None:
        known = (*_HEAD, *_BODY)
        for key in self.data:
            if key in TOP_NOT_YET:
                self.say([key], f"'{key}' is not supported yet", TOP_NOT_YET[key], key=True)
            elif key not in known:
                close = nearest(key, (*known, *TOP_NOT_YET))
                hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(known)}"
                self.say([key], f"unknown key '{key}'", hint, key=True)

    def section(self, name: str) -> dict[str, Any]:
        raw = self.data.get(name)
        if raw is None and name not in self.data:
            return {}
        if not isinstance(raw, Mapping):
            self.say([name], f"'{name}' is wrong", "expected names, each with keys and values below it")
            return {}
        for key in raw:
            if not NAME.fullmatch(key):
                self.say([name, key], f"'{key}' is not a name", "letters, digits, - and _; 64 at most", key=True)
        return dict(raw)

    def region(self, region: str) -> None:
        from capplan.pricing.catalogue import regions  # noqa: PLC0415

        if region not in regions():
            close = nearest(region, regions())
            hint = f"did you mean '{close}'?" if close else f"capplan has prices of {', '.join(regions())}"
            self.say(["region"], f"there are no prices for Region '{region}'", hint)

    def limit_names(self, account: Account) -> None:
        """Quotas are named as the limits are."""
        for section, given in (("quotas", account.quotas), ("in_use", account.in_use)):
            for key in given:
                if key not in QUOTAS:
                    close = nearest(key, QUOTAS)
                    hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(QUOTAS)}"
                    self.say(["account", section, key], f"there is no quota '{key}'", hint, key=True)

    def traffics(self) -> dict[str, Flow]:
        out: dict[str, Flow] = {}
        for name, raw in self.section("traffic").items():
            told = self.model(Traffic, raw, ("traffic", name), {})
            if told is None:
                out[name] = Flow.zero()
                continue
            if (told.rate is None) == (told.schedule is None):
                self.say(["traffic", name], f"traffic '{name}' needs a rate or a schedule, one of them", "rate: 60/s")
            if told.schedule is not None and (told.daily or told.weekly or told.spikes):
                self.say(["traffic", name], f"traffic '{name}' has a schedule: daily, weekly and spikes shape a rate")
            self.spikes(told, ("traffic", name))
            if told.weekly and not any(told.weekly.get(day, 1) for day in get_args(Weekday)):
                self.say(["traffic", name, "weekly"], "every day is 0x", "one day at least has traffic")
                continue
            out[name] = _traffic_flow(name, told)
        return out

    def spikes(self, told: Traffic, path: Path) -> None:
        """A spike lies in the four weeks, whole."""
        for i, spike in enumerate(told.spikes):
            minutes = spike.for_ms / 60_000
            if not minutes or spike.at + minutes > units.WINDOW_MINUTES:
                self.say(
                    [*path, "spikes", i],
                    "the spike does not lie in the four weeks",
                    "it lasts more than 0 min and ends by day 28 24:00",
                )

    def specs(self) -> dict[str, tuple[Kind[Any, Any], Any]]:
        defaults = self.section("defaults")
        for key, general in defaults.items():
            if key in BY_SECTION:
                self.default_keys(BY_SECTION[key], general)
            else:
                self.say(
                    ["defaults", key], f"unknown key '{key}'", f"expected one of {', '.join(BY_SECTION)}", key=True
                )
        out: dict[str, tuple[Kind[Any, Any], Any]] = {}
        for kind in KINDS:
            general = defaults.get(kind.section)
            for name, raw in self.section(kind.section).items():
                path: Path = (kind.section, name)
                if not isinstance(raw, Mapping):
                    self.say(path, f"'{name}' is wrong", "expected keys and values")
                    continue
                own = {**general, **raw} if isinstance(general, Mapping) else dict(raw)
                for flowing in _flow_words(kind):
                    own.pop(flowing, None)
                spec = self.model(kind.spec, own, path, kind.not_yet)
                out[f"{kind.section}.{name}"] = (kind, self.complete(kind, spec, path))
        return out

    def default_keys(self, kind: Kind[Any, Any], general: object) -> None:
        """The keys under `defaults` are those of the section's resources."""
        if not isinstance(general, Mapping):
            self.say(["defaults", kind.section], f"'{kind.section}' is wrong", "expected keys and values")
            return
        known = [*keys_of(kind.spec), *(word for word in _flow_words(kind) if word == "calls")]
        for key in general:
            if key in kind.not_yet:
                self.say(["defaults", kind.section, key], f"'{key}' is not supported yet", kind.not_yet[key], key=True)
            elif key not in known:
                close = nearest(key, known)
                hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(known)}"
                self.say(["defaults", kind.section, key], f"unknown key '{key}'", hint, key=True)

    def complete(self, kind: Kind[Any, Any], spec: Any, path: Path) -> Any:  # noqa: ANN401
        """Cross-field rules of a room, and the definition a state machine refers to."""
        if spec is None:
            return None
        problems: list[Any] = []
        if kind.section == "state_machines":
            spec = self.definition(spec, path)
            problems = list(validate_machine(spec)) if spec is not None else []
        if kind.section == "jobs":
            problems = list(validate_job(spec))
        for where, message, *hint in problems:
            self.say([*path, *where], message, hint[0] if hint else "")
        return spec

    def definition(self, spec: Any, path: Path) -> Any:  # noqa: ANN401
        where = [*path, "definition"]
        try:
            doc = self.files.read_definition(spec.definition)
        except CapplanError as error:
            for m in error.mistakes:
                if m.line:
                    self.mistakes.append(m)
                else:
                    self.say(where, m.message, m.hint)
            return None
        try:
            text = "\n".join(doc.lines)
            return spec.model_copy(update={"asl": parse(doc.data, len(text.encode()))})
        except DefinitionError as error:
            self.mistakes += [doc.mistake(list(p.path), p.message, p.hint) for p in error.problems]
            return None

    def resource(
        self,
        address: str,
        kind: Kind[Any, Any],
        spec: Any,  # noqa: ANN401  any room's spec
        names: Mapping[str, list[str]],
        shapes: Mapping[str, Flow],
        specs: Mapping[str, tuple[Kind[Any, Any], Any]],
    ) -> Resource:
        section, _, name = address.partition(".")
        raw = self.data[section][name]
        inherited = self.inherited(section)
        calls: list[WrittenCall] = []
        entering: list[Entering] = []
        written = raw.get("calls", inherited.get("calls")) if "calls" in _flow_words(kind) else None
        for at, item in self.listed(written, (section, name, "calls")):
            calls += self.call(item, at, specs)
        if "access" in _flow_words(kind):
            for at, item in self.listed(raw.get("access"), (section, name, "access")):
                entering += self.entering(item, at, name, spec, shapes)
        if spec is not None:
            self.references(spec, (section, name), names, shapes, specs)
        label = name if len(names[name]) == 1 else address
        return Resource(
            kind,
            name,
            address,
            label,
            spec,
            tuple(calls),
            tuple(entering),
            self.doc.locate([section, name], key=True).line,
        )

    def inherited(self, section: str) -> Mapping[str, Any]:
        """What `defaults` says for a section."""
        general = self.data.get("defaults")
        own = general.get(section) if isinstance(general, Mapping) else None
        return own if isinstance(own, Mapping) else {}

    def listed(self, raw: object, path: Path) -> list[tuple[Path, Any]]:
        if raw is None:
            return []
        if not isinstance(raw, list):
            example = "cost.monthly <= 2500 USD" if path[-1] == "gates" else "{get: products}"
            self.say(path, f"'{path[-1]}' is wrong", f"expected a list: - {example}")
            return []
        return [((*path, i), item) for i, item in enumerate(raw)]

    def op_of(self, item: object, path: Path) -> str | None:
        words = [key for key in item if key in SECTION_OF] if isinstance(item, Mapping) else []
        if len(words) == 1:
            return str(words[0])
        if words:
            self.say(path, f"one line says one thing, found {' and '.join(words)}", "write a line for each")
            return None
        found = list(item) if isinstance(item, Mapping) else []
        close = nearest(found[0], SECTION_OF) if found else None
        hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(SECTION_OF)}"
        self.say(
            [*path, found[0]] if found else path,
            f"'{found[0]}' is no request" if found else "no request is named",
            hint,
            key=True,
        )
        return None

    def access_of(self, op: str, item: Mapping[str, Any], path: Path, *, transactional: bool) -> Access | None:
        raw = {key: value for key, value in item.items() if key != op}
        if isinstance(raw.get("changes"), list):
            raw["changes"] = tuple(raw["changes"])
        elif isinstance(raw.get("changes"), str):
            raw["changes"] = (raw["changes"],)
        for banned in ("op", "target", "transactional"):
            if banned in raw:
                self.say(
                    [*path, banned],
                    f"unknown key '{banned}'",
                    f"expected one of {', '.join(keys_of(Access))}",
                    key=True,
                )
                raw.pop(banned)
        for word, ops in _ONLY.items():
            if word in raw and op not in ops:
                self.say([*path, word], f"'{word}' says nothing of '{op}'", f"it goes with {', '.join(ops)}", key=True)
        access: Access | None = self.model(Access, {**raw, "op": op, "transactional": transactional}, path, {})
        return access

    def call(
        self,
        item: object,
        path: Path,
        specs: Mapping[str, tuple[Kind[Any, Any], Any]],
        outer: Fraction = Fraction(1),
        *,
        transactional: bool = False,
    ) -> list[WrittenCall]:
        op = self.op_of(item, path)
        if op is None or not isinstance(item, Mapping):
            return []
        access = self.access_of(op, item, path, transactional=transactional or op.startswith("transact"))
        if access is None:
            return []
        times = outer * Fraction(access.times) * Fraction(access.chance)
        value = item[op]
        if isinstance(value, list) and op in _LISTS:
            inside = transactional or op.startswith("transact")
            if not value:
                self.say([*path, op], f"'{op}' lists no request", "such as [{put: orders}]")
            for i, one in enumerate(value):
                wrong = (
                    [key for key in one if key in SECTION_OF and key not in _LISTS[op]]
                    if isinstance(one, Mapping)
                    else []
                )
                if wrong:
                    self.say(
                        [*path, op, i], f"'{wrong[0]}' does not go into '{op}'", f"expected {' or '.join(_LISTS[op])}"
                    )
                    return []
            return [
                w
                for i, one in enumerate(value)
                for w in self.call(one, (*path, op, i), specs, times, transactional=inside)
            ]
        section = SECTION_OF[op]
        address = f"{section}.{value}"
        if not isinstance(value, str) or address not in specs:
            self.unknown(value, section, [*path, op], specs)
            return []
        access = access.model_copy(update={"target": value})
        self.check_access(specs[address][1], access, path, op)
        return [WrittenCall(address, times, access)]

    def unknown(self, value: object, section: str, path: Sequence[str | int], specs: Mapping[str, Any]) -> None:
        names = [a.partition(".")[2] for a in specs if a.startswith(f"{section}.")]
        what = {
            "tables": "table",
            "functions": "function",
            "state_machines": "state machine",
            "jobs": "job",
            "traffic": "traffic",
        }[section]
        close = nearest(value, names) if isinstance(value, str) else None
        line = self.doc.locate([section, close], key=True).line if close else 0
        hint = (
            f"did you mean '{close}'? (line {line})"
            if close
            else f"there is {', '.join(names)}"
            if names
            else f"there is no section {section}"
        )
        self.say(path, f"there is no {what} '{value}'", hint)

    def check_access(self, table: Any, access: Access, path: Path, op: str) -> None:  # noqa: ANN401
        if op not in TABLE_OPS or table is None:
            return
        problem = validate_access(table, access)
        if problem:
            where = next(
                (
                    k
                    for k in ("index", "consistency", "items", "item_size")
                    if getattr(access, k, None) not in (None, "eventual")
                ),
                op,
            )
            self.say([*path, where], problem)

    def entering(self, item: object, path: Path, table: str, spec: Any, shapes: Mapping[str, Flow]) -> list[Entering]:  # noqa: ANN401
        op = self.op_of(item, path)
        if op is None or not isinstance(item, Mapping):
            return []
        if op not in TABLE_OPS:
            self.say([*path, op], f"'{op}' does not read or write a table", "under `access` stand DynamoDB's requests")
            return []
        access = self.access_of(op, item, path, transactional=op.startswith("transact"))
        value = item[op]
        if access is None:
            return []
        flow, entrance = self.source(value, [*path, op], f"{table}.{op}", shapes)
        access = access.model_copy(update={"target": table})
        self.check_access(spec, access, path, op)
        return [Entering(access, flow * (Fraction(access.times) * Fraction(access.chance)), entrance)]

    def source(
        self, value: object, path: Sequence[str | int], name: str, shapes: Mapping[str, Flow]
    ) -> tuple[Flow, str]:
        if isinstance(value, str) and value in shapes:
            return shapes[value], value
        if isinstance(value, str) and NAME.fullmatch(value) and not value[0].isdigit():
            self.unknown(value, "traffic", path, {f"traffic.{n}": None for n in shapes})
            return Flow.zero(), name
        try:
            return Flow.of(steady(name, recurring=True), read_rate(value)), name
        except Exception as error:  # noqa: BLE001  a pydantic error outside a model
            hint = str(getattr(error, "context", {}).get("hint", "")) + ", or the name of a traffic"
            self.say(path, f"'{value}' is not understood" if isinstance(value, str) else f"{value} has no unit", hint)
            return Flow.zero(), name

    def references(
        self,
        spec: Any,  # noqa: ANN401  any room's spec
        path: Path,
        names: Mapping[str, list[str]],
        shapes: Mapping[str, Flow],
        specs: Mapping[str, tuple[Kind[Any, Any], Any]],
    ) -> None:
        """Names that a spec gives of other things: its triggers, its failure notice, what its states call."""
        for i, trigger in enumerate(getattr(spec, "triggers", ()) or ()):
            at = self.trigger_path(path, i)
            traffic = trigger if isinstance(trigger, str) else trigger.traffic
            stream = None if isinstance(trigger, str) else trigger.stream
            if traffic is not None and traffic not in shapes:
                self.unknown(traffic, "traffic", self.deeper(at, "traffic"), {f"traffic.{n}": None for n in shapes})
            if stream is not None:
                self.stream(stream, self.deeper(at, "stream"), specs)
        notice = getattr(spec, "on_failure", None)
        if notice is not None and f"functions.{notice}" not in specs:
            self.unknown(notice, "functions", [*path, "on_failure"], specs)
        for state, told in (getattr(spec, "states", None) or {}).items():
            target = told.call
            if target is not None and target not in names and target not in specs:
                close = nearest(target, names)
                self.say(
                    [*path, "states", state, "call"],
                    f"there is no resource '{target}'",
                    f"did you mean '{close}'?" if close else f"there is {', '.join(names)}",
                )

    def trigger_path(self, path: Path, i: int) -> list[str | int]:
        raw = self.data[str(path[0])][path[1]].get("triggers")
        if raw is None:  # it stands under defaults
            raw, path = self.inherited(str(path[0])).get("triggers"), ("defaults", path[0])
        return [*path, "triggers", i] if isinstance(raw, list) else [*path, "triggers"]

    def deeper(self, at: list[str | int], key: str) -> list[str | int]:
        raw: Any = self.data
        for step in at:
            raw = raw[step]
        return [*at, key] if isinstance(raw, Mapping) and key in raw else at

    def stream(self, table: str, path: Sequence[str | int], specs: Mapping[str, tuple[Kind[Any, Any], Any]]) -> None:
        if f"tables.{table}" not in specs:
            self.unknown(table, "tables", path, specs)
            return
        spec = specs[f"tables.{table}"][1]
        if spec is not None and spec.stream is None:
            self.say(path, f"table '{table}' has no stream", f"write stream: new-and-old-images under tables.{table}")

    def gates(self) -> tuple[Gate, ...]:
        raw = self.data.get("gates")
        if raw is None:
            return ()
        out: list[Gate] = []
        for path, item in self.listed(raw, ("gates",)):
            level: Literal["deny", "warn"] = "deny"
            where: Path = path
            text = item
            if isinstance(item, Mapping) and len(item) == 1 and next(iter(item)) in ("warn", "deny"):
                level = next(iter(item))
                where, text = (*path, level), item[level]
            if not isinstance(text, str):
                self.say(
                    where,
                    "a gate is one line of text",
                    "write cost.monthly <= 2500 USD, or {warn: orders.headroom > 30%}",
                )
                continue
            mark = self.doc.mistake(where, "")
            try:
                out.append(read_gate(text, level, mark.line, mark.column, mark.excerpt))
            except GateError as error:
                self.say(where, "this gate is not understood", str(error))
        return tuple(out)

    def prices(self) -> dict[str, Decimal]:
        from capplan.pricing.catalogue import known_keys  # noqa: PLC0415

        out: dict[str, Decimal] = {}
        raw = self.data.get("prices")
        if raw is not None and not isinstance(raw, Mapping):
            self.say(["prices"], "'prices' is wrong", "expected {dynamodb.backup.pitr_gb_month: 0.2 USD}")
            return out
        for key, value in (raw or {}).items():
            known = known_keys(key.partition(".")[0])
            if key not in known:
                close = nearest(key, known)
                hint = f"did you mean '{close}'?" if close else "such as dynamodb.backup.pitr_gb_month"
                self.say(["prices", key], f"'{key}' is no price key", hint, key=True)
                continue
            try:
                out[key] = read_money(value)
            except Exception:  # noqa: BLE001  a pydantic error outside a model
                self.say(["prices", key], f"'{value}' is not understood", "expected an amount in USD, such as 0.2 USD")
        return out


def _flow_words(kind: Kind[Any, Any]) -> tuple[str, ...]:
    """The keys of a resource that say where demand flows; the loader reads them, no spec has them."""
    return ("access",) if kind.section == "tables" else ("calls",)


def _traffic_flow(name: str, told: Traffic) -> Flow:
    if told.schedule is not None:
        return Flow.of(schedule_shape(name, read_schedule(told.schedule)), Fraction(1))
    curve = told.daily
    if isinstance(curve, DailyCurve):
        daily = Daily(float(curve.peak), float(curve.trough), curve.at)
    elif isinstance(curve, tuple):
        daily = Daily(hours=tuple(float(x) for x in curve))
    else:
        daily = Daily()
    spikes = tuple(Spike(s.name, s.at, Fraction(s.for_ms) / 1000, s.times) for s in told.spikes)
    shape = traffic_shape(name, daily, {str(day): factor for day, factor in told.weekly.items()}, spikes)
    return Flow.of(shape, told.rate or Fraction(0))


def _ranges(data: object, path: tuple[str, ...]) -> list[str]:
    """Where a range {low, likely, high} stands, as dotted paths."""
    if isinstance(data, Mapping):
        if data.keys() == RANGE_KEYS and (not path or path[-1] != "next"):
            return [".".join(path)]
        return [found for key, value in data.items() for found in _ranges(value, (*path, str(key)))]
    if isinstance(data, list):
        return [found for i, value in enumerate(data) for found in _ranges(value, (*path, str(i)))]
    return []


__all__ = ["WRITES", "Entering", "Resource", "Scenario", "WrittenCall", "build", "load", "with_gate"]
