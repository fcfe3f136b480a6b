"""A plan beside its baseline, and the words every format has for them."""

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from capplan.pipeline.results import Plan
from capplan.record import Record
from capplan.report import numbers
from capplan.report.verdicts import VerdictText, verdict_texts
from capplan.report.yaml_value import change_words

if TYPE_CHECKING:
    from capplan.commands.saved_plan import PlanRecord


class Checked(Record, frozen=True, dict=True):
    """A plan, its baseline (None without one), and whether a warning fails the check."""

    plan: Plan
    base: "PlanRecord | None" = None
    fail_on_warn: bool = False

    @cached_property
    def gates(self) -> tuple[VerdictText, ...]:
        """The verdicts in words."""
        return verdict_texts(self.plan)

    @property
    def change(self) -> Decimal | None:
        """The month's cost above the baseline's, USD."""
        return None if self.base is None else self.plan.monthly_cost - self.base.monthly_cost

    def fails(self, gate: VerdictText) -> bool:
        """Whether a verdict fails the check."""
        return gate.word == "failed" or (gate.word == "warning" and self.fail_on_warn)


def cost_words(checked: Checked) -> str:
    """`1,656.45 USD a month, +16.72 (+1.0%)`."""
    total = f"{numbers.usd(checked.plan.monthly_cost)} USD a month"
    if checked.change is None or checked.base is None:
        return total
    return f"{total}, {numbers.change(checked.base.monthly_cost, checked.change)}"


def message(gate: VerdictText) -> str:
    """A verdict on one line: what is observed, why, what to write."""
    parts = [gate.sentence, gate.waiver, gate.why]
    if gate.fixes:
        fix = gate.fixes[0]
        parts.append(f"write {change_words(fix.change)}" + (f" ({fix.outcome})" if fix.outcome else ""))
    return ". ".join(part for part in parts if part)
