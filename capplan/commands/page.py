"""Gathers what a report to mail has beyond the plan: the traffic of the month, simulations, workflows."""

from collections.abc import Callable, Sequence
from datetime import date

from capplan.commands.simulate import simulate
from capplan.commands.workflow.analyze import SECTION, workflow
from capplan.commands.workflow.results import Workflow
from capplan.errors import CapplanError
from capplan.flow import DemandFlow
from capplan.language.scenario import Scenario
from capplan.pipeline.results import Plan, Simulated
from capplan.record import Record
from capplan.timeline import Chart, Series

_MAX_SIMULATED, _MAX_WORKFLOWS = 12, 12
"""The dearest resources of each; a page of a thousand charts helps nobody."""


class Page(Record, frozen=True):
    """A plan with what is drawn beside it.

    Attributes:
        traffic: Rates of the traffic sources over the simulated period; None where no traffic varies.
        simulated: The dearest resources that can be simulated.
        workflows: The dearest workflows.
        left_out: Labels of resources that were not simulated, or not drawn, as too many or too large.
    """

    plan: Plan
    traffic: Chart | None
    simulated: tuple[Simulated, ...]
    workflows: tuple[Workflow, ...]
    left_out: tuple[str, ...]


def page(
    scenario: Scenario, plan: Plan, *, today: date | None = None, progress: Callable[[str], None] = lambda _: None
) -> Page:
    """The page of a plan. `progress` is told what is computed next."""
    ranked = sorted(plan.resources, key=lambda r: (-r.monthly_cost, r.label))
    left_out: list[str] = []
    simulated: list[Simulated] = []
    workflows: list[Workflow] = []
    for resource in ranked:
        if resource.implied_by:
            continue
        type_ = scenario.resources[resource.address].type
        if type_.simulator() is not None:
            if len(simulated) == _MAX_SIMULATED:
                left_out.append(resource.label)
                continue
            progress(f"simulating {resource.label}")
            try:
                simulated += simulate(scenario, resource.address, seed=plan.seed).resources
            except CapplanError:  # too large to simulate
                left_out.append(resource.label)
        if resource.address.startswith(f"{SECTION}.") and len(workflows) < _MAX_WORKFLOWS:
            progress(f"following {resource.label}")
            workflows.append(workflow(scenario, resource.label, seed=plan.seed, today=today))
    return Page(plan, _traffic(scenario), tuple(simulated), tuple(workflows), tuple(left_out))


def _traffic(scenario: Scenario) -> Chart | None:
    flows = [(name, flow) for name, flow in scenario.flows_by_name.items() if _varies(flow)]
    if not flows:
        return None
    series: Sequence[Series] = [Series(name, "requests/s", flow.rate_per_minute()) for name, flow in flows]
    return Chart("Traffic over four weeks", tuple(series))


def _varies(flow: DemandFlow) -> bool:
    """A traffic, not a schedule, with a daily curve or a spike."""
    return any(profile.recurring and not profile.flat for profile, _ in flow.terms)
