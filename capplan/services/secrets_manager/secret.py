"""Secrets: what may be said of one, what is metered, what it costs, how often the account may read.

AWS Secrets Manager pricing page (read 2026-11-30): each secret a month, a replica as a secret of its own, and each call.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, Field

from capplan.encryption import key_reference, key_requests
from capplan.flow import DemandFlow, steady
from capplan.model import Charge, Demand, Implied, Observable, Option, PoolLoad, RequestStream
from capplan.quantities.fields import WholeCount
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, Reference, ResourceType
from capplan.services.secrets_manager.advice import RULES, options
from capplan.services.secrets_manager.quotas import GET_RATE, SECRETS, WRITE_RATE
from capplan.spec_config import SPEC_CONFIG

__all__ = ["GET_RATE", "SECRET", "Secret"]


class Secret(BaseModel):
    """A secret, or several that are read alike."""

    model_config = SPEC_CONFIG

    count: Annotated[WholeCount, Field(ge=1)] = 1
    """How many secrets it stands for (1); a request reads one of them, of {GET_RATE} that an account may read."""
    replicas: WholeCount = 0
    """Regions that each is replicated to (0): a replica is billed as a secret of its own."""
    encryption: str = "secretsmanager"
    """secretsmanager (the key that Secrets Manager brings, free), or the name of a key under `keys`: each read asks for it."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for the reports."""


class Usage(Record, frozen=True):
    """A month: secrets with their replicas, and calls per second."""

    secrets: int
    requests: tuple[RequestStream, ...]

    @property
    def flow(self) -> DemandFlow:
        """All calls."""
        return DemandFlow.total(stream.flow for stream in self.requests)


_FREE = ("secretsmanager",)
_Metered = MeteredResource[Secret, Usage]


class _SecretType(ResourceType[Secret, Usage]):
    id = "secrets_manager.secret"
    spec = Secret
    rules = RULES
    also_called: Mapping[str, str] = {"replicaregions": "replicas"}

    def warn_if_idle(self, spec: Secret) -> bool:
        """A secret is billed whether or not somebody reads it."""
        del spec
        return False

    def meter(self, resource: DeclaredResource[Secret], demand: Demand) -> Usage:
        spec = resource.spec
        return Usage(spec.count * (1 + spec.replicas), demand.requests)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return tuple(_charges(resource.name, resource.spec, resource.usage))

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"secrets": usage.secrets, "requests": to_quantity(usage.flow.monthly)}

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        loads = [
            PoolLoad(SECRETS.id, DemandFlow.of(steady(SECRETS.id, recurring=False), Fraction(resource.spec.count)))
        ]
        for quota, op in ((GET_RATE, "get-secret"), (WRITE_RATE, "put-secret")):
            streams = [stream for stream in resource.usage.requests if stream.access.op == op]
            flow = DemandFlow.total(stream.flow for stream in streams)
            if flow.terms:
                at_once = max(float(stream.at_once) for stream in streams)
                loads.append(PoolLoad(quota.id, flow, at_once=at_once if at_once > 1 else 0.0))
        return tuple(loads)

    def options(self, resource: _Metered) -> tuple[Option, ...]:
        return tuple(options(resource.name, resource.usage.requests, resource.context))

    def references(self, spec: Secret) -> tuple[Reference, ...]:
        return key_reference(spec.encryption, _FREE)

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        """A decryption for each read, with a key of one's own (AWS Secrets Manager User Guide, pricing; read 2026-11-30)."""
        reads = (stream.flow for stream in resource.usage.requests if stream.access.op == "get-secret")
        cause = f"secrets.{resource.name}"
        return key_requests(
            resource.spec.encryption, "secretsmanager", "decrypt", (DemandFlow.total(reads),), cause, _FREE
        )

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return {"requests": Observable(to_quantity(resource.usage.flow.monthly))}


def _charges(name: str, spec: Secret, usage: Usage) -> Iterable[Charge]:
    words = f"{spec.count:,} secrets" + (f" in {1 + spec.replicas:,} Regions" if spec.replicas else "")
    count = Fraction(usage.secrets)
    yield Charge(f"{name}.secrets", "secrets_manager.secret_month", words, count, "secrets", frequency="recurring")
    flow = usage.flow
    if flow.terms:
        yield Charge(
            f"{name}.requests", "secrets_manager.api_request", "calls to the secret", flow.monthly, "requests", flow
        )  # fmt: skip


SECRET = _SecretType()
