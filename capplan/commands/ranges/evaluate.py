"""Evaluates the ranges of a scenario: its cost, its limits and its gates over thousands of draws, seeded."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from capplan.commands.ranges.along import Distance, Off, Points, padded, plans_along
from capplan.commands.ranges.columns import Along, Columns, Planned
from capplan.commands.ranges.draws import drawn as drawn_values
from capplan.commands.ranges.planned import Figures, Key, Planner, figures_of, matrix
from capplan.commands.ranges.rated import costs_of
from capplan.gates.drawn import Drawn, Spread, chance, percentile
from capplan.gates.judge import over_draws
from capplan.gates.observed import ObservedMetric, exact
from capplan.language.gate_syntax import Gate, names_in, on_forecast, percentile_of
from capplan.language.gate_tokens import GateError
from capplan.language.ranges import RangedInput, ranged_inputs
from capplan.pipeline.price import Priced
from capplan.pipeline.results import Band, GateRange, LimitRange, RangeInput, Ranges
from capplan.timeline import no_progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PLANNED_WHOLE = 60
"""Up to so many draws are planned one by one: columns take as many plans."""
_WHOLE = 200
"""Draws that are planned one by one where columns do not hold."""
_AT_ONCE = 20
"""Draws between two steps of the progress bar."""
_CHECKED = 10
"""Draws planned whole, by which columns are judged."""
_TRIES = 3
"""How often columns are made again with more plans before each draw is planned."""
_TOLERATED, _TOLERATED_OF_A_FIGURE = 0.005, 0.01
"""The largest difference with which columns hold: of the monthly cost; of what a gate observes or a limit uses."""
_CORNERS = (0.005, 0.995)
"""Plans with all ranges near an end: between them no figure is extended beyond what is known."""
_LEAST = 0.1
"""A figure that is a smaller part of its largest value is compared as if it were that part: 0 has no share."""
_HOPELESS = 0.05
"""With a larger difference no more plans are made for columns."""
_SHARES = (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10))
_MONTHS = {"cost.monthly": 1, "cost.yearly": 12}


class Evaluated(NamedTuple):
    """What the ranges mean for the answer, and the draws by which gates are judged.

    `values` are those of all draws, a column for each of `inputs`, which are the ranges that are more than one value.
    """

    ranges: Ranges
    drawn: Drawn
    inputs: tuple[RangedInput, ...]
    values: "NDArray[np.float64]"


class _Rows(NamedTuple):
    """The figures of all draws, by their key, and how well they are known.

    `few` are draws planned one by one, for the figures that are `unsure` in these.
    """

    figures: "Mapping[Key, NDArray[np.float64]]"
    draws: int
    method: Literal["columns", "plans"]
    checked: int = 0
    differences: Mapping[Key, float] = {}
    cost_difference: float = 0.0
    note: str = ""
    few: "_Rows | None" = None
    unsure: frozenset[Key] = frozenset()


def evaluate(
    priced: Priced,
    metrics: Mapping[str, ObservedMetric],
    draws: int,
    *,
    today: date | None = None,
    gates: Sequence[Gate] = (),
    progress: Callable[[float, str], None] = no_progress,
) -> Evaluated | None:
    """The ranges of a planned scenario over draws; None where it has none.

    Args:
        priced: The plan at the likely values.
        metrics: Its metrics, under all their names.
        draws: How many.
        today: As of the plan.
        gates: Those that are judged.
        progress: Called with the share done and what is being done.

    Raises:
        CapplanError: The scenario is not valid, or cannot be priced, with some values of its ranges.
    """
    every = ranged_inputs(priced.metered.as_declared)
    if not every:
        return None
    moving = tuple(one for one in every if not one.value.fixed)
    costs = _Costs(priced)
    names = _names(gates, metrics) - costs.names
    deciding = _names([gate for gate in gates if over_draws(gate.test, metrics)], metrics)
    base = figures_of(priced, names)
    names = frozenset(name for name in names if np.isfinite(base[Key("metric", name)]))
    planner = Planner(priced, moving, names, today)
    base = {key: value for key, value in base.items() if key.kind not in ("metric", "limit") or key.name in names}
    every_draw = _Draws(planner, costs, base, draws, progress)
    rows = every_draw.rows(deciding)
    known = _drawn(rows, costs, metrics, names)
    money = costs.columns(rows.figures, rows.draws)["cost.monthly"]
    answer = Ranges(
        draws=rows.draws,
        seed=priced.metered.context.seed,
        plans=planner.count,
        method=rows.method,
        checked=rows.checked,
        largest_difference=_six(rows.cost_difference),
        inputs=tuple(_input(one) for one in every),
        monthly_cost=_band(money, Fraction(priced.monthly_cost), rows.cost_difference),
        limits=tuple(_limits(rows, base)),
        gates=tuple(_gate(gate, known, metrics) for gate in gates),
        note=rows.note,
    )
    return Evaluated(answer, known, moving, every_draw.values[: rows.draws])


# --- figures of the draws ---------------------------------------------------------------------------------------------


class _Draws:
    """Draws of a scenario's ranges and their figures, through columns where these hold."""

    def __init__(
        self,
        planner: Planner,
        costs: "_Costs",
        base: Figures,
        draws: int,
        progress: Callable[[float, str], None],
    ) -> None:
        self._planner, self._costs, self._base, self._draws, self._progress = planner, costs, base, draws, progress
        seed = planner.base.metered.context.seed
        self.values = drawn_values(planner.inputs, draws, seed)
        self._whole = self.values if draws <= _WHOLE else drawn_values(planner.inputs, _WHOLE, seed)
        self._known = _Known(planner, base)

    def rows(self, deciding: frozenset[str]) -> _Rows:
        """The figures of all draws; of metrics by which a gate is judged in more than the few plans of a fit."""
        inputs = len(self._planner.inputs)
        if not inputs:
            same = {key: np.full(self._draws, value) for key, value in self._base.items()}
            return _Rows(same, self._draws, "columns")
        if self._draws <= _PLANNED_WHOLE:
            return self._planned(self.values)
        along = self._along()
        fit, taken, cost = np.empty((0, inputs)), 0, 0.0
        for attempt in range(_TRIES):
            self._progress(0.4 + 0.2 * attempt, "plans of draws")
            more = (8 + inputs if inputs > 1 else 2) * 2**attempt
            corners = [] if attempt else list(np.quantile(self.values, _CORNERS, axis=0, method="nearest"))
            fit = np.vstack([fit, *corners, self.values[taken : taken + more]])
            check = self.values[taken + more : taken + more + _CHECKED]
            if not len(check):
                break
            taken += more + len(check)
            columns, found, cost = self._columns(along, fit, check)
            unsure = frozenset(key for key, worst in found.items() if worst > _tolerated(key))
            if cost <= _TOLERATED:
                held = _Rows({}, 0, "columns", len(check), found, cost, unsure=unsure)
                return self._joined(columns, taken, held, deciding)
            if cost > _HOPELESS:
                break
            fit = np.vstack([fit, check])
        note = f"columns do not hold (the monthly cost differs by {cost:.1%}): draws are planned one by one"
        self.values = self._whole
        return self._planned(self._whole)._replace(note=note)

    def _joined(self, columns: Columns, taken: int, held: _Rows, deciding: frozenset[str]) -> _Rows:
        """The figures of columns, with draws planned one by one for those that these do not tell."""
        figures = columns.at(self.values)
        few = None
        if held.unsure:
            few = self._planned(self._whole if _decides(held.unsure, deciding) else self.values[:taken])
        every = {key: figures[:, m] for key, m in list(self._known.keys.items())[: figures.shape[1]]}
        return held._replace(figures=every, draws=len(self.values), few=few)

    def _along(self) -> dict[int, Along]:
        self._progress(0.1, "plans along each range")
        ranges = {
            i: Points(np.sort(self.values[:, i]), float(one.value.step), one.value.unit == " B")
            for i, one in enumerate(self._planner.inputs)
        }
        known = self._known
        return plans_along(known.base(), known.likely, ranges, known.figures, self._costs.distance(known))

    def _columns(
        self, along: Mapping[int, Along], fit: "NDArray[np.float64]", check: "NDArray[np.float64]"
    ) -> tuple[Columns, dict[Key, float], float]:
        """Columns of plans, and how far they are off others: each figure, and the monthly cost."""
        known = self._known
        known.figures(np.vstack([fit, check]))
        whole = {i: one._replace(figures=known.again(i, one.values)) for i, one in along.items()}
        columns = Columns(known.base(), whole, Planned(fit, known.figures(fit)))
        predicted, planned = columns.at(check), known.figures(check)
        found = _differences(known, columns, predicted, planned)
        return columns, found, self._costs.difference(known, predicted, planned)

    def _planned(self, values: "NDArray[np.float64]") -> _Rows:
        """Draws planned one by one."""
        for start in range(0, len(values), _AT_ONCE):
            if len(values) > _PLANNED_WHOLE:
                self._progress(start / len(values), f"draw {start + 1} of {len(values)}")
            self._known.figures(values[start : start + _AT_ONCE])
        figures = self._known.figures(values)
        by_key = {key: figures[:, m] for key, m in self._known.keys.items()}
        return _Rows(by_key, len(values), "plans", len(values))


