"""A plan beside its baseline, and the words that every format says of them. It renders nothing."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from capplan.pipeline.results import Plan
from capplan.report import numbers
from capplan.report.verdicts import Told, told
from capplan.report.yaml_value import written

if TYPE_CHECKING:
    from capplan.commands.saved_plan import Snapshot  # a plan alone does not pay for what reads saved ones


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan, what it is held against (None: nothing), and whether a warning breaks."""

    plan: Plan
    base: "Snapshot | None" = None
    fail_on_warn: bool = False

    @property
    def gates(self) -> tuple[Told, ...]:
        """The verdicts in words."""
        return told(self.plan)

    @property
    def change(self) -> Decimal | None:
        """The month's cost above the baseline's, USD."""
        return None if self.base is None else self.plan.monthly_cost - self.base.monthly_cost

    def breaks(self, one: Told) -> bool:
        """Whether a verdict breaks the check."""
        return one.word == "BROKEN" or (one.word == "warning" and self.fail_on_warn)


def money(checked: Checked) -> str:
    """`1,656.45 USD a month, +16.72 (+1.0%)`."""
    change = checked.change
    total = f"{numbers.usd(checked.plan.monthly_cost)} USD a month"
    if change is None or checked.base is None:
        return total
    return f"{total}, {change_words(checked.base.monthly_cost, change)}"


def change_words(base: Decimal, change: Decimal) -> str:
    """`+16.72 (+1.0%)`; `unchanged`; without a percentage where it was 0."""
    if not change:
        return "unchanged"
    if not base:
        return numbers.usd(change, sign=True)
    return f"{numbers.usd(change, sign=True)} ({signed_share(change / abs(base))})"


def signed_share(part: Decimal) -> str:
    """A share with its sign."""
    if not part:
        return "0%"
    text = numbers.share(abs(part))
    return f"{'+' if part > 0 else '-'}{text}"


def way_words(one: Told) -> str:
    """The first way out on one line; empty where there is none."""
    if not one.ways:
        return ""
    way = one.ways[0]
    told = "write " + ", ".join(f"{c.path}: {written(c.new)}" for c in way.change)
    return f"{told} ({way.gives})" if way.gives else told


def message(one: Told) -> str:
    """A verdict on one line: what is so, why, what to write."""
    parts = [one.sentence, one.waiver, one.why, way_words(one)]
    return ". ".join(part for part in parts if part)
