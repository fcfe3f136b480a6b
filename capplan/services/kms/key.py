"""Keys: what each costs while it exists, and what is asked of it.

AWS KMS pricing page (read 2026-11-30): a customer managed key 1 USD a month, billed by the hour, and so each of its replicas
in other Regions; its first and second rotation add as much each, later ones nothing. A key that AWS manages (`aws/sqs`) has
no monthly price, but its requests are billed; one that AWS owns costs nothing.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from capplan.flow import DemandFlow
from capplan.model import Charge, Demand, Observable, PoolLoad
from capplan.quantities.fields import Share, WholeCount
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.services.kms.quotas import (
    ASYMMETRIC_REQUESTS,
    BILLED_ROTATIONS,
    REQUESTS,
)
from capplan.spec_config import SPEC_CONFIG

_PRICES = {
    "symmetric": "kms.request.symmetric",
    "rsa-2048": "kms.request.rsa_2048",
    "asymmetric": "kms.request.asymmetric_other",
}


class Key(BaseModel):
    """A key of KMS."""

    model_config = SPEC_CONFIG

    type: Literal["symmetric", "rsa-2048", "asymmetric"] = "symmetric"
    """symmetric, which services encrypt with, rsa-2048, or asymmetric for other RSA and elliptic curve keys."""
    rotations: Annotated[WholeCount, Field(ge=0)] = 0
    """How often its key material was rotated (0): the first and the second time each add a month's price, later ones nothing."""
    replicas: Annotated[WholeCount, Field(ge=0)] = 0
    """Replicas of a multi-Region key in other Regions (0), each billed as a key."""
    exists: Share = Decimal(1)
    """The share of the month's hours in which it exists (100%)."""
    aws_managed: bool = False
    """Whether AWS manages it, as aws/sqs: no monthly price (false)."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags of the key: {team: checkout}."""


class Usage(Record, frozen=True):
    """A month of a key: key-months, and requests per second."""

    key_months: Fraction
    requests: DemandFlow


def key_months(keys: int, rotations: int) -> int:
    """What is billed of keys in a month: each rotation's key material as a key, the first two of them."""
    return keys * (1 + min(rotations, BILLED_ROTATIONS))


class _KeyType(ResourceType[Key, Usage]):
    id = "kms.key"
    spec = Key

    def warn_if_idle(self, spec: Key) -> bool:
        del spec
        return False

    def meter(self, resource: DeclaredResource[Key], demand: Demand) -> Usage:
        spec = resource.spec
        months = key_months(1 + spec.replicas, spec.rotations) * Fraction(spec.exists)
        return Usage(Fraction(0) if spec.aws_managed else months, demand.flow)

    def charge(self, resource: MeteredResource[Key, Usage]) -> tuple[Charge, ...]:
        name, spec, usage = resource.name, resource.spec, resource.usage
        versions = min(spec.rotations, BILLED_ROTATIONS)
        text = "the key" + (f" and {versions} rotations" if versions else "")
        text += f", in {1 + spec.replicas} Regions" if spec.replicas else ""
        price = _PRICES[spec.type]
        charges = (
            Charge(f"{name}.key", "kms.key_month", text, usage.key_months, "key-months", frequency="recurring"),
            Charge(f"{name}.requests", price, "requests", usage.requests.monthly, "requests", usage.requests),
        )
        return tuple(charge for charge in charges if charge.quantity)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"requests": to_quantity(usage.requests.monthly), "key_months": to_quantity(usage.key_months)}

    def pools(self, resource: MeteredResource[Key, Usage]) -> tuple[PoolLoad, ...]:
        requests = resource.usage.requests
        quota = REQUESTS if resource.spec.type == "symmetric" else ASYMMETRIC_REQUESTS
        return (PoolLoad(quota.id, requests, poisson=True),) if requests.terms else ()

    def observe(self, resource: MeteredResource[Key, Usage]) -> Mapping[str, Observable]:
        return {"requests": Observable(to_quantity(resource.usage.requests.monthly))}


KEY = _KeyType()
