"""Shows one line item with all digits, the list of line items, and rules of recommendations."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.calls import Access
from capplan.commands.explain import Cause, Explained
from capplan.flow import LoadProfile
from capplan.model import Rule
from capplan.pricing.rating import LineItem
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.document import (
    Block,
    Column,
    Document,
    Heading,
    Line,
    Panel,
    Paragraph,
    Row,
    Span,
    Table,
    dim,
    facts,
    line,
    row,
    strong,
)
from capplan.report.views.parts import subtitle
from capplan.report.views.prices import dates

_SHORT = 80
"""A longer description of several causes only says the table again."""
_BLOCKS = {"WRU": "started KB", "RRU": "started 4 KB"}
"""How AWS counts an item (DynamoDB Developer Guide, "Read and write operations", read 2026-11-23)."""


# --- one line item ---------------------------------------------------------------------------------------------------


def explained_document(explained: Explained) -> Document:
    """The answer of `explain SCENARIO LINE`."""
    share = numbers.share(explained.cost / explained.monthly_cost) if explained.monthly_cost else "0%"
    told = not explained.causes or len(explained.description) <= _SHORT
    blocks: list[Block] = [Heading("Quantity", explained.description if told else ""), _working(explained)]
    for item in explained.lines:
        blocks += [Heading(f"Price of {item.id}"), _product(item, explained.discount), _source(item, explained.region)]
    cost = strong(f"USD {numbers.usd(explained.cost)} / month")
    quantity = f"{numbers.quantity(to_quantity(explained.quantity))} {explained.unit}"
    panel = Panel("good", ((cost, line(f"{share} of the total, for {quantity}")),))
    return Document(explained.id, subtitle(explained.region, explained.name, explained.file), (*blocks, panel))


def _working(explained: Explained) -> Table:
    """A row for each cause, what only their combination adds, the sum."""
    rows: list[Row] = []
    for i, cause in enumerate(explained.causes):
        rows += _cause(cause, explained.unit, first=i == 0)
    if explained.causes and explained.together:
        rows.append(_step("+", exact(explained.together), "what only their combination adds"))
    total = f"{explained.unit}, consumed quantity"
    rows.append(_step("=", exact(explained.quantity), total, strong_figure=True, space=bool(rows)))
    return _steps(rows)


def _steps(rows: Sequence[Row]) -> Table:
    return Table(
        (Column(""), Column("Figure", "right"), Column("What it is", wraps=True), Column("Line", "right")), tuple(rows)
    )


def _step(sign: str, figure: str, words: str, at: str = "", *, strong_figure: bool = False, space: bool = False) -> Row:
    """A sign, a figure, what it is, and the line it comes from."""
    shown = strong(figure) if strong_figure else figure
    return row(dim(sign), shown, words, at, space=space)


def _line(cause: Cause) -> str:
    """The line of the scenario, or of the file that is laid over it."""
    return f"{cause.overlay}:{cause.line}" if cause.overlay else str(cause.line or "")


def _cause(cause: Cause, unit: str, *, first: bool) -> list[Row]:
    """Who sends how many of what, from which traffic source, and what each adds."""
    volume = cause.flow.monthly
    what = f"{cause.access.op} by {cause.cause.partition('.')[2] or cause.cause}"
    out = [_step("" if first else "+", exact(volume), what, _line(cause), space=not first)]
    for shape, multiplier in cause.flow.terms:
        out.append(row("", "", dim(_traffic_source(shape, multiplier)), ""))
    of = _of(cause, unit)
    out.append(_step("×", exact(cause.quantity / volume), f"{unit} each{': ' if of else ''}{of}"))
    return out + ([_step("=", exact(cause.quantity), unit)] if volume != cause.quantity else [])


def _traffic_source(shape: LoadProfile, multiplier: Fraction) -> str:
    """`60/s × 2,642,000 s of shoppers, 14,000 s of them by spikes`, or `4 × 30.4166666667 runs of nightly`."""
    if not shape.recurring and shape.monthly != units.MONTH_SECONDS:
        return f"{exact(multiplier)} × {exact(shape.monthly)} runs of {shape.traffic_source}"
    spikes = shape.monthly - units.MONTH_SECONDS
    more = f", {exact(spikes)} s of them by spikes" if spikes else ""
    return f"{exact(multiplier)}/s × {exact(shape.monthly)} s of {shape.traffic_source}{more}"


def _of(cause: Cause, unit: str) -> str:
    """What a request is, where there is more to it than its operation."""
    access: Access = cause.access
    blocks = _BLOCKS.get(unit)
    parts = [f"{cause.item_bytes.normalize():,f} B in {blocks}"] if blocks and cause.item_bytes is not None else []
    parts += ["twice in a transaction"] if access.transactional else []
    parts += [f"of {access.index}"] if access.index else []
    parts += [f"{exact(Fraction(access.items))} items"] if access.items is not None else []
    parts += ["strongly consistent"] if access.consistency == "strong" else []
    return ", ".join(parts)


def _product(item: LineItem, discount: Decimal) -> Table:
    """Quantity × price, rounded once."""
    short = numbers.unit_price(item.list_unit_price).replace("/M", " per million")
    million = f", {short}" if "million" in short else ""
    rows = [
        _step("", exact(Fraction(item.pricing_quantity)), f"{item.pricing_unit}, pricing quantity"),
        _step("×", f"{item.list_unit_price:f}", f"USD, list unit price{million}"),
        _step(
            "=", f"{item.list_cost:,f}", "USD, list cost, rounded half up to 10 decimals", strong_figure=not discount
        ),
    ]
    if discount:
        off = f"USD, after {numbers.share(discount)} discount"
        rows.append(_step("=", f"{item.contracted_cost:,f}", off, strong_figure=True))
    return _steps(rows)


def _source(item: LineItem, region: str) -> Block:
    sku = f"SKU {item.sku}" if item.sku else "no SKU"
    stale: tuple[Span, ...] = (Span("; stale", "warn"),) if item.stale else ()
    return facts(
        ("Price", line(f"{item.price_key} in {item.region or region}, {sku}, {item.price_confidence}", stale)),
        ("Dates", dates(item.price_effective, item.price_checked)),
        ("Source", item.price_source),
    )


def exact(figure: Fraction) -> str:
    """All digits up to 10 decimals, with thousands separators."""
    value = to_quantity(figure)
    return f"{value:,f}"


# --- line items, rules -----------------------------------------------------------------------------------------------


def lines_document(name: str, lines: Sequence[LineItem]) -> Document:
    """Every line item that can be explained, the largest cost first."""
    columns = (
        Column("Line item"),
        Column("Usage", "right", optional=1),
        Column("Unit price", "right", optional=2),
        Column("USD/month", "right"),
    )
    rows = tuple(
        row(
            item.id,
            f"{numbers.quantity(item.consumed_quantity)} {item.consumed_unit}",
            numbers.unit_price(item.list_unit_price).replace("/M", " /M"),
            numbers.usd(item.contracted_cost),
        )
        for item in lines
    )
    how = Paragraph((dim("capplan explain SCENARIO LINE shows one with all digits"),))
    return Document(name, numbers.count(len(lines), "line item"), (Table(columns, rows), how))


def rules_document(rules: Sequence[Rule], *, all_rules: bool) -> Document:
    """Every rule with its title; or some with what each looks at, what it recommends, and the trade-off."""
    if all_rules:
        rows = tuple(row(rule.id, rule.title) for rule in rules)
        how = Paragraph((dim("capplan explain RULE shows one"),))
        table = Table((Column("Rule"), Column("Title", wraps=True)), rows, fills=False)
        return Document("Rules", f"{numbers.count(len(rules), 'rule')} of recommendations", (table, how))
    blocks: list[Block] = []
    for rule in rules:
        blocks += [] if len(rules) == 1 else [Heading(rule.id, rule.title)]
        blocks.append(facts(*_rule(rule)))
    first = rules[0]
    return Document(first.id, first.title if len(rules) == 1 else "rules of this name", tuple(blocks))


def _rule(rule: Rule) -> list[tuple[str, Line]]:
    return [
        ("Looks at", line(rule.looks_at)),
        ("Recommends", line(rule.advises)),
        ("Trade-off", line(rule.gives_up or "none")),
        ("Saving", line("the scenario is planned again with the change, and the two costs are compared")),
        ("Source", line(rule.source)),
    ]
