"""The keys of an event bus in a scenario."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from capplan.quantities.distribution import Distribution, fixed
from capplan.quantities.fields import FailedShare, Milliseconds, Rate, Share, Size, WholeCount
from capplan.quantities.text import quantity_error
from capplan.services.eventbridge.quotas import (
    API_DESTINATION_RATE,  # noqa: F401  named in a docstring
    REQUEST_MAX,  # noqa: F401  named in a docstring
    RETRIES_MAX,
)
from capplan.spec_config import SPEC_CONFIG
from capplan.triggers import Triggers

ALSO_CALLED: Mapping[str, str] = {
    **dict.fromkeys(("payload", "size", "eventsize", "message", "itemsize"), "event"),
    **dict.fromkeys(("archives",), "archive"),
    **dict.fromkeys(("apidestinations", "destinations", "webhooks"), "api_destinations"),
    **dict.fromkeys(("crossaccount", "crossregion", "accounts"), "other_buses"),
    **dict.fromkeys(("schemas", "discovery", "schemaregistry", "discoverer"), "schema_discovery"),
}


class Archive(BaseModel):
    """An archive of a bus's events."""

    model_config = SPEC_CONFIG

    filter: Share = Decimal(1)
    """The share of the events that its pattern keeps (100%)."""
    retention_ms: Annotated[Milliseconds, Field(alias="retention", gt=0)] = Decimal(30 * 86_400_000)
    """How long they are kept (30 d)."""
    replays: Rate | None = None
    """Events that are replayed, such as 1M/month: each is billed as a custom event again."""


class ApiDestination(BaseModel):
    """An HTTP endpoint that a rule calls."""

    model_config = SPEC_CONFIG

    filter: Share = Decimal(1)
    """The share of the events that its rule's pattern matches (100%)."""
    payload: Size | None = None
    """Size of what is sent; default: the event. Each started 64 KB is billed."""
    fails: FailedShare = Decimal(0)
    """The share of calls that fail (0%); each is tried again, and billed."""
    retries: Annotated[WholeCount, Field(ge=0, le=RETRIES_MAX.value)] = int(RETRIES_MAX.value)
    """Retries of an event, 0 to {RETRIES_MAX} ({RETRIES_MAX})."""
    rate: Rate | None = None
    """Invocations a second that its connection allows ({API_DESTINATION_RATE}); what is above it is delayed."""
    dead_letters: str | None = None
    """The queue that gets what was given up, by name."""


class OtherBus(BaseModel):
    """A bus of another account or Region to which a rule sends events."""

    model_config = SPEC_CONFIG

    filter: Share = Decimal(1)
    """The share of the events that its rule's pattern matches (100%)."""


class Bus(BaseModel):
    """An event bus with its rules: what reads it names it in a trigger, with the share that a rule's pattern matches."""

    model_config = SPEC_CONFIG

    event: Size = fixed(1024)
    """Size of an event, such as 2 KB (1 KB); a call has {REQUEST_MAX} at most. Each started 64 KB is billed."""
    archive: Archive | None = None
    """An archive: {retention: 30 d, filter: 100%, replays: 1M/month}."""
    api_destinations: Mapping[str, ApiDestination] = Field(default_factory=dict)
    """HTTP endpoints that rules call, by name: {crm: {filter: 5%, fails: 1%}}."""
    other_buses: Mapping[str, OtherBus] = Field(default_factory=dict)
    """Buses of other accounts that rules send to, by name: {analytics: {filter: 20%}}."""
    schema_discovery: bool = False
    """Whether schemas are discovered (false): each started 8 KB of every event is billed."""
    free: Share = Decimal(0)
    """The share of what comes in by triggers that AWS's own services send as management events, which are free (0%)."""
    triggers: Triggers = ()
    """What comes in beside put-events: {bus: other, filter: 5%}, {bucket: uploads}, or a traffic of partner events by name."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for the reports."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.free and not self.triggers:
            raise quantity_error("`free` is of what triggers bring", "events of put-events are billed; add triggers")
        return self

    def size_of(self, payload: Distribution | None) -> Distribution:
        """The size of an event that a request gives, or does not."""
        return self.event if payload is None else payload

    @property
    def outward(self) -> Fraction:
        """Invocations of targets outside of the scenario for each event, first calls only."""
        out = sum((Fraction(d.filter) for d in self.api_destinations.values()), Fraction(0))
        return out + sum((Fraction(b.filter) for b in self.other_buses.values()), Fraction(0))
