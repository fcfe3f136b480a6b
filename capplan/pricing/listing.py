"""Lists the price files: by Region, by key, with history."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from capplan.errors import CapplanError, Diagnostic
from capplan.pricing.catalogue import Price, history, known_keys, load_prices, regions, services
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown


class ListedPrice(NamedTuple):
    """A price and its Region."""

    region: str
    price: Price


class ListedRegion(NamedTuple):
    """A Region: its number of prices by service, and when they were last checked."""

    region: str
    prices: tuple[tuple[str, int], ...]
    oldest_checked: date | None
    newest_checked: date | None


def regions_of() -> tuple[ListedRegion, ...]:
    """Every Region."""
    return tuple(_listed(region) for region in sorted(regions()))


def _listed(region: str) -> ListedRegion:
    prices = [listed.price for listed in prices_of(region)]
    days = [price.checked for price in prices if price.checked is not None]
    counts = Counter(price.key.partition(".")[0] for price in prices)
    by_service = tuple((service, counts[service]) for service in services())
    return ListedRegion(region, by_service, min(days, default=None), max(days, default=None))


def prices_of(region: str) -> tuple[ListedPrice, ...]:
    """Every price of a Region, by key. Raises CapplanError for an unknown Region."""
    _check_region(region)
    catalogue = load_prices(region, {})
    return tuple(ListedPrice(region, price) for key in _all_keys() if (price := catalogue.price(key)) is not None)


def everywhere(key: str) -> tuple[ListedPrice, ...]:
    """A price in every Region that has it, the cheapest first. Raises CapplanError for an unknown key."""
    _check_key(key)
    prices = {region: load_prices(region, {}).price(key) for region in regions()}
    listed = [ListedPrice(region, price) for region, price in prices.items() if price is not None]
    return tuple(sorted(listed, key=lambda p: (p.price.tiers[0].price or 0, p.region)))


def history_of(region: str, key: str) -> Sequence[ListedPrice]:
    """A price in a Region, the newest entry first. Raises CapplanError where there is none."""
    _check_region(region)
    _check_key(key)
    prices = history(region, key)
    if not prices:
        others = ", ".join(listed.region for listed in everywhere(key)[:6])
        hint = f"Regions that have it: {others} ..." if others else "no Region has it"
        raise _error(f"there is no {key} in {region}", hint)
    return [ListedPrice(region, price) for price in reversed(prices)]


def _all_keys() -> list[str]:
    return [key for service in services() for key in known_keys(service)]


def _check_region(region: str) -> None:
    if region not in regions():
        close = nearest(region, regions())
        hint = f"did you mean '{close}'?" if close else "capplan prices list shows all Regions"
        raise _error(f"there are no prices for Region {shown(region)}", hint)


def _check_key(key: str) -> None:
    known = _all_keys()
    if key not in known:
        close = nearest(key, known)
        hint = f"did you mean '{close}'?" if close else "capplan prices list REGION shows all keys"
        raise _error(f"unknown price key {shown(key)}", hint)


def _error(message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic("prices", 0, 0, message, hint),))
