"""A workflow as Standard and as Express, each planned: two bills, the difference is the answer. It decides nothing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.commands.workflow.results import TypeChoice
from capplan.language.scenario import Resource
from capplan.pipeline.price import Priced, charges_of, monthly, rate_charges
from capplan.resource_type import DeclaredResource
from capplan.services.stepfunctions.execution.eligibility import Eligibility, eligible_as_express, eligible_as_standard
from capplan.services.stepfunctions.execution.world import definition_of
from capplan.services.stepfunctions.usage import Usage


def types_of(
    priced: Priced, machine: Resource, usage: Usage, slowest_s: Fraction, today: date | None
) -> tuple[TypeChoice, ...]:
    """Both types with their verdicts. What the machine calls costs the same in both.

    Args:
        priced: The scenario, in which the machine is started.
        machine: The state machine.
        usage: As it is written.
        slowest_s: Seconds that one execution of a hundred passes.
        today: The day against which prices' age is held.
    """
    definition = definition_of(machine.spec)
    mean_s = usage.mean.duration_ms / units.MS_PER_SECOND
    verdicts = {
        "standard": eligible_as_standard(slowest_s),
        "express": eligible_as_express(definition, slowest_s, mean_s),
    }
    return tuple(_as_type(priced, machine, usage, kind, verdict, today) for kind, verdict in verdicts.items())


def _as_type(
    priced: Priced, machine: Resource, usage: Usage, kind: str, verdict: Eligibility, today: date | None
) -> TypeChoice:
    cost = _monthly_as(priced, machine, kind, today)
    each = Fraction(cost) / usage.executions.monthly
    return TypeChoice(kind, machine.spec.type == kind, verdict, each, cost)


def _monthly_as(priced: Priced, machine: Resource, kind: str, today: date | None) -> Decimal:
    """What Step Functions bills for this machine a month, the whole account rated with it."""
    metered = priced.metered
    spec = machine.spec.model_copy(update={"type": kind})
    usage = machine.type.meter(DeclaredResource(machine.name, spec, metered.context), metered.demand[machine.address])
    mine = charges_of(replace(machine, spec=spec), usage, metered.context)
    others = [c for address, found in priced.charges.items() if address != machine.address for c in found]
    ids = {charge.id for charge in mine}
    lines = rate_charges([*others, *mine], metered.scenario, priced.catalogue, today).lines
    return monthly(line for line in lines if line.charge_id in ids)
