"""Writes answers as CSV that no spreadsheet acts upon: line items, gates, observables, differences, simulated series."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from capplan.plain import plain
from capplan.report.checked import Checked
from capplan.report.numbers import of_float
from capplan.report.passing_gate import passing_gate
from capplan.report.record import number
from capplan.report.verdicts import limit_name
from capplan.timeline import moment_of

if TYPE_CHECKING:
    from capplan.commands.diff import Difference
    from capplan.commands.drivers.drivers import Drivers, Moved
    from capplan.commands.forecast.results import Forecast
    from capplan.commands.sweep import Sweep
    from capplan.pipeline.results import Observed, Simulation
    from capplan.report.records.simulation import SeriesRecord

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "::")
Row = Sequence[str]
LINE_HEAD = (
    "scenario", "region", "id", "resource", "service", "sku", "description", "consumed_quantity", "consumed_unit",
    "pricing_quantity", "pricing_unit", "list_unit_price", "list_cost", "contracted_cost", "charge_frequency",
    "price_key", "price_confidence",
)  # fmt: skip
GATE_HEAD = (
    "scenario", "file", "line", "column", "gate", "level", "verdict", "observes", "observed", "operator", "limit",
    "unit", "margin", "why", "waiver", "monthly_cost", "baseline_monthly_cost",
)  # fmt: skip
OBSERVABLE_HEAD = ("observable", "value", "unit", "limit", "why_unknown", "gate_that_holds")
DIFF_HEAD = ("what", "name", "base", "head", "change")
SERIES_HEAD = ("resource", "timeline", "chart", "series", "unit", "second", "at", "value")


def lines_csv(every: Iterable[Checked]) -> str:
    """A row for each line item; `contracted_cost` of the rows that are not one_time sums to the month."""
    return _csv(
        LINE_HEAD,
        (
            (
                cell(checked.plan.name), x.region or checked.plan.region, cell(x.id), cell(x.resource), x.service, cell(x.sku or ""),
                cell(x.description), _figure(x.consumed_quantity), cell(x.consumed_unit), _figure(x.pricing_quantity),
                cell(x.pricing_unit), _figure(x.list_unit_price), _figure(x.list_cost), _figure(x.contracted_cost),
                x.charge_frequency, cell(x.price_key), x.price_confidence,
            )
            for checked in every
            for x in checked.plan.lines
        ),
    )  # fmt: skip


def gates_csv(every: Iterable[Checked]) -> str:
    """A row for each gate, with the scenario's total; a scenario without gates has one row with the total alone."""
    return _csv(GATE_HEAD, (row for checked in every for row in _gates(checked)))


def _gates(checked: Checked) -> Iterable[Row]:
    plan = checked.plan
    head = (cell(plan.name), cell(plan.file))
    tail = (_figure(plan.monthly_cost), _figure(checked.base.monthly_cost if checked.base else None))
    if not plan.gates:
        yield (*head, *[""] * (len(GATE_HEAD) - len(head) - len(tail)), *tail)
    for text in checked.gates:
        g = text.verdict
        yield (
            *head, str(g.line or ""), str(g.column or ""), cell(g.gate), g.level, g.verdict, cell(text.name),
            _figure(g.observed), cell(g.operator), _figure(g.limit), g.unit, _figure(g.margin), cell(text.why),
            cell(text.waiver), *tail,
        )  # fmt: skip


def observables_csv(shown: "Iterable[Observed]") -> str:
    """A row for each observable."""
    rows = (
        (cell(o.name), _figure(o.value), o.unit, _figure(o.limit), cell(o.why_unknown), cell(passing_gate(o)))
        for o in shown
    )
    return _csv(OBSERVABLE_HEAD, rows)


def diff_csv(difference: "Difference") -> str:
    """A row for everything that changed, and one for the total; amounts in USD, headroom as a share."""
    return _csv(DIFF_HEAD, _changes(difference))


def _changes(difference: "Difference") -> Iterable[Row]:
    from capplan.report.records.diff import verdict_key  # noqa: PLC0415  only a difference needs it

    base, head = difference.base.monthly_cost, difference.head.monthly_cost
    yield "total", "monthly_cost", _figure(base), _figure(head), _figure(difference.change)
    for given in difference.inputs:
        yield "input", cell(given.path), cell(given.base or ""), cell(given.head or ""), ""
    groups = (("service", difference.services), ("resource", difference.resources), ("line", difference.lines))
    for what, costs in groups:
        for cost in costs:
            if cost.change:
                yield what, cell(cost.label), _figure(cost.base), _figure(cost.head), _figure(cost.change)
    for limit in difference.limits:
        if limit.change:
            headroom = (_figure(x.headroom if x else None) for x in (limit.base, limit.head))
            yield "headroom", cell(limit_name(limit.resource, limit.limit)), *headroom, _figure(limit.change)
    for gate in difference.gates:
        before, now = verdict_key(gate.base), verdict_key(gate.head)
        if before != now:
            yield "gate", cell(gate.gate), before, now, ""


