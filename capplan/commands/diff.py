"""What differs between two plans: what was written, the bill, the headroom, the verdicts. It plans and renders nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from capplan.commands.saved_plan import SnapGate, SnapLimit, Snapshot

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class InputChange:
    """A value of the scenario; None where nothing is written."""

    path: str
    base: str | None
    head: str | None


@dataclass(frozen=True, slots=True)
class MoneyChange:
    """A resource's, a service's or a line's cost of the month, USD; None where it does not exist."""

    label: str
    base: Decimal | None
    head: Decimal | None

    @property
    def change(self) -> Decimal:
        """What the head costs more."""
        return (self.head or _ZERO) - (self.base or _ZERO)


@dataclass(frozen=True, slots=True)
class LimitChange:
    """How a limit stood and stands; None where it is not checked."""

    resource: str
    limit: str
    base: SnapLimit | None
    head: SnapLimit | None

    @property
    def change(self) -> Decimal:
        """Headroom gained, a share of the limit; 0 where there is nothing to compare."""
        return self.head.headroom - self.base.headroom if self.base and self.head else _ZERO

    @property
    def breaks(self) -> bool:
        """Whether it is broken now and was not before."""
        return bool(self.head and self.head.breached) and not (self.base and self.base.breached)

    @property
    def mended(self) -> bool:
        """Whether it was broken and is not any more."""
        return bool(self.base and self.base.breached) and not (self.head and self.head.breached)


@dataclass(frozen=True, slots=True)
class GateChange:
    """How a gate stood and stands; None where it is not written."""

    gate: str
    base: SnapGate | None
    head: SnapGate | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Two plans side by side: money by how much it changed, limits by what they lost, inputs as written."""

    base: Snapshot
    head: Snapshot
    base_source: str
    head_source: str
    inputs: tuple[InputChange, ...]
    services: tuple[MoneyChange, ...]
    resources: tuple[MoneyChange, ...]
    lines: tuple[MoneyChange, ...]
    limits: tuple[LimitChange, ...]
    gates: tuple[GateChange, ...]

    @property
    def change(self) -> Decimal:
        """What the head's month costs more, USD."""
        return self.head.monthly_cost - self.base.monthly_cost


def difference(base: Snapshot, head: Snapshot, base_source: str, head_source: str) -> Difference:
    """Everything that differs; limits and gates that do not are in it too, money that does not as well."""
    return Difference(
        base,
        head,
        base_source,
        head_source,
        _inputs(base, head),
        _money(base.services, head.services),
        _money(base.resources, head.resources),
        _money({k: x.cost for k, x in base.lines.items()}, {k: x.cost for k, x in head.lines.items()}),
        _limits(base, head),
        tuple(GateChange(gate, base.gates.get(gate), head.gates.get(gate)) for gate in _both(base.gates, head.gates)),
    )


def _both(base: Iterable[str], head: Iterable[str]) -> list[str]:
    """Keys of the head in its order, then those that are gone."""
    return list(dict.fromkeys([*head, *base]))


def _inputs(base: Snapshot, head: Snapshot) -> tuple[InputChange, ...]:
    """Nothing where one of them does not say what was written."""
    if not base.inputs or not head.inputs:
        return ()
    pairs = ((path, base.inputs.get(path), head.inputs.get(path)) for path in _both(base.inputs, head.inputs))
    return tuple(InputChange(path, old, new) for path, old, new in pairs if old != new)


def _money(base: Mapping[str, Decimal], head: Mapping[str, Decimal]) -> tuple[MoneyChange, ...]:
    found = [MoneyChange(label, base.get(label), head.get(label)) for label in _both(base, head)]
    return tuple(sorted(found, key=lambda m: (-abs(m.change), -max(m.base or _ZERO, m.head or _ZERO), m.label)))


def _limits(base: Snapshot, head: Snapshot) -> tuple[LimitChange, ...]:
    keys = dict.fromkeys([*head.limits, *base.limits])
    found = [LimitChange(*key, base.limits.get(key), head.limits.get(key)) for key in keys]
    return tuple(sorted(found, key=lambda x: (not x.breaks, not x.mended, x.change, x.resource, x.limit)))
