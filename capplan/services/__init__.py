"""The rooms. KINDS is the one place a new service is named."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from capplan.model import Kind
from capplan.services import dynamodb, glue, lambda_, stepfunctions
from capplan.services.dynamodb.limits import pool_quota as _dynamodb_pool
from capplan.services.glue.limits import pool_quota as _glue_pool
from capplan.services.lambda_.limits import pool_quota as _lambda_pool
from capplan.services.stepfunctions.limits import pool_quota as _stepfunctions_pool

KINDS: tuple[Kind[Any, Any], ...] = (dynamodb.KIND, lambda_.KIND, stepfunctions.KIND, glue.KIND)
BY_SECTION = {kind.section: kind for kind in KINDS}

QUOTAS = (
    "dynamodb.account.provisioned_read",
    "dynamodb.account.provisioned_write",
    "dynamodb.table.read",
    "dynamodb.table.write",
    "glue.concurrent_runs",
    "glue.dpus",
    "glue.flex_dpus",
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
    service = limit.partition(".")[0]
    if service == "lambda":
        return _lambda_pool(limit, region, quotas)
    return {"dynamodb": _dynamodb_pool, "stepfunctions": _stepfunctions_pool, "glue": _glue_pool}[service](
        limit, region
    )
