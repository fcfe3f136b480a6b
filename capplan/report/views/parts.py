"""Parts that several screens share: what to write, the age of the prices, the names of services."""

from collections.abc import Iterable

from capplan.pipeline.results import FindingChange, Plan, Prices
from capplan.report import numbers
from capplan.report.document import Code, Line, Role, Span, line
from capplan.report.yaml_value import block_yaml
from capplan.services import SERVICES

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


def prices_line(prices: Prices) -> Line:
    """How old the prices are, and whether they are confirmed."""
    if not prices.oldest_checked:
        days = "without a date"
    elif prices.oldest_checked == prices.newest_checked:
        days = f"checked {prices.oldest_checked}"
    else:
        days = f"checked {prices.oldest_checked} to {prices.newest_checked}"
    sure = "all verified" if prices.confidences == ("verified",) else ", ".join(prices.confidences) or "none used"
    out: list[Span | str] = [f"AWS price list, {days}, {sure}."]
    if prices.stale:
        keys = numbers.count(len(prices.stale), "price")
        out.append(Span(f" {keys} not checked in the last 24 months: {', '.join(prices.stale)}.", "warn"))
    return line(*out)
