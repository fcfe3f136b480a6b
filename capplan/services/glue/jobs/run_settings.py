"""The settings that a caller gives a run, which override the job's.

Source: AWS Glue API Reference, StartJobRun (WorkerType, NumberOfWorkers, Timeout); read 2026-11-23.
"""

from capplan.calls import Access
from capplan.services.glue.jobs.spec import Job

Settings = tuple[tuple[str, object], ...]


def given_settings(spec: Job, access: Access) -> Settings:
    """The settings of a request that are others than the job's."""
    given = (("worker_type", access.worker_type), ("workers", access.workers), ("timeout_ms", access.timeout_ms))
    return tuple((key, value) for key, value in given if value is not None and value != getattr(spec, key))


def with_settings(spec: Job, given: Settings) -> Job:
    """The job with the settings of a run."""
    return spec.model_copy(update=dict(given)) if given else spec