def _tolerated(key: Key) -> float:
    """How far a figure may be off before its draws are planned; of quantities the monthly cost tells."""
    return np.inf if key.kind == "quantity" else _TOLERATED_OF_A_FIGURE


def _decides(unsure: Iterable[Key], deciding: Collection[str]) -> bool:
    """Whether a gate is judged by the draws of a figure that is not told well enough."""
    return any(key.kind != "used" and key.name in deciding for key in unsure)


class _Known:
    """Every plan made so far; a charge that only some of them have is a column of all."""

    def __init__(self, planner: Planner, base: Figures) -> None:
        self._planner, self._base = planner, base
        self.keys = {key: m for m, key in enumerate(base)}
        self._rows: dict[tuple[float, ...], Figures] = {}
        self.likely = np.array([float(one.value.likely) for one in planner.inputs])
        """The likely values."""

    def figures(self, values: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """The figures at rows of values, planned where they are not known yet."""
        wanted = [tuple(map(float, row)) for row in values]
        new = [row for row in dict.fromkeys(wanted) if row not in self._rows]
        if new:
            for row, figures in zip(new, self._planner.every(np.array(new)), strict=True):
                self._rows[row] = figures
                for key in figures:
                    self.keys.setdefault(key, len(self.keys))
        return matrix(self.keys, [self._rows[row] for row in wanted])

    def base(self) -> "NDArray[np.float64]":
        """The figures at the likely values."""
        row: NDArray[np.float64] = matrix(self.keys, [self._base])[0]
        return row

    def again(self, i: int, values: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """The figures along one range, with all columns that are known by now."""
        rows = np.tile(self.likely, (len(values), 1))
        rows[:, i] = values
        at_likely = values == self.likely[i]
        out = np.empty((len(values), len(self.keys)))
        if at_likely.any():
            out[at_likely] = self.base()
        if (~at_likely).any():
            out[~at_likely] = self.figures(rows[~at_likely])
        return out


def _differences(
    known: _Known, columns: Columns, predicted: "NDArray[np.float64]", planned: "NDArray[np.float64]"
) -> dict[Key, float]:
    """The largest difference of each figure as a share of it, or of a tenth of its largest value where that is more.

    Of what a limit uses it is a share of the quota.
    """
    out: dict[Key, float] = {}
    for key, m in known.keys.items():
        truth = planned[:, m]
        least = 1.0 if key.kind == "used" else float(columns.scale[m]) * _LEAST
        off = np.abs(predicted[:, m] - truth) / (least if key.kind == "used" else np.maximum(np.abs(truth), least))
        both = np.isnan(predicted[:, m]) & np.isnan(truth)
        worst = float(np.where(both, 0.0, off).max(initial=0.0))
        out[key] = worst if np.isfinite(worst) else float("inf")
    return out


class _Costs:
    """What charges cost: prices, allowances and the discount of the plan."""

    def __init__(self, priced: Priced) -> None:
        scenario = priced.metered.scenario
        self._catalogue, account = priced.catalogue, scenario.account
        self._free_tier, self._discount = account.free_tier, float(account.discount)
        self._owners = {
            charge.id: (scenario.resources[address].label, address)
            for address, charges in priced.charges.items()
            for charge in charges
        }
        self._labels = {resource.label: address for address, resource in scenario.resources.items()}
        services = {charge.service for charges in priced.charges.values() for charge in charges}
        self.names = frozenset(
            (
                *_MONTHS,
                *(f"cost.{service}" for service in services),
                *(f"{name}.cost" for pair in self._labels.items() for name in pair),
            )
        )

    def of(self, figures: "Mapping[Key, NDArray[np.float64]]") -> "dict[Key, NDArray[np.float64]]":
        """USD of each charge."""
        quantities = {key: column for key, column in figures.items() if key.kind == "quantity"}
        return costs_of(quantities, self._catalogue, free_tier=self._free_tier, discount=self._discount)

    def columns(self, figures: "Mapping[Key, NDArray[np.float64]]", draws: int) -> "dict[str, NDArray[np.float64]]":
        """USD a month in all, of each service and of each resource."""
        out: dict[str, NDArray[np.float64]] = {name: np.zeros(draws) for name in self.names}
        for key, cost in self.of(figures).items():
            label, address = self._owner(key.name)
            for name in ("cost.monthly", f"cost.{key.key.partition('.')[0]}", f"{label}.cost", f"{address}.cost"):
                if name in out:
                    out[name] = out[name] + cost
        out["cost.yearly"] = out["cost.monthly"] * 12
        return out

    def _owner(self, charge: str) -> tuple[str, str]:
        if charge in self._owners:
            return self._owners[charge]
        label = max((x for x in self._labels if charge.startswith(f"{x}.")), key=len, default="")
        return label, self._labels.get(label, "")

    def total(self, keys: Iterable[Key], rows: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """USD a month of plans."""
        figures = {key: rows[:, m] for m, key in enumerate(keys)}
        total: NDArray[np.float64] = np.sum(list(self.of(figures).values()), axis=0) if figures else np.zeros(len(rows))
        return total

    def difference(self, known: _Known, predicted: "NDArray[np.float64]", planned: "NDArray[np.float64]") -> float:
        """The largest difference of the monthly cost, as a share."""
        one, other = self.total(known.keys, predicted), self.total(known.keys, planned)
        worst = float(np.max(np.abs(one - other) / np.maximum(np.abs(other), 1e-9), initial=0.0))
        return worst if np.isfinite(worst) else float("inf")

    def distance(self, known: _Known) -> Distance:
        """How far figures are off others: in shares of the bill, of a quota, or of what a gate observes."""
        total = max(float(self.total(known.keys, known.base()[None, :])[0]), 1e-9)

        def off(one: "NDArray[np.float64]", other: "NDArray[np.float64]") -> Off:
            width = max(len(one), len(other))
            rows, keys = np.vstack([padded(one, width), padded(other, width)]), list(known.keys)[:width]
            bills = self.of({key: rows[:, m] for m, key in enumerate(keys)})
            money = float(sum(abs(cost[0] - cost[1]) for cost in bills.values())) / total
            shares = [
                abs(rows[0, m] - rows[1, m]) / (1.0 if key.kind == "used" else max(np.abs(rows[:, m]).max(), 1e-9))
                for m, key in enumerate(keys)
                if key.kind != "quantity"
            ]
            known_shares = [share for share in shares if np.isfinite(share)]
            return Off(money, max(known_shares, default=0.0) / 10)

        return off


# --- the answer -------------------------------------------------------------------------------------------------------


def _names(gates: Iterable[Gate], metrics: Mapping[str, ObservedMetric]) -> frozenset[str]:
    """Metrics that gates name, or a percentile of."""
    out = set()
    for gate in gates:
        for name in names_in(gate.test):
            of = None if name.name in metrics else percentile_of(name.name)
            plain = of[0] if of is not None else name.name
            if plain in metrics:
                out.add(plain)
    return frozenset(out)


def _drawn(rows: _Rows, costs: "_Costs", metrics: Mapping[str, ObservedMetric], names: Iterable[str]) -> Drawn:
    money = costs.columns(rows.figures, rows.draws)
    columns = {**money, **{name: rows.figures[Key("metric", name)] for name in names}}
    limits = {key.name: column for key, column in rows.figures.items() if key.kind == "limit"}
    values = {name: metrics[name].value for name in columns if name in metrics}
    points = {name: value for name, value in values.items() if value is not None}
    if rows.few is None:
        return Drawn(columns, limits, points)
    few = _drawn(rows.few, costs, metrics, names)
    return Drawn(columns, limits, points, few, {key.name for key in rows.unsure if key.kind != "used"})


def _limits(rows: _Rows, base: Figures) -> Iterable[LimitRange]:
    """The limits, the nearest first: by the headroom that 10% of the draws do not exceed."""
    out = []
    for key in rows.figures:
        of = rows.few if rows.few is not None and key in rows.unsure else rows
        column = of.figures[key]
        if key.kind != "used" or not np.isfinite(column).all():
            continue
        point = None if key not in base else Fraction(str(round(1 - base[key], 10)))
        band = _band(1 - column, point, 0.0 if of is rows.few else rows.differences.get(key, 0.0))
        exceeded = chance(int((column > 1).sum()), of.draws)
        out.append(LimitRange(key.name, key.key, of.draws, band, exact(exceeded.value), _error(exceeded)))
    return sorted(out, key=lambda limit: (limit.headroom.p10, limit.headroom.point, limit.resource, limit.limit))


def _gate(gate: Gate, drawn: Drawn, metrics: Mapping[str, ObservedMetric]) -> GateRange:
    draws = drawn.of(name.name for name in names_in(gate.test)).draws
    if over_draws(gate.test, metrics):
        return GateRange(gate.text, gate.line, draws, None, None, "judged over the draws")
    try:
        passing = drawn.chance(gate.test)
    except GateError as error:
        if on_forecast(gate):
            return GateRange(gate.text, gate.line, draws, None, None, "judged at the likely values")
        return GateRange(gate.text, gate.line, draws, None, None, error.message)
    return GateRange(gate.text, gate.line, draws, exact(passing.value), _error(passing))


def _input(one: RangedInput) -> RangeInput:
    value = one.value
    low, likely, high = (one.text(x) for x in (value.low, value.likely, value.high))
    return RangeInput(one.name, low, likely, high, value.points is not None)


def _band(column: "NDArray[np.float64]", point: Fraction | None, difference: float) -> Band:
    spreads = [percentile(column, share, point) for share in _SHARES]
    p10, p50, p90 = spreads
    return Band(
        exact(p50.value if point is None else point),
        exact(p10.value), exact(p50.value), exact(p90.value),
        _error(p10), _error(p50), _error(p90), _six(difference),
    )  # fmt: skip


def _error(spread: Spread) -> tuple[Decimal, Decimal]:
    return exact(spread.low), exact(spread.high)


def _six(value: float) -> Decimal:
    return Decimal(f"{value:.6f}") if np.isfinite(value) else Decimal(1)
