"""Finds what a changed scenario has in common with its base, so that it is not read again."""

from collections.abc import Mapping
from typing import Any

from capplan.flow import DemandFlow
from capplan.language.scenario import Resource, Scenario, Specs


class Unchanged:
    """The parts of a base scenario that are the same in the changed data; none without a base."""

    def __init__(self, base: Scenario | None, data: Mapping[str, Any]) -> None:
        self._data = data
        same = base is not None and all(base.data.get(key) is data.get(key) for key in ("traffic", "defaults"))
        self._base = base if same else None

    def flows(self) -> dict[str, DemandFlow] | None:
        """The requests per second of each traffic, by name; None where they have to be read."""
        base = self._base
        return None if base is None else {n: flow for n, flow in base.flows_by_name.items() if n not in base.resources}

    def resource(self, address: str) -> Resource | None:
        """The resource at an address where its data are the same."""
        section, _, name = address.partition(".")
        base = self._base
        if base is None or address not in base.resources:
            return None
        resource = base.resources[address]
        if not self._is_written_alike(base, section, name) or resource.type.is_linked(resource.spec):
            return None
        read = (source.name.partition(".") for source in resource.type.sources(resource.spec) if source.emitted)
        return resource if all(self._is_written_alike(base, of, emitter) for of, _, emitter in read) else None

    def _is_written_alike(self, base: Scenario, section: str, name: str) -> bool:
        """Whether the data of a resource are the same in both."""
        old, new = base.data[section][name], self._data.get(section, {}).get(name)
        return old is new or _written_alike(old, new)

    def with_all_it_names(self, address: str, specs: Specs) -> Resource | None:
        """The resource at an address where its data and those of all resources that it names are the same."""
        base, resource = self._base, self.resource(address)
        if base is None or resource is None or base.resources.keys() != specs.keys():
            return None
        named = {call.to for call in resource.calls} | {s.name for s in resource.type.sources(resource.spec)}
        return resource if all(a not in specs or self.resource(a) is not None for a in named) else None


def _written_alike(one: object, other: object) -> bool:
    """Whether plain data are the same to the last sign: 1 is neither 1.0 nor true."""
    return one is other or (type(one) is type(other) and repr(one) == repr(other))
