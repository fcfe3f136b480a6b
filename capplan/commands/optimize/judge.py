"""Judges a changed plan: what it breaks of what holds, how much of what is broken it leaves so, and what it costs."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from capplan.gates.kept import KeptGates, failing, metrics_of
from capplan.model import Option
from capplan.pipeline.alternatives import Alternative
from capplan.pipeline.effects import Effects
from capplan.pipeline.limits import exceeded
from capplan.pipeline.price import Priced
from capplan.pipeline.recommendations import touched
from capplan.pipeline.results import Finding


class Taken(NamedTuple):
    """An option applied to a resource.

    Attributes:
        address: The resource.
        option: The option.
        finding: As it is shown.
        saving: USD a month that it saves after those before it.
        mends: Whether fewer gates fail and fewer limits are exceeded with it.
    """

    address: str
    option: Option
    finding: Finding
    saving: Decimal
    mends: bool


class Broken(NamedTuple):
    """What does not hold: gates, and limits as resource and limit."""

    gates: tuple[str, ...] = ()
    limits: tuple[tuple[str, str], ...] = ()

    @property
    def number(self) -> int:
        """How much that is."""
        return len(self.gates) + len(self.limits)


class Score(NamedTuple):
    """How good a plan is, the least first: what is broken, USD a month, steps."""

    broken: int
    monthly_cost: Decimal
    steps: int


class Judge:
    """Compares alternatives of a plan with it."""

    def __init__(self, base: Priced, today: date | None, *, allow_behavior: bool) -> None:
        self.base, self.day, self._allow_behavior = base, today, allow_behavior
        self._effects = Effects(base)
        self._kept = KeptGates(base, metrics_of(base))
        self.broken = broken_in(base)

    def allows(self, option: Option) -> bool:
        """Whether an option may be a step; others are only looked at."""
        return self._allow_behavior or not option.changes_behavior

    def score(self, plan: Alternative | None, steps: int) -> Score:
        """How good an alternative is; None is the plan itself."""
        if plan is None:
            return Score(self.broken.number, self.base.monthly_cost, 0)
        return Score(self.left(plan).number, plan.monthly_cost, steps)

    def left(self, plan: Alternative) -> Broken:
        """What does not hold today and does not in an alternative; a new one is what `refuses` finds."""
        gates = self._kept.left(plan) if self.broken.gates else ()
        return Broken(gates, exceeded(plan.priced.metered) if self.broken.limits else ())

    def refuses(self, plan: Alternative, steps: Sequence[Taken], *, whole: bool = False) -> str:
        """What an alternative breaks, in a few words; empty for nothing.

        Args:
            plan: The alternative.
            steps: The options in it.
            whole: Whether others' requests may change: each step was judged by itself.
        """
        if plan.missing:
            return f"not priced: {', '.join(plan.missing)}"
        options = [step.option for step in steps]
        free = whole or any(option.fewer_calls or option.severity == "risk" for option in options)
        changes = [*plan.changes, *(change for option in options for change in option.changes)]
        may_affect = None if free else touched(self.base, changes)
        worsens = {name for option in options for name in option.worsens}
        broken = self._effects.breaks(plan, may_affect=may_affect, worsens=worsens)
        if broken:
            return broken
        gates = self._kept.failing(plan)
        if gates:
            return f"breaks {'; '.join(gates)}"
        for step in steps:
            if step.option.helps and not self._effects.helps(plan, step.address, step.option):
                return f"does not help {', '.join(step.option.helps)}"
        return ""


def broken_in(priced: Priced) -> Broken:
    """What does not hold in a plan."""
    return Broken(tuple(gate.text for gate in failing(priced)), exceeded(priced.metered))
