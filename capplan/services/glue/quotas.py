"""The quotas, defaults and billing minimums of AWS Glue, each with its source and the day it was read."""

from datetime import date
from decimal import Decimal

from capplan.record import replace
from capplan.service import Quota

_QUOTAS = 'AWS General Reference, "AWS Glue endpoints and quotas"'
_JOB_PROPERTIES = 'AWS Glue Developer Guide, "Configuring job properties"'
_API = "AWS Glue API Reference"
_READ = date(2026, 11, 23)
_LARGE_REGIONS = ("us-east-1", "us-east-2", "us-west-2", "ap-northeast-1", "ap-southeast-2", "eu-west-1")


def _shared(name: str, value: int, unit: str) -> Quota:
    return Quota(name, value, unit, _QUOTAS, _READ, adjustable=True, shared=True)


# --- of an account in a Region ---

DPUS = replace(_shared("glue.dpus", 500, "DPU"), by_region=dict.fromkeys(_LARGE_REGIONS, 1000))
FLEX_DPUS = _shared("glue.flex_dpus", 4000, "DPU")
RAY_DPUS = replace(_shared("glue.ray_m_dpus", 50, "M-DPU"), adjustable=False)
CONCURRENT_RUNS = _shared("glue.concurrent_runs", 2000, "concurrent runs")
QUEUED_RUNS = _shared("glue.queued_runs", 1000, "queued runs")
JOBS = _shared("glue.jobs", 2000, "jobs")
CRAWLERS = _shared("glue.crawlers", 1000, "crawlers")
CONCURRENT_CRAWLERS = _shared("glue.concurrent_crawlers", 150, "concurrent crawlers")
DATA_QUALITY_RUNS = _shared("glue.data_quality_runs", 50, "data quality runs")
STATISTICS_RUNS = _shared("glue.column_statistics_runs", 50, "column statistics runs")
STATISTICS_STORED = Quota(
    "glue.statistics_stored", 100_000, "stored", 'AWS Glue Developer Guide, "Anomaly detection"', _READ
)

# --- of one job, crawler or session ---

MAX_RETRIES = Quota("glue.job.max_retries", 10, "", _JOB_PROPERTIES, _READ)
TIMEOUT = Quota("glue.job.timeout", 7 * 86_400, "s", f"{_API}, Job.Timeout", _READ)
RUNS_PER_JOB = Quota("glue.job.max_concurrent_runs", 4000, "runs", _QUOTAS, _READ, adjustable=True)
MAX_CAPACITY = Quota("glue.job.max_capacity", 100, "DPU", f"{_API}, Job.MaxCapacity (Glue 1.0 and older)", _READ)
SPARK_MIN_DPUS = Quota("glue.job.min_capacity", 2, "DPU", _JOB_PROPERTIES, _READ)
FLEX_WAIT = Quota("glue.flex.wait", 20 * 60, "s", 'AWS Glue Developer Guide, "Execution class"', _READ)
RUNS_PER_CRAWLER = Quota("glue.runs_at_once", 1, "runs", f"{_API}, StartCrawler (CrawlerRunningException)", _READ)
SESSION_TIMEOUT = Quota("glue.session.timeout", 2 * 86_400, "s", f"{_API}, CreateSession", _READ)

ALL = (
    *(DPUS, FLEX_DPUS, RAY_DPUS, CONCURRENT_RUNS, QUEUED_RUNS, JOBS, CRAWLERS, CONCURRENT_CRAWLERS),
    *(DATA_QUALITY_RUNS, STATISTICS_RUNS, STATISTICS_STORED, MAX_RETRIES, TIMEOUT, RUNS_PER_JOB, MAX_CAPACITY),
    *(SPARK_MIN_DPUS, FLEX_WAIT, RUNS_PER_CRAWLER, SESSION_TIMEOUT),
)

# --- bounds of this scenario language: AWS publishes none ---

MAX_WORKERS = 10_000
MAX_NODES = 149
MAX_CRAWLER_DPUS = 100

# --- defaults ---

PYTHON_SHELL_DPUS = (Decimal("0.0625"), Decimal(1))
"""DPUs that a Python shell job may have; the first is AWS's default."""
DEFAULT_CAPACITY = 10
"""DPUs of a Spark job on Glue 1.0 and older that sets neither workers nor capacity."""
DEFAULT_TIMEOUT_MINUTES = 480
OLD_DEFAULT_TIMEOUT_MINUTES = 2880
"""The time-out of a job that sets none: 8 hours from Glue 5.0 on, 48 hours before (AWS Glue API, Job.Timeout)."""
FAQ_RETRIES = 3
"""AWS Glue FAQ: "retry all failures three times before sending out an error notification"; no default of the API."""
SESSION_DPUS = 5
CRAWLER_DPUS = 2
"""What AWS's examples use; a crawler's capacity cannot be set (AWS Glue pricing page, Data Catalog example)."""
DATABREW_NODES = 5
DATA_QUALITY_WORKERS = 5
"""Workers of type G.1X of an evaluation run (AWS Glue API, StartDataQualityRulesetEvaluationRun)."""

# --- how usage is billed: AWS Glue pricing page (read 2026-09-20) ---

MINIMUM_S = 60
OLD_SPARK_MINIMUM_S = 600
CRAWLER_MINIMUM_S = 600
"""Minimums per run: 10 minutes for Spark on Glue 0.9 and 1.0 and for crawlers, else 1 minute."""
DATABREW_SESSION_MINUTES = 30
OBJECTS_PER_PRICE = 100_000
REQUESTS_PER_PRICE = 1_000_000
"""Catalog objects and requests behind one price."""
STATISTICS_MONTHS = 24
"""How long statistics of anomaly detection are kept."""
