"""The rooms. KINDS is the one place a new service is named."""

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

_POOLS = {
    "dynamodb": _dynamodb_pool,
    "lambda": _lambda_pool,
    "stepfunctions": _stepfunctions_pool,
    "glue": _glue_pool,
}


def pool_quota(limit: str, region: str) -> Decimal | None:
    """The default quota of a limit the account shares, in a Region; None where there is none."""
    return _POOLS[limit.partition(".")[0]](limit, region)
