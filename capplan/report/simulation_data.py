"""A simulation for programs: the record `capplan.simulation/1` as JSON, its series as CSV. It rounds to 6 digits, once."""

from collections.abc import Iterable, Sequence
from typing import Any

from capplan.pipeline.results import Simulated, Simulation
from capplan.report.delimited import cell, csv_text
from capplan.report.numbers import of_float
from capplan.report.plan_json import number
from capplan.timeline import Bars, Event, Series, Timeline, moment_of

SIMULATION_SCHEMA = "capplan.simulation/1"
CSV_HEAD = ("resource", "timeline", "chart", "series", "unit", "second", "at", "value")


def simulation_record(answer: Simulation) -> dict[str, Any]:
    """The record: Decimals as strings, seconds and counts as numbers."""
    return {
        "schema": SIMULATION_SCHEMA,
        "capplan_version": answer.version,
        "scenario": {"name": answer.name, "region": answer.region, "sha256": answer.sha256},
        "seed": answer.seed,
        "timezone": answer.timezone,
        "resources": [_resource(one) for one in answer.resources],
        "skipped": list(answer.skipped),
    }


def _resource(one: Simulated) -> dict[str, Any]:
    return {
        "name": one.label,
        "address": one.address,
        "kind": one.kind,
        "timelines": [_timeline(t) for t in one.timelines],
    }


def _timeline(one: Timeline) -> dict[str, Any]:
    totals = one.totals
    return {
        "name": one.name,
        "settings": one.settings,
        "day": one.day,
        "books": {
            "unit": totals.unit,
            "offered": number(totals.offered),
            **{name: number(amount) for name, amount in totals.parts},
        },
        "month": [_series(s) for s in one.month],
        "charts": [{"title": c.title, "series": [_series(s) for s in c.series]} for c in one.charts],
        "bars": [_bars(b) for b in one.bars],
        "events": [_event(e) for e in one.events],
        "notes": list(one.notes),
    }


def _series(one: Series) -> dict[str, Any]:
    return {
        "name": one.name,
        "unit": one.unit,
        "role": one.role,
        "start_second": one.start_s,
        "step_seconds": one.step_s,
        "values": _values(one),
    }


def _values(one: Series) -> list[str | None]:
    return [number(of_float(v)) for v in one.values.tolist()]


def _bars(one: Bars) -> dict[str, Any]:
    return {
        "title": one.title,
        "unit": one.unit,
        "limit": number(of_float(one.limit)),
        "values": [number(of_float(v)) for v in one.values],
        "names": list(one.names),
    }


def _event(one: Event) -> dict[str, Any]:
    return {"second": one.second, "at": moment_of(one.second), "text": one.text, "reason": one.reason, "bad": one.bad}


def simulation_csv(answer: Simulation) -> str:
    """One row a step of every series: the month in minutes, then the charts."""
    return csv_text(CSV_HEAD, _rows(answer))


def _rows(answer: Simulation) -> Iterable[Sequence[str]]:
    for one in answer.resources:
        for timeline in one.timelines:
            groups = (("month", timeline.month), *((c.title, c.series) for c in timeline.charts))
            for title, group in groups:
                for series in group:
                    yield from _steps((cell(one.label), cell(timeline.name), cell(title)), series)


def _steps(head: tuple[str, str, str], series: Series) -> Iterable[Sequence[str]]:
    for i, value in enumerate(_values(series)):
        second = series.start_s + i * series.step_s
        yield (*head, cell(series.name), series.unit, str(second), moment_of(second), str(value))
