"""Computes what follows by itself from metered resources: log groups, alarms, traces, requests of keys."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from capplan.language.scenario import Resource, Scenario
from capplan.model import Context, Demand, Implied
from capplan.record import Record, replace
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services import SECTIONS, resource_type

ByCause = Mapping[str, tuple[Implied, ...]]
"""What follows from each resource, by its address."""
Reused = Callable[[Resource, Demand], Any]
"""The usage of a resource at a demand that is known already; None where it is not."""


class Following(Record, frozen=True):
    """A resource that others imply, with its demand and its usage."""

    resource: Resource
    demand: Demand
    usage: Any


def implied_by(resource: Resource, usage: Any, ctx: Context) -> tuple[Implied, ...]:  # noqa: ANN401  any service's usage
    """What follows from one resource."""
    found: tuple[Implied, ...] = resource.type.implies(MeteredResource(resource.name, resource.spec, usage, ctx))
    return found


def causes_of(scenario: Scenario, usage: Mapping[str, Any], ctx: Context, known: ByCause) -> ByCause:
    """What follows from every resource that implies anything; of some resources it is known already."""
    every = {a: known[a] if a in known else implied_by(r, usage[a], ctx) for a, r in scenario.resources.items()}
    return {address: implied for address, implied in every.items() if implied}


def address_of(implied: Implied) -> str:
    """The address of what is implied."""
    return f"{implied.section}.{implied.name}"


def following(
    scenario: Scenario,
    demand: Mapping[str, Demand],
    causes: ByCause,
    ctx: Context,
    reused: Reused,
    only: Iterable[str] = (),
) -> dict[str, Following]:
    """What is implied, by address: a declared resource with what is asked of it besides, or one of its own.

    Args:
        scenario: The scenario as declared.
        demand: The demand of its resources.
        causes: What follows from each.
        ctx: What services may know.
        reused: A usage that is known already.
        only: The addresses that are asked for; all where empty.
    """
    by_address: dict[str, list[tuple[str, Implied]]] = {}
    wanted = frozenset(only)
    for cause, every in causes.items():
        for implied in every:
            if not wanted or address_of(implied) in wanted:
                by_address.setdefault(address_of(implied), []).append((cause, implied))
    out: dict[str, Following] = {}
    for address, members in by_address.items():
        requests = tuple(stream for _, implied in members for stream in implied.requests)
        own = scenario.resources.get(address)
        if own is None:
            resource = _resource(address, members, ctx, scenario.resources[members[0][0]].line)
            asked = Demand(requests)
        else:
            resource, asked = own, replace(demand[address], requests=(*demand[address].requests, *requests))
        usage = reused(resource, asked)
        if usage is None:
            usage = resource.type.meter(DeclaredResource(resource.name, resource.spec, ctx), asked)
        out[address] = Following(resource, asked, usage)
    return out


def _resource(address: str, members: list[tuple[str, Implied]], ctx: Context, line: int) -> Resource:
    first = members[0][1]
    section = SECTIONS[first.section]
    label = address if first.name in ctx.addresses else first.name
    spec = _spec(first.section, repr(first.settings), _Settings(first.settings))
    causes = tuple(dict.fromkeys(cause for cause, _ in members))
    return Resource(
        resource_type(first.section), section, first.name, address, label, spec, (), (), line, implied_by=causes
    )


class _Settings:
    """Settings that are told apart by their text, so that equal ones share one spec."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Settings)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=4096)
def _spec(section: str, written: str, settings: _Settings) -> Any:  # noqa: ANN401  each service has its own spec
    """The spec of settings; the same object for the same text."""
    del written
    return resource_type(section).spec.model_construct(**settings.values)
