"""Shows which recommendations were written into a scenario, and what it costs then."""

from capplan.commands.apply import Applied
from capplan.report import numbers
from capplan.report.document import Code, Column, Document, Paragraph, Table, line, row
from capplan.report.views.parts import subtitle

_COLUMNS = (Column(""), Column("Change", wraps=True), Column("USD/month alone", "right"))


def apply_document(applied: Applied, written: str | None) -> Document:
    """The answer of `apply`: a row for each recommendation, the bill before and after, and where it was written."""
    before, after = applied.before, applied.after
    head = subtitle(before.region, "with recommendations", before.file)
    rows = tuple(
        row(str(r.number), r.action, "" if r.monthly_saving is None else numbers.usd(-r.monthly_saving, sign=True))
        for r in applied.recommendations
    )
    change = numbers.usd(-applied.saving, sign=True)
    bill = f"{numbers.usd(before.monthly_cost)} USD a month before, {numbers.usd(after.monthly_cost)} after: {change}"
    where = f"written to {written}" if written is not None else "nothing was written"
    shown = () if written is not None else (Code(applied.diff),)
    return Document(before.name, head, (Table(_COLUMNS, rows), *shown, Paragraph(line(f"{bill}; {where}"))))
