"""Draws executions of a workflow and summarizes them as measures, with their exact means."""

from fractions import Fraction
from typing import TYPE_CHECKING

from capplan.commands.workflow.results import Measure
from capplan.commands.workflow.unit_prices import UnitPrices
from capplan.language.scenario import Resource
from capplan.model import Context
from capplan.quantities.rounding import sig6
from capplan.record import Record, replace
from capplan.services.stepfunctions.execution.clock import Clock
from capplan.services.stepfunctions.execution.draws import (
    Spread,
    TooManyStepsError,
    draw,
    generator,
    how_many,
    spread_of,
)
from capplan.services.stepfunctions.execution.grid import Law
from capplan.services.stepfunctions.execution.items import drawn_in, varies
from capplan.services.stepfunctions.execution.retries import HISTORY_FULL
from capplan.services.stepfunctions.execution.world import definition_of, world_of
from capplan.services.stepfunctions.quotas import DURATION_STEP_MS
from capplan.services.stepfunctions.usage import Usage

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROUNDING = 1e-7


class Drawn(Record, frozen=True):
    """Measures of one execution, and the 99th percentile of its seconds; `draws` 0 means that nothing was drawn."""

    measures: tuple[Measure, ...]
    draws: int
    why_not: str
    slowest_s: Fraction


def drawn_of(
    machine: Resource, usage: Usage, ctx: Context, prices: UnitPrices, draws: int | None, cost: Fraction
) -> Drawn:
    """Draws executions and summarizes them.

    Args:
        machine: The state machine.
        usage: Its month.
        ctx: The scenario's context.
        prices: Costs of a transition, a request, an attempt.
        draws: Executions to draw; None for a number that suits the definition.
        cost: The exact mean cost of an execution in USD.
    """
    execution = usage.mean
    graph, world = definition_of(machine.spec).graph, world_of(machine.spec, ctx)
    wanted = draws or how_many(execution.states_entered)
    spreads: dict[str, Spread] = {}
    why_not = ""
    try:
        spreads = _spreads(machine, usage, ctx, prices, wanted)
    except TooManyStepsError as error:
        wanted, why_not = 0, str(error)
    if varies(graph, world):
        law, full = Clock(world).law(graph), execution.errors.get(HISTORY_FULL, Fraction(0))
        longest = law.quantile(1 - float(full)) if full else float("inf")
        if graph.timeout_s is not None:
            longest = min(longest, float(graph.timeout_s * 1000))
        spreads["duration"] = _by_law(law, execution.duration_ms, spreads.get("duration"), longest)
    means = {
        "states": ("entered", execution.states_entered),
        "retries": ("", execution.retries),
        "transitions": ("", execution.states_entered + execution.retries + usage.overhead),
        "history events": ("", execution.history_events),
        "duration": ("ms", execution.duration_ms),
        "cost": ("USD", cost),
    }
    if usage.express:
        means.pop("transitions")
        means.pop("history events")
    measures = tuple(
        Measure(
            name, unit, mean, _around(mean, spreads.get(name)), exact=name != "duration" or not drawn_in(graph, world)
        )
        for name, (unit, mean) in means.items()
    )
    slowest_ms = spreads["duration"].p99 if "duration" in spreads else execution.duration_ms
    return Drawn(measures, wanted, why_not, slowest_ms / 1000)


def _around(mean: Fraction, spread: Spread | None) -> Spread | None:
    """A distribution that reaches to the exact mean: what is too rare to be drawn lies beyond the drawn most."""
    if spread is None:
        return None
    return replace(spread, mean=mean, least=min(spread.least, mean), most=max(spread.most, mean))


def _by_law(law: Law, mean: Fraction, drawn: Spread | None, longest: float) -> Spread:
    """Percentiles of the exact law, at most `longest`; the least and the most are the drawn ones."""
    p50, p90, p99 = (sig6(min(longest, law.quantile(share))) for share in (0.5, 0.9, 0.99))
    least, most = (drawn.least, drawn.most) if drawn is not None else (p50, p99)
    return Spread(mean, min(least, p50), p50, p90, p99, max(most, p99))


def _spreads(machine: Resource, usage: Usage, ctx: Context, prices: UnitPrices, draws: int) -> dict[str, Spread]:
    import numpy as np  # noqa: PLC0415  only where something is drawn

    spec = machine.spec
    graph, world = definition_of(spec).graph, world_of(spec, ctx)
    drawn = draw(graph, world, draws, generator(ctx.seed, machine.name), prices.weights())
    usd: NDArray[np.float64] = drawn.cost + prices.edges()
    if usage.express:
        usd = usd + np.maximum(1, np.ceil(drawn.ms / DURATION_STEP_MS - _ROUNDING)) * float(prices.step)
    return {
        "states": spread_of(drawn.entered),
        "retries": spread_of(drawn.retries),
        "transitions": spread_of(drawn.entered + drawn.retries + usage.overhead),
        "history events": spread_of(drawn.events + 2),
        "duration": spread_of(drawn.ms),
        "cost": spread_of(usd),
    }
