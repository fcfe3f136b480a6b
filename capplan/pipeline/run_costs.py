"""Computes what one run of each resource may cost, how often it fails, and what its failure notices cost."""

from decimal import Decimal
from fractions import Fraction

from capplan.language.scenario import Resource
from capplan.model import RunRisk
from capplan.pipeline.price import Priced, usd_of
from capplan.pipeline.results import RunCost
from capplan.quantities.rounding import to_quantity


def runs_of(priced: Priced) -> tuple[RunCost, ...]:
    """Every resource with runs, highest worst case first."""
    metered = priced.metered
    runs = [
        _run(priced, resource, risk)
        for address, resource in metered.scenario.resources.items()
        if (risk := resource.type.risk(metered.resource(address))) is not None
    ]
    return tuple(sorted(runs, key=lambda run: (-(run.usd.get("worst_run") or Decimal(0)), run.resource)))


def _run(priced: Priced, resource: Resource, risk: RunRisk) -> RunCost:
    scenario = priced.metered.scenario
    usd = {c.id.removeprefix(f"{resource.name}."): usd_of(c, scenario, priced.catalogue) for c in risk.charges}
    return RunCost(
        resource=resource.label,
        runs=_quantity(risk.runs),
        usd=usd,
        attempts=_quantity(risk.attempts),
        success_share=_quantity(risk.success_share),
        waste_share=_quantity(risk.waste_share),
        notice_seconds=_quantity(risk.notice_s),
        notices=_quantity(risk.notices),
        notice_cost=_notice_cost(priced, resource.address, risk),
    )


def _quantity(value: Fraction | None) -> Decimal | None:
    return None if value is None else to_quantity(value)


def _notice_cost(priced: Priced, address: str, risk: RunRisk) -> Decimal | None:
    """What the notified function costs for these notices: its monthly cost, by their share of its invocations.

    The event itself is free: AWS's services send theirs to EventBridge's default bus at no charge.
    """
    if not risk.notified or risk.notices is None:
        return None
    streams = priced.metered.demand[risk.notified].requests
    total = sum((stream.flow.monthly for stream in streams), Fraction(0))
    if not total:
        return Decimal(0)
    notices = sum((stream.flow.monthly for stream in streams if stream.cause == address), Fraction(0))
    return to_quantity(Fraction(priced.cost_by_resource[risk.notified]) * notices / total)
