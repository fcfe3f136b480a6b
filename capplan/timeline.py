"""Results of a simulation over time: series, events with their reasons, and totals that balance.

Seconds and minutes count from the start of the simulated period (day 1, 00:00, a Monday).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from capplan import units
from capplan.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_CELLS = 1_000_000_000
"""The largest simulation that is run: steps times what each step computes."""
Role = Literal["filled", "refused", "line"]
"""How a chart draws a series: from zero up, on top of the filled ones (throttled), or as a line."""


def no_progress(share: float, text: str) -> None:
    """Progress that is not shown."""


@dataclass(frozen=True, slots=True)
class SimulationRequest:
    """What the user asked for.

    Attributes:
        day: The day shown minute by minute, 1 to 28; None for the busiest.
        progress: Called from time to time with the share done (0 to 1) and a text such as "12 of 28 days".
    """

    day: int | None = None
    progress: Callable[[float, str], None] = field(default=no_progress, compare=False)


class Size(Record, frozen=True):
    """The size of a simulation: named factors, such as (("minutes", 40320), ("partitions", 1000))."""

    factors: tuple[tuple[str, int], ...]

    @property
    def cells(self) -> int:
        """The product."""
        return math.prod(number for _, number in self.factors)

    def words(self) -> str:
        """The product as text."""
        return " x ".join(f"{number:,} {name}" for name, number in self.factors) + f" = {self.cells:,}"


class Series(Record, frozen=True, eq=False):
    """Numbers at equal steps: value i holds from `start_s + i * step_s`, for `step_s` seconds.

    Attributes:
        name: Such as "offered" or "capacity"; unique in its chart.
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


class Chart(Record, frozen=True):
    """Series with the same unit, start and step."""

    title: str
    series: tuple[Series, ...]


class Bars(Record, frozen=True):
    """Loads side by side, such as those of partitions, the hottest first; `limit` is the limit of each.

    `names` are of the first values ("customer_id rank 1"), and may be fewer than the values.
    """

    title: str
    unit: str
    limit: float
    values: tuple[float, ...]
    names: tuple[str, ...] = ()


class Event(Record, frozen=True):
    """Something that happens: when, what and why. Events of more weight are shown first."""

    second: int
    text: str
    reason: str
    weight: float = 0.0
    bad: bool = False


class Totals(Record, frozen=True):
    """What was offered and what became of it, over the simulated period: offered = the sum of the parts."""

    unit: str
    offered: Decimal
    parts: tuple[tuple[str, Decimal], ...]

    @property
    def gap(self) -> Decimal:
        """Offered less the sum of the parts: a rounding error, tiny beside `offered`."""
        return self.offered - sum((amount for _, amount in self.parts), Decimal(0))


class Timeline(Record, frozen=True):
    """A resource over time, such as a table's writes.

    Attributes:
        name: What is simulated, such as "orders.by-status writes".
        settings: Its capacity settings in a few words, such as "auto scaled, 70%".
        day: The day the charts and events are of, 1 to 28.
        month: The simulated period in minutes: what was offered and what became of it.
        charts: Of the day, and of its busiest hour in seconds.
        bars: Loads side by side at the busiest moment.
        events: Of the simulated period, in order of time.
        notes: Sentences on what helps, what does not, and what the simulation assumes.
        lost: What never gets so far as to be simulated, in a few words; empty for nothing.
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
    lost: str = ""


def moment_of(second: int) -> str:
    """A second of the simulated period as `day 12 10:00`, or `day 12 10:00:13` inside a minute."""
    day, rest = divmod(second, units.SECONDS_PER_DAY)
    minutes, seconds = divmod(rest, units.SECONDS_PER_MINUTE)
    text = f"day {day + 1} {minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text
