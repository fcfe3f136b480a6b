"""The pipeline on one page: demand, usage, limits, charges, line items, findings, verdicts. It prints and reads nothing."""

import math
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan import __version__, units
from capplan.answer import (
    EntranceCost,
    Excluded,
    Finding,
    FindingChange,
    Plan,
    PlannedLimit,
    PlannedResource,
    Prices,
    WeighedAssumption,
)
from capplan.calls import Access
from capplan.demand.solve import Edge, LoopError, arrivals
from capplan.errors import CapplanError
from capplan.flow import POISSON_SIGMAS, Flow
from capplan.gates import judge
from capplan.model import Assumption, Change, Charge, Context, Demand, LimitCheck, Option, PoolLoad, Work
from capplan.pricing.catalogue import Catalogue, load_prices
from capplan.pricing.rating import LineItem, MissingPrice, Rated, rate
from capplan.quantities import sig6, to_quantity
from capplan.scenario.load import Resource, Scenario, build
from capplan.services import glue, pool_quota
from capplan.services.lambda_ import POLLS, records_per_invocation
from capplan.services.stepfunctions.world import unreached

_CENT = Decimal("0.01")
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Metered:
    """A scenario with its demand and usage: all that is known before a price."""

    scenario: Scenario
    context: Context
    demand: Mapping[str, Demand]
    usage: Mapping[str, Any]
    notes: tuple[Assumption, ...]
    consumed: frozenset[str]
    """Tables whose stream somebody reads."""


# --- demand ------------------------------------------------------------------------------------------------------------


def context_of(scenario: Scenario, seed: int) -> Context:
    """What the rooms may know; durations are settled callee first (a workflow lasts as long as what it waits for)."""
    addresses: dict[str, tuple[str, ...]] = {}
    for address, resource in scenario.resources.items():
        addresses[resource.name] = (*addresses.get(resource.name, ()), address)
    account = scenario.account
    durations: dict[str, Fraction] = {}
    ctx = Context(scenario.region, account.quotas, account.in_use, durations, addresses, seed)
    machines = [r for r in scenario.resources.values() if r.kind.section == "state_machines"]
    others = [r for r in scenario.resources.values() if r.kind.section != "state_machines"]
    for resource in others:
        durations[resource.address] = resource.kind.duration_ms(resource.name, resource.spec, ctx)
    for machine in machines:
        durations[machine.address] = Fraction(0)
    for _ in machines:
        before = dict(durations)
        for machine in machines:
            durations[machine.address] = machine.kind.duration_ms(machine.name, machine.spec, ctx)
        if before == durations:
            break
    return ctx


def meter(scenario: Scenario, seed: int) -> Metered:
    """Demand carried through the workload and metered, until stream shards and flows agree."""
    ctx = context_of(scenario, seed)
    calls = {a: _calls_of(r, ctx, scenario) for a, r in scenario.resources.items()}
    consumers = _stream_consumers(scenario)
    shards: dict[str, int] = dict.fromkeys(consumers, 1)
    ratios: dict[tuple[str, int], Fraction] = {}
    flows: dict[str, Flow] = {}
    for _ in range(_ROUNDS):
        flows = _arrivals(scenario, calls, ratios)
        demand = _demands(scenario, calls, flows, ratios)
        usage = {a: _meter(scenario.resources[a], demand[a], ctx) for a in consumers}
        shards = {a: scenario.resources[a].kind.shards(usage[a]) for a in consumers}
        following = _ratios(scenario, flows, shards)
        if following == ratios:
            break
        ratios = following
    demand = _demands(scenario, calls, flows, ratios)
    usage = {a: _meter(r, demand[a], ctx) for a, r in scenario.resources.items()}
    return Metered(scenario, ctx, demand, usage, _notes(scenario, demand, flows), frozenset(consumers))


def _meter(resource: Resource, demand: Demand, ctx: Context) -> Any:  # noqa: ANN401  each room has its own usage
    return resource.kind.meter(resource.name, resource.spec, demand, ctx)


