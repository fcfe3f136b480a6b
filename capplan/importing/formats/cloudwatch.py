"""Metrics of CloudWatch: rates fitted into traffic with their shape, spikes and noise.

Source: CloudWatch API Reference, "GetMetricData", "GetMetricStatistics" (read 2026-11-30).
"""

from pathlib import PurePath
from typing import Any

from capplan.importing.answers import first_of, whole
from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.metrics.read import is_metrics_csv, metric_data, metric_statistics, metrics_csv
from capplan.importing.metrics.series import Series
from capplan.importing.metrics.traffic import measured_traffic
from capplan.importing.model import Asked, Block, Found, Origin, Place, Unused

_UNITS = {
    "ConsumedReadCapacityUnits": "read units, not requests: a strongly consistent read of up to 4 KB is one, an eventually consistent one half",
    "ConsumedWriteCapacityUnits": "write units, not requests: a write of up to 1 KB is one",
}


def _data(given: Given, asked: Asked) -> Found:
    return _found(given, metric_data(whole(given)), asked)


def _statistics(given: Given, asked: Asked) -> Found:
    return _found(given, metric_statistics(whole(given)), asked)


def _csv(given: Given, asked: Asked) -> Found:
    return _found(given, metrics_csv(given.text, given.name), asked)


def _found(given: Given, every: tuple[Series, ...], asked: Asked) -> Found:
    blocks: list[Block] = []
    unused: list[Unused] = []
    if not every:
        unused.append(Unused("metric", "it has no points", Origin(given.name)))
    for series in every:
        origin = Origin(given.name, address=series.name)
        measured = measured_traffic(series, asked.zone_minutes)
        if measured.reason:
            unused.append(Unused("metric", measured.reason, origin))
            continue
        name = PurePath(given.name).stem if series.name.casefold() in ("value", "", "metric") else series.name
        told = (*((_UNITS[series.metric],) if series.metric in _UNITS else ()), *measured.told)
        values: dict[str, Any] = dict(measured.data)
        notes: dict[Place, str] = {("rate",): "; ".join(told)}
        blocks.append(Block("traffic", name, values, origin, (name,), notes, joins="where_it_fits"))
    return Found(tuple(blocks), tuple(unused))


FORMATS = (
    Format(
        "cloudwatch-metric-data",
        "an answer of GetMetricData",
        lambda given: "Timestamps" in first_of(given, "MetricDataResults"),
        _data,
    ),
    Format(
        "cloudwatch-metric-statistics",
        "an answer of GetMetricStatistics",
        lambda given: "Timestamp" in first_of(given, "Datapoints"),
        _statistics,
    ),
    Format("cloudwatch-csv", "metrics as CSV", lambda given: is_metrics_csv(given.text), _csv, takes_text=True),
)
