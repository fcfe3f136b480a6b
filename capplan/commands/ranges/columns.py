"""Columns: figures of a plan at thousands of values of its ranges, from a few dozen plans.

A figure that one range moves is interpolated between plans along it, or follows the steps on which they lie. One that several move is joined of what each does
alone: their sum, their product, a product beside a constant, or the products of two or three of them that a fit to plans at
random draws asks for; or it is a function of another figure, as what is throttled is of a load. Of these the one is taken
that says best what plans say that it has not seen (each left out in turn).
"""

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from capplan.commands.ranges.steps import Steps, steps_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STILL = 1e-9
"""A smaller share of a figure is no movement."""
EXACT = 1e-6
"""An error of this share is that of rounding to six digits."""
_SHIFTS = (*(sign * 10**power for sign in (1, -1) for power in np.linspace(-3, 2, 41)),)
_MOST_TOGETHER = 3
"""Ranges in one product of a fit."""
_MOST_TERMS = 12
_NO_BETTER = 3
"""Terms after which a fit ends that none of them made better."""


class Planned(NamedTuple):
    """Plans at some values. `values` has shape (plans, inputs), `figures` (plans, figures)."""

    values: "NDArray[np.float64]"
    figures: "NDArray[np.float64]"


class Along(NamedTuple):
    """Plans along one range, all others at their likely value, in growing order of its values."""

    values: "NDArray[np.float64]"
    figures: "NDArray[np.float64]"


class Fitted(NamedTuple):
    """How a figure hangs on ranges, and the largest error for plans that the fit has not seen, as a share of the figure."""

    kind: str
    error: float
    inputs: tuple[int, ...] = ()
    shift: float = 0.0
    terms: tuple[tuple[int, ...], ...] = ()
    weights: tuple[float, ...] = ()
    of: int = -1
    table: "tuple[NDArray[np.float64], NDArray[np.float64]] | None" = None


