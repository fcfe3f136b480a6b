"""The triggers of a front door: a traffic, and how many requests one unit of it makes."""

from decimal import Decimal
from fractions import Fraction

from pydantic import BaseModel

from capplan.calls import Access
from capplan.quantities.fields import Count, Share
from capplan.resource_type import Source
from capplan.spec_config import SPEC_CONFIG


class Entrance(BaseModel):
    """A traffic that comes in here."""

    model_config = SPEC_CONFIG

    traffic: str
    """The name of a traffic."""
    times: Count = Decimal(1)
    """Requests per unit of the traffic (1): 12 where one visit makes twelve."""
    chance: Share = Decimal(1)
    """The share of the traffic that comes here (100%)."""


def read_entrances(raw: object) -> object:
    """One trigger or a list; a plain name is a traffic's."""
    triggers = raw if isinstance(raw, list | tuple) else [raw]
    return tuple({"traffic": trigger} if isinstance(trigger, str) else trigger for trigger in triggers)


def entrance_sources(entrances: tuple[Entrance, ...], op: str) -> tuple[Source, ...]:
    """The triggers as what brings demand."""
    return tuple(
        Source(e.traffic, cause=f"traffic.{e.traffic}", share=Fraction(e.times) * Fraction(e.chance), access=Access(op=op), trigger=i)
        for i, e in enumerate(entrances)
    )
