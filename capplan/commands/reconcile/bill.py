"""Adds up the rows of a bill: by service, usage type, resource and what a row is, a row at a time, so that memory is bounded."""

import calendar
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from capplan.commands.reconcile.rows import NO_MONTH, UNREADABLE, WIDE, ZERO, BillRow, NotANumberError
from capplan.commands.reconcile.shapes import cost_explorer, cur, focus
from capplan.errors import CapplanError, Diagnostic
from capplan.reading.bill_files import BillJson, BillTable, bill_files, rows_of
from capplan.record import Record
from capplan.services.bills import billed as billed_services
from capplan.timeline import no_progress

MAX_LINES = 500_000
"""Different services, usage types and resources; more is no workload of one scenario."""
OTHER_MONTH, OTHER_ACCOUNT, OTHER_TAG = "of another month", "of another account", "without the tag"
OWN_MONTH_HOURS = 730
SHAPES: tuple[tuple[Callable[[Sequence[str]], bool], Callable[[Sequence[str]], Any]], ...] = (
    (cur.told, cur.CurRows),
    (focus.told, focus.FocusRows),
)
_PROGRESS = 50_000


class BillLine(NamedTuple):
    """Rows that are alike, added up: the fields of a BillRow that they share, and their sums.

    Attributes:
        unpriced: Rows of usage without a quantity.
        free_quantity: What was used and cost nothing.
        covered_quantity, covered_amount: What commitments pay for, and what they cost for it.
        listed: Of what was paid for, at public prices; None where a row does not say it.
    """

    kind: str
    aside: str
    month: str
    account: str
    currency: str
    service: str
    usage_type: str
    operation: str
    sku: str
    key: str
    region: str
    resource: str
    tags: tuple[tuple[str, str], ...]
    rows: int
    billed: Decimal
    amount: Decimal
    quantity: Decimal
    unpriced: int
    free_quantity: Decimal
    covered_quantity: Decimal
    covered_amount: Decimal
    listed: Decimal | None


class Aside(NamedTuple):
    """Rows that are not compared, and why."""

    why: str
    rows: int
    billed: Decimal


class Bill(Record, frozen=True):
    """One month of a bill.

    Attributes:
        shapes: What the files are.
        month: Such as 2026-11.
        first, last: The days that it covers, both within.
        hours: Hours that it covers; `month_share` is the share of the month's days.
        rows: All rows of all files.
        lines: What is compared.
        aside: What is not, by reason.
        accounts: Of the lines that are compared.
    """

    files: tuple[str, ...]
    shapes: tuple[str, ...]
    month: str
    first: str
    last: str
    hours: Decimal
    month_share: Decimal
    rows: int
    lines: tuple[BillLine, ...]
    aside: tuple[Aside, ...]
    accounts: tuple[str, ...]
    is_plan: bool = False
    """Whether it is a plan that capplan exported, of a month of 730 hours."""

    @property
    def is_whole_month(self) -> bool:
        """Whether every day of the month is in it."""
        return self.month_share == 1


class Asked(Record, frozen=True):
    """Which part of the bill is compared: a month, accounts, rows with a tag. Nothing asked is everything.

    `through`: the last day that the bill covers; None for the last day of any of its rows.
    """

    month: str = ""
    through: date | None = None
    accounts: tuple[str, ...] = ()
    tag: tuple[str, str] = ("", "")
    memory_limit: str = "512MB"


class _Sums:
    """The sums of rows that are alike."""

    __slots__ = (
        "amount", "billed", "covered_amount", "covered_quantity", "free_quantity", "listed", "quantity", "rows",
        "unlisted", "unpriced",
    )  # fmt: skip

    def __init__(self) -> None:
        self.rows = self.unlisted = self.unpriced = 0
        self.billed = self.amount = self.quantity = self.free_quantity = ZERO
        self.covered_quantity = self.covered_amount = self.listed = ZERO

    def add(self, row: BillRow) -> None:
        plus = WIDE.add
        self.rows += 1
        self.billed = plus(self.billed, row.billed)
        self.amount = plus(self.amount, row.amount)
        if row.kind != "usage" or row.aside:
            return
        if row.quantity is None:
            self.unpriced += 1
            return
        self.quantity = plus(self.quantity, row.quantity)
        if row.covered:
            self.covered_quantity = plus(self.covered_quantity, row.quantity)
            self.covered_amount = plus(self.covered_amount, row.amount)
        elif not row.billed and not row.amount and row.quantity:
            self.free_quantity = plus(self.free_quantity, row.quantity)
        elif row.listed is None or (not row.listed and row.billed):
            self.unlisted += 1
        else:
            self.listed = plus(self.listed, row.listed)


