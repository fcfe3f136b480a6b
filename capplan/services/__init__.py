"""The rooms. SECTIONS is the one place a new service is named; a room is loaded when a scenario first speaks of it."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from typing import Any

from capplan.model import ResourceType, Rule

SECTIONS: Mapping[str, str] = {
    "tables": "dynamodb",
    "functions": "lambda_",
    "state_machines": "stepfunctions",
    "jobs": "glue",
    "crawlers": "glue",
    "catalog": "glue",
    "catalog_tasks": "glue",
    "data_quality": "glue",
    "sessions": "glue",
    "databrew": "glue",
}
"""The room of each section of the language, in the order answers name them."""
_RECORDS = {
    "dynamodb": "dynamodb.table",
    "lambda_": "lambda_.function",
    "stepfunctions": "stepfunctions.state_machine",
    "glue": "glue.jobs.job",
}
_LIMITS = {
    "dynamodb": "dynamodb.limits",
    "lambda_": "lambda_.limits",
    "stepfunctions": "stepfunctions.quotas",
    "glue": "glue.quotas",
}
_ROOM_OF = {"dynamodb": "dynamodb", "lambda": "lambda_", "stepfunctions": "stepfunctions", "glue": "glue"}
"""The room of a limit's first word."""


@lru_cache
def kind_of(section: str) -> ResourceType[Any, Any]:
    """What stands in a section. A room that is not asked for is not loaded: that halves the start of most plans."""
    room = import_module(f"capplan.services.{_RECORDS[SECTIONS[section]]}")
    kinds: tuple[ResourceType[Any, Any], ...] = getattr(room, "KINDS", None) or (room.KIND,)
    return next(kind for kind in kinds if kind.section == section)


def all_kinds() -> tuple[ResourceType[Any, Any], ...]:
    """Every kind of resource, all rooms loaded."""
    return tuple(kind_of(section) for section in SECTIONS)


def all_rules() -> tuple[Rule, ...]:
    """Every rule of every room, by id."""
    return tuple(sorted((rule for kind in all_kinds() for rule in kind.rules), key=lambda rule: rule.id))


QUOTAS = (
    "dynamodb.account.provisioned_read",
    "dynamodb.account.provisioned_write",
    "dynamodb.table.read",
    "dynamodb.table.write",
    "glue.column_statistics_runs",
    "glue.concurrent_crawlers",
    "glue.concurrent_runs",
    "glue.crawlers",
    "glue.data_quality_runs",
    "glue.dpus",
    "glue.flex_dpus",
    "glue.jobs",
    "glue.queued_runs",
    "glue.ray_m_dpus",
    "lambda.concurrency",
    "lambda.request_rate",
    "stepfunctions.express_start_rate",
    "stepfunctions.open_executions",
    "stepfunctions.open_map_runs",
    "stepfunctions.start_rate",
    "stepfunctions.transition_rate",
)
"""Limits of an account that a scenario may give other figures for."""


def pool_quota(limit: str, region: str, quotas: Mapping[str, Decimal]) -> Decimal | None:
    """The default quota of a limit the account shares, in a Region; None where there is none.

    `quotas` are the account's own: Lambda's request rate follows its concurrency.
    """
    room = _ROOM_OF[limit.partition(".")[0]]
    limits = import_module(f"capplan.services.{_LIMITS[room]}")
    found: Decimal | None = limits.pool_quota(limit, region, quotas)
    return found