@dataclass(frozen=True, slots=True)
class _Sent:
    """One kind of request that a resource sends per unit of its own demand."""

    to: str
    times: Fraction
    access: Access
    over_ms: Fraction


def _calls_of(resource: Resource, ctx: Context, scenario: Scenario) -> tuple[_Sent, ...]:
    factor = glue.call_factor(resource.spec) if resource.kind.section == "jobs" else Fraction(1)
    own = ctx.duration_ms[resource.address]
    written = [_Sent(c.to, c.times * factor, c.access, own) for c in resource.calls]
    found = resource.kind.calls(resource.name, resource.spec, ctx)
    seen = [_Sent(c.to, c.times, c.access, c.over_ms) for c in found if c.to in scenario.resources]
    return tuple(written + seen)


def _stream_consumers(scenario: Scenario) -> tuple[str, ...]:
    tables = {f"tables.{t.stream}": None for _, _, t in _triggers(scenario) if t.stream is not None}
    return tuple(a for a in tables if a in scenario.resources)


def _triggers(scenario: Scenario) -> Iterable[tuple[str, int, Any]]:
    for address, resource in scenario.resources.items():
        if resource.kind.section == "functions":
            for i, trigger in enumerate(resource.spec.triggers):
                yield address, i, trigger


def _source_flow(scenario: Scenario, trigger: Any, flows: Mapping[str, Flow]) -> Flow:  # noqa: ANN401  the room's trigger
    if trigger.stream is not None:
        return flows.get(f"tables.{trigger.stream}#stream", Flow.zero())
    return scenario.shapes[trigger.traffic]


def _passed(trigger: Any) -> Fraction:  # noqa: ANN401
    return Fraction(trigger.filter) if trigger.filter is not None else Fraction(1)


def _ratios(
    scenario: Scenario, flows: Mapping[str, Flow], shards: Mapping[str, int]
) -> dict[tuple[str, int], Fraction]:
    """Records per invocation of every batching trigger, at the month's mean rate."""
    out: dict[tuple[str, int], Fraction] = {}
    for address, i, trigger in _triggers(scenario):
        via = "dynamodb" if trigger.stream is not None else trigger.via
        rate_per_s = _source_flow(scenario, trigger, flows).monthly * _passed(trigger) / units.MONTH_SECONDS
        if via in POLLS:
            count = shards.get(f"tables.{trigger.stream}", 1) if via == "dynamodb" else (trigger.shards or 1)
            out[address, i] = records_per_invocation(rate_per_s, trigger.batch, trigger.window_ms, count, POLLS[via])
        elif via == "sqs" and trigger.window_ms is not None:
            out[address, i] = records_per_invocation(rate_per_s, trigger.batch, trigger.window_ms, None, None)
    return out


def _arrivals(
    scenario: Scenario, calls: Mapping[str, tuple[_Sent, ...]], ratios: Mapping[tuple[str, int], Fraction]
) -> dict[str, Flow]:
    entering: dict[str, list[Flow]] = {}
    edges: list[Edge] = []
    for address, resource in scenario.resources.items():
        entering.setdefault(address, [])
        if resource.kind.section in ("state_machines", "jobs"):
            entering[address] += [scenario.shapes[name] for name in resource.spec.triggers]
        for entry in resource.access:
            records = resource.kind.records(resource.spec, entry.access)
            entering.setdefault(f"{address}#stream", []).append(entry.flow * records)
        for sent in calls[address]:
            target = scenario.resources[sent.to]
            if target.kind.section == "tables":
                records = target.kind.records(target.spec, sent.access)
                if records:
                    edges.append(Edge(address, f"{sent.to}#stream", sent.times * records, sent.over_ms))
            else:
                edges.append(Edge(address, sent.to, sent.times, sent.over_ms))
    for address, i, trigger in _triggers(scenario):
        times = _passed(trigger) / ratios.get((address, i), Fraction(1))
        if trigger.stream is not None:
            edges.append(Edge(f"tables.{trigger.stream}#stream", address, times))
        else:
            entering[address].append(scenario.shapes[trigger.traffic] * times)
    try:
        return arrivals({node: Flow.total(flows) for node, flows in entering.items()}, edges)
    except LoopError as error:
        raise CapplanError((_loop_mistake(scenario, error),)) from None