_Key = tuple[Any, ...]


class _Adding:
    """All that is known of the rows so far."""

    def __init__(self) -> None:
        self.sums: dict[_Key, _Sums] = {}
        self.unread: Counter[str] = Counter()
        self.days: dict[str, str] = {}
        self.hours: dict[str, set[str]] = {}
        self.rows = 0
        known = billed_services().values()
        self.known = {name for service in known for name in (*service.codes, *service.names)}

    def row(self, row: BillRow) -> None:
        self.rows += 1
        if len(row.month) != 7 or row.month[4] != "-":  # noqa: PLR2004  2026-11
            self.unread[NO_MONTH] += 1
            return
        is_detailed = not row.aside and (row.service in self.known or row.key or "DataTransfer" in row.usage_type)
        detail: _Key = (
            (row.usage_type, row.operation, row.sku, row.key, row.region, row.resource)
            if is_detailed
            else ("", "", "", "", "", "")
        )
        key = (row.kind, row.aside, row.month, row.account, row.currency, row.service, *detail, row.tags)
        sums = self.sums.get(key)
        if sums is None:
            if len(self.sums) >= MAX_LINES:
                message = f"more than {MAX_LINES:,} different services, usage types and resources"
                raise CapplanError((Diagnostic("bill", 0, 0, message, "export one account, or without resource ids"),))
            sums = self.sums[key] = _Sums()
        sums.add(row)
        if not row.aside and row.end > self.days.get(row.month, ""):
            self.days[row.month] = row.end
        self.hours.setdefault(row.month, set()).add(row.hours)


def read_bill(files: Sequence[str], asked: Asked, progress: Callable[[float, str], None] = no_progress) -> Bill:
    """The bill of some files. Raises CapplanError for files of another form, or where it is not one month in USD."""
    adding = _Adding()
    shapes: dict[str, None] = {}
    opened = bill_files(files, asked.memory_limit)
    for i, file in enumerate(opened):
        progress(i / len(opened), "reading the bill")
        label, rows = _rows(file, asked.memory_limit)
        shapes[label] = None
        for row in rows:
            if isinstance(row, str):
                adding.rows += 1
                adding.unread[row] += 1
            else:
                adding.row(row)
    name = opened[0].path
    if not adding.rows:
        raise CapplanError((Diagnostic(name, 0, 0, "the bill has no row", "export a month that has charges"),))
    return _chosen(adding, tuple(file.path for file in opened), tuple(shapes), asked)


def _rows(file: BillTable | BillJson, memory_limit: str) -> tuple[str, Iterable[BillRow | str]]:
    """What a file is, and its rows; a text is why one cannot be used."""
    if isinstance(file, BillJson):
        if cost_explorer.told(file.data):
            return "Cost Explorer", cost_explorer.rows(file.data, file.path)
        hint = "the answer of `aws ce get-cost-and-usage`, with ResultsByTime"
        raise CapplanError((Diagnostic(file.path, 0, 0, "JSON that is no answer of Cost Explorer", hint),))
    shape = next((make for is_told, make in SHAPES if is_told(file.columns)), None)
    if shape is None:
        hint = "a Cost and Usage Report has lineItem/… or line_item_… columns, FOCUS has BilledCost and ChargeCategory"
        raise CapplanError((Diagnostic(file.path, 1, 1, "its columns are those of no bill", hint),))
    made = shape(file.columns)
    return made.label, _made(made, file, memory_limit)


def _made(made: Any, file: BillTable, memory_limit: str) -> Iterator[BillRow | str]:  # noqa: ANN401  a shape
    for cells in rows_of(file, made.columns, memory_limit):
        if cells is None:
            yield UNREADABLE
            continue
        try:
            yield made(cells)
        except NotANumberError:
            yield "a cost or a quantity that is no number"


