"""Says of a changed plan what is left of the limit and of the gate that are nearest today, and what no longer holds."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from capplan.gates.evaluate import outcome
from capplan.gates.judge import Baseline, lookup, over_draws
from capplan.gates.observables import aliases, observables
from capplan.gates.observed import exact
from capplan.language.gate_syntax import Gate, names_in
from capplan.language.gate_tokens import GateError
from capplan.pipeline.limits import limits_of
from capplan.pipeline.price import Priced
from capplan.pipeline.results import PlannedLimit
from capplan.pipeline.traffic_costs import traffic_costs

LimitName = tuple[str, str]


class Left(NamedTuple):
    """What is left: headroom of the limit and margin of the gate that are nearest today, and what fails that holds today."""

    headroom: Decimal | None
    margin: Decimal | None
    failed: tuple[str, ...]
    exceeded: tuple[LimitName, ...]


class Watch:
    """What is nearest to break in a plan.

    Attributes:
        limit: The limit with the least headroom among those that are not exceeded; None where there is none.
        gate: The gate that passes with the least margin; None where none does.
        free: What is left of both today.
    """

    def __init__(self, base: Priced, gates: tuple[Gate, ...]) -> None:
        self._gates = gates
        limits = limits_of(base.metered)
        free = {_name(limit): limit.headroom for limit in limits if not limit.breached}
        self.limit: LimitName | None = min(free, key=lambda name: free[name], default=None)
        self._exceeded = {_name(limit) for limit in limits if limit.breached}
        margins = self._margins(base, limits)
        passing = {at: margin for at, (passes, margin) in margins.items() if passes and margin is not None}
        self._at: int | None = min(passing, key=lambda at: passing[at], default=None)
        self.gate: Gate | None = None if self._at is None else gates[self._at]
        self._holding = {at for at, (passes, _) in margins.items() if passes}
        self.free = self.left(base)

    @property
    def gate_and_names(self) -> tuple[str | None, tuple[str, ...]]:
        """The nearest gate as written, and the metrics that it names."""
        if self.gate is None:
            return None, ()
        return self.gate.text, tuple(dict.fromkeys(name.name for name in names_in(self.gate.test)))

    def left(self, priced: Priced) -> Left:
        """What is left in a plan."""
        limits = limits_of(priced.metered)
        margins = self._margins(priced, limits)
        margin = None if self._at is None else margins.get(self._at, (False, None))[1]
        return Left(
            next((limit.headroom for limit in limits if _name(limit) == self.limit), None),
            None if margin is None else exact(margin),
            tuple(self._gates[at].text for at in sorted(self._holding) if not margins.get(at, (False, None))[0]),
            tuple(_name(limit) for limit in limits if limit.breached and _name(limit) not in self._exceeded),
        )

    def _margins(self, priced: Priced, limits: Sequence[PlannedLimit]) -> dict[int, tuple[bool, Fraction | None]]:
        """By a gate's place: whether it passes, and by how much; without those over draws, or that need a baseline or months to come.

        Each input is moved in a plan at the likely values: it says nothing of a percentile or a chance.
        """
        if not self._gates:
            return {}
        scenario = priced.metered.scenario
        known = observables(scenario, priced, limits, traffic_costs(priced))
        metrics = {**known, **aliases(scenario, known)}
        look = lookup(scenario, metrics, Baseline())
        out: dict[int, tuple[bool, Fraction | None]] = {}
        for at, gate in enumerate(self._gates):
            if scenario.ranges and over_draws(gate.test, metrics):
                continue
            try:
                result = outcome(gate.test, look)
            except GateError:
                continue
            out[at] = result.passes, result.margin
        return out


def _name(limit: PlannedLimit) -> LimitName:
    return limit.check.resource, limit.check.limit
