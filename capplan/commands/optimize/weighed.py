"""What optimize says of the plans that it weighed over draws of a scenario's ranges."""

from decimal import Decimal

from capplan.record import Record


class Weighed(Record, frozen=True):
    """A choice over draws of the ranges.

    Attributes:
        name: How it was found.
        actions: What is done.
        monthly_cost: USD at the likely values.
        p10, p50, p90: USD that 10%, half and 90% of the draws do not exceed.
        best_in: In how many draws it is the cheapest of those that break least.
        breaks_in: In how many draws it breaks more than another choice.
        regret: USD a month that it is above the best choice, at the worst of the other draws.
        better_in: In how many draws it is better than the one that is chosen.
        better_if: The value of a range beyond which it is better than the one that is chosen; empty where none tells.
    """

    name: str
    actions: tuple[str, ...]
    monthly_cost: Decimal
    p10: Decimal
    p50: Decimal
    p90: Decimal
    best_in: int
    breaks_in: int
    regret: Decimal
    better_in: int = 0
    better_if: str = ""


class UnderRanges(Record, frozen=True):
    """The choices over draws; `chosen` is the place of the one with the least regret among those that break least."""

    draws: int
    choices: tuple[Weighed, ...]
    chosen: int
