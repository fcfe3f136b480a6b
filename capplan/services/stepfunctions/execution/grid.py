"""Laws of amounts that add up (milliseconds, history events) on a lattice, and their transforms.

A law is a series of probabilities at 0, 1, 2 … steps. Its transform is taken on a circle inside the unit circle: sums of
independent amounts are products of transforms, and what lies beyond the lattice comes back damped by e^-TILT.

Source: Abate and Whitt, "Numerical inversion of probability generating functions" (1992).
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan.quantities.distribution import Distribution, at_normals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Wave = NDArray[np.complex128] | float

Ending = str | None
"""The error with which something ends; None for none."""
_TILT = 11.5
_SIGMAS, _SLICE = 8.0, 0.001
_SLICES = 4096
_RECENT = 16
"""Distributions whose points are kept: 0.25 MB each."""


class Law:
    """How long something takes (or how many events it writes): probabilities by ending, at multiples of a step."""

    def __init__(self, step: float, endings: "Mapping[Ending, Floats]") -> None:
        self.step, self.endings = step, endings

    @property
    def size(self) -> int:
        """Points of the lattice."""
        return max(len(series) for series in self.endings.values())

    def whole(self) -> "Floats":
        """The law whatever the ending."""
        import numpy as np  # noqa: PLC0415

        out = np.zeros(self.size)
        for series in self.endings.values():
            out[: len(series)] += series
        return out

    def mean(self) -> float:
        """The mean amount."""
        import numpy as np  # noqa: PLC0415

        whole = self.whole()
        return float(whole @ np.arange(len(whole)) / whole.sum() * self.step)

    def quantile(self, share: float) -> float:
        """The smallest amount that this share does not exceed."""
        import numpy as np  # noqa: PLC0415

        below = np.cumsum(self.whole())
        return float(np.searchsorted(below, share * below[-1] - 1e-9) * self.step)

    def share_above(self, amount: float) -> float:
        """The share strictly above an amount. Range 0 to 1."""
        whole = self.whole()
        first = math.floor(amount / self.step + 1e-9) + 1
        return float(whole[first:].sum() / whole.sum())

    def on(self, step: float, size: int) -> "dict[Ending, Floats]":
        """The same law at other points: an amount between two is split, so that the mean stays."""
        return {ending: _moved(series, self.step / step, size) for ending, series in self.endings.items()}


def _moved(series: "Floats", factor: float, size: int) -> "Floats":
    import numpy as np  # noqa: PLC0415

    if abs(factor - 1) < 1e-12:  # noqa: PLR2004  rounding
        out = np.zeros(size)
        out[: min(size, len(series))] = series[:size]
        return out
    return split(np.arange(len(series)) * factor, series, size)


def split(places: "NDArray[np.floating]", weights: "NDArray[np.floating]", size: int) -> "Floats":
    """Weights at places between the points, each split between its two neighbors; what is beyond the last is left out."""
    import numpy as np  # noqa: PLC0415

    low = np.floor(places + 1e-9).astype(np.int64)
    part = np.maximum(0.0, places - low)
    low = np.minimum(low, size)
    out = np.zeros(size + 2)
    out += np.bincount(low, weights * (1 - part), size + 2) + np.bincount(low + 1, weights * part, size + 2)
    return out[:size]


class Grid:
    """A lattice of `size` points `step` apart (a power of two), and transforms on it."""

    def __init__(self, step: float, size: int, tilt: float = _TILT) -> None:
        import numpy as np  # noqa: PLC0415

        self.step, self.size = step, size
        self._log = -tilt / size - 2j * np.pi * np.arange(size // 2 + 1) / size
        self._one_step = np.exp(self._log)
        self._tilt = np.exp(-tilt / size * np.arange(size))
        self._points: dict[float, Wave] = {}
        self._uniform: dict[float, Wave] = {}

    @property
    def end(self) -> float:
        """Where the lattice ends."""
        return self.step * self.size

    def point(self, amount: float) -> "Wave":
        """The transform of one certain amount."""
        import numpy as np  # noqa: PLC0415

        if not amount:
            return 1.0
        if amount not in self._points:
            place = amount / self.step
            low = math.floor(place + 1e-9)
            part = max(0.0, place - low)
            wave = np.exp(low * self._log)
            self._points[amount] = wave * (1 - part + part * self._one_step) if part else wave
        return self._points[amount]

    def uniform(self, most: float) -> "Wave":
        """The transform of an amount that is anything between 0 and `most`."""
        import numpy as np  # noqa: PLC0415

        if most not in self._uniform:
            places = (np.arange(_SLICES) + 0.5) * (most / _SLICES / self.step)
            self._uniform[most] = self.wave(split(places, np.full(_SLICES, 1 / _SLICES), self.size))
        return self._uniform[most]

    def wave(self, series: "Floats") -> "Wave":
        """The transform of a series."""
        import numpy as np  # noqa: PLC0415

        return np.fft.rfft(series[: self.size] * self._tilt[: len(series)], self.size)

    def series(self, wave: "Wave") -> "Floats":
        """The series of a transform."""
        import numpy as np  # noqa: PLC0415

        if isinstance(wave, float | int | complex):
            out = np.zeros(self.size)
            out[0] = complex(wave).real
            return out
        series: Floats = np.fft.irfft(wave, self.size) / self._tilt
        return np.maximum(series, 0.0)

    def waves(self, law: Law) -> "dict[Ending, Wave]":
        """The transforms of a law on any lattice."""
        return {ending: self.wave(series) for ending, series in law.on(self.step, self.size).items()}


@lru_cache(maxsize=_RECENT)
def drawn_points(law: Distribution) -> "tuple[Floats, Floats]":
    """A distribution as many values with their weights, in growing order: read only, since every lattice asks again."""
    points = _points_of(law)
    for series in points:
        series.flags.writeable = False
    return points


def _points_of(law: Distribution) -> "tuple[Floats, Floats]":
    import numpy as np  # noqa: PLC0415

    if law.sample:
        values = np.array([float(value) for value, _ in law.sample])
        counts = np.array([float(count) for _, count in law.sample])
        return values, counts / counts.sum()
    edges = np.arange(-_SIGMAS, _SIGMAS + _SLICE, _SLICE)
    middle = (edges[1:] + edges[:-1]) / 2
    density: Floats = np.exp(-middle * middle / 2)
    weights: Floats = density / density.sum()
    return at_normals(law, middle), weights
