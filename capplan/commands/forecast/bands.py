"""Draws the ranges of a scenario and follows each draw through the months of a forecast: bands of cost, and of what breaks."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np

from capplan.commands.forecast.months_ahead import MonthAhead, months_ahead
from capplan.commands.forecast.results import ForecastBands, MonthBand
from capplan.commands.ranges.draws import drawn
from capplan.gates.drawn import percentile
from capplan.gates.kept import failing
from capplan.gates.observed import exact
from capplan.language.months import Month
from capplan.language.ranges import at, ranged_inputs
from capplan.language.scenario import Scenario
from capplan.pipeline.limits import exceeded
from capplan.pipeline.price import Priced, catalogue_of, missing_prices, price

_SHARES = (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10))


def bands_of(
    scenario: Scenario,
    steps: Sequence[Month],
    likely: Sequence[MonthAhead],
    draws: int,
    today: date | None,
    progress: Callable[[float, str], None],
) -> ForecastBands | None:
    """Every month at every draw, each planned; None where all ranges are one value.

    Growth may be a range itself, and what a draw's months leave in store is stored in its later months.

    Args:
        scenario: The scenario.
        steps: The months.
        likely: Each month at the likely values.
        draws: How many.
        today: As of the plan.
        progress: Called with the share done.

    Raises:
        CapplanError: The scenario cannot be planned with some values of its ranges.
    """
    inputs = tuple(one for one in ranged_inputs(scenario) if not one.value.fixed)
    if not inputs:
        return None
    metered = [month.metered for month in likely]
    catalogue = catalogue_of(scenario)
    bases = [price(one, catalogue, today) for one in metered]
    costs = np.zeros((draws, len(steps)))
    broken = np.zeros((draws, len(steps)), dtype=bool)
    seed = metered[0].context.seed
    for d, row in enumerate(drawn(inputs, draws, seed)):
        progress(d / draws, f"draw {d + 1} of {draws}")
        values = {one.name: one.value.rounded(float(value)) for one, value in zip(inputs, row, strict=True)}
        before: MonthAhead | None = None
        for m, month in enumerate(months_ahead(at(scenario, inputs, values), steps, seed, metered)):
            if before is not None and month.scenario is before.scenario:
                costs[d, m], broken[d, m] = costs[d, m - 1], broken[d, m - 1]
            else:
                priced = price(month.metered, catalogue, today, bases[m])
                if priced.missing:
                    raise missing_prices(month.scenario, priced.missing)
                costs[d, m], broken[d, m] = float(priced.monthly_cost), _is_broken(priced)
            before = month
    by = np.logical_or.accumulate(broken, axis=1)
    return ForecastBands(
        draws, tuple(_band(costs[:, m], broken[:, m], by[:, m]) for m in range(len(steps))), *_first(by)
    )


def _is_broken(priced: Priced) -> bool:
    return next(failing(priced), None) is not None or bool(exceeded(priced.metered))


def _band(
    costs: "np.typing.NDArray[np.float64]", broken: "np.typing.NDArray[np.bool_]", by: "np.typing.NDArray[np.bool_]"
) -> MonthBand:
    low, middle, high = (percentile(costs, share) for share in _SHARES)
    return MonthBand(
        exact(low.value), exact(middle.value), exact(high.value), (exact(low.low), exact(low.high)),
        (exact(high.low), exact(high.high)), _share(broken), _share(by),
    )  # fmt: skip


def _share(of: "np.typing.NDArray[np.bool_]") -> Decimal:
    return exact(Fraction(int(of.sum()), len(of)))


def _first(by: "np.typing.NDArray[np.bool_]") -> list[int | None]:
    """Months before the first in which so large a share of draws is broken; None where none is."""
    shares = by.mean(axis=0)
    return [next((m for m, share in enumerate(shares) if share >= float(wanted) - 1e-9), None) for wanted in _SHARES]
