"""Shows a plan beside a bill: what the difference is made of, where it lies, what was set aside, what to correct."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from capplan.commands.reconcile.bill import Bill
from capplan.commands.reconcile.results import CAUSES, Cause, Corrected, ReconciledLine, Reconciliation
from capplan.record import replace
from capplan.report import numbers
from capplan.report.document import (
    Bar,
    Block,
    Column,
    Document,
    Heading,
    Line,
    Panel,
    Paragraph,
    Role,
    Row,
    Shown,
    Span,
    Table,
    dim,
    line,
    row,
    strong,
)
from capplan.report.views.parts import service_label, signed, subtitle

_WORDS: Mapping[Cause, tuple[str, str]] = {
    "volume": ("Volume", "more or less was used"),
    "price": ("Price", "a unit costs something else"),
    "mix": ("Mix", "other SKUs or tiers of the same use"),
    "allowance": ("Allowance", "the Free Tier"),
    "commitment": ("Commitment", "reserved capacity, Savings Plans"),
    "discount": ("Discount", "private prices, programs"),
    "not_modeled": ("Not modeled", "nothing in the scenario is meant"),
    "unexplained": ("Not explained", "the rest"),
}
_CENT = Decimal("0.01")
_TOP = 10
_GOOD, _FAIR = Decimal("0.95"), Decimal("0.8")
_UNEXPLAINED = Decimal("0.05")


def reconcile_document(answer: Reconciliation) -> Document:
    """The answer of `reconcile`."""
    bill = answer.bill
    head = subtitle(answer.region, f"bill of {bill.month}, USD", answer.file)
    blocks: list[Block] = [
        _causes(answer),
        Heading("By service"),
        _groups(answer.lines, "Service", lambda x: service_label(x.service)),
        Heading("By resource", "of what the scenario has"),
        _groups([x for x in answer.lines if x.resource], "Resource", lambda x: x.resource),
        Heading("By SKU", "the largest differences first"),
        _lines([x for x in answer.lines if "not_modeled" not in x.causes and x.difference]),
    ]
    others = [x for x in answer.lines if "not_modeled" in x.causes]
    if others:
        blocks += [Heading("Not modeled", "on the bill, not in the scenario"), _others(others)]
    blocks += _rows_of(answer)
    if answer.corrected is not None:
        blocks += _corrections(answer.corrected, answer)
    return Document(answer.name, head, (*blocks, _panel(answer)))


def cents(parts: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Amounts rounded to cents that add up to the rounded total: what rounding leaves is the largest one's."""
    rounded = [part.quantize(_CENT, ROUND_HALF_UP) for part in parts]
    rest = total.quantize(_CENT, ROUND_HALF_UP) - sum(rounded, Decimal(0))
    if rounded and rest:
        largest = max(range(len(rounded)), key=lambda i: abs(rounded[i]))
        rounded[largest] += rest
    return rounded


def _causes(answer: Reconciliation) -> Table:
    planned, billed = (amount.quantize(_CENT, ROUND_HALF_UP) for amount in (answer.planned, answer.billed))
    amounts = cents([answer.causes[cause] for cause in CAUSES], billed - planned)
    most = max((abs(amount) for amount in amounts), default=Decimal(0))
    rows = [row(strong("The plan"), dim(_period(answer)), strong(f"{planned:,}"), "")]
    for cause, amount in zip(CAUSES, amounts, strict=True):
        if amount or cause == "unexplained":
            name, words = _WORDS[cause]
            role: Role = "warn" if cause == "unexplained" and amount else "accent"
            bar: Bar | str = Bar(float(abs(amount) / most), role) if most and amount else ""
            rows.append(row(name, dim(words), _signed(amount), bar))
    rows.append(row(strong("The bill"), dim(_covers(answer.bill)), strong(f"{billed:,}"), ""))
    columns = (Column(""), Column("", wraps=True, optional=2), Column("USD", "right"), Column("", optional=1))
    return Table(columns, tuple(rows))


def _signed(amount: Decimal) -> str:
    return f"+{amount:,}" if amount > 0 else f"{amount:,}" if amount else "0.00"


