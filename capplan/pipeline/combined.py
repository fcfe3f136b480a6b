"""Plans all recommendations that keep behavior together, in rank order, without those that exclude one before them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from capplan.errors import CapplanError
from capplan.model import Change
from capplan.pipeline.alternatives import Alternative, alternative, on_top, planned_whole, side_by_side
from capplan.pipeline.effects import Effects
from capplan.pipeline.price import Priced
from capplan.pipeline.results import Combined, Recommendation
from capplan.pipeline.what_if import exclusive, in_order
from capplan.services import SECTIONS

Accepts = Callable[[Alternative], bool]
"""Whether the gates of the scenario pass in an alternative as they do in the plan."""


class RowPlans(NamedTuple):
    """The findings of a row that change something, planned each alone, and all of them together."""

    alone: Sequence[Alternative] = ()
    together: Alternative | None = None


def combined(
    base: Priced,
    rows: Sequence[Recommendation],
    plans: Mapping[int, RowPlans],
    effects: Effects,
    accepts: Accepts,
    today: date | None,
) -> Combined | None:
    """The first two groups together; None where there is nothing to apply.

    A row is left out where it excludes one before it, or where, added to those before it, it saves nothing, breaks
    something or fails a gate.

    Args:
        base: The plan.
        rows: In rank order.
        plans: By the number of a row.
        effects: Compares with the plan.
        accepts: Whether gates pass as they do in the plan.
        today: As of the plan.
    """
    able = [row for row in rows if row.group != "changes_behavior" and row.change and not row.not_priced]
    together = _Together(base, effects, today)
    chosen = [row for row in able if together.add(row, plans.get(row.number, RowPlans()))]
    plan = together.plan()
    if plan is None or not _fine(plan, effects, accepts):
        chosen, plan = _one_by_one(base, able, effects, accepts, today)
    if plan is None or not chosen:
        return None
    chosen = [row for row in chosen if not _is_void(row, chosen)]
    saving = base.monthly_cost - plan.monthly_cost
    return Combined(plan.monthly_cost, saving, tuple(row.number for row in chosen))


class _Together:
    """The rows chosen so far; what one more adds is found by planning only the resources that it changes."""

    def __init__(self, base: Priced, effects: Effects, today: date | None) -> None:
        self._base, self._effects, self._today = base, effects, today
        self._rows: list[Recommendation] = []
        self._changes: dict[str, list[Change]] = {}
        self._costs: dict[str, Decimal] = {}
        self._last: tuple[list[Recommendation], Alternative | None] = [], None
        """Rows that were planned as a whole last, and that plan."""
        self._parts: dict[str, Alternative] = {}
        """By address, the resource with all its chosen changes."""
        self._since: dict[str, Alternative] = {}
        """Those chosen since all was planned as a whole."""
        self._affected: set[str] = set()
        """Resources whose demand or price may differ from the plan, since a row was planned as a whole."""

    def add(self, row: Recommendation, plans: RowPlans) -> bool:
        """Whether the row adds to those before it; it is then one of them."""
        changes = by_place(row)
        if any(exclusive(listed, self._changes.get(place, ())) for place, listed in changes.items()):
            return False
        alone = bool(plans.alone) and all(plan.parts for plan in plans.alone)
        by_resource = alone and not self._affected & changes.keys()
        added = self._adds_by_resource(row, plans, changes) if by_resource else self._adds_as_a_whole(row, plans)
        if added:
            self._rows.append(row)
            for place, listed in changes.items():
                self._changes.setdefault(place, []).extend(listed)
        return added

    def _adds_by_resource(self, row: Recommendation, plans: RowPlans, changes: Mapping[str, Sequence[Change]]) -> bool:
        saving, costs = Decimal(0), dict[str, Decimal]()
        parts: dict[str, Alternative] = {}
        alone = {address: plan for plan in reversed(plans.alone) for address in plan.parts}
        for address, listed in changes.items():
            before = self._changes.get(address)
            if before is None:
                parts[address] = alone[address]
                continue  # planned and judged as it is
            try:
                every = in_order(self._base.metered.scenario.data, (*before, *listed))
                plan = alternative(self._base, address, every, self._today)
            except CapplanError:
                return False
            if plan.missing or self._effects.breaks(plan):
                return False
            if not plan.parts:
                return self._adds_as_a_whole(row, plans)
            costs[address] = plan.monthly_cost
            parts[address] = plan
            saving += self._costs_now(address) - plan.monthly_cost
        if row.group == "saving" and len(costs) == len(changes) and saving <= 0:
            return False
        self._costs |= costs
        self._parts |= parts
        self._since |= parts
        return True

    def _differs(self, plan: Alternative, address: str) -> bool:
        """Whether a resource is asked for other requests, or costs something else."""
        if address not in self._base.metered.offered:
            return plan.resource_at(address) is not None
        cost = plan.cost_alone(address)
        if cost is not None:
            return cost != self._base.cost_by_resource[address]
        before, after = self._base, plan.priced
        asked = after.metered.offered.get(address) != before.metered.offered.get(address)
        return asked or after.cost_of(address) != before.cost_by_resource.get(address)

    def plan(self) -> Alternative | None:
        """All chosen rows, planned together; None where there are none, or they make an invalid scenario."""
        if self._last[0] == self._rows:
            return self._last[1]
        if not self._affected:
            changes = changes_of(self._base, self._rows)
            together = side_by_side(self._base, list(self._parts.values()), changes, self._today)
            if together is not None:
                return together
        before = self._last[1]
        together = None if before is None else self._on_top(before)
        self._last = list(self._rows), together or _planned(self._base, self._rows, self._today, before)
        self._since = {}
        return self._last[1]

    def _on_top(self, before: Alternative) -> Alternative | None:
        """All chosen rows, where those since the last plan change single resources that it leaves alone."""
        parts = list(self._since.values())
        more = in_order(before.priced.metered.scenario.data, [c for part in parts for c in part.changes])
        return on_top(self._base, before, parts, more, changes_of(self._base, self._rows), self._today)

    def _costs_now(self, address: str) -> Decimal:
        """The bill with the chosen changes of one resource only."""
        if address not in self._costs:
            every = in_order(self._base.metered.scenario.data, self._changes[address])
            self._costs[address] = alternative(self._base, address, every, self._today).monthly_cost
        return self._costs[address]

    def _adds_as_a_whole(self, row: Recommendation, plans: RowPlans) -> bool:
        before, known = self.plan(), plans.together
        is_known = known is not None and not self._rows and known.changes == changes_of(self._base, [row])
        after = known if is_known else _planned(self._base, [*self._rows, row], self._today, before)
        if after is None or after.missing or self._effects.breaks(after):
            return False
        cost = self._base.monthly_cost if before is None else before.monthly_cost
        if row.group == "saving" and after.monthly_cost >= cost:
            return False
        self._affected |= by_place(row).keys()
        self._affected |= {a for plan in plans.alone or (after,) for a in plan.changed if self._differs(plan, a)}
        self._last = [*self._rows, row], after
        self._since = {}
        return True


def _is_void(row: Recommendation, chosen: Iterable[Recommendation]) -> bool:
    """Whether another row removes all that this one writes: an index whose key was to be sharded."""
    removed = [f"{c.path}." for other in chosen if other is not row for c in other.change if c.new is None]
    return all(any(c.path.startswith(path) for path in removed) for c in row.change)


def by_place(row: Recommendation) -> dict[str, list[Change]]:
    """The changes of a row by the resource, or the part of the scenario, in which they are written."""
    out: dict[str, list[Change]] = {}
    for change in row.change:
        first, _, rest = change.path.partition(".")
        place = f"{first}.{rest.partition('.')[0]}" if first in SECTIONS else first
        out.setdefault(place, []).append(Change(change.path, change.new))
    return out


def changes_of(base: Priced, rows: Iterable[Recommendation]) -> tuple[Change, ...]:
    """All changes of some rows, in an order in which they can be written."""
    every = [Change(change.path, change.new) for row in rows for change in row.change]
    return in_order(base.metered.scenario.data, every)


def _planned(
    base: Priced, rows: Sequence[Recommendation], today: date | None, before: Alternative | None
) -> Alternative | None:
    """Some rows, planned together; None where there are none, or they make an invalid scenario.

    Args:
        base: The plan.
        rows: What is applied.
        today: As of the plan.
        before: The plan with some of them, where there is one.
    """
    if not rows:
        return None
    try:
        return planned_whole(base, changes_of(base, rows), today, None if before is None else before.priced)
    except CapplanError:
        return None


def _fine(plan: Alternative, effects: Effects, accepts: Accepts) -> bool:
    return not plan.missing and not effects.breaks(plan) and accepts(plan)


def _one_by_one(
    base: Priced, rows: Iterable[Recommendation], effects: Effects, accepts: Accepts, today: date | None
) -> tuple[list[Recommendation], Alternative | None]:
    """Rows added one after the other, each planned with all those before it."""
    chosen: list[Recommendation] = []
    plan: Alternative | None = None
    for row in rows:
        listed = by_place(row)
        if any(exclusive(listed[place], by_place(c).get(place, ())) for c in chosen for place in listed):
            continue
        more = _planned(base, [*chosen, row], today, plan)
        if more is None or not _fine(more, effects, accepts):
            continue
        cost = base.monthly_cost if plan is None else plan.monthly_cost
        if row.group == "risk" or more.monthly_cost < cost:
            chosen, plan = [*chosen, row], more
    return chosen, plan
