"""Resources followed over time, each by its room. It refuses what would be too large, and prices nothing."""

from collections.abc import Iterable

from capplan import __version__
from capplan.answer import Simulated, Simulation
from capplan.errors import CapplanError, Mistake
from capplan.planning.meter import Metered, meter
from capplan.reading.nearest import nearest
from capplan.scenario.records import Resource, Scenario
from capplan.timeline import MOST_CELLS, Wish


def simulate(scenario: Scenario, resource: str | None = None, *, seed: int = 0, wish: Wish | None = None) -> Simulation:
    """What happens when: every resource that can be followed over time, or the one named.

    Raises:
        CapplanError: Nothing has this name, it cannot be followed, or the simulation would be too large.
    """
    metered = meter(scenario, seed)
    chosen = _chosen(scenario, resource)
    able = [one for one in chosen if one.kind.simulate is not None]
    if resource is not None and not able:
        raise _refused(scenario, f"'{resource}' cannot be followed over time yet", "name a table or a function")
    asked = wish or Wish()
    return Simulation(
        version=__version__,
        name=scenario.name,
        region=scenario.region,
        file=scenario.file,
        sha256=scenario.sha256,
        seed=seed,
        timezone=scenario.timezone,
        resources=tuple(_followed(metered, one, asked) for one in able),
        skipped=tuple(one.label for one in chosen if one.kind.simulate is None),
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
    return CapplanError((Mistake(scenario.file, 0, 0, message, hint),))


def _followed(metered: Metered, one: Resource, wish: Wish) -> Simulated:
    simulator, usage, ctx = one.kind.simulate, metered.usage[one.address], metered.context
    assert simulator is not None  # noqa: S101  only such are asked
    size = simulator.size(one.name, one.spec, usage, ctx, wish)
    if size.cells > MOST_CELLS:
        message = f"simulating {one.label} is too large: {size.words()}, at most {MOST_CELLS:,}"
        hint = f"{max(size.factors, key=lambda factor: factor[1])[0]} are the most: bring them down"
        raise CapplanError((metered.scenario.doc.mistake(one.address.split("."), message, hint, key=True),))
    timelines = simulator.run(one.name, one.spec, usage, ctx, wish)
    return Simulated(one.label, one.address, one.kind.name, timelines)


def labels(resources: Iterable[Resource]) -> tuple[str, ...]:
    """Names as a user may type them."""
    return tuple(one.label for one in resources)
