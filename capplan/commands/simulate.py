"""Resources followed over time, each by its room. It refuses what would be too large, and prices nothing."""

from capplan import __version__
from capplan.errors import CapplanError, Diagnostic
from capplan.language.scenario import Resource, Scenario
from capplan.pipeline.meter import Metered, meter
from capplan.pipeline.results import Simulated, Simulation
from capplan.reading.nearest import nearest
from capplan.timeline import MAX_CELLS, SimulationRequest


def simulate(
    scenario: Scenario,
    resource: str | None = None,
    *,
    seed: int = 0,
    asked_for: SimulationRequest | None = None,
    mode: str | None = None,
) -> Simulation:
    """What happens when: every resource that can be followed over time, or the one named.

    Args:
        scenario: The scenario.
        resource: The label or the address of one resource; None for all.
        seed: For everything drawn.
        asked_for: What to see.
        mode: Another way to run the resource, by an id of compare-modes such as "auto-scaled-70".

    Raises:
        CapplanError: Nothing has this name, it cannot be followed, it has no such mode, or the simulation would be too
            large.
    """
    metered = meter(scenario, seed)
    chosen = _chosen(scenario, resource)
    able = [one for one in chosen if one.type.simulator() is not None]
    if resource is not None and not able:
        raise _refused(scenario, f"'{resource}' cannot be followed over time yet", "name a table or a function")
    asked = asked_for or SimulationRequest()
    return Simulation(
        version=__version__,
        name=scenario.name,
        region=scenario.region,
        file=scenario.file,
        sha256=scenario.sha256,
        seed=seed,
        timezone=scenario.timezone,
        resources=tuple(_followed(metered, one, asked, mode) for one in able),
        skipped=tuple(one.label for one in chosen if one.type.simulator() is None),
    )


def _chosen(scenario: Scenario, name: str | None) -> tuple[Resource, ...]:
    everything = tuple(scenario.resources.values())
    if name is None:
        return everything
    found = tuple(one for one in everything if name in (one.label, one.address))
    if found:
        return found
    several = [one.address for one in everything if one.name == name]
    if several:
        raise _refused(scenario, f"'{name}' stands in more than one section", f"write {' or '.join(several)}")
    close = nearest(name, [one.label for one in everything])
    hint = f"did you mean '{close}'?" if close else f"there is {', '.join(one.label for one in everything)}"
    raise _refused(scenario, f"there is no resource '{name}'", hint)


def _refused(scenario: Scenario, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(scenario.file, 0, 0, message, hint),))


def _followed(metered: Metered, one: Resource, asked_for: SimulationRequest, mode: str | None) -> Simulated:
    simulator, usage, ctx = one.type.simulator(), metered.usage[one.address], metered.context
    assert simulator is not None  # noqa: S101  only such are asked
    spec = one.spec
    if mode is not None:
        known = simulator.modes(one.name, spec, usage, metered.demand[one.address], ctx)
        if mode not in known:
            close = nearest(mode, known)
            hint = f"did you mean '{close}'?" if close else f"there is {', '.join(known) or 'none'}"
            raise _refused(metered.scenario, f"{one.label} has no mode '{mode}'", hint)
        spec, usage = known[mode]
    size = simulator.size(one.name, spec, usage, ctx, asked_for)
    if size.cells > MAX_CELLS:
        message = f"simulating {one.label} is too large: {size.words()}, at most {MAX_CELLS:,}"
        hint = f"{max(size.factors, key=lambda factor: factor[1])[0]} are the most: bring them down"
        raise CapplanError((metered.scenario.doc.diagnostic(one.address.split("."), message, hint, key=True),))
    timelines = simulator.run(one.name, spec, usage, ctx, asked_for)
    return Simulated(one.label, one.address, one.type.id, timelines)