def _period(answer: Reconciliation) -> str:
    hours = answer.bill.hours
    if answer.bill.is_plan:
        return "a month of 730 hours"
    return f"for {hours:f} hours; {numbers.usd(answer.monthly_cost)} in a month of 730"


def _covers(bill: Bill) -> str:
    if bill.is_plan:
        return "a plan that was exported"
    return f"{bill.first} to {bill.last}" + ("" if bill.is_whole_month else ": a part of the month")


def _groups(lines: Iterable[ReconciledLine], noun: str, key: Callable[[ReconciledLine], str]) -> Table:
    groups: dict[str, list[ReconciledLine]] = {}
    for one in lines:
        groups.setdefault(key(one), []).append(one)
    rows = [(name, _sum(x.planned for x in of), _sum(x.billed for x in of), _mostly(of)) for name, of in groups.items()]
    rows = [one for one in rows if one[1] or one[2]]
    rows.sort(key=lambda one: (-abs(one[2] - one[1]), one[0]))
    made = _folded(
        [(row(strong(n), numbers.usd(p), numbers.usd(b), _difference(b - p), why)) for n, p, b, why in rows], 5
    )
    columns = (
        Column(noun, wraps=True),
        Column("Plan", "right"),
        Column("Bill", "right"),
        Column("Difference", "right"),
        Column("Mostly", optional=1),
    )
    return Table(columns, made)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _difference(amount: Decimal) -> str:
    return "=" if abs(amount) < _CENT / 2 else numbers.usd(amount, sign=True)


def _mostly(lines: Iterable[ReconciledLine]) -> str:
    totals: dict[Cause, Decimal] = {}
    for one in lines:
        for cause, amount in one.causes.items():
            totals[cause] = totals.get(cause, Decimal(0)) + amount
    largest = max(totals, key=lambda cause: abs(totals[cause]), default=None)
    return "" if largest is None or abs(totals[largest]) < _CENT / 2 else _WORDS[largest][0].lower()


def _folded(rows: Sequence[Row], columns: int) -> tuple[Row, ...]:
    if len(rows) <= _TOP + 1:
        return tuple(rows)
    hidden = [replace(made, shown="details") for made in rows[_TOP:]]
    more = row(f"{len(hidden)} more: --details", *[""] * (columns - 1), role="dim", shown="short")
    return (*rows[:_TOP], *hidden, more)


def _lines(lines: Sequence[ReconciledLine]) -> Table | Paragraph:
    if not lines:
        return Paragraph(line(signed("good", "every SKU of the plan is as it was billed")))
    rows = [
        row(
            strong(one.resource or service_label(one.service)),
            _sku(one.price_key) or one.note,
            "" if one.planned_quantity is None else numbers.quantity(one.planned_quantity),
            "" if one.billed_quantity is None else numbers.quantity(one.billed_quantity),
            _difference(one.difference),
            line(_mostly([one]), dim(f" {one.note}") if one.note and one.price_key else ""),
        )
        for one in lines
        if abs(one.difference) >= _CENT / 2 or one.causes
    ]
    columns = (
        Column("Resource", wraps=True),
        Column("SKU", wraps=True),
        Column("Planned", "right", optional=3),
        Column("Billed", "right", optional=2),
        Column("USD", "right"),
        Column("Mostly", wraps=True, optional=1),
    )
    return Table(columns, _folded(rows, 6))


def _sku(key: str) -> str:
    """A price key as words, which may be broken."""
    return key.partition(".")[2].replace("_", " ").replace(".", ", ")


def _others(lines: Sequence[ReconciledLine]) -> Table:
    rows = [
        row(strong(service_label(one.service)), ", ".join(one.usage_types), numbers.usd(one.billed), one.note)
        for one in lines
    ]
    columns = (
        Column("Service", wraps=True),
        Column("Usage type", wraps=True),
        Column("USD", "right"),
        Column("Why", wraps=True),
    )
    return Table(columns, _folded(rows, 4))


