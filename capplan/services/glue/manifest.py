"""AWS Glue as a service: jobs, crawlers, sessions, the Data Catalog and DataBrew, and how a Task starts them."""

from capplan.service import Integration, Section, Service
from capplan.services.glue.quotas import ALL

SERVICE = Service(
    id="glue",
    label="Glue",
    sections=(
        Section(
            "jobs",
            "job",
            "settlement: {workers: 10, duration: 22 min}",
            "jobs.job:JOB",
            verbs=("run",),
            flow_keys=("calls",),
            receives="run",
        ),
        Section(
            "crawlers",
            "crawler",
            "orders: {schedule: rate(1 day), duration: 4 min}",
            "timed_runs.crawlers:CRAWLER",
            verbs=("run",),
            flow_keys=("calls",),
        ),
        Section("catalog", "catalog", "main: {objects: 1.2M}", "data_catalog:CATALOG", verbs=("request",)),
        Section(
            "catalog_tasks",
            "catalog task",
            "statistics: {task: column-statistics, dpus: 2, duration: 5 min}",
            "timed_runs.catalog_tasks:CATALOG_TASK",
            verbs=("run",),
            flow_keys=("calls",),
        ),
        Section(
            "data_quality",
            "evaluation",
            "orders: {duration: 6 min}",
            "timed_runs.data_quality:EVALUATION",
            verbs=("run",),
            flow_keys=("calls",),
        ),
        Section(
            "sessions",
            "session",
            "notebooks: {duration: 2 h}",
            "timed_runs.sessions:SESSION",
            verbs=("run",),
            flow_keys=("calls",),
        ),
        Section(
            "databrew",
            "DataBrew job",
            "profile: {duration: 12 min}",
            "timed_runs.databrew:DATABREW",
            verbs=("run",),
            flow_keys=("calls",),
        ),
    ),
    quotas=ALL,
    integrations={
        ("glue", "startjobrun"): Integration("jobs", "run", "JobName"),
        ("glue", "startcrawler"): Integration("crawlers", "run", "Name"),
        ("glue", "startdataqualityrulesetevaluationrun"): Integration("data_quality", "run", "RulesetNames"),
        ("databrew", "startjobrun"): Integration("databrew", "run", "Name"),
    },
    limit_labels={
        "glue.column_statistics_runs": "column statistics runs at once",
        "glue.concurrent_crawlers": "crawlers at once",
        "glue.concurrent_runs": "job runs at once",
        "glue.crawlers": "crawlers",
        "glue.data_quality_runs": "data quality runs at once",
        "glue.dpus": "DPUs at once",
        "glue.flex_dpus": "Flex DPUs at once",
        "glue.jobs": "jobs",
        "glue.max_concurrent_runs": "runs at once",
        "glue.runs_at_once": "runs at once",
        "glue.statistics_stored": "stored statistics",
        "glue.timeout": "run time before the timeout",
    },
)
