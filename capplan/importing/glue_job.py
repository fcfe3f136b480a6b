"""The size of a Glue job as AWS's API and Terraform tell it, in the words of a template.

Source: AWS Glue API Reference, "Job", "CreateJob" (read 2026-11-30): MaxCapacity is for Python shell jobs and for Glue 1.0
and older; GetJob and GetJobRuns return it for every job.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from capplan.importing.cloudformation.values import number_of, text_of

_OLD_VERSIONS = ("0.", "1.")
_SPARK = "glueetl"


def with_size(props: Mapping[str, Any]) -> dict[str, Any]:
    """A job's properties with workers, or with the capacity of a job that has none.

    From Glue 2.0 on a Spark job takes no capacity: so many DPUs are as many G.1X workers, of one DPU each.
    """
    workers, capacity = number_of(props.get("NumberOfWorkers")), number_of(props.get("MaxCapacity"))
    rest = {key: value for key, value in props.items() if key not in ("MaxCapacity", "AllocatedCapacity")}
    if workers or capacity is None:
        return rest
    command = props.get("Command")
    kind = text_of(command.get("Name")) if isinstance(command, Mapping) else _SPARK
    version = text_of(props.get("GlueVersion"))
    newer = version is None or not version.startswith(_OLD_VERSIONS)
    if (kind or _SPARK) == _SPARK and newer and capacity == capacity.to_integral_value():
        return {**rest, "WorkerType": "G.1X", "NumberOfWorkers": Decimal(int(capacity))}
    return {**rest, "MaxCapacity": capacity.normalize()}
