"""The records of a checked scenario."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.language.billed_month import BilledMonth
from capplan.language.gate_syntax import Gate
from capplan.language.models import Account, Commitment
from capplan.language.questions import Question
from capplan.model import Line
from capplan.reading.document import Document, Overlaid
from capplan.reading.files import Files
from capplan.record import Record, replace
from capplan.resource_type import ResourceType
from capplan.service import Section

Specs = Mapping[str, tuple[ResourceType[Any, Any], Any]]
"""The type and the spec (None where it is invalid) of each declared resource, by address."""


class WrittenCall(Record, frozen=True):
    """One line of `calls`: the target, and how often it is called per unit of the caller's demand, or per record of it."""

    to: str
    times: Fraction
    access: Access
    line: Line | None = None

    @property
    def per_record(self) -> bool:
        """Whether it is called for each record of a batch."""
        return self.access.per == "record"

    @property
    def per_start(self) -> bool:
        """Whether it is called as an environment of the caller starts."""
        return self.access.per == "cold-start"


class IncomingRequests(Record, frozen=True):
    """One line of `access`: requests from outside to a resource."""

    access: Access
    flow: DemandFlow
    traffic_source: str
    line: Line | None = None


class Resource(Record, frozen=True):
    """One resource: its spec, its calls, its requests from outside.

    `named`: the names of what it calls and of its sources. `implied_by`: addresses of the resources from which it
    follows, where the scenario does not declare it.
    """

    type: ResourceType[Any, Any]
    section: Section
    name: str
    address: str
    label: str
    spec: Any
    calls: tuple[WrittenCall, ...]
    access: tuple[IncomingRequests, ...]
    line: int
    named: frozenset[str] = frozenset()
    implied_by: tuple[str, ...] = ()


class Scenario(Record, frozen=True):
    """A checked scenario, with the plain data it was read from."""

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
    data: Mapping[str, Any]
    doc: Document
    files: Files
    commitments: tuple[Commitment, ...] = ()
    unit: str = ""
    questions: tuple[Question, ...] = ()
    """Keys that nobody has answered yet."""
    allow_open: bool = False
    """Whether an answer may leave out what hangs on them; else it is an error where that is more than nothing."""
    prices_on: date | None = None
    """The day whose prices are used; None for the newest."""
    billed_month: BilledMonth | None = None
    """The month of the calendar that is billed; None for one of 730 hours."""

    @property
    def is_overlaid(self) -> bool:
        """Whether other files are laid over the scenario's own: changes cannot be written into one file then."""
        return isinstance(self.doc, Overlaid)


def declared(scenario: Scenario) -> Scenario:
    """The scenario with the resources that it declares, without those that follow from them."""
    if not any(resource.implied_by for resource in scenario.resources.values()):
        return scenario
    return replace(scenario, resources={a: r for a, r in scenario.resources.items() if not r.implied_by})


def with_gates(scenario: Scenario, *gates: Gate) -> Scenario:
    """The scenario with more gates."""
    return replace(scenario, gates=(*scenario.gates, *gates)) if gates else scenario