def _chosen(adding: _Adding, files: tuple[str, ...], shapes: tuple[str, ...], asked: Asked) -> Bill:
    lines = [_line(key, sums) for key, sums in adding.sums.items()]
    month = _month(lines, files[0], asked)
    aside: dict[str, list[Any]] = {why: [count, ZERO] for why, count in adding.unread.items()}
    used: list[BillLine] = []
    for line in lines:
        why = line.aside or _not_asked(line, month, asked)
        if why:
            sums = aside.setdefault(why, [0, ZERO])
            sums[0] += line.rows
            sums[1] = WIDE.add(sums[1], line.billed)
        else:
            used.append(line)
    if not used:
        hint = "; ".join(f"{rows} {why}" for why, (rows, _) in sorted(aside.items()))
        raise CapplanError((Diagnostic(files[0], 0, 0, "no row of the bill can be compared", f"set aside: {hint}"),))
    _check_currency(used, files[0])
    first, after = _days(month, adding.days.get(month), asked.through)
    own_hours = adding.hours[month] - {""}
    whole = calendar.monthrange(int(month[:4]), int(month[5:]))[1]
    days = (after - first).days
    is_own = bool(own_hours) and len(adding.hours[month]) == 1
    return Bill(
        files,
        shapes,
        month,
        str(first),
        str(date.fromordinal(after.toordinal() - 1)),
        Decimal(OWN_MONTH_HOURS) if is_own else Decimal(days * 24),
        Decimal(1) if is_own else Decimal(days) / Decimal(whole),
        adding.rows,
        tuple(used),
        tuple(
            Aside(why, rows, cost) for why, (rows, cost) in sorted(aside.items(), key=lambda x: (-abs(x[1][1]), x[0]))
        ),
        tuple(sorted({line.account for line in used if line.account})),
        is_own,
    )


def _line(key: _Key, sums: _Sums) -> BillLine:
    listed = None if sums.unlisted else sums.listed
    used = (sums.rows, sums.billed, sums.amount, sums.quantity, sums.unpriced, sums.free_quantity)
    return BillLine._make((*key, *used, sums.covered_quantity, sums.covered_amount, listed))


def _month(lines: Sequence[BillLine], file: str, asked: Asked) -> str:
    months = sorted({line.month for line in lines if not line.aside}) or sorted({line.month for line in lines})
    if asked.month:
        if asked.month not in months:
            hint = f"it has {', '.join(months[:6])}" if months else "it has no billing month"
            raise CapplanError((Diagnostic(file, 0, 0, f"the bill has nothing of {asked.month}", hint),))
        return asked.month
    if not months:
        raise CapplanError((Diagnostic(file, 0, 0, "no row has a billing month", "was it exported whole?"),))
    if len(months) > 1:
        hint = f"choose one: --month {months[-1]}"
        message = f"the bill has {len(months)} months: {', '.join(months[:6])}"
        raise CapplanError((Diagnostic(file, 0, 0, message, hint),))
    try:
        date.fromisoformat(f"{months[0]}-01")
    except ValueError:
        message = f"'{months[0]}' is no month"
        raise CapplanError((Diagnostic(file, 0, 0, message, "a billing period begins like 2026-11-01"),)) from None
    return months[0]


def _not_asked(line: BillLine, month: str, asked: Asked) -> str:
    if line.month != month:
        return OTHER_MONTH
    if asked.accounts and line.account not in asked.accounts:
        return OTHER_ACCOUNT
    if asked.tag[0] and asked.tag not in line.tags:
        return f"{OTHER_TAG} {asked.tag[0]}={asked.tag[1]}"
    return ""


def _check_currency(used: Sequence[BillLine], file: str) -> None:
    found = sorted({line.currency for line in used if line.currency and line.billed} - {"USD"})
    if found:
        hint = "prices are in USD: export the bill in USD"
        message = f"the bill is in {', '.join(found)}"
        raise CapplanError((Diagnostic(file, 0, 0, message, hint),))


def _days(month: str, latest: str | None, through: date | None) -> tuple[date, date]:
    """The first day of the month, and the day after the last that the bill covers; the whole month where no row says it."""
    year, number = int(month[:4]), int(month[5:])
    start = date(year, number, 1)
    after = date(year + number // 12, number % 12 + 1, 1)
    try:
        last = date.fromisoformat(latest or "") if through is None else through + timedelta(days=1)
    except ValueError:
        return start, after
    return start, min(last, after) if last > start else after