def _loop_mistake(scenario: Scenario, error: LoopError) -> Any:  # noqa: ANN401  a Mistake
    names = [node.partition("#")[0] for node in error.nodes]
    section, _, name = names[0].partition(".")
    readable = " -> ".join(node.partition(".")[2].replace("#", "'s ") for node in error.nodes)
    return scenario.doc.mistake(
        [section, name],
        f"these call each other in a loop that never dies out: {readable}",
        "each round causes one more or more; a chance or a filter below 100% ends it",
        key=True,
    )


def _demands(
    scenario: Scenario,
    calls: Mapping[str, tuple[_Sent, ...]],
    flows: Mapping[str, Flow],
    ratios: Mapping[tuple[str, int], Fraction],
) -> dict[str, Demand]:
    works: dict[str, list[Work]] = {address: [] for address in scenario.resources}
    for address, resource in scenario.resources.items():
        works[address] += [Work(e.access, e.flow, f"traffic.{e.entrance}") for e in resource.access]
        for sent in calls[address]:
            flow = (flows.get(address, Flow.zero()) * sent.times).spread(sent.over_ms)
            works[sent.to].append(Work(sent.access, flow, address))
    for address, i, trigger in _triggers(scenario):
        flow = _source_flow(scenario, trigger, flows) * (_passed(trigger) / ratios.get((address, i), Fraction(1)))
        works[address].append(Work(_triggered(address, trigger), flow, "triggers"))
    for address, resource in scenario.resources.items():
        if resource.kind.section in ("state_machines", "jobs"):
            op = "start" if resource.kind.section == "state_machines" else "run"
            access = Access.model_validate({"op": op, "target": resource.name})
            works[address] += [Work(access, scenario.shapes[n], f"traffic.{n}") for n in resource.spec.triggers]
    return {address: Demand(tuple(w for w in found if w.flow.terms)) for address, found in works.items()}


_ASYNC = frozenset({"s3", "sns", "eventbridge"})


def _triggered(address: str, trigger: Any) -> Access:  # noqa: ANN401  the room's trigger
    name = address.partition(".")[2]
    access = Access.model_validate({"op": "invoke", "target": name, "async": trigger.via in _ASYNC})
    return access.model_copy(update={"payload": trigger.payload})


def _notes(scenario: Scenario, demand: Mapping[str, Demand], flows: Mapping[str, Flow]) -> tuple[Assumption, ...]:
    out = [
        Assumption(address, "no work", "nothing triggers or calls it", "workload")
        for address, d in demand.items()
        if not d.works and not (address.startswith("tables.") and flows.get(f"{address}#stream"))
    ]
    out += [
        Assumption(path, "the likely value", "ranges are not evaluated yet", "workload") for path in scenario.ranges
    ]
    for address, i, trigger in _triggers(scenario):
        if trigger.stream is not None or trigger.via in POLLS:
            out.append(
                Assumption(
                    f"{address}.triggers.{i}",
                    "records per invocation at the month's mean rate",
                    "batches fill by the mean, not minute by minute",
                    "aws_default",
                )
            )
        elif trigger.via == "sqs" and trigger.window_ms is None:
            out.append(
                Assumption(
                    f"{address}.triggers.{i}",
                    "1 message an invocation",
                    "SQS without a window: the dearest case",
                    "workload",
                )
            )
    return tuple(out)


# --- charges and prices --------------------------------------------------------------------------------------------------


def charges_of(resource: Resource, usage: Any, ctx: Context) -> tuple[Charge, ...]:  # noqa: ANN401  each room has its own usage
    """A resource's charges, their ids unique in the scenario."""
    found: tuple[Charge, ...] = resource.kind.charge(resource.name, resource.spec, usage, ctx)
    if resource.label == resource.name:
        return found
    return tuple(replace(c, id=resource.label + c.id[len(resource.name) :]) for c in found)


