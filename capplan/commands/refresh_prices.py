"""Renews price files from AWS's offer files: index, Region index, the offer of a Region; a file at a time, whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

from capplan.errors import CapplanError, Diagnostic
from capplan.pricing.catalogue import known_keys
from capplan.pricing.refresh.merge import HELD, KeyChange, Outcome, merged, not_listed
from capplan.pricing.refresh.offer_file import index_of, offer_of, plan_rates
from capplan.pricing.refresh.price_file import read_file, read_index, write_file, write_newest
from capplan.pricing.refresh.products import IsWanted, Offer, Place
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.reading.web import Read
from capplan.services.offers import Listed, Mapped, mapped

AWS = "https://pricing.us-east-1.amazonaws.com"
_INDEX = "/offers/v1.0/aws/index.json"
_PLAN_INDEX = "/savingsPlan/v1.0/aws/{}/current/region_index.json"


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
    """A run.

    Attributes:
        unmapped: Services of which nobody has found the prices in AWS's list yet.
        not_renewed: Single prices of the others, likewise.
    """

    base: str
    day: date
    files: tuple[FileRefresh, ...]
    unmapped: tuple[str, ...]
    not_renewed: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether all was read, and nothing is held back."""
        return not any(file.failed or any(c.outcome in HELD for c in file.changes) for file in self.files)


class _AbsentError(CapplanError):
    """The list was read, and has no such offer."""


class _List:
    """The price list: each index is read once, also one that cannot be read."""

    def __init__(self, read: Read, kind: str) -> None:
        self._read, self._kind = read, kind
        self._indexes: dict[str, Mapping[str, str] | CapplanError] = {}

    def offer(self, code: str, place: Place, is_wanted: IsWanted) -> Offer | None:
        """A Region's products of an offer; None where it is not offered there."""
        offers = self._index(_INDEX, _region_indexes)
        if code not in offers:
            raise _AbsentError(_error(_INDEX, f"it has no offer {code}", "is it AWS's list of offers?").diagnostics)
        path = self._file(offers[code], place.region, _offer_files)
        if path is None:
            return None
        with closing(self._read(path)) as raw:
            return offer_of(raw, place, path, is_wanted)

    def plan(self, code: str, region: str, service: str) -> Offer | None:
        """A Region's rates of a service in a Savings Plan; None where it is not offered there."""
        path = self._file(_PLAN_INDEX.format(code), region, _plan_files)
        if path is None:
            return None
        with closing(self._read(path)) as raw:
            return plan_rates(raw, region, path, service)

    def _file(self, index: str, region: str, paths: Callable[[Mapping[str, Any]], dict[str, str]]) -> str | None:
        """The path of a Region's file in the form that is read."""
        path = self._index(index, paths).get(region)
        return None if path is None else f"{path.removesuffix('.json')}.{self._kind}"

    def _index(self, path: str, paths: Callable[[Mapping[str, Any]], dict[str, str]]) -> Mapping[str, str]:
        if path not in self._indexes:
            try:
                with closing(self._read(path)) as raw:
                    self._indexes[path] = index_of(raw, path, paths)
            except CapplanError as error:
                self._indexes[path] = error
        found = self._indexes[path]
        if isinstance(found, CapplanError):
            raise found
        return found


def _region_indexes(data: Mapping[str, Any]) -> dict[str, str]:
    """The path of each offer's index of Regions; an offer that is the same everywhere has none."""
    found = {code: one.get("currentRegionIndexUrl") for code, one in data["offers"].items()}
    return {code: _path(path) for code, path in found.items() if path is not None}


def _offer_files(data: Mapping[str, Any]) -> dict[str, str]:
    return {region: _path(row["currentVersionUrl"]) for region, row in data["regions"].items()}


def _plan_files(data: Mapping[str, Any]) -> dict[str, str]:
    return {row["regionCode"]: _path(row["versionUrl"]) for row in data["regions"]}


def _path(found: Any) -> str:  # noqa: ANN401  a value of an index
    if not isinstance(found, str):
        raise TypeError
    return found


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
        done.append(_refreshed(prices, one, Place(region, places[region]), options))
    if any(file.is_written for file in done):
        write_newest(options.folder, options.day.isoformat())
    unmapped = tuple(name for name, found in wanted.items() if found is None)
    not_renewed = tuple(key for one in wanted.values() if one is not None for key in _without_usage_type(one))
    return Refresh(options.base, options.day, tuple(done), unmapped, not_renewed)


def _without_usage_type(one: Mapped) -> Iterator[str]:
    """The prices of a service that nobody has found in AWS's list yet."""
    mapped_keys = {f"{one.service}.{key}" for key in one.keys}
    return (key for key in known_keys(one.service) if key not in mapped_keys)


def _refreshed(prices: _List, one: Mapped, place: Place, options: Options) -> FileRefresh:
    """One price file: what its offers say is laid beside it before anything is written. An offer is taken whole or not."""
    region = place.region
    changes: list[KeyChange] = []
    versions: list[str] = []
    failed: list[str] = []
    is_read = False
    try:
        old = read_file(options.folder, region, one.service)
        entries, sources = dict(old["prices"]), dict(old["sources"])
        for part in _parts(one):
            try:
                offer = _read(prices, one, part, place)
            except CapplanError as error:
                failed.append(_told(error))
                outcome: Outcome = "missing" if isinstance(error, _AbsentError) else "unread"
                changes += not_listed(entries, part.listed, part.reserved, outcome, failed[-1])
                continue
            is_read = True
            if offer is None:
                continue
            source = f"{offer.code}_{offer.version}"
            sources[source] = {"origin": _origin(offer, region, options.base), "copy": None}
            entries, found = merged(
                entries, offer, part.listed, part.reserved, source, options.day, confirmed=options.confirmed
            )
            changes += found
            versions.append(offer.version)
        is_written = entries != dict(old["prices"]) and not options.dry
        if is_written:
            write_file(options.folder, region, one.service, place.location, sources, entries)
    except CapplanError as error:
        return FileRefresh(one.service, region, "", (), _told(error), is_written=False)
    except OSError as error:  # a full disk
        return FileRefresh(one.service, region, "", (), f"cannot write it: {error.strerror or error}", is_written=False)
    if not is_read:
        return FileRefresh(one.service, region, "", (), "; ".join(dict.fromkeys(failed)), is_written=False)
    return FileRefresh(one.service, region, " ".join(versions), tuple(changes), "", is_written=is_written)


class _Part(NamedTuple):
    """What of a price file stands in one of AWS's files."""

    code: str
    is_plan: bool
    listed: tuple[Listed, ...]
    reserved: Mapping[str, str]


def _parts(one: Mapped) -> Iterator[_Part]:
    for code in one.offers:
        listed = tuple(found for found in one.prices if found.offer == code)
        yield _Part(code, False, listed, one.reserved if code == one.offers[0] else {})
    if one.savings_plan:
        yield _Part(one.savings_plan, True, one.plan_prices, {})


def _read(prices: _List, one: Mapped, part: _Part, place: Place) -> Offer | None:
    if part.is_plan:
        return prices.plan(part.code, place.region, one.offers[0])
    names = (*(name for found in part.listed for name in found.usage_types), *part.reserved.values())
    return prices.offer(part.code, place, lambda usage_type: usage_type.endswith(names))


def _told(error: CapplanError) -> str:
    """Each error with its file and what to do."""
    return "; ".join(f"{m.file}: {m.message}" + (f" ({m.hint})" if m.hint else "") for m in error.diagnostics)


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
