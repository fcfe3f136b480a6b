"""Compares two plans: their scenarios, costs, limits and verdicts."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from capplan.commands.saved_plan import (
    GateRecord,
    LimitRecord,
    PlanRecord,
    gates_by_text,
    limits_by_name,
    line_costs,
    resource_costs,
)

_ZERO = Decimal(0)


class InputChange(NamedTuple):
    """A value of the scenario in both plans; None where the key is not there."""

    path: str
    base: str | None
    head: str | None


class CostChange(NamedTuple):
    """A resource's, a service's or a line's cost in both plans, USD a month; None where there is none."""

    label: str
    base: Decimal | None
    head: Decimal | None

    @property
    def change(self) -> Decimal:
        """What the head costs more."""
        return (self.head or _ZERO) - (self.base or _ZERO)


class LimitChange(NamedTuple):
    """A limit in both plans; None where it is not checked."""

    resource: str
    limit: str
    base: LimitRecord | None
    head: LimitRecord | None

    @property
    def change(self) -> Decimal:
        """Headroom gained, a share of the limit; 0 where there is nothing to compare."""
        return self.head.headroom - self.base.headroom if self.base and self.head else _ZERO

    @property
    def breaks(self) -> bool:
        """Whether it is exceeded in the head only."""
        return bool(self.head and self.head.breached) and not (self.base and self.base.breached)

    @property
    def resolved(self) -> bool:
        """Whether it is exceeded in the base only."""
        return bool(self.base and self.base.breached) and not (self.head and self.head.breached)


class GateChange(NamedTuple):
    """A gate in both plans; None where it is not written."""

    gate: str
    base: GateRecord | None
    head: GateRecord | None


class Difference(NamedTuple):
    """Two plans and how they differ.

    Attributes:
        inputs: What changed in the scenario; empty where one plan does not say what it was.
        services, resources, lines: Costs, the largest change first, unchanged ones too.
        limits: Limits that are exceeded now first, unchanged ones too.
        gates: In the order of the head, unchanged ones too.
    """

    base: PlanRecord
    head: PlanRecord
    base_source: str
    head_source: str
    inputs: tuple[InputChange, ...]
    services: tuple[CostChange, ...]
    resources: tuple[CostChange, ...]
    lines: tuple[CostChange, ...]
    limits: tuple[LimitChange, ...]
    gates: tuple[GateChange, ...]

    @property
    def change(self) -> Decimal:
        """What the head costs more, USD a month."""
        return self.head.monthly_cost - self.base.monthly_cost


def difference(base: PlanRecord, head: PlanRecord, base_source: str, head_source: str) -> Difference:
    """How two plans differ."""
    base_gates, head_gates = gates_by_text(base), gates_by_text(head)
    return Difference(
        base,
        head,
        base_source,
        head_source,
        _inputs(base, head),
        _costs(base.cost_by_service, head.cost_by_service),
        _costs(resource_costs(base), resource_costs(head)),
        _costs(line_costs(base), line_costs(head)),
        _limits(limits_by_name(base), limits_by_name(head)),
        tuple(GateChange(gate, base_gates.get(gate), head_gates.get(gate)) for gate in _both(base_gates, head_gates)),
    )


def _both(base: Iterable[str], head: Iterable[str]) -> list[str]:
    """Keys of the head in its order, then those that only the base has."""
    return list(dict.fromkeys([*head, *base]))


def _inputs(base: PlanRecord, head: PlanRecord) -> tuple[InputChange, ...]:
    if not base.inputs or not head.inputs:
        return ()
    pairs = ((path, base.inputs.get(path), head.inputs.get(path)) for path in _both(base.inputs, head.inputs))
    return tuple(InputChange(path, before, now) for path, before, now in pairs if before != now)


def _costs(base: Mapping[str, Decimal], head: Mapping[str, Decimal]) -> tuple[CostChange, ...]:
    changes = [CostChange(label, base.get(label), head.get(label)) for label in _both(base, head)]
    return tuple(sorted(changes, key=lambda c: (-abs(c.change), -max(c.base or _ZERO, c.head or _ZERO), c.label)))


def _limits(
    base: Mapping[tuple[str, str], LimitRecord], head: Mapping[tuple[str, str], LimitRecord]
) -> tuple[LimitChange, ...]:
    changes = [LimitChange(*key, base.get(key), head.get(key)) for key in dict.fromkeys([*head, *base])]
    return tuple(sorted(changes, key=lambda x: (not x.breaks, not x.resolved, x.change, x.resource, x.limit)))
