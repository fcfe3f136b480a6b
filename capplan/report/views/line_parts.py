"""Parts that several screens share: what to write, the age of the prices, the names of services."""

from collections.abc import Iterable

from capplan.pipeline.results import FindingChange, Prices
from capplan.report.layout import Style, paint, wrap
from capplan.report.yaml_value import written
from capplan.services import SERVICES

_SERVICE_LABELS = {service.id: service.label for service in SERVICES}


def service_label(service: str) -> str:
    """What a person calls a service."""
    return _SERVICE_LABELS.get(service, service)


def what_to_write(changes: Iterable[FindingChange], indent: int, style: Style) -> list[str]:
    """Paths and values to type: never cut, and broken only where YAML may break a line."""
    out: list[str] = []
    for change in changes:
        first, *more = wrap(f"> {change.path}: {written(change.new)}", indent, style, to=75)
        out += [first, *(f"    {line}" for line in more)]
    return [" " * (len(line) - len(line.lstrip())) + paint(line.lstrip(), "cyan", style) for line in out]


def prices_lines(prices: Prices, style: Style) -> list[str]:
    """How old the prices are, and whether they are confirmed."""
    if not prices.oldest_checked:
        days = "Prices without a date"
    elif prices.oldest_checked == prices.newest_checked:
        days = f"Prices checked {prices.oldest_checked}"
    else:
        days = f"Prices checked {prices.oldest_checked} to {prices.newest_checked}"
    sure = "all verified" if prices.confidences == ("verified",) else ", ".join(prices.confidences) or "none used"
    out = [f"{days}, {sure}."]
    if prices.stale:
        text = f"Stale, not checked in the last 24 months: {', '.join(prices.stale)}"
        out += [paint(line, "yellow", style) for line in wrap(text, 0, style)]
    return out
