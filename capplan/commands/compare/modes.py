"""Every capacity mode of every table, each priced by planning it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from capplan.commands.compare import commitments as commit
from capplan.commands.compare.break_even import break_even, scaled_use, utilisation
from capplan.commands.compare.choose import (
    alternatives,
    by_default,
    choose,
    limits_of,
    not_by_mode,
    pareto,
    with_regret,
)
from capplan.commands.compare.commitments import Reservation
from capplan.commands.compare.planned_modes import (
    AS_TODAY,
    Multiple,
    Runs,
    follow_from_modes,
    runs_of,
    throttled_in,
    usages,
)
from capplan.gates.observed import exact
from capplan.language.gate_syntax import ceilings
from capplan.language.scenario import Resource, Scenario
from capplan.model import Demand
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, catalogue_of, missing_prices, price, prices_of
from capplan.pipeline.results import AtMultiple, ComparedAccount, ComparedTable, FindingChange, ModeOption, Modes
from capplan.pipeline.what_if import written
from capplan.quantities.rounding import to_quantity
from capplan.record import Record, replace
from capplan.services.dynamodb.capacity.modes import Mode, modes
from capplan.timeline import no_progress

MULTIPLES = (Fraction(1, 2), Fraction(1), Fraction(2))
CLASSES = ("standard", "standard-ia")
_YEARS = (1, 3)
_RANGES = "ranges: modes are compared at the likely values"
_BOUGHT = "the reserved capacity of `commitments`: every option starts from list prices"
NOT_SIMULATED = (
    "conversion between modes and classes",
    "savings plans and reserved capacity shared with other accounts",
)


class _Candidate(Record, frozen=True, eq=False):
    """A mode in a class, with or without a commitment, at every multiple."""

    id: str
    runs: Runs
    costs: Mapping[Multiple, Decimal | None]
    commitment: str | None = None
    reason: str = ""


def compare_modes(
    scenario: Scenario,
    *,
    today: date | None = None,
    seed: int = 0,
    multiples: Sequence[Fraction] = MULTIPLES,
    progress: Callable[[float, str], None] = no_progress,
) -> Modes:
    """Each table under each mode, class and commitment, at several multiples of its traffic, and which one is recommended.

    Raises:
        CapplanError: The scenario as written cannot be priced.
    """
    progress(0, "demand and capacity")
    base = price(meter(scenario, seed), catalogue_of(scenario), today)
    if base.missing:
        raise missing_prices(scenario, base.missing)
    wanted = tuple(sorted({*multiples, AS_TODAY}))
    tables: list[ComparedTable] = []
    chosen: list[tuple[ComparedTable, _Candidate]] = []
    declared = [resource for resource in scenario.resources.values() if resource.section.key == "tables"]
    for i, resource in enumerate(declared):
        progress((i + 0.5) / (len(declared) + 0.5), f"{resource.label}, {i + 1} of {len(declared)} tables")
        compared, candidate = _compare(base, resource, wanted, today)
        tables += compared
        if candidate is not None:
            chosen.append((compared[0], candidate))
    return Modes(
        scenario.name,
        scenario.region,
        scenario.file,
        scenario.sha256,
        prices_of(base),
        tuple(tables),
        (*NOT_SIMULATED, *((_BOUGHT,) if scenario.commitments else ()), *((_RANGES,) if scenario.ranges else ())),
        tuple(to_quantity(m) for m in wanted),
        _account(base, chosen) if tables else None,
    )


def _compare(
    base: Priced, resource: Resource, multiples: Sequence[Multiple], today: date | None
) -> tuple[list[ComparedTable], _Candidate | None]:
    """A table and its global indexes under every mode."""
    metered, address = base.metered, resource.address
    usage, demand = metered.usage[address], metered.demand[address]
    all_modes = modes(resource.name, resource.spec, usage, demand, metered.context)
    used = {mode.id: usages(mode, demand, base, multiples) for mode in all_modes}
    after = follow_from_modes(base, resource, all_modes)
    candidates = [
        candidate
        for table_class in CLASSES
        for mode in all_modes
        for candidate in _with_commitments(
            base, runs_of(base, resource, mode, used[mode.id], table_class, today, after)
        )
        if mode.id != "as-written" or table_class == resource.spec.table_class
    ]
    tolerated = _tolerated(base.metered.scenario, resource)
    options = pareto([_option(base, resource, None, c) for c in candidates])
    options = with_regret(options, limits_of(options, tolerated))
    options = _with_ranges(base, options, candidates, demand)
    full = usage.period.throttling.keys() == {"partition"}
    chosen = _as_written(resource) if full else choose(options, tolerated, _as_written(resource))
    picked = next((o for o in options if o.id == chosen), None)
    even, by_id = break_even(base, resource, today), {c.id: c for c in candidates}
    out = [
        ComparedTable(
            name=resource.label,
            index=index,
            as_written=_as_written(resource),
            break_even_read=even.get("read"),
            break_even_write=even.get("write"),
            used_read=utilisation(usage, index, "read"),
            used_write=utilisation(usage, index, "write"),
            recommended=picked.id if picked is not None and index is None else None,
            options=tuple(
                options if index is None else pareto([_option(base, resource, index, c) for c in candidates])
            ),
            scaled_read=scaled_use(all_modes, index, "read"),
            scaled_write=scaled_use(all_modes, index, "write"),
            tolerated=tolerated,
            unless=_alternatives(options, picked, tolerated, all_modes) if index is None else (),
        )
        for index in (None, *resource.spec.global_indexes())
    ]
    return out, by_id[picked.id] if picked is not None else None


def _as_written(resource: Resource) -> str:
    suffix = "" if resource.spec.table_class == "standard" else f"/{resource.spec.table_class}"
    return f"on-demand{suffix}" if resource.spec.on_demand else f"as-written{suffix}"


def _tolerated(scenario: Scenario, resource: Resource) -> Decimal:
    """The share that the strictest gate on the table's throttling allows; none without a gate."""
    names = {f"{resource.address}.throttled", f"{resource.label}.throttled"}
    limits = [exact(limit) for gate in scenario.gates for limit in ceilings(gate.test, names)]
    return min(limits, default=Decimal(0))