def simulation_csv(simulation: "Simulation") -> str:
    """A row for each step of each series: the simulated period in minutes, then the charts."""
    from capplan.report.records.simulation import simulation_record  # noqa: PLC0415  only a simulation needs it

    def rows() -> Iterable[Row]:
        for resource in simulation_record(simulation).resources:
            for timeline in resource.timelines:
                groups = (("month", timeline.month), *((chart.title, chart.series) for chart in timeline.charts))
                for title, group in groups:
                    for series in group:
                        yield from _steps((cell(resource.name), cell(timeline.name), cell(title)), series)

    return _csv(SERIES_HEAD, rows())


def _steps(head: tuple[str, str, str], series: "SeriesRecord") -> Iterable[Row]:
    for i, value in enumerate(series.values):
        second = series.start_second + i * series.step_seconds
        yield (*head, cell(series.name), series.unit, str(second), moment_of(second), _figure(of_float(value)))


def forecast_csv(answer: "Forecast") -> str:
    """A row for each month: USD, what each traffic is multiplied by, failed gates, exceeded limits, hours."""
    names = list(answer.months[0].traffic)
    times = [cell(f"{name}_times") for name in names]
    head = ("month", "monthly_cost_usd", *times, "failed_gates", "exceeded_limits", "hours", *_BAND_HEAD)
    rows = (
        (
            cell(month.month),
            _figure(month.monthly_cost),
            *(_figure(month.traffic[name]) for name in names),
            str(len(month.failed)),
            str(len(month.exceeded)),
            str(month.hours),
            *_band(answer, i),
        )
        for i, month in enumerate(answer.months)
    )
    return _csv(head, rows)


_BAND_HEAD = ("p10_usd", "p50_usd", "p90_usd", "broken_share")


def _band(answer: "Forecast", i: int) -> tuple[str, ...]:
    """A month over draws; empty without ranges."""
    if answer.bands is None:
        return ("",) * len(_BAND_HEAD)
    band = answer.bands.months[i]
    return tuple(_figure(value) for value in (band.p10, band.p50, band.p90, band.broken))


def drivers_csv(answer: "Drivers") -> str:
    """A row for each input that moves something: its values, USD a month, headroom and margin at each, the swing."""
    of_side = ("value", "monthly_cost_usd", "headroom", "margin")
    head = ("path", "given", "value", *(f"{side}_{name}" for side in ("low", "high") for name in of_side), "swing_usd")
    rows = (
        (cell(one.path), one.given, cell(one.value), *_side(one.low), *_side(one.high), _figure(one.swing))
        for one in answer.drivers
    )
    return _csv(head, rows)


def _side(side: "Moved | None") -> tuple[str, ...]:
    if side is None:
        return ("", "", "", "")
    return (cell(side.text), _figure(side.monthly_cost), _figure(side.headroom), _figure(side.margin))


def sweep_csv(answer: "Sweep") -> str:
    """A row for each point of a sweep: its values, USD a month, failed gates, exceeded limits, the tightest limit."""
    paths = [cell(setting.path) for setting in answer.settings]
    head = (*paths, "monthly_cost_usd", "failed_gates", "exceeded_limits", "tightest_limit", "headroom")
    rows = (
        (
            *map(cell, point.values),
            _figure(point.monthly_cost),
            str(len(point.failed)),
            str(len(point.exceeded)),
            cell(limit_name(*point.tightest)) if point.headroom is not None else "",
            _figure(point.headroom),
        )
        for point in answer.points
    )
    return _csv(head, rows)


# --- cells -----------------------------------------------------------------------------------------------------------


def cell(value: str) -> str:
    """A text cell that a spreadsheet shows and does not run: a quote comes before what would be a formula.

    What a terminal or a build agent would act upon is written out, as everywhere. Figures need no such care.
    """
    shown = plain(value)
    return f"'{shown}" if shown.lstrip().startswith(_ACTIVE) else shown


def _figure(value: Decimal | None) -> str:
    return number(value) or ""


def _csv(head: Row, rows: Iterable[Row]) -> str:
    """A head and rows, LF at line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()
