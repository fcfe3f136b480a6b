"""AWS's default quotas that a whole account of Glue shares. It holds no price and adds nothing up.

AWS General Reference, "AWS Glue endpoints and quotas"; read 2026-11-23.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.flow import DemandFlow, steady
from capplan.model import PoolLoad

DPUS = "glue.dpus"
FLEX_DPUS = "glue.flex_dpus"
RAY_DPUS = "glue.ray_m_dpus"
CONCURRENT_RUNS = "glue.concurrent_runs"
QUEUED_RUNS = "glue.queued_runs"
JOBS = "glue.jobs"
CRAWLERS = "glue.crawlers"
CRAWLERS_RUNNING = "glue.concurrent_crawlers"
QUALITY_RUNS = "glue.data_quality_runs"
STATISTICS_RUNS = "glue.column_statistics_runs"

_LARGE_REGIONS = frozenset({"us-east-1", "us-east-2", "us-west-2", "ap-northeast-1", "ap-southeast-2", "eu-west-1"})
_LARGE_DPUS, _OTHER_DPUS = Decimal(1000), Decimal(500)
_EVERYWHERE = {
    FLEX_DPUS: Decimal(4000),
    RAY_DPUS: Decimal(50),
    CONCURRENT_RUNS: Decimal(2000),
    QUEUED_RUNS: Decimal(1000),
    JOBS: Decimal(2000),
    CRAWLERS: Decimal(1000),
    CRAWLERS_RUNNING: Decimal(150),
    QUALITY_RUNS: Decimal(50),
    STATISTICS_RUNS: Decimal(50),
}
NAMES = tuple(sorted((DPUS, *_EVERYWHERE)))
"""What a scenario may name under `account.quotas` and `account.in_use`."""


def one_of(limit: str) -> PoolLoad:
    """One more of what an account may hold so many of: a job, a crawler."""
    return PoolLoad(limit, DemandFlow.of(steady(limit, recurring=False), Fraction(1)))


def pool_quota(limit: str, region: str, quotas: Mapping[str, Decimal] | None = None) -> Decimal | None:  # noqa: ARG001  no default follows another
    """AWS's default quota of a limit that the account shares; None for a limit that is not shared here."""
    if limit == DPUS:
        return _LARGE_DPUS if region in _LARGE_REGIONS else _OTHER_DPUS
    return _EVERYWHERE.get(limit)
