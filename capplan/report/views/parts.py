"""Parts that several screens share: what to write, the age of the prices, the names of services."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from capplan.pipeline.results import FindingChange, Plan, Prices
from capplan.report import numbers
from capplan.report.document import Block, Code, Line, Paragraph, Role, Row, Span, line, row
from capplan.report.yaml_value import block_yaml
from capplan.services import SERVICES

_THREE_DIGITS = Context(prec=3, rounding=ROUND_HALF_UP)
_SERVICE_LABELS = {service.id: service.label for service in SERVICES}
SIGNS: dict[Role, str] = {"good": "✔", "warn": "!", "bad": "✖", "accent": "↓"}
"""What stands before a verdict, so that its color is never alone."""


def service_label(service: str) -> str:
    """What a person calls a service."""
    return _SERVICE_LABELS.get(service, service)


def subtitle(region: str, rest: str, file: str) -> str:
    """What stands beside a title: the Region, what the figures are, the file."""
    return " · ".join(part for part in (region, rest, file) if part)


def names_of(plan: Plan) -> list[str]:
    """The names that stand out in sentences."""
    return [r.label for r in plan.resources]


def signed(role: Role, text: str) -> Span:
    """A verdict: its sign, its words, its color."""
    return Span(f"{SIGNS[role]} {text}", role)


def what_to_write(changes: Iterable[FindingChange]) -> Code:
    """The changes as YAML to paste."""
    return Code(block_yaml(changes), "yaml")


def without_draws(gates: Sequence[str]) -> list[Block]:
    """That gates on a percentile or a chance are judged at the likely values; nothing without such a gate."""
    if not gates:
        return []
    more = f" and {len(gates) - 1} more" if len(gates) > 1 else ""
    words = f"{gates[0]}{more}: judged at the likely values of the ranges. capplan check judges over draws."
    return [Paragraph(line(Span("! ", "warn"), words))]


def prices_line(prices: Prices) -> Line:
    """How old the prices are, and whether they are confirmed."""
    if not prices.oldest_checked:
        days = "without a date"
    elif prices.oldest_checked == prices.newest_checked:
        days = f"checked {prices.oldest_checked}"
    else:
        days = f"checked {prices.oldest_checked} to {prices.newest_checked}"
    sure = "all verified" if prices.confidences == ("verified",) else ", ".join(prices.confidences) or "none used"
    as_of = f" of {prices.on}" if prices.on else ""
    out: list[Span | str] = [f"AWS price list{as_of}, {days}, {sure}."]
    if prices.stale:
        keys = numbers.count(len(prices.stale), "price")
        out.append(Span(f" {keys} not checked in the last 24 months: {', '.join(prices.stale)}.", "warn"))
    return line(*out)


def unit_row(name: str, monthly: Decimal, each: Decimal | None, monthly_cost: Decimal | None) -> Row:
    """A row of unit costs: one of something, how many a month, USD for one, USD a month."""
    return row(
        name,
        numbers.quantity(monthly),
        "" if each is None else each_usd(each),
        "" if monthly_cost is None else numbers.usd(monthly_cost),
    )


def each_usd(usd: Decimal) -> str:
    """The cost of one: in cents from a cent on, else of a thousand or a million: `9.73 /M`."""
    if usd >= Decimal("0.01"):
        return numbers.usd(usd)
    size, sign = (1000, "/1,000") if usd * 1000 >= Decimal("0.01") else (1_000_000, "/M")
    amount = usd * size
    if not amount:
        return "0.00"
    return f"{numbers.usd(amount) if amount >= 1 else f'{_THREE_DIGITS.plus(amount).normalize():f}'} {sign}"
