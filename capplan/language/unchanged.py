"""Finds what a changed scenario has in common with its base, so that it is not read again."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from capplan.flow import DemandFlow
from capplan.language.scenario import Resource, Scenario, Specs
from capplan.services import SECTIONS


class Unchanged:
    """The parts of a base scenario that are the same in the changed data; none without a base."""

    def __init__(self, base: Scenario | None, data: Mapping[str, Any]) -> None:
        same = base is not None and base.data.get("defaults") is data.get("defaults") and _same_names(base, data)
        self._base = base if same else None
        self._same_traffic = base is not None and base.data.get("traffic") is data.get("traffic")
        self._resources = {} if self._base is None else _same_resources(self._base, data)

    def flows(self) -> dict[str, DemandFlow] | None:
        """The requests per second of each traffic, by name; None where they have to be read."""
        base = self._base
        if base is None or not self._same_traffic:
            return None
        return {n: flow for n, flow in base.flows_by_name.items() if n not in base.resources}

    def resource(self, address: str) -> Resource | None:
        """The resource at an address where its data are the same."""
        return self._resources.get(address)

    def with_all_they_name(self, specs: Specs) -> dict[str, Resource]:
        """Resources whose data and those of all resources that they name are the same, by address.

        One with requests from outside has the rate of a traffic in it.
        """
        same, base = self._resources, self._base
        if base is None or base.resources.keys() != specs.keys():
            return {}
        changed = specs.keys() - same.keys()
        return {
            address: resource
            for address, resource in same.items()
            if changed.isdisjoint(resource.named) and (self._same_traffic or not resource.access)
        }

    def start(self, address: str, schedule: str | Fraction) -> DemandFlow | None:
        """The starts of a resource whose schedule is the same."""
        before = self._base.resources.get(address) if self._base is not None else None
        if self._base is None or before is None or before.type.schedule(before.spec) != schedule:
            return None
        return self._base.flows_by_name[address]

    @property
    def without_ranges(self) -> Mapping[str, Any] | None:
        """The base's data where there is no range in it."""
        return None if self._base is None or self._base.ranges else self._base.data


def _same_names(base: Scenario, data: Mapping[str, Any]) -> bool:
    """Whether the traffic has the same names, which resources name."""
    before, after = base.data.get("traffic"), data.get("traffic")
    if before is after:
        return True
    return isinstance(before, Mapping) and isinstance(after, Mapping) and before.keys() == after.keys()


def _same_resources(base: Scenario, data: Mapping[str, Any]) -> dict[str, Resource]:
    out: dict[str, Resource] = {}
    for section in SECTIONS:
        before, after = base.data.get(section), data.get(section)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            for name, new in after.items():
                if name in before and (before[name] is new or _written_alike(before[name], new)):
                    resource = base.resources[f"{section}.{name}"]
                    if not resource.type.is_linked(resource.spec):
                        out[f"{section}.{name}"] = resource
    changed = {a for a, resource in base.resources.items() if a not in out and resource.section.emits}
    if not changed:
        return out
    return {address: resource for address, resource in out.items() if changed.isdisjoint(_read(resource))}


def _read(resource: Resource) -> set[str]:
    """What a resource reads: its spec may hang on the settings of a queue."""
    return {source.name for source in resource.type.sources(resource.spec) if source.emitted}


def _written_alike(one: object, other: object) -> bool:
    """Whether plain data are the same to the last sign: 1 is neither 1.0 nor true."""
    return one is other or (type(one) is type(other) and repr(one) == repr(other))
