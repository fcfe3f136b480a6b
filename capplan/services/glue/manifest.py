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
        ("databrew", "startjobrun"): Integration("databrew", "run", "Name"),
    },
)
