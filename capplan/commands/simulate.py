"""Simulates resources over time, each by its own service."""

from capplan import __version__
from capplan.errors import CapplanError, Diagnostic
from capplan.language.reader import listed
from capplan.language.scenario import Resource, Scenario
from capplan.pipeline.meter import Metered, meter
from capplan.pipeline.results import Simulated, Simulation
from capplan.reading.nearest import did_you_mean
from capplan.timeline import MAX_CELLS, SimulationRequest


def simulate(
    scenario: Scenario,
    resource: str | None = None,
    *,
    seed: int = 0,
    asked_for: SimulationRequest | None = None,
    mode: str | None = None,
) -> Simulation:
    """A simulation of all resources that can be simulated, or of the resource given.

    Args:
        scenario: The scenario.
        resource: The label or the address of a resource; None for all.
        seed: Random seed.
        asked_for: The period and the detail to simulate.
        mode: Another mode of the resource, by an id of compare-modes such as "auto-scaled-70".

    Raises:
        CapplanError: The resource is unknown or cannot be simulated, it has no such mode, or the simulation is too
            large.
    """
    metered = meter(scenario, seed)
    chosen = _chosen(scenario, resource)
    simulated = [r for r in chosen if r.type.simulator() is not None]
    if resource is not None and not simulated:
        raise _error(scenario, f"'{resource}' cannot be simulated yet", "name a table or a function")
    request = asked_for or SimulationRequest()
    return Simulation(
        version=__version__,
        name=scenario.name,
        region=scenario.region,
        file=scenario.file,
        sha256=scenario.sha256,
        seed=seed,
        timezone=scenario.timezone,
        resources=tuple(_simulated(metered, r, request, mode) for r in simulated),
        skipped=tuple(r.label for r in chosen if r.type.simulator() is None),
        ranges=scenario.ranges or None,
    )


def _chosen(scenario: Scenario, name: str | None) -> tuple[Resource, ...]:
    resources = tuple(scenario.resources.values())
    if name is None:
        return resources
    named = tuple(r for r in resources if name in (r.label, r.address))
    if named:
        return named
    several = [r.address for r in resources if r.name == name]
    if several:
        raise _error(scenario, f"'{name}' is in more than one section", f"write {' or '.join(several)}")
    labels = [r.label for r in resources]
    raise _error(scenario, f"there is no resource '{name}'", did_you_mean(name, labels, listed("resource", labels)))


def _error(scenario: Scenario, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(scenario.file, 0, 0, message, hint),))


def _simulated(metered: Metered, resource: Resource, request: SimulationRequest, mode: str | None) -> Simulated:
    simulator, simulated = resource.type.simulator(), metered.resource(resource.address)
    assert simulator is not None  # noqa: S101  the caller has checked it
    if mode is not None:
        modes = simulator.modes(simulated, metered.demand[resource.address]) if simulator.modes else {}
        if mode not in modes:
            hint = did_you_mean(mode, modes, listed("mode", list(modes)))
            raise _error(metered.scenario, f"{resource.label} has no mode '{mode}'", hint)
        spec, usage = modes[mode]
        simulated = simulated._replace(spec=spec, usage=usage)
    size = simulator.size(simulated.usage)
    if size.cells > MAX_CELLS:
        message = f"simulating {resource.label} is too large: {size.words()}, at most {MAX_CELLS:,}"
        hint = f"the largest factor is {max(size.factors, key=lambda factor: factor[1])[0]}: reduce it"
        raise CapplanError((metered.scenario.doc.diagnostic(resource.address.split("."), message, hint, key=True),))
    timelines = simulator.run(simulated, request)
    return Simulated(resource.label, resource.address, resource.type.id, timelines)
