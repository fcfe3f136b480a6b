"""The record of two plans compared: `capplan.diff/1`."""

from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from capplan.commands.diff import Difference, InputChange, LimitChange
from capplan.commands.saved_plan import GateRecord, LimitRecord, PlanRecord
from capplan.quantities.rounding import to_quantity
from capplan.report.record import taken
from capplan.report.verdicts import verdict_word


class ComparedPlan(NamedTuple):
    """One of the two plans.

    Attributes:
        source: Where it is from: a scenario, a saved plan, or a git revision of a scenario.
    """

    source: str
    name: str
    region: str
    sha256: str
    prices_sha256: str


class Amounts(NamedTuple):
    """USD of both plans; `change_share` is null where the base costs nothing."""

    base: Decimal
    head: Decimal
    change: Decimal
    change_share: Decimal | None


class ServiceChange(NamedTuple):
    """USD a month of a service; null in a plan that does not have it."""

    service: str
    base: Decimal | None
    head: Decimal | None
    change: Decimal


class ResourceChange(NamedTuple):
    """USD a month of a resource; null in a plan that does not have it."""

    resource: str
    base: Decimal | None
    head: Decimal | None
    change: Decimal


class LineChange(NamedTuple):
    """USD a month of a line item; null in a plan that does not have it."""

    id: str
    base: Decimal | None
    head: Decimal | None
    change: Decimal


class LimitState(NamedTuple):
    """A limit in one plan."""

    headroom: Decimal
    breached: bool
    load: Decimal
    quota: Decimal


class LimitChangeRecord(NamedTuple):
    """A limit in both plans; null where it is not checked. `change` is the headroom gained."""

    resource: str
    limit: str
    base: LimitState | None
    head: LimitState | None
    change: Decimal


_VERDICTS = {"passed": "ok", "failed": "BROKEN"}
"""What JSON calls a verdict; the other words are those of the screen."""


class GateChangeRecord(NamedTuple):
    """The verdict on a gate in both plans: ok, waived, warning, BROKEN or not written."""

    gate: str
    base: str
    head: str


class DiffRecord(NamedTuple):
    """What `capplan diff` answers with --format json.

    Attributes:
        inputs: What changed in the scenario, by path; null where a key is not there.
        inputs_known: Whether both plans say what their scenario was.
    """

    schema: Literal["capplan.diff/1"]
    base: ComparedPlan
    head: ComparedPlan
    currency: Literal["USD"]
    monthly_cost: Amounts
    one_time_cost: Amounts
    inputs: tuple[InputChange, ...]
    inputs_known: bool
    cost_by_service: tuple[ServiceChange, ...]
    resources: tuple[ResourceChange, ...]
    line_items: tuple[LineChange, ...]
    limits: tuple[LimitChangeRecord, ...]
    gates: tuple[GateChangeRecord, ...]


def diff_record(difference: Difference) -> DiffRecord:
    """Two plans compared, as JSON has them."""
    base, head = difference.base, difference.head
    return DiffRecord(
        "capplan.diff/1",
        _plan(base, difference.base_source),
        _plan(head, difference.head_source),
        "USD",
        _amounts(base.monthly_cost, head.monthly_cost),
        _amounts(base.one_time_cost, head.one_time_cost),
        difference.inputs,
        bool(base.inputs and head.inputs),
        tuple(ServiceChange(x.label, x.base, x.head, x.change) for x in difference.services),
        tuple(ResourceChange(x.label, x.base, x.head, x.change) for x in difference.resources),
        tuple(LineChange(x.label, x.base, x.head, x.change) for x in difference.lines),
        tuple(_limit(change) for change in difference.limits),
        tuple(GateChangeRecord(x.gate, verdict_key(x.base), verdict_key(x.head)) for x in difference.gates),
    )


def _plan(plan: PlanRecord, source: str) -> ComparedPlan:
    return taken(ComparedPlan, plan.scenario, source=source, prices_sha256=plan.prices.sha256)


def _amounts(base: Decimal, head: Decimal) -> Amounts:
    share = to_quantity(Fraction(head - base) / Fraction(abs(base))) if base else None
    return Amounts(base, head, head - base, share)


def _limit(change: LimitChange) -> LimitChangeRecord:
    return taken(LimitChangeRecord, change, base=_state(change.base), head=_state(change.head))


def _state(limit: LimitRecord | None) -> LimitState | None:
    return None if limit is None else taken(LimitState, limit)


def verdict_key(gate: GateRecord | None) -> str:
    """A verdict's word in JSON and CSV."""
    word = verdict_word(gate)
    return _VERDICTS.get(word, word)