# --- commitments ------------------------------------------------------------------------------------------------------


def _with_commitments(base: Priced, runs: Runs) -> list[_Candidate]:
    """A mode without a commitment, and under each it may have; the commitment is sized for today's traffic."""
    name = runs.mode.id + ("" if runs.table_class == "standard" else f"/{runs.table_class}")
    out = [_Candidate(name, runs, {m: run.cost for m, run in runs.at.items()})]
    if runs.mode.mode == "provisioned" and runs.table_class == "standard":
        out += [_reserved(base, runs, f"{name}/reserved-{years}y", years) for years in _YEARS]
    plan = _savings_plan(base, runs, f"{name}/savings-plan")
    return out if plan is None else [*out, plan]


def _reserved(base: Priced, runs: Runs, name: str, years: int) -> _Candidate:
    nothing: dict[Multiple, Decimal | None] = dict.fromkeys(runs.at)
    if runs.base.missing:
        return _Candidate(name, runs, nothing, reason=_no_price(runs.base.missing))
    hours = {unit: commit.hours_of(runs.base, unit) for unit in commit.UNITS}
    prices = {unit: commit.unit_price(runs.base, unit) for unit in commit.UNITS}
    reserved = commit.reservation(hours, prices, base.catalogue, years)
    if reserved is None:
        return _Candidate(name, runs, nothing, f"{years} years" if years > 1 else "1 year", "not in the price files")
    discount = base.metered.scenario.account.discount
    costs = {m: commit.with_reservation(run, reserved, base.catalogue, discount) for m, run in runs.at.items()}
    return _Candidate(name, runs, costs, reserved.words())


def _savings_plan(base: Priced, runs: Runs, name: str) -> _Candidate | None:
    """Under the commitment that saves most; None where there is no throughput to commit to."""
    rates = None if runs.base.missing else commit.plan_prices(runs.base, base.catalogue)
    if rates is None:
        return _Candidate(name, runs, dict.fromkeys(runs.at), "1 year", "not in the price files")
    if not rates:
        return None
    usd = commit.best_commitment(runs.base, rates)
    discount = base.metered.scenario.account.discount
    costs = {m: commit.with_plan(run, float(usd), rates, discount) for m, run in runs.at.items()}
    derived = ", at derived rates" if any(rate.confidence == "derived" for rate in rates.values()) else ""
    return _Candidate(name, runs, costs, f"{to_quantity(usd)} USD an hour for 1 year{derived}")


def _no_price(keys: Sequence[str]) -> str:
    return f"no price for {', '.join(keys)}"


# --- options ----------------------------------------------------------------------------------------------------------


