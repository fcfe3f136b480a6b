"""What Glue says of itself."""

from capplan.service import Section, Service

SERVICE = Service(
    "glue",
    "Glue",
    (
        Section("jobs", "job", "settlement: {workers: 10, duration: 22 min}", "jobs.job:JOB", verbs=("run",)),
        Section("crawlers", "crawler", "daily: {duration: 4 min}", "timed_runs.crawlers:CRAWLER", verbs=("run",)),
        Section(
            "catalog", "catalog", "main: {objects: 100k}", "data_catalog:CATALOG", verbs=("request",), flow_keys=()
        ),
        Section(
            "catalog_tasks",
            "catalog task",
            "statistics: {type: column-statistics, duration: 4 min}",
            "timed_runs.catalog_tasks:CATALOG_TASK",
            verbs=("run",),
        ),
        Section(
            "data_quality", "evaluation", "orders: {duration: 4 min}", "timed_runs.quality:EVALUATION", verbs=("run",)
        ),
        Section("sessions", "session", "analysts: {duration: 2 h}", "timed_runs.sessions:SESSION", verbs=("run",)),
        Section("databrew", "DataBrew job", "clean: {duration: 10 min}", "timed_runs.databrew:BREW", verbs=("run",)),
    ),
)
