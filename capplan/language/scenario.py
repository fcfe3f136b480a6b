"""A checked scenario as the rest of the house sees it. It reads and checks nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.language.gate_syntax import Gate
from capplan.language.models import Account, Commitment
from capplan.model import Line
from capplan.reading.document import Document
from capplan.reading.files import Files
from capplan.resource_type import ResourceType
from capplan.service import Section


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """One line of `calls`: who is called, how often per unit of the caller's work."""

    to: str
    times: Fraction
    access: Access
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class IncomingRequests:
    """One line of `access`: requests that come from outside straight to a table."""

    access: Access
    flow: DemandFlow
    traffic_source: str
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One declared resource: its spec, what it calls, what enters at it."""

    type: ResourceType[Any, Any]
    section: Section
    name: str
    address: str
    label: str
    spec: Any
    calls: tuple[WrittenCall, ...]
    access: tuple[IncomingRequests, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """A checked scenario: everything the planner needs, and the plain data it came from."""

    file: str
    sha256: str
    name: str
    region: str
    timezone: str
    account: Account
    flows_by_name: Mapping[str, DemandFlow]
    resources: Mapping[str, Resource]
    gates: tuple[Gate, ...]
    prices: Mapping[str, Decimal]
    ranges: tuple[str, ...]
    data: Mapping[str, Any] = field(repr=False)
    doc: Document = field(repr=False)
    files: Files = field(repr=False)
    commitments: tuple[Commitment, ...] = ()


def with_gates(scenario: Scenario, *gates: Gate) -> Scenario:
    """The same scenario with some gates more."""
    return replace(scenario, gates=(*scenario.gates, *gates)) if gates else scenario
