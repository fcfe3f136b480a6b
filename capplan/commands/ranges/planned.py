"""Plans a scenario at values of its ranges and takes the figures that columns are made of: quantities, loads, metrics."""

import os
import pickle
import sys
import warnings
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from capplan.errors import CapplanError
from capplan.gates.kept import some_metrics
from capplan.gates.observed import ObservedMetric
from capplan.language.ranges import RangedInput, at
from capplan.pipeline.limits import every_check
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, missing_prices, price

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEW = 4
"""Fewer plans than this are not worth a second process."""

Figures = dict["Key", float]


class Key(NamedTuple):
    """What a figure is.

    Attributes:
        kind: `quantity` of a charge, `used` of a limit (1 − headroom), a `metric`, or its `limit`.
        name: The charge's id, the limit's resource, or the metric.
        key: The price key, or the limit.
        region: Of the price.
        place: Among those of the same resource and limit.
    """

    kind: str
    name: str
    key: str = ""
    region: str = ""
    place: int = 0


class Planner:
    """Plans a scenario at values of its ranges.

    Args:
        base: The scenario at the likely values, planned.
        inputs: Its ranges.
        names: Metrics that are wanted of each plan.
        today: As of the plan.
    """

    def __init__(self, base: Priced, inputs: Sequence[RangedInput], names: Collection[str], today: date | None) -> None:
        self.base, self.inputs, self._names, self._day = base, inputs, frozenset(names), today
        self.count = 0
        """Plans made so far."""

    def figures(self, values: Sequence[float]) -> Figures:
        """The figures of one plan.

        Raises:
            CapplanError: The scenario is not valid with these values, or a price is missing.
        """
        base = self.base
        written = {one.name: one.value.rounded(float(value)) for one, value in zip(self.inputs, values, strict=True)}
        scenario = at(base.metered.as_declared, self.inputs, written)
        metered = meter(scenario, base.metered.context.seed, base=base.metered)
        return figures_of(price(metered, base.catalogue, self._day, base), self._names)

    def every(self, values: "NDArray[np.float64]") -> list[Figures]:
        """The figures of a plan for each row of values, in two processes where the machine has two."""
        rows = [tuple(map(float, row)) for row in values]
        self.count += len(rows)
        return in_two_processes(self, rows)


def figures_of(priced: Priced, names: Collection[str]) -> Figures:
    """The figures of a plan. Raises CapplanError where a price is missing."""
    if priced.missing:
        raise missing_prices(priced.metered.scenario, priced.missing)
    out: Figures = {}
    for charges in priced.charges.values():
        for charge in charges:
            if charge.frequency != "one_time":
                key = Key("quantity", charge.id, charge.price, charge.region)
                out[key] = out.get(key, 0.0) + float(charge.quantity)
    for check in every_check(priced.metered):
        key = Key("used", check.resource, check.limit)
        while key in out:
            key = key._replace(place=key.place + 1)
        out[key] = 1 - float(check.headroom)
    if names:
        metrics = some_metrics(names, priced)
        for name in names:
            metric = metrics.get(name)
            out[Key("metric", name)] = _number(metric)
            if metric is not None and metric.limit is not None:
                out[Key("limit", name)] = float(metric.limit)
    return out


def _number(metric: ObservedMetric | None) -> float:
    return float("nan") if metric is None or metric.value is None else float(metric.value)


def matrix(keys: Mapping[Key, int], rows: Sequence[Figures]) -> "NDArray[np.float64]":
    """Figures of plans by column. A charge that a plan does not have is 0, anything else that it does not have unknown."""
    out = np.empty((len(rows), len(keys)))
    for row, figures in enumerate(rows):
        for key, column in keys.items():
            out[row, column] = figures.get(key, 0.0 if key.kind == "quantity" else float("nan"))
    return out


def in_two_processes(planner: Planner, rows: "Sequence[tuple[float, ...]]") -> list[Figures]:
    """The figures of each row. Half of them are planned in a copy of this process, where the system can copy one."""
    if len(rows) < _FEW or sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:  # noqa: PLR2004  two cores
        return [planner.figures(row) for row in rows]
    read, write = os.pipe()
    with warnings.catch_warnings():  # the bar of a long run has a thread, which the copy does not touch
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        _answer(planner, rows[1::2], read, write)
    os.close(write)
    try:
        mine = [planner.figures(row) for row in rows[::2]]
        with os.fdopen(read, "rb") as stream:
            content = stream.read()
    finally:
        os.waitpid(child, 0)
    other = pickle.loads(content) if content else None  # noqa: S301  written by our own copy, a line above
    if not isinstance(other, list):  # it could not plan one: the error is raised here
        other = [planner.figures(row) for row in rows[1::2]]
    out: list[Figures] = [{} for _ in rows]
    out[::2], out[1::2] = mine, other
    return out


def _answer(planner: Planner, rows: "Sequence[tuple[float, ...]]", read: int, write: int) -> None:
    """In the copy: plan, write the figures, and end without anything that this process would do at its end."""
    try:
        os.close(read)
        with os.fdopen(write, "wb") as stream:
            pickle.dump([planner.figures(row) for row in rows], stream)
    except (CapplanError, OSError):
        os._exit(1)
    finally:
        os._exit(0)