def _option(base: Priced, resource: Resource, index: str | None, candidate: _Candidate) -> ModeOption:
    data, mode = base.metered.scenario.data, candidate.runs.mode
    where = f"tables.{resource.name}" + (f".indexes.{index}" if index else "")
    costs = candidate.costs if index is None else _index_costs(resource, index, candidate)
    shares = {m: to_quantity(run.usage.throttled) for m, run in candidate.runs.at.items()}
    missing = candidate.runs.base.missing
    return ModeOption(
        id=candidate.id,
        mode=mode.mode,
        table_class=candidate.runs.table_class,
        settings={
            c.path.removeprefix(f"tables.{resource.name}."): c.to for c in mode.changes if c.path.startswith(where)
        },
        commitment=candidate.commitment,
        monthly_cost=costs[AS_TODAY],
        throttled_share=shares[AS_TODAY] if index is None else None,
        pareto=False,
        reason=candidate.reason or (_no_price(missing) if missing else mode.gives_up),
        change=tuple(FindingChange(c.path, written(data, c.path), c.to) for c in mode.changes),
        at=tuple(AtMultiple(to_quantity(m), costs[m], shares[m] if index is None else None) for m in sorted(costs)),
    )


def _index_costs(resource: Resource, index: str, candidate: _Candidate) -> dict[Multiple, Decimal | None]:
    """An index's own month; a commitment is the table's, so it is not priced for one index."""
    prefix = f"{resource.label}.{index}."
    return {m: None if candidate.commitment else run.cost_of(prefix) for m, run in candidate.runs.at.items()}


def _with_ranges(
    base: Priced, options: Sequence[ModeOption], candidates: Sequence[_Candidate], demand: Demand
) -> list[ModeOption]:
    """The mild and harsh ends for every mode on the Pareto front or above the usual target, run once a mode."""
    pairs = zip(options, candidates, strict=True)
    front = {c.runs.mode.id: c.runs.mode for o, c in pairs if o.pareto or o.regret == 0 or not by_default(o)}
    ends = {
        key: (
            to_quantity(throttled_in(mode, demand, base, "mild")),
            to_quantity(throttled_in(mode, demand, base, "harsh")),
        )
        for key, mode in front.items()
    }
    return [replace(o, throttled_range=ends.get(c.runs.mode.id)) for o, c in zip(options, candidates, strict=True)]


def _alternatives(
    options: Sequence[ModeOption], picked: ModeOption | None, tolerated: Decimal, all_modes: Sequence[Mode]
) -> tuple[str, ...]:
    if picked is None:
        return ()
    scaled = next((mode for mode in all_modes if mode.id == "auto-scaled-70"), None)
    missed = None if scaled is None else scaled.usage.period.missed_share
    chosen = next(mode for mode in all_modes if mode.id == picked.id.partition("/")[0])
    if chosen.usage.period.throttling.keys() == {"partition"} or all(
        (o.throttled_share or 0) > tolerated for o in options
    ):
        return not_by_mode(options, picked, chosen.usage.period.reasons)
    return alternatives(options, picked, tolerated, None if missed is None else to_quantity(missed))


# --- the account ------------------------------------------------------------------------------------------------------


def _account(base: Priced, chosen: Sequence[tuple[ComparedTable, _Candidate]]) -> ComparedAccount:
    """The sum over all tables, and reserved capacity shared by the recommended provisioned ones."""
    tables = [table for table, _ in chosen]
    before = [next((o.monthly_cost for o in t.options if o.id == t.as_written), None) for t in tables]
    after = [candidate.costs[AS_TODAY] for _, candidate in chosen]
    plain = [c.runs for _, c in chosen]
    pooled = [p for years in _YEARS if (p := _pooled(base, plain, years)) is not None]
    return ComparedAccount(_total(before), _total(after), tuple(pooled))


def _total(costs: Sequence[Decimal | None]) -> Decimal | None:
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if len(known) == len(costs) else None


def _pooled(base: Priced, runs: Sequence[Runs], years: int) -> tuple[int, str, Decimal] | None:
    """Blocks sized by the hours of all Standard provisioned tables, and the month of every table with them."""
    reservable = [run.base for run in runs if run.mode.mode == "provisioned" and run.table_class == "standard"]
    plain = _total([run.base.cost for run in runs])
    if not reservable or plain is None:
        return None
    hours = {
        u: sum((commit.hours_of(r, u) for r in reservable[1:]), commit.hours_of(reservable[0], u)) for u in commit.UNITS
    }
    prices = {
        u: next((p for r in reservable if (p := commit.unit_price(r, u)) is not None), None) for u in commit.UNITS
    }
    reserved = commit.reservation(hours, prices, base.catalogue, years)
    if reserved is None or not any(reserved.blocks.values()):
        return None
    saved = commit.pooled_saving(reservable, reserved, base.catalogue, base.metered.scenario.account.discount)
    return years, reserved.words(), plain - saved


__all__ = ["MULTIPLES", "Reservation", "compare_modes"]
