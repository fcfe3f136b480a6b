"""Encryption at rest: whose key it is, and what is asked of KMS for it.

AWS KMS Developer Guide, "AWS KMS concepts" (read 2026-11-30): a key that AWS owns is neither billed nor limited; one that AWS
manages in the account (`aws/sqs`) and a key of one's own are asked by the service, for the account.
"""

from collections.abc import Collection, Iterable
from fractions import Fraction

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Implied, RequestStream
from capplan.resource_type import Reference

AWS_OWNED = "aws-owned"
AWS_MANAGED = frozenset({"aws-managed", "aws-kms"})
KEY_OF_ONES_OWN = "kms"
"""A key that the scenario does not declare."""
_SECTION = "keys"


def key_requests(
    encryption: str, service: str, verb: str, requests: Iterable[DemandFlow], cause: str, free: Collection[str]
) -> tuple[Implied, ...]:
    """What encryption asks of KMS.

    Args:
        encryption: What the scenario says: a word of `free`, aws-managed, or the name of a key.
        service: The word of the key that AWS manages: "sqs" of aws/sqs.
        verb: The request: decrypt, encrypt or generate-data-key.
        requests: Requests per second.
        cause: The address of the resource that is encrypted.
        free: Words of encryption that asks nothing of KMS.
    """
    if encryption in free:
        return ()
    managed = encryption in AWS_MANAGED
    name = f"aws/{service}" if managed else encryption
    streams = tuple(
        RequestStream(Access.model_construct(op=verb, target=name), flow, cause) for flow in requests if flow.terms
    )
    return (Implied(_SECTION, name, {"aws_managed": True} if managed else {}, streams),)


def at_most(flow: DemandFlow, monthly: Fraction) -> DemandFlow:
    """Requests of which only so many a month ask KMS, the others finding a key that is kept."""
    whole = flow.monthly
    return flow * (monthly / whole) if whole > monthly else flow


def so_many(flow: DemandFlow, monthly: Fraction) -> DemandFlow:
    """So many requests a month, whenever there is any traffic."""
    return flow * (monthly / flow.monthly) if flow.monthly else flow


def key_reference(encryption: str, free: Collection[str]) -> tuple[Reference, ...]:
    """The key that a spec names under `encryption`, which the scenario has to declare."""
    words = {*free, *AWS_MANAGED, KEY_OF_ONES_OWN}
    return () if encryption in words else (Reference(("encryption",), encryption, _SECTION),)