def catalogue_of(scenario: Scenario) -> Catalogue:
    """The Region's prices with the scenario's own over them."""
    return load_prices(scenario.region, scenario.prices)


@dataclass(frozen=True, slots=True)
class Priced:
    """A metered scenario with its line items."""

    metered: Metered
    catalogue: Catalogue
    charges: Mapping[str, tuple[Charge, ...]]
    lines: tuple[LineItem, ...]
    missing: tuple[MissingPrice, ...]

    @property
    def monthly_cost(self) -> Decimal:
        """The month's contracted cost, one-time lines apart."""
        return monthly(self.lines)


def monthly(lines: Iterable[LineItem]) -> Decimal:
    """The month's contracted cost of some lines."""
    return sum((x.contracted_cost for x in lines if x.charge_frequency != "one_time"), Decimal(0))


def price(metered: Metered, catalogue: Catalogue, today: date | None) -> Priced:
    """Every charge of the account, rated together."""
    scenario = metered.scenario
    charges = {a: charges_of(r, metered.usage[a], metered.context) for a, r in scenario.resources.items()}
    rated = _rate([c for cs in charges.values() for c in cs], scenario, catalogue, today, owners_of(scenario, charges))
    return Priced(metered, catalogue, charges, rated.lines, rated.missing)


def owners_of(scenario: Scenario, charges: Mapping[str, Sequence[Charge]]) -> dict[str, str]:
    """The resource's label, by charge id."""
    return {c.id: scenario.resources[address].label for address, found in charges.items() for c in found}


def _rate(
    charges: Sequence[Charge],
    scenario: Scenario,
    catalogue: Catalogue,
    today: date | None,
    owners: Mapping[str, str] | None = None,
) -> Rated:
    account = scenario.account
    discount = account.discount
    return rate(charges, catalogue, free_tier=account.free_tier, discount=discount, today=today, owners=owners)


# --- what if -------------------------------------------------------------------------------------------------------------


