"""Splits the difference of a plan and a bill into causes, SKU by SKU of each resource, so that they add up exactly.

Volume: more or less of a SKU, at the plan's price. Mix: other shares of the SKUs of one family in a resource (Arm instead
of x86), and other tiers. Price: what the bill lists for a unit, less what capplan lists. Allowance, commitment, discount:
what each takes off on the bill, less in the plan. Not modeled: nothing of the plan is meant. Not explained: the rest.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from capplan import __version__
from capplan.commands.reconcile.bill import Aside, Bill, BillLine
from capplan.commands.reconcile.names import Found, Named, Resources, mappings, named
from capplan.commands.reconcile.planned import Expected, Place, Planned, expected
from capplan.commands.reconcile.results import CAUSES, Cause, Matched, ReconciledLine, Reconciliation
from capplan.commands.reconcile.rows import ONE_TIME, WIDE
from capplan.language.scenario import Scenario
from capplan.model import Charge
from capplan.pricing.rating import rate
from capplan.record import replace
from capplan.services.bills import billed as billed_services

_STEP = Decimal("1E-10")
_DUST = Decimal("5E-9")
"""Below, a cause is the rounding of line items to 10 decimals."""
_OTHER_UNIT = 10
"""A list price so many times ours, or ours so many times it, is for another unit."""
_NO = Fraction(0)
_MOST_IDS = 10
UNKNOWN_SERVICE = "a service that capplan does not model"
UNKNOWN_TYPE = "a usage type that capplan does not know"
NOT_IN_SCENARIO = "the scenario has none of it"
OTHER_RESOURCE = "resources that the scenario does not have"
OTHER_UNIT = "the bill's unit is another than that of capplan's price"
NO_QUANTITY = "the bill gives no quantity"
BY_SERVICE = "the bill cannot be told apart by SKU here"
ABOVE_LIST = "billed above the list price that the bill gives"
UNTOLD = "nobody has told capplan what a bill calls it"
UNUSED = "commitments that nothing used"


_Sku = tuple[str, str]
"""A Region and a price key."""


class _Part:
    """What the bill has in one place, added up."""

    def __init__(self) -> None:
        self.quantity = self.free = self.covered = _NO
        self.amount = self.covered_amount = self.listed = self.discount = _NO
        self.is_listed = True
        self.unpriced = 0
        self.types: dict[str, None] = {}

    def add(self, line: BillLine, share: Fraction, per: int) -> None:
        self.quantity += Fraction(line.quantity) * share / per
        self.free += Fraction(line.free_quantity) * share / per
        self.covered += Fraction(line.covered_quantity) * share / per
        self.amount += Fraction(line.amount) * share
        self.covered_amount += Fraction(line.covered_amount) * share
        if line.listed is None:
            self.is_listed = False
        else:
            self.listed += Fraction(line.listed) * share
        self.unpriced += line.unpriced
        if line.usage_type:
            self.types[line.usage_type] = None

    @property
    def total(self) -> Fraction:
        return self.amount + self.discount


def reconcile(
    scenario: Scenario, bill: Bill, maps: Sequence[str] = (), *, today: date | None = None, seed: int = 0
) -> Reconciliation:
    """The plan of a scenario beside a bill; `maps` are `PATTERN=RESOURCE`.

    Raises:
        CapplanError: The scenario cannot be planned, or a map is wrong.
    """
    plan = expected(scenario, bill, today, seed)
    sorted_ = _Sorted(scenario, plan, bill, maps)
    pooled = {place for service in sorted_.of_service for place in sorted_.pooled(service)}
    untold = {place for service in sorted_.planned_services for place in sorted_.untold(service)}
    lines = [*_cells(plan, sorted_.parts, pooled, untold, today), *sorted_.services(), *sorted_.not_modeled()]
    lines.sort(key=lambda line: (-abs(line.difference), line.service, line.resource, line.price_key, line.usage_types))
    return _answer(scenario, plan, sorted_, lines)


def _answer(scenario: Scenario, plan: Expected, done: "_Sorted", lines: Sequence[ReconciledLine]) -> Reconciliation:
    planned = sum((line.planned for line in lines), Decimal(0))
    billed = sum((line.billed for line in lines), Decimal(0))
    causes: dict[Cause, Decimal] = {
        cause: sum((line.causes.get(cause, Decimal(0)) for line in lines), Decimal(0)) for cause in CAUSES
    }
    modeled = billed - causes["not_modeled"]
    apart = sum((abs(d) for d in _by_sku(lines).values()), Decimal(0))
    unexplained = sum((abs(line.causes.get("unexplained", Decimal(0))) for line in lines), Decimal(0))
    bill = with_one_time(done.bill, done.once)
    invoiced = sum((line.billed for line in bill.lines), Decimal(0))
    return Reconciliation(
        name=scenario.name,
        file=scenario.file,
        sha256=scenario.sha256,
        region=scenario.region,
        version=__version__,
        bill=bill,
        monthly_cost=plan.monthly_cost,
        planned=planned,
        billed=billed,
        causes=causes,
        lines=tuple(lines),
        accuracy=_share(1, abs(modeled - planned), modeled),
        accuracy_by_sku=_share(1, apart, modeled),
        unexplained_share=_share(0, unexplained, billed),
        not_modeled_share=_share(0, abs(causes["not_modeled"]), billed),
        spread=_money(Fraction(invoiced)) - billed,
        matched=Matched(done.ways, tuple(sorted(done.unknown.items(), key=lambda one: (-one[1], one[0]))[:_MOST_IDS])),
    )


def _by_sku(lines: Iterable[ReconciledLine]) -> dict[tuple[str, str], Decimal]:
    out: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        if "not_modeled" not in line.causes:
            key = (line.region, line.price_key or line.service)
            out[key] = out.get(key, Decimal(0)) + line.difference
    return out


def _share(base: int, part: Decimal, whole: Decimal) -> Decimal | None:
    """A share, or 1 less it, at 6 decimals; None of nothing. Never below 0."""
    if whole <= 0:
        return None if part or whole < 0 else Decimal(base)
    share = (part / whole).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return max(Decimal(0), 1 - share) if base else share


class _Sorted:
    """The lines of a bill, each put where the plan has it."""

    def __init__(self, scenario: Scenario, plan: Expected, bill: Bill, maps: Sequence[str]) -> None:
        self.plan, self.bill = plan, bill
        self.parts: dict[Place, _Part] = {}
        self.of_service: dict[str, _Part] = {}
        self.whole_services: set[str] = set()
        self.fees: dict[str, dict[Cause, Fraction]] = {}
        self.others: dict[tuple[str, str, str], Fraction] = {}
        self.unknown: dict[str, Decimal] = {}
        self.once: list[BillLine] = []
        self.loose: dict[_Sku, list[tuple[BillLine, int]]] = {}
        self.strangers: dict[_Sku, list[tuple[BillLine, int]]] = {}
        self.seen: dict[_Sku, set[str]] = {}
        self.ways: Counter[str] = Counter()
        self.by_key: dict[tuple[str, str], dict[str, Planned]] = {}
        self.families: dict[tuple[str, str], dict[str, Fraction]] = {}
        for (region, key, resource), cell in plan.cells.items():
            self.by_key.setdefault((region, key), {})[resource] = cell
            of_family = self.families.setdefault((region, self.family(region, key)), {})
            of_family[resource] = of_family.get(resource, _NO) + cell.listed
        labels = {r.label: "" for r in plan.priced.metered.scenario.resources.values()}
        services: dict[str, set[str]] = {}
        for _, key, resource in plan.cells:
            services.setdefault(resource, set()).add(key.partition(".")[0])
        self.resources = Resources(
            {label: services.get(label, set()) for label in labels}, mappings(maps, list(labels))
        )
        self.planned_services = {key.partition(".")[0] for _, key, _ in plan.cells}
        known = [u.key for s in billed_services().values() for u in s.usage_types]
        self.tellable = frozenset(known)
        self._sort(scenario.region)

    def family(self, region: str, key: str) -> str:
        """SKUs that stand for each other: of one service, kind and unit."""
        service, kind, *_ = key.split(".")
        price = self.plan.catalogue.of(region).price(key)
        return f"{service}.{kind}.{price.unit if price else ''}"

    def _sort(self, home: str) -> None:
        for line in self.bill.lines:
            what = named(line, home)
            if line.kind == "usage":
                self._usage(line, what)
            else:
                self._fee(line, what)
        for sku, lines in self.strangers.items():
            for line, _ in lines if sku in self.by_key else ():
                self.unknown[line.resource] = self.unknown.get(line.resource, Decimal(0)) + line.amount
            if sku not in self.seen:
                self.loose.setdefault(sku, []).extend(lines)
                continue
            for line, _ in lines:  # others of this SKU were told by their ids: these are not the scenario's
                self.ways["not in the scenario"] += line.rows
                self._other(line, line.usage_type or sku[1], sku[1].partition(".")[0], OTHER_RESOURCE)
        for sku, lines in self.loose.items():
            self._shared(sku, lines, self.seen.get(sku, set()))

    def _usage(self, line: BillLine, what: Named) -> None:
        sku = self._sku(what)
        if sku is None:
            self._unknown(line, what)
            return
        if sku in self.plan.once:
            self.once.append(line)
            return
        found = self.resources.find(line, [sku[1].partition(".")[0]])
        if found.resource and self._has(sku, found):
            self.ways[found.how] += line.rows
            self.parts.setdefault((*sku, found.resource), _Part()).add(line, Fraction(1), what.per)
            self.seen.setdefault(sku, set()).add(found.resource)
        elif found.resource:
            self._other(line, line.usage_type or sku[1], what.service, NOT_IN_SCENARIO)
        else:
            (self.strangers if line.resource else self.loose).setdefault(sku, []).append((line, what.per))

    def _sku(self, what: Named) -> tuple[str, str] | None:
        """The Region and the key: one of the plan, or of a family of it, or any; None where capplan has none."""
        for key in what.keys:
            if (what.region, key) in self.by_key:
                return what.region, key
        for key in what.keys:
            if (what.region, key) in self.plan.once or self._priced(what.region, key):
                return what.region, key
        return None

    def _priced(self, region: str, key: str) -> bool:
        price = self.plan.catalogue.of(region).price(key)
        return price is not None

    def _has(self, sku: tuple[str, str], found: Found) -> bool:
        region, key = sku
        return found.resource in self.by_key.get(sku, {}) or found.resource in self.families.get(
            (region, self.family(region, key)), {}
        )

    def _shared(self, sku: tuple[str, str], lines: Sequence[tuple[BillLine, int]], seen: set[str]) -> None:
        """Lines without a resource: shared by the plan's quantities, of resources that the bill does not name first."""
        region, key = sku
        weights = {label: cell.quantity for label, cell in self.by_key.get(sku, {}).items()}
        if not weights:
            weights = dict(self.families.get((region, self.family(region, key)), {}))
        weights = {label: w for label, w in weights.items() if label not in seen} or weights
        total = sum(weights.values(), _NO)
        if not weights:
            for line, _ in lines:
                self._other(line, line.usage_type or key, key.partition(".")[0], NOT_IN_SCENARIO)
            return
        for line, per in lines:
            self.ways["SKU alone"] += line.rows
            for label, weight in weights.items():
                share = weight / total if total else Fraction(1, len(weights))
                self.parts.setdefault((region, key, label), _Part()).add(line, share, per)

    def _unknown(self, line: BillLine, what: Named) -> None:
        """Usage whose SKU capplan cannot tell."""
        if not what.service:
            self._other(line, line.usage_type, line.service or "(no service)", UNKNOWN_SERVICE)
        elif what.keys:
            self._other(line, line.usage_type, what.service, NOT_IN_SCENARIO)
        elif what.service in self.planned_services and (not (line.usage_type or line.sku) or self.untold(what.service)):
            self.of_service.setdefault(what.service, _Part()).add(line, Fraction(1), 1)
            if not (line.usage_type or line.sku):
                self.whole_services.add(what.service)
        else:
            self._other(
                line,
                line.usage_type or line.sku,
                line.service or what.service,
                UNKNOWN_TYPE if line.usage_type or line.sku else NOT_IN_SCENARIO,
            )

    def untold(self, service: str) -> list[Place]:
        """Places of the plan that no line of a bill can be told to be."""
        out = []
        for place in self.plan.cells:
            region, key, _ = place
            price = self.plan.catalogue.of(region).price(key)
            is_told = key in self.tellable or (price is not None and price.sku) or ".reserved." in key
            if key.partition(".")[0] == service and not is_told:
                out.append(place)
        return out

    def _other(self, line: BillLine, usage_type: str, service: str, why: str) -> None:
        key = (service, usage_type, why)
        self.others[key] = self.others.get(key, _NO) + Fraction(line.amount)

    def _fee(self, line: BillLine, what: Named) -> None:
        """A discount or a fee: of the SKU where it names one, else of the service, else not modeled."""
        sku = self._sku(what)
        if line.kind == "discount" and sku is not None and sku in self.by_key:
            cells = self.by_key[sku]
            found = self.resources.find(line, [sku[1].partition(".")[0]])
            weights = (
                {found.resource: Fraction(1)} if found.resource in cells else {k: c.quantity for k, c in cells.items()}
            )
            total = sum(weights.values(), _NO)
            for label, weight in weights.items():
                part = self.parts.setdefault((*sku, label), _Part())
                part.discount += Fraction(line.amount) * (weight / total if total else Fraction(1, len(weights)))
            return
        if not line.amount:
            return
        if what.service in self.planned_services or (line.kind == "commitment" and self._has_commitments()):
            cause: Cause = "discount" if line.kind == "discount" else "commitment"
            of = self.fees.setdefault(what.service or line.service, {})
            of[cause] = of.get(cause, _NO) + Fraction(line.amount)
        else:
            self._other(
                line,
                line.usage_type,
                what.service or line.service,
                UNUSED if line.kind == "commitment" else UNKNOWN_SERVICE,
            )

    def _has_commitments(self) -> bool:
        """Whether the plan has commitments, or what it models is covered by some."""
        return bool(self.plan.priced.metered.scenario.commitments) or any(
            other.covered_quantity and named(other, "").service in self.planned_services for other in self.bill.lines
        )

    def pooled(self, service: str) -> set[Place]:
        """Places of the plan that are compared by service only: the bill does not tell them apart."""
        untold = set(self.untold(service))
        return {
            place
            for place in self.plan.cells
            if place[1].partition(".")[0] == service
            and place not in self.parts
            and (place in untold or service in self.whole_services)
        }

    def services(self) -> list[ReconciledLine]:
        """What is compared by service only, and fees of a service."""
        out = []
        for service, part in self.of_service.items():
            cost = _money(part.amount)
            planned = _money(sum((self.plan.cells[place].cost for place in self.pooled(service)), _NO))
            left: dict[Cause, Decimal] = {"unexplained": cost - planned} if cost != planned else {}
            out.append(
                ReconciledLine(service, "", "", "", tuple(part.types), "", None, None, planned, cost, left, BY_SERVICE)
            )
        for service, of in self.fees.items():
            causes: dict[Cause, Decimal] = {cause: _money(amount) for cause, amount in of.items() if _money(amount)}
            total = sum(causes.values(), Decimal(0))
            out.append(
                ReconciledLine(service, "", "", "", (), "", None, None, Decimal(0), total, causes, "not of one SKU")
            )
        return out

    def not_modeled(self) -> list[ReconciledLine]:
        """What nothing of the plan is meant by."""
        out = []
        for (service, usage_type, why), amount in self.others.items():
            usd = _money(amount)
            causes: dict[Cause, Decimal] = {"not_modeled": usd}
            types = (usage_type,) if usage_type else ()
            out.append(ReconciledLine(service, "", "", "", types, "", None, None, Decimal(0), usd, causes, why))
        return out


