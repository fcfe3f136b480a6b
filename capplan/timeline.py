"""What a simulation over time answers with: series, events with their reasons, books that balance. It simulates nothing.

Seconds and minutes count from the window's first (day 1, 00:00, a Monday).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from capplan import units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_CELLS = 1_000_000_000
"""The largest simulation that is run: steps times what each step looks at. Past it the command says the product."""
Role = Literal["filled", "refused", "line"]
"""How a chart draws a series: from zero up, on top of the filled ones, or as a line."""


def nothing_told(share: float, words: str) -> None:
    """Progress for nobody."""


@dataclass(frozen=True, slots=True)
class SimulationRequest:
    """What the user wants to see.

    Attributes:
        day: The day shown minute by minute, 1 to 28; None for the busiest.
        progress: Called now and then with the share done (0 to 1) and words such as "12 of 28 days".
    """

    day: int | None = None
    progress: Callable[[float, str], None] = field(default=nothing_told, compare=False)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a simulation would be: factors in words, such as (("minutes", 40320), ("partitions", 1000))."""

    factors: tuple[tuple[str, int], ...]

    @property
    def cells(self) -> int:
        """The product."""
        return math.prod(number for _, number in self.factors)

    def words(self) -> str:
        """The product, spelled out."""
        return " x ".join(f"{number:,} {what}" for what, number in self.factors) + f" = {self.cells:,}"


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Numbers at equal steps: value i holds from `start_s + i * step_s`, for `step_s` seconds.

    Attributes:
        name: A word such as "offered" or "capacity"; unique in its chart.
        unit: Of the values, such as "WCU/s".
        values: Shape (steps,), float64, never NaN.
        role: How it is drawn.
    """

    name: str
    unit: str
    values: "NDArray[np.float64]"
    role: Role = "filled"
    start_s: int = 0
    step_s: int = units.SECONDS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class Chart:
    """Series that answer one question together: the same unit, start and step."""

    title: str
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Loads side by side, such as partitions from the hottest on; `limit` is what one can bear.

    `names` say what lies behind the first ones ("customer_id rank 1"), and may be fewer than the values.
    """

    title: str
    unit: str
    limit: float
    values: tuple[float, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens: when, what and why. The weightier ones are shown first."""

    second: int
    text: str
    reason: str
    weight: float = 0.0
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """What was offered and what became of it, over the whole window: offered = the sum of the parts."""

    unit: str
    offered: Decimal
    parts: tuple[tuple[str, Decimal], ...]

    @property
    def gap(self) -> Decimal:
        """What the parts lack or have too much; next to nothing beside `offered`."""
        return self.offered - sum((amount for _, amount in self.parts), Decimal(0))


@dataclass(frozen=True, slots=True)
class Timeline:
    """One thing over time, such as a table's writes.

    Attributes:
        name: What is simulated, such as "orders.by-status writes".
        settings: In a few words how it is set, such as "auto scaled, 70%".
        day: The day the charts and events are of, 1 to 28.
        month: The whole window in minutes: what was offered and what became of it.
        charts: Of the day, and of its busiest hour in seconds.
        bars: Loads side by side at the busiest moment.
        events: In order of time, of the whole window.
        notes: Sentences on what helps, what does not, and what it rests on.
    """

    name: str
    settings: str
    day: int
    totals: Totals
    month: tuple[Series, ...] = ()
    charts: tuple[Chart, ...] = ()
    bars: tuple[Bars, ...] = ()
    events: tuple[Event, ...] = ()
    notes: tuple[str, ...] = ()


def moment_of(second: int) -> str:
    """A second of the window as `day 12 10:00`, or `day 12 10:00:13` inside a minute."""
    day, rest = divmod(second, units.SECONDS_PER_DAY)
    minutes, seconds = divmod(rest, units.SECONDS_PER_MINUTE)
    text = f"day {day + 1} {minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text