def _rows_of(answer: Reconciliation) -> list[Block]:
    """How many rows were read, compared, set aside; how their resources were told."""
    bill = answer.bill
    aside = sum(one.rows for one in bill.aside)
    accounts = f", of {numbers.count(len(bill.accounts), 'account')}" if len(bill.accounts) > 1 else ""
    read = f"{numbers.count(bill.rows, 'row')} read, {bill.rows - aside} compared{accounts}, {aside} set aside"
    blocks: list[Block] = [Heading("Rows", f"{' and '.join(bill.shapes)}: {read}")]
    if bill.aside:
        rows = tuple(row(one.why, str(one.rows), numbers.usd(one.billed, sign=True)) for one in bill.aside)
        blocks.append(Table((Column("Set aside", wraps=True), Column("Rows", "right"), Column("USD", "right")), rows))
    if abs(answer.spread) >= _CENT / 2:
        words = "invoiced for commitments, and spread here over what they cover"
        blocks.append(Paragraph(line(strong(f"{numbers.usd(answer.spread, sign=True)} USD "), words)))
    told = ", ".join(f"{numbers.count(n, 'row')} by {way}" for way, n in answer.matched.rows.items())
    if told:
        blocks.append(Paragraph(line("Resources were told: ", told.replace("by not in", "not in"), ".")))
    if answer.matched.unknown:
        ids = ", ".join(f"{_short(name)} ({numbers.usd(cost)})" for name, cost in answer.matched.unknown)
        hint = " If one is of this scenario: --map 'PATTERN=RESOURCE'."
        blocks.append(Paragraph(line("On the bill under ids that no resource has: ", ids, ".", dim(hint))))
    return blocks


def _short(name: str) -> str:
    """An id without what every ARN of the account begins with."""
    return name.split(":", 5)[-1] if name.startswith("arn:") and name.count(":") > 4 else name  # noqa: PLR2004


def _corrections(done: Corrected, answer: Reconciliation) -> list[Block]:
    rows = tuple(row(strong(c.path), _shown(c.old), _shown(c.new), c.because) for c in done.corrections)
    columns = (
        Column("Value"),
        Column("Now"),
        Column("By the bill"),
        Column("Because", wraps=True, optional=1),
    )
    before, after, of = _percent(answer.accuracy), _percent(done.accuracy), ""
    if before == after:
        before, after, of = _percent(answer.accuracy_by_sku), _percent(done.accuracy_by_sku), " SKU by SKU"
    note = f"accuracy{of} would be {after} instead of {before}: --apply, or --write-patch FILE"
    blocks: list[Block] = [Heading("What the bill corrects", note), Table(columns, rows)]
    shown: Sequence[tuple[str, Shown]] = [(text, "always" if i < 3 else "details") for i, text in enumerate(done.left)]  # noqa: PLR2004
    blocks += [Paragraph(line(dim(f"No value alone follows: {text}.")), shown) for text, shown in shown]
    return blocks


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items())
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _percent(share: Decimal | None) -> str:
    return "unknown" if share is None else f"{(share * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def _panel(answer: Reconciliation) -> Panel:
    accuracy = answer.accuracy
    billed = (strong(f"USD {numbers.usd(answer.billed)} billed"), line(f"{numbers.usd(answer.planned)} planned"))
    if accuracy is None:
        why = "the bill has nothing that the scenario models"
        return Panel("bad", (billed, (signed("bad", "accuracy unknown"), line(why))))
    role: Role = "good" if accuracy >= _GOOD else "warn" if accuracy >= _FAIR else "bad"
    means = "1 - |bill - plan| / bill, of what is modeled"
    by_sku: Line = line(_percent(answer.accuracy_by_sku), dim(" SKU by SKU"))
    rest = answer.unexplained_share or Decimal(0)
    unexplained = signed("good" if rest <= _UNEXPLAINED else "warn", f"{_percent(rest)} not explained")
    facts: tuple[tuple[Span, Line], ...] = (
        billed,
        (signed(role, f"accuracy {_percent(accuracy)}"), line(means, "; ", by_sku)),
        (unexplained, line(f"and {_percent(answer.not_modeled_share)} not modeled, of the bill")),
    )
    return Panel("good" if role == "good" and rest <= _UNEXPLAINED else role, facts)