def apply(data: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """The scenario's plain data with some values written, or (None) taken away."""
    out: dict[str, Any] = deepcopy(dict(data))
    for change in changes:
        *parents, last = change.path.split(".")
        here: Any = out
        for step in parents:
            if not isinstance(here.get(step), dict):
                here[step] = {} if here.get(step) is None else {"name": here[step]}
            here = here[step]
        if change.to is None:
            here.pop(last, None)
        else:
            here[last] = _plain_value(change.to)
    return out


def _plain_value(value: object) -> object:
    """A value as the YAML reader would give it: numbers are Decimals."""
    if isinstance(value, Mapping):
        return {str(k): _plain_value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_value(v) for v in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


def written(data: Mapping[str, Any], path: str) -> object:
    """What stands at a path of the plain data; None where nothing does."""
    here: Any = data
    for step in path.split("."):
        if not isinstance(here, Mapping) or step not in here:
            return None
        here = here[step]
    return here


def what_if(base: Priced, changes: Sequence[Change], today: date | None) -> Priced:
    """The scenario with some settings changed, planned again."""
    scenario = base.metered.scenario
    changed = build(scenario.doc, scenario.files, scenario.sha256, apply(scenario.data, changes))
    return price(meter(changed, base.metered.context.seed), base.catalogue, today)


def saving(
    base: Priced, address: str, changes: Sequence[Change], today: date | None
) -> tuple[Decimal | None, tuple[str, ...]]:
    """What a change of one resource saves a month, or None and the prices that are missing.

    Meters only that resource again and rates only what it pays, where nothing else can move: then the difference is the
    one a whole plan would give. Otherwise the whole scenario is planned again.
    """
    quick = _quick_saving(base, address, changes, today)
    if quick is not None:
        return quick
    other = what_if(base, changes, today)
    if other.missing:
        return None, tuple(m.key for m in other.missing)
    return base.monthly_cost - other.monthly_cost, ()


def _quick_saving(
    base: Priced, address: str, changes: Sequence[Change], today: date | None
) -> tuple[Decimal | None, tuple[str, ...]] | None:
    scenario, ctx = base.metered.scenario, base.metered.context
    resource = scenario.resources[address]
    if scenario.account.free_tier or any(not c.path.startswith(f"{address}.") for c in changes):
        return None
    section, _, name = address.partition(".")
    alone = {k: v for k, v in scenario.data.items() if k in ("capplan", "name", "region", "defaults", "account")}
    mine = {
        k: v for k, v in scenario.data[section][name].items() if k not in ("calls", "access", "triggers", "on_failure")
    }
    if resource.kind.section == "state_machines":
        return None
    alone[section] = {name: mine}
    changed = build(scenario.doc, scenario.files, scenario.sha256, apply(alone, changes)).resources[address]
    spec = changed.spec.model_copy(
        update={k: getattr(resource.spec, k) for k in ("triggers", "on_failure") if hasattr(resource.spec, k)}
    )
    kind = resource.kind
    usage = kind.meter(name, spec, base.metered.demand[address], ctx)
    still = (
        (address not in base.metered.consumed or kind.shards(usage) == kind.shards(base.metered.usage[address]))
        and kind.calls(name, spec, ctx) == kind.calls(name, resource.spec, ctx)
        and kind.duration_ms(name, spec, ctx) == ctx.duration_ms[address]
        and (section != "jobs" or glue.call_factor(spec) == glue.call_factor(resource.spec))
    )
    charges = charges_of(replace(resource, spec=spec), usage, ctx)
    keys = {c.price for c in (*charges, *base.charges[address])}
    if not still or any(_tiered(base.catalogue, key) for key in keys):
        return None
    new = _rate(charges, scenario, base.catalogue, today)
    if new.missing:
        return None, tuple(m.key for m in new.missing)
    old = _rate(base.charges[address], scenario, base.catalogue, today)
    return monthly(old.lines) - monthly(new.lines), ()


def _tiered(catalogue: Catalogue, key: str) -> bool:
    found = catalogue.price(key)
    return found is not None and len(found.tiers) > 1


# --- limits --------------------------------------------------------------------------------------------------------------


def limits_of(metered: Metered) -> tuple[PlannedLimit, ...]:
    """Every limit, own and pooled, the least headroom first."""
    scenario, ctx = metered.scenario, metered.context
    own: list[LimitCheck] = []
    pools: dict[str, list[PoolLoad]] = {}
    for address, resource in scenario.resources.items():
        found = resource.kind.check(resource.name, resource.spec, metered.usage[address], ctx)
        own += [replace(check, resource=_labelled(resource, check.resource)) for check in found]
        for load in resource.kind.pools(resource.name, resource.spec, metered.usage[address], ctx):
            pools.setdefault(load.limit, []).append(load)
    checks = own + [c for limit, loads in pools.items() if (c := _pool_check(limit, loads, ctx)) is not None]
    planned = [_planned(check) for check in checks]
    return tuple(sorted(planned, key=lambda p: (p.headroom, p.check.resource, p.check.limit)))


def _labelled(resource: Resource, text: str) -> str:
    return resource.label + text[len(resource.name) :]


def _pool_check(limit: str, loads: Sequence[PoolLoad], ctx: Context) -> LimitCheck | None:
    quota = ctx.quotas.get(limit, pool_quota(limit, ctx.region, ctx.quotas))
    flow = Flow.total(load.flow for load in loads)
    if quota is None or not flow.terms:
        return None
    peak = flow.peak()
    poisson = all(load.poisson for load in loads)
    random = Flow.total(load.flow for load in loads if load.poisson)
    spread = POISSON_SIGMAS * random.peak().per_second ** 0.5 if random.terms else 0.0
    held = peak.per_second + spread
    load = (math.ceil(round(held, 9)) if random.terms else held) + float(ctx.in_use.get(limit, 0))
    return LimitCheck("account", limit, to_quantity(sig6(load)), quota, _pool_unit(limit), flow, poisson, peak.minute)


def _pool_unit(limit: str) -> str:
    if limit == "glue.dpus":
        return "DPU"
    return limit.rpartition(".")[2].replace("_", " ")


def _with_poisson(mean: float, poisson: bool) -> float:  # noqa: FBT001
    return float(-(-(mean + POISSON_SIGMAS * mean**0.5) // 1)) if poisson else mean


def _planned(check: LimitCheck) -> PlannedLimit:
    at = moment(check.minute) if check.minute is not None else ""
    return PlannedLimit(check, to_quantity(Fraction(check.headroom)), check.breached, at, _breaks_at(check))


def moment(minute: int) -> str:
    """A minute of the window as `day 12 10:00`."""
    day, rest = divmod(minute, units.MINUTES_PER_DAY)
    return f"day {day + 1} {rest // 60:02d}:{rest % 60:02d}"


def _breaks_at(check: LimitCheck) -> Decimal | None:
    """The multiple of today's traffic at which the load meets the quota; None where traffic does not move it."""
    if check.flow is None or not check.load or not any(shape.recurring for shape, _ in check.flow.terms):
        return None
    base = check.flow.peak().per_second
    if not base:
        return None
    quota = float(check.quota)

    def load(scale: float) -> float:
        mean = check.flow.peak(scale).per_second if check.flow else 0.0
        ratio = float(check.load) / _with_poisson(base, check.poisson)
        return (mean + POISSON_SIGMAS * mean**0.5 if check.poisson else mean) * ratio

    if len(check.flow.terms) == 1 and not check.poisson:
        return _one_decimal(quota / float(check.load))
    low, high = 0.0, 1.0
    while load(high) < quota and high < 1e6:  # noqa: PLR2004  beyond a million times nothing is worth saying
        high *= 2
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if load(middle) < quota else (low, middle)
    return _one_decimal(high)


def _one_decimal(value: float) -> Decimal:
    """Cut, not rounded: at the printed multiple the limit still holds."""
    return Decimal(int(value * 10)) / 10


# --- findings --------------------------------------------------------------------------------------------------------------


def findings_of(base: Priced, today: date | None) -> tuple[tuple[Finding, ...], int]:
    """Options that save, and risks; and how many rules looked."""
    metered = base.metered
    out: list[Finding] = []
    rules: set[str] = set()
    for address, resource in metered.scenario.resources.items():
        options: tuple[Option, ...] = resource.kind.options(
            resource.name, resource.spec, metered.usage[address], metered.context
        )
        for option in options:
            rules.add(option.rule)
            found = _finding(base, address, resource, option, today)
            if found is not None:
                out.append(found)
    out.sort(key=lambda f: (f.severity != "saving", -(f.monthly_saving or Decimal(0)), f.resource, f.rule))
    return tuple(out), len(rules)


def _finding(base: Priced, address: str, resource: Resource, option: Option, today: date | None) -> Finding | None:
    data = base.metered.scenario.data
    changes = tuple(FindingChange(c.path, written(data, c.path), c.to) for c in option.changes)
    saved, missing = saving(base, address, option.changes, today) if option.changes else (None, ())
    if option.severity == "saving" and (saved is not None and saved < _CENT):
        return None
    return Finding(
        option.rule, resource.label, option.severity, option.message, option.gives_up, saved, missing, changes
    )


# --- the plan --------------------------------------------------------------------------------------------------------------


def plan(scenario: Scenario, *, today: date | None = None, seed: int = 0, findings: bool = True) -> Plan:
    """Everything there is to say about a scenario.

    Raises:
        CapplanError: A price is missing, a loop never dies out, or a gate asks for something unknown.
    """
    priced = price(meter(scenario, seed), catalogue_of(scenario), today)
    if priced.missing:
        raise missing_prices(scenario, priced.missing)
    limits = limits_of(priced.metered)
    verdicts = judge(scenario, priced, limits)
    found, rules = findings_of(priced, today) if findings else ((), 0)
    total = priced.monthly_cost
    usual = [x for x in priced.lines if x.charge_frequency != "one_time"]
    return Plan(
        version=__version__,
        name=scenario.name,
        region=scenario.region,
        file=scenario.file,
        sha256=scenario.sha256,
        seed=seed,
        prices=prices_of(priced),
        monthly_cost=total,
        yearly_cost=total * 12,
        one_time_cost=sum((x.contracted_cost for x in priced.lines if x.charge_frequency == "one_time"), Decimal(0)),
        list_cost=sum((x.list_cost for x in usual), Decimal(0)),
        discount=scenario.account.discount,
        free_tier=scenario.account.free_tier,
        free_tier_saves=_free_tier_saves(priced, today),
        standing_cost=_standing(priced),
        cost_by_service=cost_by_service(priced),
        cost_by_tag=_cost_by_tag(priced),
        resources=_resources(priced),
        lines=priced.lines,
        entrances=_entrances(priced),
        limits=limits,
        findings=found,
        rules_looked=rules,
        assumptions=_assumptions(priced),
        excluded=_excluded(scenario, priced.metered.context),
        gates=verdicts,
    )


def missing_prices(scenario: Scenario, missing: Sequence[MissingPrice]) -> CapplanError:
    """All missing prices at once, with the lines that would supply them."""
    width = max(len(m.key) for m in missing)
    needs = [f"  {m.key:{width}}  {', '.join(m.resources)}" for m in missing]
    lines = [f"  {m.key}: <price> USD" for m in missing]
    text = "\n".join(
        [f"no price in {scenario.region}, so no total:", *needs, "write, with your figures:", "prices:", *lines]
    )
    first = scenario.doc.mistake(
        ["region"], f"no price in {scenario.region} for {', '.join(m.key for m in missing)}", "write it under `prices:`"
    )
    return CapplanError(
        tuple(
            replace(
                first,
                message=f"no price in {scenario.region} for {m.key} ({', '.join(m.resources)})",
                hint=f"write prices: {{{m.key}: <price> USD}}",
            )
            for m in missing
        ),
        text,
    )


def cost_by_service(priced: Priced) -> dict[str, Decimal]:
    """The month by service, every service of the contract named."""
    out = dict.fromkeys(("dynamodb", "lambda", "stepfunctions", "glue"), Decimal(0))
    for line in priced.lines:
        if line.charge_frequency != "one_time":
            out[line.service] += line.contracted_cost
    return out


def cost_by_resource(priced: Priced) -> dict[str, Decimal]:
    """The month by address."""
    owner = {charge.id: address for address, charges in priced.charges.items() for charge in charges}
    out = dict.fromkeys(priced.metered.scenario.resources, Decimal(0))
    for line in priced.lines:
        if line.charge_frequency != "one_time":
            out[owner[line.charge_id]] += line.contracted_cost
    return out


def _resources(priced: Priced) -> tuple[PlannedResource, ...]:
    costs = cost_by_resource(priced)
    metered = priced.metered
    return tuple(
        PlannedResource(
            r.name,
            a,
            r.label,
            r.kind.name,
            r.kind.service,
            costs[a],
            r.kind.summary(metered.usage[a]),
            dict(getattr(r.spec, "tags", None) or {}),
            r.line,
        )
        for a, r in metered.scenario.resources.items()
    )


def _cost_by_tag(priced: Priced) -> dict[str, Decimal]:
    out: dict[str, Decimal] = {}
    for resource in _resources(priced):
        for key, value in resource.tags.items():
            label = f"{key}={value}"
            out[label] = out.get(label, Decimal(0)) + resource.monthly_cost
    return out


def _standing(priced: Priced) -> Decimal:
    flows = {c.id: c.flow for charges in priced.charges.values() for c in charges}
    return sum(
        (x.contracted_cost for x in priced.lines if flows[x.charge_id] is None and x.charge_frequency != "one_time"),
        Decimal(0),
    )


def _entrances(priced: Priced) -> tuple[EntranceCost, ...]:
    """What each entrance's demand causes, by the share of every driven line it drives."""
    charges = {c.id: c for cs in priced.charges.values() for c in cs}
    caused: dict[str, Fraction] = {}
    for line in priced.lines:
        flow = charges[line.charge_id].flow
        whole = flow.monthly if flow is not None else Fraction(0)
        if flow is None or not whole:
            continue
        for entrance, part in flow.by_entrance().items():
            caused[entrance] = caused.get(entrance, Fraction(0)) + Fraction(line.contracted_cost) * part / whole
    out = []
    for name, monthly_units in _entering(priced.metered.scenario).items():
        cost = to_quantity(caused.get(name, Fraction(0)))
        per = to_quantity(caused.get(name, Fraction(0)) / monthly_units * 1000) if monthly_units else Decimal(0)
        out.append(EntranceCost(name, name, monthly_units, cost, per))
    return tuple(sorted(out, key=lambda e: (-e.monthly_cost, e.entrance)))


def _entering(scenario: Scenario) -> dict[str, Fraction]:
    out = {name: flow.monthly for name, flow in scenario.shapes.items()}
    for resource in scenario.resources.values():
        for entry in resource.access:
            if entry.entrance not in scenario.shapes:
                out[entry.entrance] = out.get(entry.entrance, Fraction(0)) + entry.flow.monthly
    return out


def _free_tier_saves(priced: Priced, today: date | None) -> Decimal | None:
    scenario = priced.metered.scenario
    if scenario.account.free_tier:
        return None
    charges = [c for cs in priced.charges.values() for c in cs]
    rated = rate(charges, priced.catalogue, free_tier=True, discount=scenario.account.discount, today=today)
    return priced.monthly_cost - monthly(rated.lines)


def _assumptions(priced: Priced) -> tuple[WeighedAssumption, ...]:
    metered = priced.metered
    found = list(metered.notes)
    for address, r in metered.scenario.resources.items():
        found += r.kind.assume(r.name, r.spec, metered.usage[address], metered.context)
    found.append(
        Assumption(
            "account.free_tier", "false", "other workloads of the account may use the allowances up", "aws_default"
        )
    )
    found.append(
        Assumption("throttling", "not taken off downstream", "refused work is retried by its caller", "aws_default")
    )
    unique = {(a.path, a.value): a for a in found}
    return tuple(WeighedAssumption(a) for a in sorted(unique.values(), key=lambda a: (a.kind != "workload", a.path)))


def _excluded(scenario: Scenario, ctx: Context) -> tuple[Excluded, ...]:
    sections = {r.kind.section for r in scenario.resources.values()}
    out = [Excluded("data transfer", "between Regions and to the internet: no room yet")]
    if sections & {"functions", "state_machines", "jobs"}:
        out.insert(0, Excluded("CloudWatch Logs", "ingestion and storage of logs: no room yet"))
    if "functions" in sections:
        out.append(Excluded("Lambda cold starts", "billed init time and its latency are not simulated yet"))
        vias = sorted({str(t.via) for _, _, t in _triggers(scenario) if t.via})
        out += [Excluded(via, "the source of the events has no room yet") for via in vias]
    for resource in scenario.resources.values():
        if resource.kind.section == "state_machines":
            found = unreached(resource.spec, ctx)
            out += [Excluded(f"{resource.label}: {state}", "what it calls is not in this scenario") for state in found]
    if "tables" in sections:
        out.append(Excluded("DynamoDB burst and scaling delays", "capacity over time is not simulated yet"))
    return tuple(out)


def prices_of(priced: Priced) -> Prices:
    """Where the prices came from, for the footer and the JSON."""
    catalogue, lines = priced.catalogue, priced.lines
    used = sorted({x.price_key for x in lines})
    found = [p for key in used if (p := catalogue.price(key)) is not None]
    checked = sorted(p.checked for p in found if p.checked is not None)
    confidences = tuple(sorted({x.price_confidence for x in lines}))
    stale = tuple(sorted({x.price_key for x in lines if x.stale}))
    return Prices(
        catalogue.sha256, checked[0] if checked else None, checked[-1] if checked else None, confidences, stale
    )


__all__ = ["Metered", "Priced", "meter", "plan", "price", "saving", "what_if"]
