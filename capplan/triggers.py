"""The triggers of a resource that is no function: a traffic, or what another resource emits."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, Field, InstanceOf, model_validator
from pydantic.json_schema import SkipJsonSchema

from capplan.quantities.fields import Count, Share, Size
from capplan.quantities.text import quantity_error
from capplan.service import Emitter
from capplan.spec_config import SPEC_CONFIG


def _read_kinds(raw: object) -> object:
    """One kind or a list of them."""
    return (raw,) if isinstance(raw, str) else tuple(raw) if isinstance(raw, list) else raw


Kinds = Annotated[tuple[str, ...], BeforeValidator(_read_kinds)]
"""Kinds of change: insert, or [insert, modify]."""


class Trigger(BaseModel):
    """What starts a resource, or is delivered to it."""

    model_config = SPEC_CONFIG

    traffic: str | None = None
    """The name of a traffic."""
    stream: str | None = None
    """The name of a table or a stream that it reads."""
    emitter: SkipJsonSchema[InstanceOf[Emitter]] = Emitter()
    """Where `stream` leads: the section, and how it is read; set by the language for other keys than `stream`."""
    chance: Share = Decimal(1)
    """The share of the traffic that starts it (100%)."""
    payload: SkipJsonSchema[Size | None] = Field(default=None, exclude=True)
    """The size of what arrives; set by the language, where what emits it says so."""
    filter: Share | None = None
    """The share of what is emitted that reaches it, by a rule's pattern or a filter policy (100%)."""

    on: Kinds = ()
    """The kinds of change that it reads, where what emits tells them apart: of a bucket created (the default) and removed."""

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.traffic is None) == (self.stream is None):
            raise quantity_error("a trigger is a traffic or what a resource emits", "such as {traffic: shoppers}")
        if self.traffic is not None and self.filter is not None:
            raise quantity_error("`filter` is for what a resource emits", "write `chance` for a share of a traffic")
        return self

    @property
    def share(self) -> Fraction:
        """The share that passes. Range 0 to 1."""
        return Fraction(self.chance) * (Fraction(self.filter) if self.filter is not None else 1)


def _read(raw: object) -> object:
    """One trigger or a list; a plain name is a traffic's."""
    triggers = raw if isinstance(raw, list | tuple) else [raw]
    return tuple({"traffic": trigger} if isinstance(trigger, str) else trigger for trigger in triggers)


Triggers = Annotated[tuple[Trigger, ...], BeforeValidator(_read)]
"""A name, a trigger, or a list of them."""


class Entrance(Trigger):
    """A traffic that comes in at a front door, such as an API."""

    times: Count = Decimal(1)
    """Requests per unit of the traffic (1): 12 where one visit makes twelve."""

    @property
    def share(self) -> Fraction:
        """Requests per unit of the traffic."""
        return super().share * Fraction(self.times)


Entrances = Annotated[tuple[Entrance, ...], BeforeValidator(_read)]
"""A name, a trigger, or a list of them."""


def traffic_names(triggers: tuple[Trigger, ...]) -> tuple[str, ...]:
    """The names of the traffic among triggers."""
    return tuple(trigger.traffic for trigger in triggers if trigger.traffic is not None)
