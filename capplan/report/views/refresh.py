"""Shows what a refresh of prices changed, and what it held back and why."""

from collections import Counter
from decimal import Decimal

from capplan.commands.refresh_prices import FileRefresh, Refresh
from capplan.pricing.refresh.merge import HELD, KeyChange, Outcome
from capplan.report import numbers
from capplan.report.document import Block, Column, Document, Heading, Paragraph, Row, Span, Table, line, row
from capplan.report.views.parts import service_label, signed

_COUNTED: tuple[Outcome, ...] = ("new", "changed", "unchanged", "missing")
_MAY_GO: dict[Outcome, int] = {"unchanged": 2, "missing": 1}
"""Counts that a narrow screen leaves out, the highest number first."""
_MAX_SHOWN = 200


def refresh_document(done: Refresh) -> Document:
    """The answer of `prices refresh`."""
    every = [(file, change) for file in done.files for change in file.changes]
    blocks: list[Block] = [_files(done)]
    for title, note, outcomes in (
        ("Changed", "", ("changed",)),
        ("Held back", "not written; a jump is taken with --confirm", HELD),
        ("Missing", "in the price file, and not in AWS's: the old price stays", ("missing",)),
    ):
        found = [(file, change) for file, change in every if change.outcome in outcomes]
        if found:
            blocks += [Heading(title, note), _changes(found[:_MAX_SHOWN])]
    failed = [file for file in done.files if file.failed]
    if failed:
        rows = tuple(row(service_label(file.service), file.region, file.failed) for file in failed)
        columns = (Column("Service"), Column("Region"), Column("Why", wraps=True))
        blocks += [Heading("Not read", "these price files are as they were"), Table(columns, rows)]
    if done.unmapped:
        names = ", ".join(map(service_label, done.unmapped))
        blocks.append(Paragraph(line(Span("no mapping yet: ", "dim"), names)))
    if done.not_renewed:
        blocks += [
            Heading("Not renewed", "nobody has found these in AWS's list: the old prices stay"),
            _not_renewed(done),
        ]
    written = sum(file.is_written for file in done.files)
    return Document("Prices refreshed", f"{numbers.count(written, 'file')} written · {done.base}", tuple(blocks))


def _files(done: Refresh) -> Table:
    columns = (
        Column(""),
        Column("Service"),
        Column("Region"),
        *(Column(name.capitalize(), "right", optional=_MAY_GO.get(name, 0)) for name in _COUNTED),
        Column("Held back", "right"),
    )
    return Table(columns, tuple(map(_file, done.files)), fills=False)


def _file(file: FileRefresh) -> Row:
    counts = Counter(change.outcome for change in file.changes)
    held = sum(counts[outcome] for outcome in HELD)
    if file.failed:
        verdict = signed("bad", "failed")
    elif held:
        verdict = signed("warn", "held back")
    elif not file.version:
        verdict = Span("not offered", "dim")
    else:
        verdict = signed("good", "written" if file.is_written else "read")
    return row(
        verdict,
        service_label(file.service),
        file.region,
        *(str(counts[name]) for name in _COUNTED),
        str(held),
    )


def _not_renewed(done: Refresh) -> Table:
    """A row for each service."""
    by_service: dict[str, list[str]] = {}
    for key in done.not_renewed:
        service, _, rest = key.partition(".")
        by_service.setdefault(service, []).append(rest)
    rows = tuple(row(service_label(service), ", ".join(keys)) for service, keys in by_service.items())
    return Table((Column("Service"), Column("Prices", wraps=True)), rows)


def _changes(found: list[tuple[FileRefresh, KeyChange]]) -> Table:
    """A row for each price, and below those that have one reason the reason."""
    columns = (Column("Price key", wraps=True), Column("Region"), Column("Before", "right"), Column("Now", "right"))
    rows: list[Row] = []
    for i, (file, change) in enumerate(found):
        rows.append(row(f"{file.service}.{change.key}", file.region, _usd(change.before), _usd(change.after)))
        if change.said and (i + 1 == len(found) or found[i + 1][1].said != change.said):
            rows.append(row(change.said, "", "", "", level=1, role="dim"))
    return Table(columns, tuple(rows))


def _usd(amount: Decimal | None) -> str:
    return "" if amount is None else numbers.unit_price(amount).replace("/M", " /M")
