"""The list of services. Manifests are imported at once, the rest of a service when a scenario first declares a resource."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from typing import Any

from capplan.model import Rule
from capplan.resource_type import ResourceType
from capplan.service import Integration, Quota, Section, Service


def _manifest(folder: str) -> Service:
    service: Service = import_module(f"{__name__}.{folder}.manifest").SERVICE
    return service


FOLDERS = (
    "dynamodb",
    "lambda_",
    "stepfunctions",
    "glue",
    "api_gateway",
    "appsync",
    "sqs",
    "sns",
    "eventbridge",
    "kinesis",
    "s3",
    "cloudwatch_logs",
    "cloudwatch",
    "xray",
    "kms",
    "vpc",
    "data_transfer",
    "secrets_manager",
    "parameter_store",
)
"""Each service's folder, in the order of answers: the only list of services."""
SERVICES: tuple[Service, ...] = tuple(_manifest(folder) for folder in FOLDERS)
"""The manifests."""
SECTIONS: Mapping[str, Section] = {section.key: section for service in SERVICES for section in service.sections}
"""The sections of the language that declare resources, in the order of answers."""
QUOTAS: Mapping[str, Quota] = {
    quota.id: quota
    for quota in sorted((quota for service in SERVICES for quota in service.quotas if quota.shared), key=lambda q: q.id)
}
"""Quotas that the account's resources share, by id; a scenario may set them under `account.quotas`."""


@lru_cache
def resource_type(section: str) -> ResourceType[Any, Any]:
    """The type of a section's resources; imports its service."""
    folder = next(
        folder for folder, service in zip(FOLDERS, SERVICES, strict=True) if SECTIONS[section] in service.sections
    )
    module, _, name = SECTIONS[section].resource_type.partition(":")
    type_: ResourceType[Any, Any] = getattr(import_module(f"{__name__}.{folder}.{module}"), name)
    return type_


@lru_cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of every service, by id."""
    return tuple(sorted((rule for section in SECTIONS for rule in resource_type(section).rules), key=lambda r: r.id))


@lru_cache
def verbs() -> Mapping[str, tuple[str, ...]]:
    """The verbs of `calls`, each with the sections that accept it."""
    names = dict.fromkeys(verb for section in SECTIONS.values() for verb in section.verbs)
    return {verb: tuple(key for key, section in SECTIONS.items() if verb in section.verbs) for verb in names}


@lru_cache
def emitters() -> Mapping[str, tuple[str, ...]]:
    """Sections whose resources emit, by the key of a trigger that names such a resource."""
    out: dict[str, tuple[str, ...]] = {}
    for section in SECTIONS.values():
        if section.emits is not None:
            out[section.emits.word] = (*out.get(section.emits.word, ()), section.key)
    return out


@lru_cache
def request_keys() -> Mapping[str, tuple[str, ...]]:
    """Keys of a request that apply to some verbs only, with those verbs."""
    out: dict[str, tuple[str, ...]] = {}
    for section in SECTIONS.values():
        for key, of_section in section.request_keys.items():
            out[key] = tuple(dict.fromkeys((*out.get(key, ()), *of_section)))
    return out


@lru_cache
def receive() -> Mapping[str, str]:
    """By section: the verb by which other resources deliver to it."""
    return {key: section.receives for key, section in SECTIONS.items() if section.receives}


@lru_cache
def integrations() -> Mapping[tuple[str, str], Integration]:
    """The actions by which a workflow calls resources."""
    return {key: integration for service in SERVICES for key, integration in service.integrations.items()}


def default_quota(limit: str, region: str, quotas: Mapping[str, Decimal]) -> Decimal | None:
    """AWS's default of a quota that the account's resources share; None for an unknown one.

    Args:
        limit: The quota's id.
        region: AWS's code of the Region.
        quotas: The scenario's `account.quotas`: some quotas are a multiple of another.
    """
    quota = QUOTAS.get(limit)
    if quota is None:
        return None
    if quota.follows is None:
        return quota.in_region(region)
    leader, factor = quota.follows
    of_leader = quotas.get(leader, QUOTAS[leader].in_region(region))
    return of_leader * factor