def _cells(
    plan: Expected, parts: Mapping[Place, _Part], pooled: set[Place], untold: set[Place], today: date | None
) -> list[ReconciledLine]:
    """A line for each place of the plan, and each of a family of it that the bill has."""
    places = [place for place in dict.fromkeys((*plan.cells, *parts)) if place not in pooled]
    all_of_it = _rated(plan, parts, today, lambda part: part.quantity)
    not_free = _rated(plan, parts, today, lambda part: part.quantity - part.free)
    volumes = _volumes(plan, parts, places, all_of_it)
    return [
        _line(
            place,
            plan,
            parts.get(place),
            all_of_it.get(place, _NO),
            not_free.get(place, _NO),
            volumes[place],
            is_untold=place in untold,
        )
        for place in places
    ]


def _rated(
    plan: Expected, parts: Mapping[Place, _Part], today: date | None, quantity: Callable[[_Part], Fraction]
) -> dict[Place, Fraction]:
    """What the bill's quantities cost at capplan's list prices, tiers of the whole account with them."""
    places = {str(i): place for i, place in enumerate(parts)}
    charges = [
        Charge(i, place[1], "", max(_NO, quantity(parts[place])), "", region=place[0]) for i, place in places.items()
    ]
    lines = rate(charges, plan.catalogue, free_tier=False, discount=Decimal(0), today=today).lines
    out: dict[Place, Fraction] = {}
    for line in lines:
        place = places[line.charge_id]
        out[place] = out.get(place, _NO) + Fraction(line.list_cost)
    return out


