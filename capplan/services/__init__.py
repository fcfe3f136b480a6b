"""The services capplan plans. A service is loaded whole when a scenario first speaks of it; its manifest always is."""

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


FOLDERS = ("dynamodb", "lambda_", "stepfunctions", "glue")
"""The one list: each service's folder, in the order answers name them."""
SERVICES: tuple[Service, ...] = tuple(_manifest(folder) for folder in FOLDERS)
"""What each service says of itself."""
SECTIONS: Mapping[str, Section] = {section.key: section for service in SERVICES for section in service.sections}
"""The sections of the language that declare resources, in the order answers name them."""
QUOTAS: Mapping[str, Quota] = {
    quota.id: quota
    for quota in sorted((quota for service in SERVICES for quota in service.quotas if quota.shared), key=lambda q: q.id)
}
"""Limits of an account that a scenario may give other figures for, by name."""


@lru_cache
def resource_type(section: str) -> ResourceType[Any, Any]:
    """The type of a section's resources. Its service is loaded now: those that nobody asks for cost no start-up time."""
    folder = next(
        folder for folder, service in zip(FOLDERS, SERVICES, strict=True) if SECTIONS[section] in service.sections
    )
    module, _, name = SECTIONS[section].resource_type.partition(":")
    found: ResourceType[Any, Any] = getattr(import_module(f"{__name__}.{folder}.{module}"), name)
    return found


def all_rules() -> tuple[Rule, ...]:
    """Every rule of every service, by id."""
    return tuple(sorted((rule for section in SECTIONS for rule in resource_type(section).rules), key=lambda r: r.id))


def verbs() -> Mapping[str, tuple[str, ...]]:
    """The words of `calls`, and the sections each may reach."""
    words = dict.fromkeys(verb for section in SECTIONS.values() for verb in section.verbs)
    return {verb: tuple(key for key, section in SECTIONS.items() if verb in section.verbs) for verb in words}


def emitters() -> Mapping[str, str]:
    """Sections whose resources others read from, by the key of a trigger that names one."""
    return {section.emits.word: section.key for section in SECTIONS.values() if section.emits is not None}


def integrations() -> Mapping[tuple[str, str], Integration]:
    """By what actions a workflow calls which resources."""
    return {key: found for service in SERVICES for key, found in service.integrations.items()}


def default_quota(limit: str, region: str, quotas: Mapping[str, Decimal]) -> Decimal | None:
    """AWS's default of a limit that the account shares; None where there is none.

    Args:
        limit: Its name.
        region: Where the account works.
        quotas: The account's own figures: some quotas follow another one.
    """
    quota = QUOTAS.get(limit)
    if quota is None:
        return None
    if quota.follows is None:
        return quota.in_region(region)
    leader, factor = quota.follows
    of_leader = quotas.get(leader, QUOTAS[leader].in_region(region))
    return of_leader * factor
