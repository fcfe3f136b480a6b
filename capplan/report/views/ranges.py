"""Shows what a scenario's ranges mean: cost, headroom and gates over all draws, and how sure that is."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import Band, GateRange, LimitRange, Ranges
from capplan.report import numbers
from capplan.report.document import Block, Column, Facts, Heading, Role, Row, Shown, Span, Table, facts, line, row
from capplan.report.verdicts import limit_label
from capplan.report.views.limits import NEAR

_FEW = 5
_PERCENTILES = (Column("Likely", "right"), Column("P10", "right"), Column("P50", "right"), Column("P90", "right"))
_SURE = Decimal("0.9995")
"""A larger share of draws is shown as more than 99.9%, never as all of them."""


def ranges_blocks(ranges: Ranges) -> list[Block]:
    """The ranges in `estimate`."""
    blocks: list[Block] = [Heading("Ranges", _counted(ranges)), _cost(ranges.monthly_cost)]
    if ranges.limits:
        blocks.append(_limits(ranges.limits, ranges.draws))
    if ranges.gates:
        blocks.append(_gates(ranges.gates, ranges.draws))
    return [*blocks, _inputs(ranges), _foot(ranges)]


def gate_ranges_blocks(ranges: Ranges) -> list[Block]:
    """The ranges in `check`."""
    return (
        [Heading("Ranges", _counted(ranges)), _gates(ranges.gates, ranges.draws), _foot(ranges)] if ranges.gates else []
    )


def _counted(ranges: Ranges) -> str:
    return f"{ranges.draws:,} draws of {numbers.count(len(ranges.inputs), 'range')}, seed {ranges.seed}"


def _cost(band: Band) -> Table:
    columns = (Column("Cost"), *_PERCENTILES)
    values = (numbers.usd(value) for value in (band.point, band.p10, band.p50, band.p90))
    errors = (
        f"{numbers.usd(low)} to {numbers.usd(high)}" if low != high else ""
        for low, high in (band.p10_error, band.p50_error, band.p90_error)
    )
    rows = [row("USD a month", *values)]
    rows.append(row("95% sampling error", "", *errors, role="dim"))
    return Table(columns, tuple(rows))


def _limits(limits: Sequence[LimitRange], draws: int) -> Table:
    columns = (Column("Headroom"), *_PERCENTILES, Column("Exceeded in", "right"))
    folded = len(limits) - _FEW if len(limits) > _FEW + 1 else 0
    rows = [_limit(limit, draws, "details" if folded and i >= _FEW else "always") for i, limit in enumerate(limits)]
    if folded:
        words = f"{folded} more, P10 at least {numbers.free(limits[_FEW].headroom.p10)} free"
        rows.append(row(words, "", "", "", "", "", role="dim", shown="short"))
    return Table(columns, tuple(rows))


def _limit(limit: LimitRange, draws: int, shown: Shown) -> Row:
    band = limit.headroom
    role: Role = "bad" if limit.exceeded else "warn" if band.p10 < NEAR else ""
    share = _of_draws(limit.exceeded, limit.draws, draws)
    exceeded = Span(f"! {share}", role) if limit.exceeded else Span(share)
    p10 = Span(numbers.free(band.p10), role)
    cells = [line(numbers.free(band.point)), line(p10), line(numbers.free(band.p50)), line(numbers.free(band.p90))]
    return Row((line(limit_label(limit.resource, limit.limit)), *cells, line(exceeded)), shown=shown)


def _gates(gates: Sequence[GateRange], draws: int) -> Table:
    columns = (Column("Gate", wraps=True), Column("Passes in", "right"), Column("95% sampling error", "right"))
    return Table(columns, tuple(_gate(gate, draws) for gate in gates))


def _gate(gate: GateRange, draws: int) -> Row:
    if gate.passes is None or gate.passes_error is None:
        return row(gate.gate, Span(gate.why_none, "dim"), "")
    low, high = gate.passes_error
    role: Role = "" if gate.passes == 1 else "warn"
    return row(gate.gate, Span(_of_draws(gate.passes, gate.draws, draws), role), f"{_percent(low)} to {_percent(high)}")


def _of_draws(share: Decimal, draws: int, of_all: int) -> str:
    """The share, with how many draws it is of where these are fewer."""
    return f"{_percent(share)} of draws" if draws == of_all else f"{_percent(share)} of {draws} draws"


def _percent(share: Decimal) -> str:
    """All draws and none are said only where it is so."""
    if _SURE <= share < 1:
        return ">99.9%"
    return numbers.value(share.quantize(Decimal("0.0001")), "%") if share >= Decimal("0.0001") else numbers.share(share)


def _inputs(ranges: Ranges) -> Table:
    columns = (
        Column("Range"),
        Column("Low", "right"),
        Column("Likely", "right"),
        Column("High", "right"),
        Column("As"),
    )
    rows = tuple(
        row(one.path, one.low, one.likely, one.high, "percentiles" if one.percentiles else "bounds, triangular")
        for one in ranges.inputs
    )
    return Table(columns, rows, shown="details")


def _foot(ranges: Ranges) -> Facts:
    if ranges.method == "plans":
        how = f"{numbers.count(ranges.draws, 'draw')}, each planned whole."
    else:
        how = (
            f"A Latin hypercube through columns of {numbers.count(ranges.plans, 'plan')}; "
            f"{numbers.count(ranges.checked, 'draw')} planned whole differ by at most "
            f"{_difference(ranges.largest_difference)}."
        )
    few = {limit.draws for limit in ranges.limits} | {gate.draws for gate in ranges.gates}
    if few - {ranges.draws}:
        how += " What columns do not tell is counted over fewer draws, planned one by one."
    return facts(("Draws", line(how)), *((("Note", line(ranges.note)),) if ranges.note else ()))


def _difference(share: Decimal) -> str:
    percent = (share * 100).quantize(Decimal("0.001"))
    return f"{percent.normalize():f}%" if percent else "less than 0.001%"