def _volumes(
    plan: Expected, parts: Mapping[Place, _Part], places: Sequence[Place], rated: Mapping[Place, Fraction]
) -> dict[Place, Fraction]:
    """The part of each difference that is volume: the family's growth in the resource, at the plan's prices."""
    families: dict[tuple[str, str, str], list[Place]] = {}
    for place in places:
        region, key, resource = place
        price = plan.catalogue.of(region).price(key)
        service, kind, *_ = key.split(".")
        families.setdefault((region, f"{service}.{kind}.{price.unit if price else ''}", resource), []).append(place)
    out: dict[Place, Fraction] = {}
    for members in families.values():
        before = sum((plan.cells[p].quantity for p in members if p in plan.cells), _NO)
        now = sum((parts[p].quantity for p in members if p in parts), _NO)
        for place in members:
            cell = plan.cells.get(place)
            if before:
                out[place] = cell.listed * (now / before - 1) if cell else _NO
            else:
                out[place] = rated.get(place, _NO)
    return out


def _line(
    place: Place,
    plan: Expected,
    part: _Part | None,
    all_of_it: Fraction,
    not_free: Fraction,
    volume: Fraction,
    *,
    is_untold: bool,
) -> ReconciledLine:
    region, key, resource = place
    cell = plan.cells.get(place) or Planned(_NO, _NO, _NO, _NO, _NO, "")
    price = plan.catalogue.of(region).price(key)
    planned, billed = _money(cell.cost), _money(part.total if part else _NO)
    causes, note = _causes(key, cell, part, all_of_it, not_free, volume)
    if part is None and is_untold:
        causes, note = {"unexplained": -cell.cost}, UNTOLD
    return ReconciledLine(
        key.partition(".")[0],
        resource,
        key,
        region,
        tuple(part.types) if part else (),
        price.unit if price and price.unit else cell.unit,
        _quantity(cell.quantity),
        _quantity(part.quantity) if part else Decimal(0),
        planned,
        billed,
        _exact(causes, billed - planned),
        note,
    )


