"""Every capacity mode of every table, each priced by planning it. It holds no break-even formula."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.answer import ComparedTable, FindingChange, ModeOption, Modes
from capplan.model import Change, Charge
from capplan.planning.meter import meter
from capplan.planning.price import Priced, catalogue_of, missing_prices, monthly, price, prices_of
from capplan.planning.what_if import what_if, written
from capplan.pricing.rating import rate
from capplan.quantities import sig6, to_quantity
from capplan.scenario.records import Resource, Scenario
from capplan.services.dynamodb.options import mode_options
from capplan.units import MONTH_HOURS, SECONDS_PER_HOUR

NOT_SIMULATED = (
    "auto scaling's delays (capacity follows demand at once)",
    "burst capacity and on-demand growth",
    "scheduled capacity, reserved capacity and savings plans",
    "retries of throttled requests",
)
_UNITS = Fraction(1000)


def compare_modes(scenario: Scenario, *, today: date | None = None, seed: int = 0) -> Modes:
    """Each table under each mode and class, and which to choose.

    Raises:
        CapplanError: The scenario as written cannot be priced.
    """
    base = price(meter(scenario, seed), catalogue_of(scenario), today)
    if base.missing:
        raise missing_prices(scenario, base.missing)
    tables: list[ComparedTable] = []
    for resource in scenario.resources.values():
        if resource.kind.section == "tables":
            tables += _compare(base, resource, today)
    return Modes(
        scenario.name, scenario.region, scenario.file, scenario.sha256, prices_of(base), tuple(tables), NOT_SIMULATED
    )


def _compare(base: Priced, resource: Resource, today: date | None) -> list[ComparedTable]:
    """A table and its global indexes under every mode."""
    found = mode_options(resource.name, resource.spec, base.metered.usage[resource.address], base.metered.context)
    planned = [(name, option.changes, option.gives_up, what_if(base, option.changes, today)) for name, option in found]
    arms: list[str | None] = [None, *(i for i, one in resource.spec.indexes.items() if not one.local)]
    even = _break_even(base, resource, today)
    whole = [_option(base, resource, None, *one) for one in planned]
    chosen = _choose(whole)
    out: list[ComparedTable] = []
    for arm in arms:
        options = whole if arm is None else [_option(base, resource, arm, *one) for one in planned]
        used = _utilisation(base, resource, arm)
        written_as = _as_written(resource, found)
        out.append(
            ComparedTable(
                resource.label,
                arm,
                written_as,
                even.get("read"),
                even.get("write"),
                used["read"],
                used["write"],
                chosen if arm is None else None,
                tuple(_pareto(options)),
            )
        )
    return out


def _as_written(resource: Resource, found: Sequence[tuple[str, Any]]) -> str:
    suffix = "" if resource.spec.table_class == "standard" else f"/{resource.spec.table_class}"
    wanted = f"on-demand{suffix}"
    return wanted if resource.spec.on_demand and any(name == wanted for name, _ in found) else "as-written"


def _option(
    base: Priced,
    resource: Resource,
    arm: str | None,
    name: str,
    changes: Sequence[Change],
    gives_up: str,
    other: Priced,
) -> ModeOption:
    data = base.metered.scenario.data
    parts = tuple(FindingChange(c.path, written(data, c.path), c.to) for c in changes)
    provisioned = not name.startswith("on-demand")
    cost = None if other.missing else _cost(other, resource, arm)
    share = other.metered.usage[resource.address].throttled if arm is None else None
    throttled = None if share is None else to_quantity(Fraction(share))
    reason = f"no price for {', '.join(m.key for m in other.missing)}" if other.missing else gives_up
    where = f"tables.{resource.name}" + (f".indexes.{arm}" if arm else "")
    settings = {c.path.removeprefix(f"tables.{resource.name}."): c.to for c in changes if c.path.startswith(where)}
    return ModeOption(
        name,
        "provisioned" if provisioned else "on_demand",
        "standard-ia" if name.endswith("/standard-ia") else "standard",
        settings,
        None,
        cost,
        throttled,
        False,
        reason,
        parts,
    )


def _cost(priced: Priced, resource: Resource, arm: str | None) -> Decimal:
    """The month of a table with all its indexes, or of one index."""
    ids = {c.id for c in priced.charges[resource.address]}
    prefix = f"{resource.label}.{arm}." if arm else f"{resource.label}."
    return monthly(x for x in priced.lines if x.charge_id in ids and x.charge_id.startswith(prefix))


def _choose(options: Sequence[ModeOption]) -> str | None:
    """The cheapest that throttles nothing; where all do, the one that throttles least."""
    known = [o for o in options if o.monthly_cost is not None]
    if not known:
        return None
    best = min(known, key=lambda o: (o.throttled_share or Decimal(0), o.monthly_cost or Decimal(0), o.id))
    return best.id


def _pareto(options: Sequence[ModeOption]) -> list[ModeOption]:
    """The same options, those marked that no other beats in cost and throttling both."""
    from dataclasses import replace  # noqa: PLC0415

    def beats(a: ModeOption, b: ModeOption) -> bool:
        if a.monthly_cost is None or b.monthly_cost is None:
            return False
        one, two = (a.monthly_cost, a.throttled_share or 0), (b.monthly_cost, b.throttled_share or 0)
        return one != two and one[0] <= two[0] and one[1] <= two[1]

    return [replace(o, pareto=o.monthly_cost is not None and not any(beats(x, o) for x in options)) for o in options]


def _break_even(base: Priced, resource: Resource, today: date | None) -> Mapping[str, Decimal | None]:
    """The utilisation at which on-demand and provisioned cost the same: a month of each, planned and compared."""
    suffix = "standard" if resource.spec.table_class == "standard" else "ia"
    out: dict[str, Decimal | None] = {}
    for direction, request, hour in (
        ("read", "read_request_unit", "rcu_hour"),
        ("write", "write_request_unit", "wcu_hour"),
    ):
        full = _UNITS * MONTH_HOURS * SECONDS_PER_HOUR
        on_demand = _month(base, f"dynamodb.on_demand.{request}.{suffix}", full, today)
        provisioned = _month(base, f"dynamodb.provisioned.{hour}.{suffix}", _UNITS * MONTH_HOURS, today)
        even = None if not on_demand or provisioned is None else to_quantity(sig6(float(provisioned / on_demand)))
        out[direction] = even
    return out


def _month(base: Priced, key: str, quantity: Fraction, today: date | None) -> Decimal | None:
    charge = Charge("break-even", key, "1,000 units for a month", quantity, "unit")
    account = base.metered.scenario.account
    rated = rate([charge], base.catalogue, free_tier=False, discount=account.discount, today=today)
    return None if rated.missing else monthly(rated.lines)


def _utilisation(base: Priced, resource: Resource, arm: str | None) -> dict[str, Decimal | None]:
    """Mean use of a capacity held at the peak: what the break-even is held against."""
    usage = base.metered.usage[resource.address]
    for one in usage.arms:
        if one.index == arm:
            return {"read": _share(one.read), "write": _share(one.write)}
    return {"read": None, "write": None}


def _share(flow: Any) -> Decimal | None:  # noqa: ANN401  a Flow
    peak = flow.peak().per_second if flow.terms else 0.0
    if not peak:
        return None
    return to_quantity(sig6(float(flow.monthly) / (MONTH_HOURS * SECONDS_PER_HOUR) / peak))


__all__ = ["compare_modes"]
