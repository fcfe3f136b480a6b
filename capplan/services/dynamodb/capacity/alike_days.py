"""Which days of the simulated period are alike: what is simulated of one day holds for each that begins in the same state."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from capplan.units import MINUTES_PER_DAY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def day_kinds(series: "Iterable[NDArray[np.float64]]", minutes: int) -> list[int]:
    """A number for each day: the same for days with the same values in every series.

    Args:
        series: Values of each minute. Shape (minutes,).
        minutes: Of the period; the last day may be cut short.
    """
    every, numbers = list(series), dict[tuple[bytes, ...], int]()
    days = (
        tuple(values[start : start + MINUTES_PER_DAY].tobytes() for values in every) for start in day_starts(minutes)
    )
    return [numbers.setdefault(day, len(numbers)) for day in days]


def day_starts(minutes: int) -> range:
    """The first minute of each day."""
    return range(0, minutes, MINUTES_PER_DAY)
