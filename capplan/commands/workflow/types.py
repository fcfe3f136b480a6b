"""Plans a workflow as Standard and as Express, to compare what Step Functions bills."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.commands.workflow.results import TypeChoice
from capplan.language.scenario import Resource
from capplan.pipeline.price import Priced, charges_of, monthly, rate_charges
from capplan.record import replace
from capplan.resource_type import DeclaredResource
from capplan.services.stepfunctions.execution.eligibility import Eligibility, eligible_as_express, eligible_as_standard
from capplan.services.stepfunctions.execution.world import definition_of
from capplan.services.stepfunctions.usage import Usage


def types_of(
    priced: Priced, machine: Resource, usage: Usage, slowest_s: Fraction, today: date | None
) -> tuple[TypeChoice, ...]:
    """Both types with their verdicts. What the machine calls costs the same in both.

    Args:
        priced: The scenario, which starts the machine.
        machine: The state machine.
        usage: Its month as written.
        slowest_s: 99th percentile of the duration in seconds.
        today: The day by which prices may be too old.
    """
    definition = definition_of(machine.spec)
    mean_s = usage.mean.duration_ms / units.MS_PER_SECOND
    verdicts = {
        "standard": eligible_as_standard(slowest_s),
        "express": eligible_as_express(definition, slowest_s, mean_s),
    }
    return tuple(
        _as_type(priced, machine, usage, workflow_type, verdict, today) for workflow_type, verdict in verdicts.items()
    )


def _as_type(
    priced: Priced, machine: Resource, usage: Usage, workflow_type: str, verdict: Eligibility, today: date | None
) -> TypeChoice:
    cost = _monthly_as(priced, machine, workflow_type, today)
    each = Fraction(cost) / usage.executions.monthly
    return TypeChoice(workflow_type, machine.spec.type == workflow_type, verdict, each, cost)


def _monthly_as(priced: Priced, machine: Resource, workflow_type: str, today: date | None) -> Decimal:
    """What Step Functions bills for this machine a month, the whole account rated with it."""
    metered = priced.metered
    spec = machine.spec.model_copy(update={"type": workflow_type})
    usage = machine.type.meter(DeclaredResource(machine.name, spec, metered.context), metered.demand[machine.address])
    charges = charges_of(replace(machine, spec=spec), usage, metered.context)
    others = [c for address, those in priced.charges.items() if address != machine.address for c in those]
    ids = {charge.id for charge in charges}
    lines = rate_charges([*others, *charges], metered.scenario, priced.catalogue, today).lines
    return monthly(line for line in lines if line.charge_id in ids)
