"""Profiles a metric of CloudWatch that counts: its rate and shape, and its periods for a replay."""

from collections.abc import Sequence
from decimal import Decimal

from capplan import __version__
from capplan.commands.profile.events import Mapped
from capplan.commands.profile.kinds import METRIC
from capplan.commands.profile.measured import Minutes, Profile, by_hour, last_weeks
from capplan.errors import CapplanError, Diagnostic
from capplan.importing.metrics.read import metric_data, metric_statistics, metrics_csv
from capplan.importing.metrics.series import Series, filled, ordered
from capplan.importing.metrics.traffic import measured_traffic, per_period
from capplan.importing.times import zone_minutes
from capplan.importing.value import Value
from capplan.reading.files import read_any
from capplan.reading.foreign_json import read_foreign_json
from capplan.reading.limits import MAX_SAVED_BYTES
from capplan.reading.nearest import nearest
from capplan.reading.trace_files import TraceFile
from capplan.record import replace

_MOST_MISSING = Decimal("0.01")
"""Of the points of a metric, for a replay; gaps of a metric that is sent only when something happens are zeros."""


def metric_profile(files: Sequence[TraceFile], asked: Mapped, timezone: str) -> Profile:
    """The profile of one metric; `--only target=NAME` chooses it where the files have several.

    Raises:
        CapplanError: A file cannot be read, or several metrics are there and none is chosen.
    """
    every = [series for file in files if file.kind != "empty" for series in _series_of(file)]
    file, series = _chosen(_joined(every), asked)
    traffic = measured_traffic(series, zone_minutes(timezone))
    if traffic.reason:
        raise CapplanError((Diagnostic(file, 0, 0, f"{series.name}: {traffic.reason}"),))
    whole = filled(per_period(series))
    points = [(point.at, point.value) for point in whole.points]
    period = series.period_seconds
    busiest = max(points, key=lambda point: (point[1], -point[0]))
    total = sum(value for _, value in points)
    replayed, told = _without_gaps(points, period)
    return Profile(
        version=__version__,
        files={METRIC: len({path for path, _ in every})},
        columns={METRIC: {"requests": series.name}},
        rows=len(series.points),
        used=len(series.points),
        requests=total,
        set_aside={},
        timezone=timezone,
        first=points[0][0],
        last=points[-1][0] + period,
        rate=float(total) / (len(points) * period),
        busiest_minute=(busiest[0], busiest[1] * 60 / period),
        busiest_seconds=(),
        by_hour=by_hour(points, period, zone_minutes(timezone) * 60),
        minutes=Minutes(*last_weeks(replayed, period)) if replayed else None,
        traffic=traffic.data,
        told=(*traffic.told, *told),
    )


def _series_of(file: TraceFile) -> list[tuple[str, Series]]:
    text = read_any(file.path, MAX_SAVED_BYTES)
    if file.kind == "csv":
        found = metrics_csv(text, file.path)
    else:
        document = read_foreign_json(text, file.path)
        value = Value(document.data, document)
        found = metric_data(value) if value.get("MetricDataResults").known else metric_statistics(value)
    return [(file.path, series) for series in found]


def _without_gaps(
    points: Sequence[tuple[int, Decimal]], period: int
) -> tuple[Sequence[tuple[int, Decimal]], tuple[str, ...]]:
    """The points with each gap on the line between its neighbors, and what to say of it; none where more is missing."""
    gaps = (points[-1][0] - points[0][0]) // period + 1 - len(points)
    aligned = all((at - points[0][0]) % period == 0 for at, _ in points)
    if not aligned or gaps > _MOST_MISSING * len(points):
        return (), ("too many periods are missing for a replay",)
    out = list(points[:1])
    for at, value in points[1:]:
        start, before = out[-1]
        steps = (at - start) // period
        out += [(start + n * period, before + (value - before) * n / steps) for n in range(1, steps)]
        out.append((at, value))
    return out, (
        (f"a replay has {gaps:,} periods without a point on the line between their neighbors",) if gaps else ()
    )


def _joined(every: Sequence[tuple[str, Series]]) -> list[tuple[str, Series]]:
    """Series of one name whose times differ are one metric, asked for in parts."""
    out: dict[str, list[tuple[str, Series]]] = {}
    for path, series in every:
        parts = out.setdefault(series.name, [])
        times = {point.at for _, part in parts for point in part.points}
        if parts and times.isdisjoint(point.at for point in series.points):
            points = ordered((*parts[-1][1].points, *series.points))
            parts[-1] = (parts[-1][0], replace(parts[-1][1], points=points))
        else:
            parts.append((path, series))
    return [part for parts in out.values() for part in parts]


def _chosen(every: Sequence[tuple[str, Series]], asked: Mapped) -> tuple[str, Series]:
    """The metric that is asked for, or the only one."""
    names = [series.name for _, series in every]
    wanted = dict(asked.only).get("target")
    chosen = [(path, series) for path, series in every if wanted in (None, series.name)]
    file = every[0][0] if every else ""
    if len(chosen) == 1:
        return chosen[0]
    if not every:
        raise CapplanError((Diagnostic(file or METRIC, 0, 0, "the metric has no points"),))
    shown_names = ", ".join(dict.fromkeys(names))
    if wanted is not None and not chosen:
        close = nearest(wanted, names)
        hint = f"did you mean {close}?" if close else f"its metrics: {shown_names}"
        raise CapplanError((Diagnostic(file, 0, 0, f"there is no metric '{wanted[:60]}'", hint),))
    hint = f"choose one: --only target={names[0]}; its metrics: {shown_names}"
    raise CapplanError(
        (Diagnostic(file, 0, 0, f"{len(chosen)} metrics, of which each has a profile of its own", hint),)
    )
