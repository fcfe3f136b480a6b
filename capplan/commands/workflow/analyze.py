"""Analyzes one state machine: what an execution does and costs, state by state, its bounds, and how executions vary."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from capplan import __version__
from capplan.commands.workflow.draws import drawn_of
from capplan.commands.workflow.results import PathBound, Workflow
from capplan.commands.workflow.rows import by_service, rows_of
from capplan.commands.workflow.state_costs import started_once, state_costs
from capplan.commands.workflow.types import types_of
from capplan.commands.workflow.unit_prices import UnitPrices
from capplan.errors import CapplanError, Diagnostic
from capplan.language.scenario import Resource, Scenario
from capplan.pipeline.limits import limits_of
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, catalogue_of, missing_prices, price, prices_of
from capplan.reading.nearest import nearest
from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.execution import bounds
from capplan.services.stepfunctions.execution.history import history_capacities
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.world import definition_of, world_of
from capplan.services.stepfunctions.usage import Usage

SECTION = "state_machines"


def workflow(
    scenario: Scenario, name: str | None = None, *, seed: int = 0, draws: int | None = None, today: date | None = None
) -> Workflow:
    """The analysis of one state machine: the named one, or the only one.

    Args:
        scenario: The whole workload: what the machine calls costs too.
        name: The state machine; may be None where there is only one.
        seed: Random seed.
        draws: Executions to draw; None for a number that suits the definition.
        today: The day by which prices may be too old.

    Raises:
        CapplanError: There is no such state machine, or a price is missing.
    """
    machine = _chosen(scenario, name)
    metered, alone = started_once(meter(scenario, seed), machine)
    priced = price(metered, catalogue_of(scenario), today)
    if priced.missing:
        raise missing_prices(scenario, priced.missing)
    return _answer(priced, machine, draws, today, alone=alone)


def _chosen(scenario: Scenario, name: str | None) -> Resource:
    machines = [r for r in scenario.resources.values() if r.section.key == SECTION]
    if not machines:
        raise _error(scenario, "there is no state machine in this scenario", "write one under `state_machines`")
    if name is None:
        if len(machines) == 1:
            return machines[0]
        raise _error(
            scenario, f"there are {len(machines)} state machines", f"name one: {', '.join(r.name for r in machines)}"
        )
    for resource in machines:
        if name in (resource.name, resource.address, resource.label):
            return resource
    close = nearest(name, [r.name for r in machines])
    hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(r.name for r in machines)}"
    raise _error(scenario, f"there is no state machine '{name}'", hint)


def _error(scenario: Scenario, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(scenario.file, 0, 0, message, hint),))


def _answer(priced: Priced, machine: Resource, draws: int | None, today: date | None, *, alone: bool) -> Workflow:
    metered, scenario, spec = priced.metered, priced.metered.scenario, machine.spec
    ctx = metered.context
    usage: Usage = metered.usage[machine.address]
    definition, world = definition_of(spec), world_of(spec, ctx)
    costs = state_costs(priced, machine, today)
    rows = rows_of(machine, metered, usage, costs)
    prices = UnitPrices(priced, usage, costs)
    cost = sum((row.cost for row in rows), Fraction(0))
    drawn = drawn_of(machine, usage, ctx, prices, draws, cost)
    choices = bounds.open_choices(definition, world)
    return Workflow(
        version=__version__,
        name=scenario.name,
        region=scenario.region,
        file=scenario.file,
        sha256=scenario.sha256,
        seed=ctx.seed,
        prices=prices_of(priced),
        label=machine.label,
        type=spec.type,
        overhead=spec.overhead,
        definition=definition,
        world=world,
        executions=Fraction(0) if alone else usage.executions.monthly,
        cost=cost,
        cost_by_service=by_service(rows),
        rows=rows,
        measures=drawn.measures,
        draws=drawn.draws,
        not_drawn=drawn.why_not,
        p_success=usage.mean.p_success,
        errors={error: p for error, p in usage.mean.errors.items() if p},
        open_choices=choices,
        cheapest=_bound(bounds.cheapest, definition, world, choices, prices),
        dearest=_bound(bounds.dearest, definition, world, choices, prices),
        types=types_of(priced, machine, usage, drawn.slowest_s, today),
        break_even_ms=prices.break_even_ms(),
        express_memory_mb=usage.billed_memory_mb,
        rooms=history_capacities(definition, world) if spec.type == "standard" else (),
        limits=tuple(p for p in limits_of(metered) if _is_of(p.check.resource, p.check.limit, machine)),
        assumptions=machine.type.assume(metered.resource(machine.address)),
        excluded=machine.type.exclude(metered.resource(machine.address)._replace(name=machine.label)),
        fixed_resources=costs.fixed_resources,
    )


def _is_of(resource: str, limit: str, machine: Resource) -> bool:
    return resource == machine.label or (resource == "account" and limit.startswith("stepfunctions."))


def _bound(
    search: Callable[[Definition, World, tuple[str, ...], bounds.Weigh], bounds.ChoicePath],
    definition: Definition,
    world: World,
    choices: tuple[str, ...],
    prices: UnitPrices,
) -> PathBound | None:
    """The cheapest or the most expensive path; None where no choice is open, or too many are."""
    if not choices:
        return None
    try:
        path = search(definition, world, choices, prices.weigh)
    except bounds.TooManyPathsError:
        return None
    cost = None if path.amount is None else prices.of_mean(bounds.along(definition, world, path))
    return PathBound(cost, path.goes, path.loop)
