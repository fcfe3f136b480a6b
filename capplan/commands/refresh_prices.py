"""Renews price files from AWS's offer files: index, Region index, the offer of a Region; a file at a time, whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

from capplan.errors import CapplanError, Diagnostic
from capplan.pricing.refresh.merge import HELD, KeyChange, merged
from capplan.pricing.refresh.offer_file import Offer, json_of, offer_of, plan_rates
from capplan.pricing.refresh.price_file import read_file, read_index, write_file, write_newest
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.services.offers import Listed, Mapped, mapped

AWS = "https://pricing.us-east-1.amazonaws.com"
_INDEX = "/offers/v1.0/aws/index.json"

Read = Callable[[str], bytes]


class FileRefresh(NamedTuple):
    """What became of a service's prices in a Region.

    Attributes:
        version: Of the offer file.
        changes: What became of each price.
        failed: Why nothing was read; the price file is as it was.
        is_written: Whether the price file was written.
    """

    service: str
    region: str
    version: str
    changes: tuple[KeyChange, ...]
    failed: str
    is_written: bool


class Refresh(NamedTuple):
    """A run: its files, services that nobody has mapped yet, and keys that no mapping has."""

    base: str
    day: date
    files: tuple[FileRefresh, ...]
    unmapped: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether all was read, and nothing is held back."""
        return not any(file.failed or any(c.outcome in HELD for c in file.changes) for file in self.files)


class _List:
    """The price list: each index is read once."""

    def __init__(self, read: Read, kind: str) -> None:
        self._read, self._kind = read, kind
        self._offers: Mapping[str, Any] | None = None
        self._regions: dict[str, Mapping[str, str]] = {}

    def offer(self, code: str, region: str, location: str) -> Offer | None:
        """A Region's products of an offer; None where it is not offered there."""
        path = self._path(code, region)
        return None if path is None else offer_of(self._read(path), region, path, location)

    def plan(self, code: str, region: str) -> Offer | None:
        """A Region's rates of a Savings Plan; None where it is not offered there."""
        index = f"/savingsPlan/v1.0/aws/{code}/current/region_index.json"
        if index not in self._regions:
            rows = json_of(self._read(index), index)["regions"]
            self._regions[index] = {row["regionCode"]: row["versionUrl"] for row in rows}
        path = self._regions[index].get(region)
        return None if path is None else plan_rates(self._read(self._as(path)), region, path)

    def _path(self, code: str, region: str) -> str | None:
        if self._offers is None:
            self._offers = json_of(self._read(_INDEX), _INDEX)["offers"]
        if code not in self._offers:
            raise _error(_INDEX, f"it has no offer {code}")
        index = self._offers[code]["currentRegionIndexUrl"]
        if index not in self._regions:
            rows = json_of(self._read(index), index)["regions"]
            self._regions[index] = {name: row["currentVersionUrl"] for name, row in rows.items()}
        path = self._regions[index].get(region)
        return None if path is None else self._as(path)

    def _as(self, path: str) -> str:
        return f"{path.removesuffix('.json')}.{self._kind}"


class Options(NamedTuple):
    """How a run reads and writes.

    Attributes:
        base: Where from, as it is told.
        folder: The price files.
        day: The day they are read.
        kind: Which of AWS's two forms of an offer is read.
        confirmed: Whether prices that jumped tenfold are taken.
        dry: Whether nothing is written.
    """

    base: str
    folder: Path
    day: date
    kind: Literal["json", "csv"] = "json"
    confirmed: bool = False
    dry: bool = False


def refresh(
    read: Read,
    options: Options,
    regions: Sequence[str] = (),
    services: Sequence[str] = (),
    progress: Callable[[float, str], None] = lambda _share, _what: None,
) -> Refresh:
    """Renews the price files of a folder.

    Args:
        read: Reads a path of the price list.
        options: How.
        regions: Region codes; all of the folder's index without one.
        services: Service ids; all without one.
        progress: Called with the share done and what is read.

    Raises:
        CapplanError: An unknown Region or service, or the folder has no price files.
    """
    places = read_index(options.folder)["regions"]
    _check("Region", regions, places)
    _check("service", services, mapped())
    wanted = {name: found for name, found in mapped().items() if not services or name in services}
    prices, done = _List(read, options.kind), []
    pairs = [(one, region) for one in wanted.values() if one is not None for region in (regions or sorted(places))]
    for i, (one, region) in enumerate(pairs):
        progress(i / len(pairs), f"{one.service} in {region}")
        done.append(_refreshed(prices, one, region, places[region], options))
    if any(file.is_written for file in done):
        write_newest(options.folder, options.day.isoformat())
    return Refresh(
        options.base, options.day, tuple(done), tuple(name for name, found in wanted.items() if found is None)
    )


def _refreshed(prices: _List, one: Mapped, region: str, location: str, options: Options) -> FileRefresh:
    """One file: all its offers are read and laid beside it before anything is written."""
    try:
        old = read_file(options.folder, region, one.service)
        entries, sources = dict(old["prices"]), dict(old["sources"])
        changes: list[KeyChange] = []
        versions: list[str] = []
        for offer, listed, reserved in _offers(prices, one, region, location):
            source = f"{offer.code}_{offer.version}"
            sources[source] = {"origin": _origin(offer, region, options.base), "copy": None}
            entries, found = merged(
                entries, offer, listed, reserved, source, options.day, confirmed=options.confirmed
            )
            changes += found
            versions.append(offer.version)
    except CapplanError as error:
        return FileRefresh(one.service, region, "", (), str(error), is_written=False)
    except (KeyError, TypeError, AttributeError) as error:
        return FileRefresh(one.service, region, "", (), f"an index is not of AWS's form: {error}", is_written=False)
    is_new = entries != dict(old["prices"])
    is_written = is_new and not options.dry
    if is_written:
        write_file(options.folder, region, one.service, location, sources, entries)
    return FileRefresh(one.service, region, " ".join(versions), tuple(changes), "", is_written=is_written)


def _offers(
    prices: _List, one: Mapped, region: str, location: str
) -> Iterator[tuple[Offer, Iterable[Listed], Mapping[str, str]]]:
    for code in one.offers:
        offer = prices.offer(code, region, location)
        if offer is not None:
            yield offer, [listed for listed in one.prices if listed.offer == code], one.reserved
    plan = prices.plan(one.savings_plan, region) if one.savings_plan else None
    if plan is not None:
        yield plan, one.plan_prices, {}


def _origin(offer: Offer, region: str, base: str) -> str:
    where = "" if base == AWS else f", from {base}"
    return f"AWS Price List Bulk API {offer.code}/{offer.version}/{region} (published {offer.published}){where}"


def _check(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            close = nearest(name, known)
            hint = f"did you mean '{close}'?" if close else f"one of {', '.join(known)}"
            raise _error("prices", f"unknown {what} {shown(name)}", hint)


def _error(where: str, message: str, hint: str = "") -> CapplanError:
    return CapplanError((Diagnostic(where, 0, 0, message, hint),))
