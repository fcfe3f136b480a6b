"""What the price files hold and lack: gaps by Region, age, and what differs between two days or two Regions."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from capplan.errors import CapplanError, Diagnostic
from capplan.pricing.catalogue import Price, is_stale, known_keys, load_prices, regions, services
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown

_RESERVED = ("upfront", "hourly")


class Gap(NamedTuple):
    """A price that some Regions have and others lack.

    Attributes:
        has: Regions that have it.
        lacks: Regions with other prices of the service.
        unknown_from: Regions that have it, but not for the quantities of its last tiers.
    """

    key: str
    has: tuple[str, ...]
    lacks: tuple[str, ...]
    unknown_from: tuple[str, ...]


class Coverage(NamedTuple):
    """What the files have of a service.

    Attributes:
        keys: Number of prices that it can charge anywhere.
        regions: Regions in which any of them is known.
        unread: Regions in which none is.
        gaps: Prices that not all of `regions` have in full.
    """

    service: str
    keys: int
    regions: tuple[str, ...]
    unread: tuple[str, ...]
    gaps: tuple[Gap, ...]


class Age(NamedTuple):
    """When the prices of a service in a Region were last compared with AWS's list.

    Attributes:
        undated: How many were never, as far as is known.
        stale: How many were not in the last 24 months, undated ones among them.
    """

    service: str
    region: str
    prices: int
    oldest: date | None
    newest: date | None
    undated: int
    stale: int


class PriceChange(NamedTuple):
    """A price that differs; None where there is none.

    Attributes:
        region: Of both; empty where two Regions are compared.
        change: Of the first tier, as a share of the first.
    """

    key: str
    region: str
    before: Price | None
    after: Price | None
    change: Decimal | None


class PriceDiff(NamedTuple):
    """Two days or two Regions, how many prices both have alike, and those that differ."""

    before: str
    after: str
    same: int
    changes: tuple[PriceChange, ...]


def coverage(service: str | None = None) -> tuple[Coverage, ...]:
    """What each service, or one, has and lacks. Raises CapplanError for an unknown service."""
    return tuple(map(_coverage, _services(service)))


def _coverage(service: str) -> Coverage:
    keys = known_keys(service)
    there = {region: set(_prices(region, keys)) for region in sorted(regions())}
    read = tuple(region for region, found in there.items() if found)
    gaps = []
    for key in keys:
        lacks = tuple(region for region in read if key not in there[region])
        has = tuple(region for region in read if key in there[region])
        short = tuple(region for region in has if _is_short(region, key))
        if lacks or short:
            gaps.append(Gap(key, has, lacks, short))
    return Coverage(service, len(keys), read, tuple(r for r in there if r not in read), tuple(gaps))


def _is_short(region: str, key: str) -> bool:
    price = load_prices(region, {}).price(key)
    return price is not None and any(tier.price is None for tier in price.tiers)


def _prices(region: str, keys: Iterable[str], day: date | None = None) -> dict[str, Price]:
    """The prices of a Region that it has; of reserved capacity the hourly price stands for both."""
    catalogue, out = load_prices(region, {}, day), {}
    for key in keys:
        price = catalogue.price(key) or catalogue.price(f"{key}.{_RESERVED[1]}")
        if price is not None:
            out[key] = price
    return out


def ages(region: str | None, service: str | None, today: date | None) -> tuple[Age, ...]:
    """The age of prices by service and Region, where there are any. Raises CapplanError for unknown names."""
    places = sorted(regions()) if region is None else [_region(region)]
    rows = (_age(one, place, today) for one in _services(service) for place in places)
    return tuple(row for row in rows if row.prices)


def _age(service: str, region: str, today: date | None) -> Age:
    prices = _prices(region, known_keys(service)).values()
    days = [price.checked for price in prices if price.checked is not None]
    stale = sum(is_stale(price, today) for price in prices)
    oldest, newest = min(days, default=None), max(days, default=None)
    return Age(service, region, len(prices), oldest, newest, len(prices) - len(days), stale)


def differences(before: str, after: str, *, region: str | None = None, service: str | None = None) -> PriceDiff:
    """What differs between two days (in a Region, or in all) or between two Regions. Raises CapplanError."""
    days = [_day(text) for text in (before, after)]
    keys = [key for one in _services(service) for key in known_keys(one)]
    if all(day is None for day in days):
        if region is not None:
            raise _error("a Region is given three times", "leave --region out, or compare two days")
        pair = [_keys_with_parts(_region(text), keys, None) for text in (before, after)]
        return _diff(before, after, [("", pair[0], pair[1])])
    if None in days:
        raise _error(f"cannot compare {shown(before)} with {shown(after)}", "name two days or two Regions")
    places = sorted(regions()) if region is None else [_region(region)]
    first, second = days
    of_all = [(p, _keys_with_parts(p, keys, first), _keys_with_parts(p, keys, second)) for p in places]
    return _diff(before, after, of_all)


def _keys_with_parts(region: str, keys: Sequence[str], day: date | None) -> dict[str, Price]:
    """The prices of a Region on a day, those of reserved capacity each by its own key."""
    catalogue = load_prices(region, {}, day)
    every = (name for key in keys for name in (key, *(f"{key}.{part}" for part in _RESERVED)))
    return {name: price for name in every if (price := catalogue.price(name)) is not None}


def _diff(before: str, after: str, pairs: Sequence[tuple[str, dict[str, Price], dict[str, Price]]]) -> PriceDiff:
    changes = [change for place, old, new in pairs for change in _changes(place, old, new)]
    both = sum(len(old.keys() & new.keys()) for _, old, new in pairs)
    differ = sum(change.before is not None and change.after is not None for change in changes)
    return PriceDiff(before, after, both - differ, tuple(changes))


def _changes(region: str, old: dict[str, Price], new: dict[str, Price]) -> Iterator[PriceChange]:
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before is None or after is None:
            yield PriceChange(key, region, before, after, None)
        elif _figures(before) != _figures(after):
            yield PriceChange(key, region, before, after, _share(before.tiers[0].price, after.tiers[0].price))


def _figures(price: Price) -> tuple[Decimal, list[tuple[Decimal, Decimal | None]]]:
    return price.free, [(tier.begin, tier.price) for tier in price.tiers]


def _share(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if not before or after is None else (after / before - 1).quantize(Decimal("1E-10"))


def _day(text: str) -> date | None:
    """A day, where the text is one."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-01") else None
    except ValueError:
        return None


def _services(service: str | None) -> tuple[str, ...]:
    if service is None:
        return services()
    if service not in services():
        close = nearest(service, services())
        hint = f"did you mean '{close}'?" if close else f"there are {', '.join(services())}"
        raise _error(f"there are no prices of service {shown(service)}", hint)
    return (service,)


def _region(region: str) -> str:
    if region not in regions():
        close = nearest(region, regions())
        hint = f"did you mean '{close}'?" if close else "capplan prices list shows all Regions"
        raise _error(f"there are no prices for Region {shown(region)}", hint)
    return region


def _error(message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic("prices", 0, 0, message, hint),))