def _causes(
    key: str, cell: Planned, part: _Part | None, all_of_it: Fraction, not_free: Fraction, volume: Fraction
) -> tuple[dict[Cause, Fraction], str]:
    """What the difference of a line is made of."""
    if part is None:
        part = _Part()
    difference = part.total - cell.cost
    if ".reserved." in key:
        return {"commitment": difference}, ""
    if part.unpriced:
        return {"unexplained": difference}, NO_QUANTITY
    covered = not_free * part.covered / (part.quantity - part.free) if part.quantity > part.free else _NO
    at_ours = not_free - covered
    paid = part.amount - part.covered_amount
    listed = part.listed if part.is_listed else paid
    if at_ours and listed and not 1 / Fraction(_OTHER_UNIT) <= listed / at_ours <= _OTHER_UNIT:
        return {"unexplained": difference}, OTHER_UNIT
    off = paid - listed
    causes: dict[Cause, Fraction] = {
        "volume": volume,
        "mix": all_of_it - cell.listed - volume,
        "price": listed - at_ours,
        "allowance": (not_free - all_of_it) - cell.allowance,
        "commitment": (part.covered_amount - covered) - cell.commitment,
        "discount": min(off, _NO) + part.discount - cell.discount,
    }
    if off > 0:
        causes["unexplained"] = off
    return causes, ABOVE_LIST if off > _DUST else ""


