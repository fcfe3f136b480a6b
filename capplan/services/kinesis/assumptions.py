"""The defaults that a stream's answer rests on."""

from collections.abc import Iterable

from capplan.model import Assumption
from capplan.services.kinesis.spec import Stream
from capplan.services.kinesis.usage import Usage


def assume(name: str, spec: Stream, usage: Usage) -> Iterable[Assumption]:
    """Defaults that the scenario does not give."""
    path = f"streams.{name}"
    if spec.mode is None:
        why = "shards are given" if spec.provisioned else "no shards are given; the console's default"
        yield Assumption(f"{path}.mode", spec.capacity_mode, why, "aws_default")
    if not usage.offered_records.terms:
        return
    if spec.record is None and any(request.access.payload is None for request in usage.requests):
        reason = "no record size is given: each record is counted as the smallest"
        yield Assumption(f"{path}.record", "up to 1 KB", reason, "workload")
    if "hottest_key" not in spec.model_fields_set:
        yield Assumption(f"{path}.hottest_key", "0%", "records are spread evenly over the shards", "workload")
    if spec.capacity_mode == "on-demand-advantage":
        reason = "the mode is the account's: its other on-demand streams are billed alike"
        yield Assumption(f"{path}.mode", "on-demand-advantage", reason, "aws_default")
