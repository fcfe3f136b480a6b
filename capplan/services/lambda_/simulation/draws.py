"""Draws the random numbers of simulated minutes, many minutes at a time."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from capplan import units
from capplan.quantities.distribution import Distribution, quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TABLE_BITS = 12
_TABLE_SIZE = 1 << _TABLE_BITS
BATCH = 1 << 16


class Draws:
    """What numpy's `Generator.random` and `Generator.integers` would draw in turns, one call a minute.

    It is read from the generator's raw numbers, which every version of numpy keeps: a number from 0 to 1 is the first 53
    bits of one, an index the first bits of a half, the lower half first.
    """

    def __init__(self, rng: "np.random.Generator") -> None:
        import numpy as np  # noqa: PLC0415  only where something is simulated

        self._bits = rng.bit_generator
        state = rng.bit_generator.state
        self._half = np.array([state["uinteger"]] if state["has_uint32"] else [], dtype=np.uint32)

    def of_minutes(
        self, numbers: "NDArray[np.int64]", indices: "NDArray[np.int64]"
    ) -> "tuple[NDArray[np.float64], NDArray[np.uint32]]":
        """For each minute so many numbers from 0 to 1, then so many indices of a table of quantiles."""
        import numpy as np  # noqa: PLC0415  the same

        halves = np.concatenate(([0], np.cumsum(indices))) - len(self._half)
        lengths = np.stack((numbers, np.diff((np.maximum(0, halves) + 1) // 2)), axis=1).ravel()
        raw = np.asarray(self._bits.random_raw(int(lengths.sum())), dtype=np.uint64)
        is_number = np.repeat(np.arange(len(lengths)) % 2 == 0, lengths)
        half = np.concatenate((self._half, raw[~is_number].astype("<u8").view("<u4")))
        used = int(indices.sum())
        self._half = half[used:]
        return (raw[is_number] >> np.uint64(11)) * 2.0**-53, half[:used] >> np.uint32(32 - _TABLE_BITS)

    def indices(self, count: int) -> "NDArray[np.uint32]":
        """Indices alone."""
        import numpy as np  # noqa: PLC0415  the same

        return self.of_minutes(np.array([0]), np.array([count]))[1]


def quantiles(duration: Distribution) -> "NDArray[np.float64]":
    """A duration in seconds as a table of quantiles, equal shares each; one value where it is fixed."""
    import numpy as np  # noqa: PLC0415  only where something is simulated

    if duration.fixed:
        return np.array([float(duration.points[0][1]) / units.MS_PER_SECOND])
    quantiles_ms = [quantile(duration, (i + 0.5) / _TABLE_SIZE) for i in range(_TABLE_SIZE)]
    return np.array(quantiles_ms) / units.MS_PER_SECOND


class SingleDraws:
    """Draws of a duration one at a time, in batches; `left` are those that need no further batch."""

    def __init__(self, table: "NDArray[np.float64]", draws: Draws) -> None:
        self._table, self._draws = table, draws
        self._batch: list[float] = []

    @property
    def left(self) -> int:
        """How many are at hand; a fixed value always is."""
        return len(self._batch) if len(self._table) > 1 else BATCH

    def __iter__(self) -> Iterator[float]:
        return self

    def __next__(self) -> float:
        if len(self._table) == 1:
            return float(self._table[0])
        if not self._batch:
            self._batch = self._table[self._draws.indices(BATCH)].tolist()[::-1]
        return self._batch.pop()

    def give_back(self, drawn: list[float]) -> None:
        """Takes back the last ones, to be drawn again in the same order."""
        if len(self._table) > 1:
            self._batch += reversed(drawn)
