"""What of a plan can be held against another plan's, from a plan or from its saved JSON. It compares nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from capplan.errors import CapplanError, Diagnostic
from capplan.pipeline.results import Plan

SCHEMA = "capplan.plan/1"


@dataclass(frozen=True, slots=True)
class SnapLine:
    """A line item's owner, quantity and cost."""

    resource: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class SnapLimit:
    """How a limit stands."""

    headroom: Decimal
    breached: bool
    load: Decimal
    quota: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class SnapGate:
    """How a gate stands."""

    level: str
    observed: Decimal
    limit: Decimal
    verdict: str
    operator: str
    unit: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A plan reduced to what can be compared: money by resource and line, headroom, verdicts, inputs, observables.

    `inputs` and `observables` are empty in JSON of other makers; limits are by (resource, limit).
    """

    name: str
    region: str
    sha256: str
    prices_sha256: str
    monthly_cost: Decimal
    one_time_cost: Decimal
    resources: Mapping[str, Decimal]
    services: Mapping[str, Decimal]
    lines: Mapping[str, SnapLine]
    limits: Mapping[tuple[str, str], SnapLimit]
    gates: Mapping[str, SnapGate]
    inputs: Mapping[str, str] = field(default_factory=dict)
    observables: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, Decimal]:
        """Observables by name; what every plan's JSON holds of them, and more where it was saved."""
        out = {"cost.monthly": self.monthly_cost, "cost.yearly": self.monthly_cost * 12}
        out |= {f"cost.{service}": cost for service, cost in self.services.items()}
        out |= {f"{label}.cost": cost for label, cost in self.resources.items()}
        return {**out, **self.observables}


def snapshot(plan: Plan) -> Snapshot:
    """Of a plan just made."""
    return Snapshot(
        plan.name,
        plan.region,
        plan.sha256,
        plan.prices.sha256,
        plan.monthly_cost,
        plan.one_time_cost,
        {r.label: r.monthly_cost for r in plan.resources},
        dict(plan.cost_by_service),
        {
            x.id: SnapLine(x.resource, x.consumed_quantity, x.consumed_unit, x.list_unit_price, x.contracted_cost)
            for x in plan.lines
            if x.charge_frequency != "one_time"
        },
        _by_limit(
            (
                p.check.resource,
                p.check.limit,
                SnapLimit(p.headroom, p.breached, p.check.load, p.check.quota, p.check.unit),
            )
            for p in plan.limits
        ),
        {g.gate: SnapGate(g.level, g.observed, g.limit, g.verdict, g.operator, g.unit) for g in plan.gates},
        dict(plan.inputs),
        {o.name: o.value for o in plan.observed if o.value is not None},
    )


def nothing(name: str, region: str) -> Snapshot:
    """Of a scenario that did not exist: it cost nothing."""
    zero = Decimal(0)
    return Snapshot(name, region, "", "", zero, zero, {}, {}, {}, {}, {})


def _by_limit(found: Iterable[tuple[str, str, SnapLimit]]) -> dict[tuple[str, str], SnapLimit]:
    """The tightest where a resource has the same limit twice."""
    out: dict[tuple[str, str], SnapLimit] = {}
    for resource, limit, one in found:
        before = out.get((resource, limit))
        if before is None or one.headroom < before.headroom:
            out[resource, limit] = one
    return out


# --- from JSON -------------------------------------------------------------------------------------------------------


def _number(raw: object) -> object:
    """A Decimal from a JSON string, or from a whole number."""
    if isinstance(raw, str) and len(raw) <= 100:  # noqa: PLR2004  more digits than any figure of a plan
        try:
            return Decimal(raw)
        except ArithmeticError:
            return raw
    if isinstance(raw, float | bool):
        raise ValueError("a figure of a plan is a string of digits")  # noqa: TRY004  pydantic's way to refuse
    return Decimal(raw) if isinstance(raw, int) else raw


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value) > Decimal(10) ** 30:
        raise ValueError("not a finite number")
    return value


Number = Annotated[Decimal, BeforeValidator(_number), AfterValidator(_finite)]


class _Record(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="ignore", hide_input_in_errors=True)


class _Head(_Record):
    name: str
    region: str
    sha256: str = ""


class _Prices(_Record):
    sha256: str = ""


class _Resource(_Record):
    name: str
    label: str | None = None
    monthly_cost: Number


class _Line(_Record):
    id: str
    resource: str
    consumed_quantity: Number
    consumed_unit: str
    list_unit_price: Number
    contracted_cost: Number
    charge_frequency: str


class _Limit(_Record):
    resource: str
    limit: str
    load: Number
    quota: Number
    unit: str
    headroom: Number
    breached: bool


class _Gate(_Record):
    gate: str
    level: str
    observed: Number
    limit: Number
    verdict: str
    operator: str = ""
    unit: str = ""


class _Observed(_Record):
    name: str
    value: Number | None


class _PlanRecord(_Record):
    schema_: Literal["capplan.plan/1"]
    scenario: _Head
    prices: _Prices
    monthly_cost: Number
    one_time_cost: Number
    cost_by_service: dict[str, Number]
    resources: list[_Resource]
    line_items: list[_Line]
    limits: list[_Limit]
    gates: list[_Gate]
    inputs: dict[str, str] = {}
    observables: list[_Observed] = []


def snapshots_of_json(data: object, file: str) -> tuple[Snapshot, ...]:
    """The plans in a saved JSON: one, or several of one run. Raises CapplanError where it is none of capplan's."""
    records = data if isinstance(data, list) else [data]
    if not records:
        raise _wrong(file, "it holds no plan")
    return tuple(_of_record(one, file) for one in records)


def _of_record(data: object, file: str) -> Snapshot:
    found = data.get("schema") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or found != SCHEMA:
        told = f"its schema is '{found[:40]}'" if isinstance(found, str) else "it has no schema"
        raise _wrong(file, told)
    try:
        r = _PlanRecord.model_validate({**data, "schema_": SCHEMA})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise _wrong(file, f"'{where}' is missing or not what it should be") from None
    return _snapshot(r)


def _snapshot(r: _PlanRecord) -> Snapshot:
    return Snapshot(
        r.scenario.name,
        r.scenario.region,
        r.scenario.sha256,
        r.prices.sha256,
        r.monthly_cost,
        r.one_time_cost,
        {x.label or x.name: x.monthly_cost for x in r.resources},
        dict(r.cost_by_service),
        {
            x.id: SnapLine(x.resource, x.consumed_quantity, x.consumed_unit, x.list_unit_price, x.contracted_cost)
            for x in r.line_items
            if x.charge_frequency != "one_time"
        },
        _by_limit((x.resource, x.limit, SnapLimit(x.headroom, x.breached, x.load, x.quota, x.unit)) for x in r.limits),
        {x.gate: SnapGate(x.level, x.observed, x.limit, x.verdict, x.operator, x.unit) for x in r.gates},
        dict(r.inputs),
        {x.name: x.value for x in r.observables if x.value is not None},
    )


def _wrong(file: str, why: str) -> CapplanError:
    hint = "save one with capplan estimate SCENARIO --format json=plan.json"
    return CapplanError((Diagnostic(file, 0, 0, f"this is no saved plan: {why}", hint),))
