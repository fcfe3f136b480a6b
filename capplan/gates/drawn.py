"""Metrics over draws of a scenario's ranges: percentiles, the share of draws in which a test passes, and how sure both are."""

import math
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from capplan.language.gate_syntax import Comparison, Figure, Join, Name, Not, Sum, Test, Value, names_in, percentile_of
from capplan.language.gate_tokens import GateError
from capplan.quantities.rounding import sig6
from capplan.record import replace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_Z95 = 1.959963984540054
"""The standard normal's 97.5th percentile: 95% lie within it on both sides."""


class Spread(NamedTuple):
    """A figure over all draws, and between which two it lies with 95% confidence."""

    value: Fraction
    low: Fraction
    high: Fraction


class Drawn:
    """The metrics that gates name, over all draws.

    Args:
        columns: Values by metric, in a gate's unit.
        limits: What "of limit" means of it.
        points: Their value in the plan at the likely values: that of a metric that no range moves.
        few: Draws planned one by one, where these are not known well enough of some metrics.
        unsure: Those metrics.
    """

    def __init__(
        self,
        columns: "Mapping[str, NDArray[np.float64]]",
        limits: "Mapping[str, NDArray[np.float64]]",
        points: Mapping[str, Fraction],
        few: "Drawn | None" = None,
        unsure: Collection[str] = (),
    ) -> None:
        self._columns, self._limits, self._points = columns, limits, points
        self._few, self._unsure = few, frozenset(unsure)
        self.draws = len(next(iter(columns.values()))) if columns else 0

    def of(self, names: Iterable[str]) -> "Drawn":
        """The draws in which metrics are known well enough: fewer where some of them had to be planned one by one."""
        wanted = {self._plain(name) for name in names}
        return self if self._few is None or self._unsure.isdisjoint(wanted) else self._few

    def _plain(self, name: str) -> str:
        """The metric of which a name is a percentile, else the name."""
        of = None if name in self._columns else percentile_of(name)
        return name if of is None else of[0]

    def column(self, metric: str) -> "NDArray[np.float64]":
        """A metric in every draw."""
        return self._columns[metric]

    def percentile(self, name: Name, share: Fraction) -> Spread:
        """The value that this share of the draws does not exceed. Raises GateError where it is not known."""
        known = self.of([name.name])
        return percentile(known._column(name), share, self._points.get(name.name))  # noqa: SLF001  another of this class

    def chance(self, test: Test) -> Spread:
        """The share of draws in which a test passes. Raises GateError where a metric is not known in some."""
        known = self.of(name.name for name in names_in(test))
        return chance(int(known._passes(test).sum()), known.draws)  # noqa: SLF001  another of this class

    def _column(self, name: Name) -> "NDArray[np.float64]":
        import numpy as np  # noqa: PLC0415  only where something is drawn

        column = self._columns.get(name.name)
        if column is None:
            hint = "a change against a baseline has none: write cost.monthly.p90"
            raise GateError(f"'{name.name}' has no draws", name.at, name.width, hint)
        unknown = int((~np.isfinite(column)).sum())
        if unknown:
            message = f"'{name.name}' is not known in {unknown:,} of {len(column):,} draws"
            raise GateError(message, name.at, name.width, "narrow the range in which it is not known")
        return column

    def _passes(self, test: Test) -> Any:  # noqa: ANN401  an array of bool
        match test:
            case Not(of=of):
                return ~self._passes(of)
            case Join(word=word, left=left, right=right):
                one, other = self._passes(left), self._passes(right)
                return one & other if word == "and" else one | other
            case Comparison():
                return self._compared(test)

    def _compared(self, test: Comparison) -> Any:  # noqa: ANN401  an array of bool
        import numpy as np  # noqa: PLC0415  only where something is drawn

        left, right = self._value(test.left, test.right), self._value(test.right, test.left)
        compare = {
            "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal,
            "!=": np.not_equal,
        }[test.operator]  # fmt: skip
        return np.broadcast_to(compare(left, right), (self.draws,))

    def _value(self, node: Value, other: Value) -> Any:  # noqa: ANN401  an array or a number
        match node:
            case Name(name=name):
                of = None if name in self._columns else percentile_of(name)
                if of is not None:
                    return float(self.percentile(replace(node, name=of[0]), of[1]).value)
                return self._column(node)
            case Figure(of_limit=True):
                return float(node.value) * self._limits[next(names_in(other)).name]
            case Figure():
                return float(node.value)
            case Sum():
                return self._arithmetic(node, other)
            case _:
                raise AssertionError(node)

    def _arithmetic(self, node: Sum, other: Value) -> Any:  # noqa: ANN401  an array or a number
        import numpy as np  # noqa: PLC0415  only where something is drawn

        left, right = self._value(node.left, other), self._value(node.right, other)
        if node.operator == "/" and not np.all(right):
            raise GateError("division by zero", node.at, node.width, "the divisor is 0 in some draws")
        return {
            "+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right, "/": lambda: left / right,
        }[node.operator]()  # fmt: skip


def percentile(column: "NDArray[np.float64]", share: Fraction, point: Fraction | None = None) -> Spread:
    """The value that this share of draws does not exceed, with the ranks between which its true value lies.

    The number of draws below the true value is binomial: its 95% interval are the ranks. A Latin hypercube varies less.
    A column that is one value is `point`, exactly, where that is given.
    """
    import numpy as np  # noqa: PLC0415  only where something is drawn

    draws = len(column)
    if point is not None and np.ptp(column) <= 1e-12 * max(abs(float(point)), 1e-300):
        return Spread(point, point, point)
    ranks = [
        draws * float(share) + sign * _Z95 * math.sqrt(draws * float(share) * (1 - float(share))) for sign in (0, -1, 1)
    ]
    places = [min(draws - 1, max(0, math.ceil(rank - 1e-9) - 1)) for rank in ranks]
    in_order = np.partition(column, places)
    value, low, high = (sig6(float(in_order[place])) for place in places)
    return Spread(value, low, high)


def chance(passing: int, draws: int) -> Spread:
    """A share of draws with Wilson's 95% interval."""
    share, z2 = passing / draws, _Z95**2
    middle = (share + z2 / (2 * draws)) / (1 + z2 / draws)
    half = _Z95 / (1 + z2 / draws) * math.sqrt(share * (1 - share) / draws + z2 / (4 * draws * draws))
    low, high = (sig6(min(1.0, max(0.0, edge))) for edge in (middle - half, middle + half))
    exact = Fraction(passing, draws)
    return Spread(exact, min(low, exact), max(high, exact))
