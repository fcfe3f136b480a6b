"""Parameters: what may be said of one, what is metered, what it costs, how often the account may read.

AWS Systems Manager pricing page, Parameter Store; "Changing Parameter Store throughput" (read 2026-11-30): standard
parameters are free at standard throughput; else each parameter that a call returns is an interaction.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from capplan import units
from capplan.calls import Access
from capplan.encryption import key_reference, key_requests
from capplan.flow import DemandFlow
from capplan.model import Assumption, Charge, Demand, Implied, Observable, Option, PoolLoad, RequestStream, Rule
from capplan.quantities.fields import WholeCount
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, Reference, ResourceType
from capplan.services.parameter_store.advice import RULES, options
from capplan.services.parameter_store.quotas import GET_RATE, HIGHER, NAMES_MAX, RATE
from capplan.spec_config import SPEC_CONFIG

__all__ = ["GET_RATE", "PARAMETER", "RATE", "Parameter"]


class Parameter(BaseModel):
    """A parameter, or several that are read alike."""

    model_config = SPEC_CONFIG

    count: Annotated[WholeCount, Field(ge=1)] = 1
    """How many parameters it stands for (1)."""
    tier: Literal["standard", "advanced"] = "standard"
    """standard (free, up to 4 KB), or advanced (up to 8 KB, with policies): billed by the hour and by interaction."""
    throughput: Literal["standard", "higher"] = "standard"
    """The account's setting: standard ({RATE} for all parameters together), or higher (GetParameter {GET_RATE}), which makes each interaction cost."""
    encryption: str = "none"
    """none, or of SecureStrings aws-managed (the key aws/ssm) or the name of a key under `keys`: each parameter that is read asks for it."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for the reports."""


class Usage(Record, frozen=True):
    """A month: the calls, and the parameters that they return per second."""

    requests: tuple[RequestStream, ...]
    interactions: DemandFlow

    @property
    def flow(self) -> DemandFlow:
        """All calls."""
        return DemandFlow.total(stream.flow for stream in self.requests)


_FREE = ("none",)
_Metered = MeteredResource[Parameter, Usage]


def pool_loads(throughput: str, requests: Iterable[RequestStream]) -> tuple[PoolLoad, ...]:
    """What calls take of the account's rates: one for all at standard throughput, one for each call at higher."""
    by_quota: dict[str, list[RequestStream]] = {}
    for stream in requests:
        quota = RATE if throughput == "standard" else HIGHER[stream.access.op]
        by_quota.setdefault(quota.id, []).append(stream)
    out = []
    for id_, streams in by_quota.items():
        at_once = max(float(stream.at_once) for stream in streams)
        flow = DemandFlow.total(stream.flow for stream in streams)
        out.append(PoolLoad(id_, flow, at_once=at_once if at_once > 1 else 0.0))
    return tuple(out)


def interactions(access: Access) -> Fraction:
    """Parameters that one call returns."""
    return Fraction(1) if access.op == "get-parameter" else Fraction(access.items or 1)


class _ParameterType(ResourceType[Parameter, Usage]):
    id = "parameter_store.parameter"
    spec = Parameter
    rules: tuple[Rule, ...] = RULES

    def warn_if_idle(self, spec: Parameter) -> bool:
        """Nobody has to read a parameter."""
        del spec
        return False

    def validate_request(self, spec: Parameter, access: Access) -> str | None:
        """A call returns so many names at most."""
        del spec
        if access.items is not None and access.items > NAMES_MAX.value:
            return f"{access.op} returns at most {NAMES_MAX} a call: write items: {NAMES_MAX.value} and more `times`"
        return None

    def meter(self, resource: DeclaredResource[Parameter], demand: Demand) -> Usage:
        del resource
        returned = DemandFlow.total(stream.flow * interactions(stream.access) for stream in demand.requests)
        return Usage(demand.requests, returned)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return tuple(_charges(resource.name, resource.spec, resource.usage))

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"requests": to_quantity(usage.flow.monthly), "interactions": to_quantity(usage.interactions.monthly)}

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        return pool_loads(resource.spec.throughput, resource.usage.requests)

    def options(self, resource: _Metered) -> tuple[Option, ...]:
        loads = self.pools(resource)
        return options(resource.name, resource.spec.throughput, loads, resource.context)

    def references(self, spec: Parameter) -> tuple[Reference, ...]:
        return key_reference(spec.encryption, _FREE)

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        """A decryption for each SecureString that is returned (AWS Systems Manager User Guide, read 2026-11-30)."""
        flows, cause = (resource.usage.interactions,), f"parameters.{resource.name}"
        return key_requests(resource.spec.encryption, "ssm", "decrypt", flows, cause, _FREE)

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        usage = resource.usage
        return {
            "requests": Observable(to_quantity(usage.flow.monthly)),
            "interactions": Observable(to_quantity(usage.interactions.monthly)),
        }

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        if not resource.usage.requests or "throughput" in resource.spec.model_fields_set:
            return ()
        path, reason = f"parameters.{resource.name}.throughput", "AWS's default of an account"
        return (Assumption(path, f"standard, {RATE}", reason, "aws_default"),)


def _charges(name: str, spec: Parameter, usage: Usage) -> Iterable[Charge]:
    if spec.tier == "advanced":
        words = f"{spec.count:,} parameters × {units.MONTH_HOURS} h"
        hours = Fraction(spec.count * units.MONTH_HOURS)
        price = "parameter_store.advanced_parameter_hour"
        yield Charge(f"{name}.parameters", price, words, hours, "parameter-hours", frequency="recurring")
    flow = usage.interactions
    if flow.terms and (spec.tier == "advanced" or spec.throughput == "higher"):
        words = "parameters that calls return"
        yield Charge(f"{name}.interactions", "parameter_store.api_request", words, flow.monthly, "interactions", flow)


PARAMETER = _ParameterType()