class Columns:
    """Figures of a scenario as functions of its ranges.

    Args:
        base: The figures at the likely values. Shape (figures,).
        along: Plans along each range.
        planned: Plans at random draws.
    """

    def __init__(self, base: "NDArray[np.float64]", along: Mapping[int, Along], planned: Planned) -> None:
        self._base, self._along, self._planned = base, along, planned
        every = np.vstack([base[None, :], *(one.figures for one in along.values()), planned.figures])
        known = np.where(np.isfinite(every), np.abs(every), 0.0)
        self.scale = np.maximum(known.max(axis=0), 1e-300)
        self._steps: dict[tuple[int, int], Steps | None] = {}
        self._moves = {
            i: np.ptp(np.vstack([base[None, :], one.figures]), axis=0) > _STILL * self.scale for i, one in along.items()
        }
        self.fits = [self._fit(m) for m in range(len(base))]
        self._as_functions(every)

    def at(self, values: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """The figures at values of all ranges. Shapes (n, inputs) and (n, figures)."""
        out = np.empty((len(values), len(self._base)))
        later = []
        for m, fit in enumerate(self.fits):
            if fit.of >= 0:
                later.append(m)
            else:
                out[:, m] = self._predicted(m, fit, values)
        for m in later:
            fit = self.fits[m]
            assert fit.table is not None  # noqa: S101  it has one where it is a function of another
            out[:, m] = np.interp(out[:, fit.of], *fit.table)
        return out

    @property
    def moving(self) -> tuple[int, ...]:
        """The ranges that move any figure by themselves."""
        return tuple(i for i, moves in self._moves.items() if moves.any())

    def _moved(self, m: int, i: int, values: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """What one range adds to a figure while all others are at their likely value."""
        along = self._along[i]
        if (m, i) not in self._steps:
            self._steps[m, i] = steps_of(along.values, along.figures[:, m])
        steps = self._steps[m, i]
        figures = (
            np.interp(values[:, i], along.values, along.figures[:, m]) if steps is None else steps.at(values[:, i])
        )
        moved: NDArray[np.float64] = figures - self._base[m]
        return moved

    def _predicted(self, m: int, fit: Fitted, values: "NDArray[np.float64]") -> "NDArray[np.float64]":
        base = self._base[m]
        moved = {i: self._moved(m, i, values) for i in fit.inputs}
        if fit.kind == "product":
            return _product(base, fit.shift, moved, len(values))
        out: NDArray[np.float64] = base + _sum(moved, len(values))
        for term, weight in zip(fit.terms, fit.weights, strict=True):
            out = out + weight * np.prod([moved[i] for i in term], axis=0)
        return out

    def _fit(self, m: int) -> Fitted:
        base, scale = float(self._base[m]), float(self.scale[m])
        inputs = tuple(i for i, moves in self._moves.items() if moves[m])
        values, truth = self._planned.values, self._planned.figures[:, m]
        if not np.isfinite(base) or not np.isfinite(truth).all():
            return Fitted("unknown", np.inf, inputs)
        moved = {i: self._moved(m, i, values) for i in inputs}
        plain = Fitted("sum", _worst(base + _sum(moved, len(values)) - truth, scale), inputs)
        if len(inputs) < 2 or plain.error <= EXACT:  # noqa: PLR2004  nothing to join
            return plain
        best = plain
        for shift in (0.0, *_SHIFTS):
            if shift * scale == base:
                continue
            error = _worst(_product(base, shift * scale, moved, len(values)) - truth, scale)
            if error < best.error:
                best = Fitted("product", error, inputs, shift * scale)
            if best.error <= EXACT:
                return best
        best = min(best, _finest(base, scale, moved, truth, best), key=lambda fit: fit.error)
        return best if best.error <= EXACT else min(best, self._joined(m, moved, inputs), key=lambda fit: fit.error)

    def _joined(self, m: int, moved: "dict[int, NDArray[np.float64]]", inputs: tuple[int, ...]) -> Fitted:
        """The sum and the products of ranges that a least-squares fit asks for, one after the other."""
        truth, scale = self._planned.figures[:, m], float(self.scale[m])
        rows = len(truth)
        left = truth - self._base[m] - _sum(moved, rows)
        most = min(len(inputs), max(_MOST_TOGETHER, 4 if len(inputs) == 4 else 0))  # noqa: PLR2004  11 products of four
        terms = [term for size in range(2, most + 1) for term in itertools.combinations(inputs, size)]
        features = np.array([np.prod([moved[i] for i in term], axis=0) for term in terms]).T
        sizes = np.sqrt((features**2).sum(axis=0))
        usable = sizes > 0
        features = features / np.where(usable, sizes, 1.0)
        best = Fitted("sum", np.inf, inputs)
        chosen: list[int] = []
        residual = left
        since = 0
        while len(chosen) < min(_MOST_TERMS, rows * 2 // 3, usable.sum()) and since < _NO_BETTER:
            gains = np.abs(features.T @ residual)
            gains[[*chosen, *np.flatnonzero(~usable)]] = -1
            chosen.append(int(gains.argmax()))
            part = features[:, chosen]
            weights = np.linalg.lstsq(part, left, rcond=None)[0]
            residual = left - part @ weights
            error = _worst(_left_out(part, residual), scale)
            since = 0 if error < best.error else since + 1
            if not since:
                best = Fitted(
                    "sum", error, inputs, 0.0, tuple(terms[k] for k in chosen),
                    tuple(float(w / sizes[k]) for w, k in zip(weights, chosen, strict=True)),
                )  # fmt: skip
            if _worst(residual, scale) <= EXACT / 100:
                break
        return best

    def _as_functions(self, every: "NDArray[np.float64]") -> None:
        """Figures without a good fit that are a function of one that has a good fit, where that says more."""
        good = [m for m, fit in enumerate(self.fits) if fit.inputs and fit.error <= 1e-3]  # noqa: PLR2004  a thousandth
        for m, fit in enumerate(self.fits):
            if fit.error <= 1e-3 or not np.isfinite(every[:, m]).all():  # noqa: PLR2004  as above
                continue
            best = fit
            for of in good:
                table = _table(every[:, of], every[:, m])
                if table is None:
                    continue
                error = _worst(_interpolation_errors(*table), float(self.scale[m]))
                if error < best.error:
                    best = Fitted("function", error, fit.inputs, of=of, table=table)
            self.fits[m] = best


def _finest(
    base: float, scale: float, moved: "Mapping[int, NDArray[np.float64]]", truth: "NDArray[np.float64]", near: Fitted
) -> Fitted:
    """The product beside a constant whose constant fits best, searched around the one that is near."""
    if near.kind != "product":
        return near
    shift, step = near.shift, max(abs(near.shift) * 0.15, scale * 1e-3)
    best = near
    for _ in range(40):
        for tried in (shift - step, shift + step):
            error = _worst(_product(base, tried, moved, len(truth)) - truth, scale)
            if error < best.error and tried != base:
                best = Fitted("product", error, near.inputs, tried)
        if best.shift == shift:
            step /= 2
        shift = best.shift
    return best


def _sum(moved: "Mapping[int, NDArray[np.float64]]", rows: int) -> "NDArray[np.float64]":
    return np.sum(list(moved.values()), axis=0) if moved else np.zeros(rows)


def _product(base: float, shift: float, moved: "Mapping[int, NDArray[np.float64]]", rows: int) -> "NDArray[np.float64]":
    """`shift` and beside it the product of what each range multiplies the rest by."""
    rest = base - shift
    if not rest:
        return np.full(rows, np.nan)
    out: NDArray[np.float64] = shift + rest * np.prod([1 + d / rest for d in moved.values()], axis=0)
    return out


def _worst(errors: "NDArray[np.float64]", scale: float) -> float:
    """The largest error as a share of the figure; infinite where one is no number."""
    worst = float(np.abs(errors).max(initial=0.0)) / scale
    return worst if np.isfinite(worst) else np.inf


def _left_out(features: "NDArray[np.float64]", residual: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """The error for each plan of a fit to all others: the residual over 1 − its leverage."""
    q, _ = np.linalg.qr(features)
    left: NDArray[np.float64] = residual / np.maximum(1 - (q**2).sum(axis=1), 1e-3)
    return left


def _table(
    of: "NDArray[np.float64]", figure: "NDArray[np.float64]"
) -> "tuple[NDArray[np.float64], NDArray[np.float64]] | None":
    """A figure by another, in growing order of that; the mean where several plans share a value."""
    if not np.isfinite(of).all():
        return None
    keys, places = np.unique(of, return_inverse=True)
    if len(keys) < 4:  # noqa: PLR2004  too few to see a curve
        return None
    sums = np.bincount(places.ravel(), weights=figure)
    return keys, sums / np.bincount(places.ravel())


def _interpolation_errors(keys: "NDArray[np.float64]", figure: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """The error of the line between its neighbors for each plan but the two at the ends."""
    share = (keys[1:-1] - keys[:-2]) / (keys[2:] - keys[:-2])
    errors: NDArray[np.float64] = figure[1:-1] - (figure[:-2] + share * (figure[2:] - figure[:-2]))
    return errors
