"""Meters a scenario in several Regions: where nothing that it hangs on differs, demand and usage are those of another Region.

What resources are asked for and use hangs on the Region by the defaults of their service's quotas, and of a few types also
by its name (`ResourceType.hangs_on_region`). What follows from them, prices and limits are found for each Region.
"""

from decimal import Decimal

from capplan.language.scenario import Scenario, declared
from capplan.pipeline.implied import causes_of
from capplan.pipeline.meter import Metered, meter_declared, with_implied
from capplan.record import replace
from capplan.services import SERVICES

Alike = tuple[str, tuple[Decimal, ...]]
"""What the metering of a scenario hangs on in a Region: its name where that matters, and the defaults of quotas."""


class ByRegion:
    """Meters one scenario in any Regions: once for all that are alike."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._known: dict[Alike, Metered] = {}

    def meter(self, scenario: Scenario) -> Metered:
        """The scenario, which differs from those before by its Region only, with its demand and usage.

        Raises:
            CapplanError: It cannot be metered.
        """
        alike = alike_by(scenario)
        if alike not in self._known:
            self._known[alike] = meter_declared(scenario, self._seed)
        known = self._known[alike]
        there = replace(known, scenario=declared(scenario), context=replace(known.context, region=scenario.region))
        return with_implied(there, causes_of(there.scenario, there.usage, there.context, {}))


def alike_by(scenario: Scenario) -> Alike:
    """What the metering of the declared resources hangs on in the scenario's Region: where it is equal, that is too."""
    resources = declared(scenario).resources.values()
    keys = {resource.section.key for resource in resources}
    used = (service for service in SERVICES if any(section.key in keys for section in service.sections))
    named = any(resource.type.hangs_on_region(resource.spec) for resource in resources)
    defaults = tuple(quota.in_region(scenario.region) for service in used for quota in service.quotas)
    return scenario.region if named else "", defaults
