"""The price files as somebody looks at them: by Region, by key, with their history. It rates nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from capplan.errors import CapplanError, Diagnostic
from capplan.pricing.catalogue import Price, history, known_keys, load_prices, regions
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown

SERVICES = ("dynamodb", "lambda", "stepfunctions", "glue")


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """A price and the Region it is of."""

    region: str
    price: Price


@dataclass(frozen=True, slots=True)
class ListedRegion:
    """A Region: how many prices it has of each service, and when they were last checked."""

    region: str
    prices: tuple[tuple[str, int], ...]
    oldest_checked: date | None
    newest_checked: date | None


def regions_of() -> tuple[ListedRegion, ...]:
    """Every Region."""
    return tuple(_listed(region) for region in sorted(regions()))


def _listed(region: str) -> ListedRegion:
    found = prices_of(region)
    days = sorted(one.price.checked for one in found if one.price.checked is not None)
    counts = tuple((s, sum(1 for one in found if one.price.key.startswith(f"{s}."))) for s in SERVICES)
    return ListedRegion(region, counts, days[0] if days else None, days[-1] if days else None)


def prices_of(region: str) -> tuple[ListedPrice, ...]:
    """Every price of a Region, by key. Raises CapplanError for an unknown Region."""
    _check_region(region)
    catalogue = load_prices(region, {})
    keys = [key for service in SERVICES for key in known_keys(service)]
    return tuple(ListedPrice(region, found) for key in keys if (found := catalogue.price(key)) is not None)


def everywhere(key: str) -> tuple[ListedPrice, ...]:
    """A price in every Region that has it, the cheapest first. Raises CapplanError for an unknown key."""
    _check_key(key)
    found = [
        ListedPrice(region, price) for region in regions() if (price := load_prices(region, {}).price(key)) is not None
    ]
    return tuple(sorted(found, key=lambda one: (one.price.tiers[0].price or 0, one.region)))


def history_of(region: str, key: str) -> Sequence[ListedPrice]:
    """A price in a Region, the newest entry first. Raises CapplanError where there is none."""
    _check_region(region)
    _check_key(key)
    found = history(region, key)
    if not found:
        having = ", ".join(one.region for one in everywhere(key)[:6])
        raise _refused(
            f"there is no {key} in {region}", f"Regions that have it: {having} ..." if having else "none has it"
        )
    return [ListedPrice(region, price) for price in reversed(found)]


def _check_region(region: str) -> None:
    if region not in regions():
        close = nearest(region, regions())
        hint = f"did you mean '{close}'?" if close else "capplan prices list names all Regions"
        raise _refused(f"there are no prices for Region {shown(region)}", hint)


def _check_key(key: str) -> None:
    known = [one for service in SERVICES for one in known_keys(service)]
    if key not in known:
        close = nearest(key, known)
        hint = f"did you mean '{close}'?" if close else "capplan prices list REGION shows all keys"
        raise _refused(f"{shown(key)} is no price key", hint)


def _refused(message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic("prices", 0, 0, message, hint),))
