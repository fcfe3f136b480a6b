"""Says of a changed plan what is left of the limit and of the gate that are nearest today, and what no longer holds."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from capplan.gates.evaluate import outcome
from capplan.gates.judge import Baseline, lookup, over_draws
from capplan.gates.kept import some_metrics
from capplan.gates.observed import exact
from capplan.language.gate_syntax import Gate, names_in
from capplan.language.gate_tokens import GateError
from capplan.model import LimitCheck
from capplan.pipeline.limits import every_check, headroom, least_free_first
from capplan.pipeline.price import Priced

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
        self._named = tuple(dict.fromkeys(name.name for gate in gates for name in names_in(gate.test)))
        checks = every_check(base.metered)
        free = [check for check in checks if not check.breached]
        nearest = min(free, key=least_free_first, default=None)
        self.limit: LimitName | None = None if nearest is None else _name(nearest)
        self._exceeded = {_name(check) for check in checks if check.breached}
        margins = self._margins(base)
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
        checks = every_check(priced.metered)
        margins = self._margins(priced)
        margin = None if self._at is None else margins.get(self._at, (False, None))[1]
        new = [check for check in checks if check.breached and _name(check) not in self._exceeded]
        return Left(
            min((headroom(check) for check in checks if _name(check) == self.limit), default=None),
            None if margin is None else exact(margin),
            tuple(self._gates[at].text for at in sorted(self._holding) if not margins.get(at, (False, None))[0]),
            tuple(_name(check) for check in sorted(new, key=least_free_first)),
        )

    def _margins(self, priced: Priced) -> dict[int, tuple[bool, Fraction | None]]:
        """By a gate's place: whether it passes, and by how much; without those over draws, or that need a baseline or months to come.

        Each input is moved in a plan at the likely values: it says nothing of a percentile or a chance.
        """
        if not self._gates:
            return {}
        scenario = priced.metered.scenario
        metrics = some_metrics(self._named, priced)
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


def _name(check: LimitCheck) -> LimitName:
    return check.resource, check.limit