def _exact(causes: Mapping[Cause, Fraction], difference: Decimal) -> dict[Cause, Decimal]:
    """The causes at 10 decimals, so that they add up to the difference: what rounding leaves is the largest one's."""
    rounded = {cause: _money(amount) for cause, amount in causes.items()}
    kept = {cause: amount for cause, amount in rounded.items() if abs(amount) > _DUST}
    rest = difference - sum(kept.values(), Decimal(0))
    if rest:
        largest = max(kept or rounded, key=lambda cause: abs(rounded[cause]))
        kept[largest] = kept.get(largest, Decimal(0)) + rest
    return kept


def _money(amount: Fraction) -> Decimal:
    """USD, half up at 10 decimals, as line items are."""
    sign = -1 if amount < 0 else 1
    scaled = abs(amount) * 10**10
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return WIDE.multiply(Decimal(sign * whole), _STEP)


def _quantity(amount: Fraction) -> Decimal:
    return _money(amount)


def with_one_time(bill: Bill, lines: Sequence[BillLine]) -> Bill:
    """The bill with some lines set aside: what the plan has, but not in its month."""
    if not lines:
        return bill
    rest = tuple(line for line in bill.lines if line not in lines)
    rows = sum(line.rows for line in lines)
    cost = sum((line.billed for line in lines), Decimal(0))
    return replace(bill, lines=rest, aside=(*bill.aside, Aside(ONE_TIME, rows, cost)))
