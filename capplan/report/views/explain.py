"""Shows one line item with all digits, the list of line items, and rules of recommendations."""

from collections.abc import Iterable, Sequence
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
from capplan.report.layout import Style, finish, labelled, left, paint, right, row, safe, wrap
from capplan.report.views.prices import dates

_FIGURE, _WORDS, _LINE = 26, 28, 80
_SHORT = 100
"""A description of no more characters is shown beside the causes it sums up."""
_BLOCKS = {"WRU": "started KB", "RRU": "started 4 KB"}
"""How AWS counts an item (DynamoDB Developer Guide, "Read and write operations", read 2026-11-23)."""


def explain_text(explained: Explained, style: Style) -> str:
    """The answer of `explain SCENARIO LINE`."""
    share = numbers.share(explained.cost / explained.monthly_cost) if explained.monthly_cost else "0%"
    head = f"{explained.id}   {numbers.usd(explained.cost)} USD a month, {share} of the total"
    return finish([[paint(safe(head, style), "bold", style)], _working(explained, style), *_prices(explained, style)])


def _working(explained: Explained, style: Style) -> list[str]:
    """The quantity: a block for each cause, what only their combination adds, the sum."""
    out: list[str] = []
    for i, cause in enumerate(explained.causes):
        out += _cause(cause, explained.unit, style, first=i == 0)
    if not explained.causes:
        out += wrap(explained.description, _WORDS, style)
    elif explained.together:
        out += _step("+", exact(explained.together), "what only their combination adds", style)
    out += _step("=", exact(explained.quantity), f"{explained.unit}   consumed quantity", style)
    short = explained.causes and len(explained.description) <= _SHORT
    return out + (wrap(explained.description, _WORDS, style) if short else [])


def _cause(cause: Cause, unit: str, style: Style, *, first: bool) -> list[str]:
    """Who sends how many of what, from which traffic source, and what each adds."""
    volume = cause.flow.monthly
    what = f"{cause.access.op} by {cause.cause.partition('.')[2] or cause.cause}"
    line = f"line {cause.line}" if cause.line else ""
    out = _step("" if first else "+", exact(volume), what, style, line)
    for shape, multiplier in cause.flow.terms:
        out += wrap(_traffic_source(shape, multiplier), _WORDS, style)
    of = _of(cause, unit)
    out += _step("×", exact(cause.quantity / volume), f"{unit} each{': ' if of else ''}{of}", style)
    return out + (_step("=", exact(cause.quantity), unit, style) if volume != cause.quantity else [])


def _traffic_source(shape: LoadProfile, multiplier: Fraction) -> str:
    """`60/s × 2,642,000 s of shoppers (2,628,000 s and 14,000 s of spikes)`, or `4 × 30.4166666667 runs of nightly`."""
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


def _prices(explained: Explained, style: Style) -> Iterable[list[str]]:
    """A block for each tier: quantity × price, rounded once, and the source of the price."""
    for line in explained.lines:
        yield [*_product(line, explained.discount, style), *_source(line, explained.region, style)]


def _product(line: LineItem, discount: Decimal, style: Style) -> list[str]:
    price = f"{line.list_unit_price:f}"
    million = (
        f", {numbers.unit_price(line.list_unit_price)}" if "/M" in numbers.unit_price(line.list_unit_price) else ""
    )
    out = [paint(safe(line.id, style), "bold", style)]
    quantity = exact(Fraction(line.pricing_quantity))
    out += _step("", quantity, f"{line.pricing_unit}   pricing quantity", style)
    out += _step("×", price, f"USD   list unit price{million}", style)
    out += _step("=", f"{line.list_cost:f}", "USD   list cost, rounded half up to 10 decimals", style)
    if discount:
        off = f"after {numbers.share(discount)} discount"
        out += _step("=", f"{line.contracted_cost:f}", f"USD   {off}", style)
    return out


def _source(line: LineItem, region: str, style: Style) -> list[str]:
    sku = f"SKU {line.sku}" if line.sku else "no SKU"
    days = dates(line.price_effective, line.price_checked)
    stale = "; stale" if line.stale else ""
    out = labelled("price", f"{line.price_key} in {region}, {sku}, {line.price_confidence}{stale}", 8, style)
    return [*out, *wrap(days, 8, style), *wrap(f"source: {line.price_source}", 8, style)]


def _step(sign: str, figure: str, words: str, style: Style, line: str = "") -> list[str]:
    """A sign, a figure, what it is, and the line of the scenario it comes from."""
    start = f"{sign:1} {figure:>{_FIGURE - 2}}  "
    first, *more = wrap(words, 0, style, to=_LINE - len(start) - 10 if line else _LINE - len(start) - 1) or [""]
    rest = [" " * len(start) + text for text in more]
    return [
        safe(f"{start}{first}".ljust(_LINE - len(line)) + line if line else f"{start}{first}", style).rstrip(),
        *rest,
    ]


def exact(figure: Fraction) -> str:
    """All digits up to 10 decimals, with thousands separators."""
    value = to_quantity(figure)
    return f"{value:,f}"


def lines_text(name: str, lines: Sequence[LineItem], style: Style) -> str:
    """Every line item that can be explained, the largest cost first."""
    out = row(style, left(0, safe(f"Line items of {name}", style)), right(_LINE, "USD/month"), colour="bold")
    for line in lines:
        out += row(style, left(0, line.id), right(_LINE, numbers.usd(line.contracted_cost)))
    return finish([out, ["capplan explain SCENARIO LINE shows one with all digits"]])


def rule_text(rule: Rule, style: Style) -> str:
    """What one rule looks at, what it recommends, and the trade-off."""
    out = [paint(safe(f"{rule.id}: {rule.title}", style), "bold", style)]
    out += labelled("looks at", rule.looks_at, 12, style)
    out += labelled("recommends", rule.advises, 12, style)
    out += labelled("trade-off", rule.gives_up or "none", 12, style)
    out += labelled(
        "saving", "the scenario is planned again with the change, and the two costs are compared", 12, style
    )
    return finish([[*out, *labelled("source", rule.source, 12, style)]])


def rules_text(rules: Sequence[Rule], style: Style) -> str:
    """Every rule with its title."""
    out = [paint(f"{numbers.count(len(rules), 'rule')}", "bold", style)]
    for rule in rules:
        out += row(style, left(0, rule.id), left(36, rule.title))
    return finish([out, ["capplan explain RULE shows one"]])
