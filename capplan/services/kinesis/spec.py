"""The keys of a Kinesis data stream in a scenario."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from capplan.quantities.fields import ByteRate, Milliseconds, Share, Size, WholeCount
from capplan.services.kinesis.quotas import (
    FREE_RETENTION_MS,
    RETENTION_MAX,
    RETENTION_MIN,
    SHARD_READ_BYTES,
    SHARD_WRITE_BYTES,
    SHARD_WRITE_RECORDS,
)
from capplan.spec_config import SPEC_CONFIG
from capplan.triggers import Triggers

__all__ = ["SHARD_READ_BYTES", "SHARD_WRITE_BYTES", "SHARD_WRITE_RECORDS", "Consumers", "Mode", "Stream"]

Mode = Literal["provisioned", "on-demand", "on-demand-advantage"]
UNSUPPORTED: Mapping[str, str] = {
    "firehose": "Amazon Data Firehose is not modeled: count it as a consumer, consumers: {shared: 1}",
}
ALSO_CALLED: Mapping[str, str] = {
    "shardcount": "shards",
    "retentionperiod": "retention",
    "retentionperiodhours": "retention",
    "streammode": "mode",
    "recordsize": "record",
    "itemsize": "record",
    "warmthroughput": "warm",
}


def _error(message: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("quantity", "{shown}", {"shown": message, "hint": hint, "found": ""})


class Consumers(BaseModel):
    """What reads the stream beside the resources of the scenario that name it in a trigger."""

    model_config = SPEC_CONFIG

    shared: WholeCount = 0
    """Consumers by GetRecords, such as an application with the Kinesis Client Library (0); they share {SHARD_READ_BYTES} of each shard."""
    fan_out: WholeCount = 0
    """Registered consumers with enhanced fan-out (0): each has {SHARD_READ_BYTES} of each shard of its own."""


class Stream(BaseModel):
    """A Kinesis data stream."""

    model_config = SPEC_CONFIG

    mode: Mode | None = None
    """provisioned (by shards), on-demand, or on-demand-advantage (an account's setting); default: by `shards`, where given, else on-demand."""
    shards: Annotated[WholeCount, Field(ge=1)] | None = None
    """Open shards of a provisioned stream; each takes {SHARD_WRITE_BYTES} and {SHARD_WRITE_RECORDS}."""
    record: Size | None = None
    """Size of a record, such as 2 KB, of requests that give no `payload`, and for what reads it in batches."""
    hottest_key: Share = Decimal(0)
    """The share of the records that have the most frequent partition key, such as 10% (0%: even)."""
    retention_ms: Annotated[Milliseconds, Field(alias="retention", ge=RETENTION_MIN.value, le=RETENTION_MAX.value)] = (
        Decimal(FREE_RETENTION_MS)
    )
    """How long records are kept, 24 h to 365 days (24 h); longer is billed."""
    reads_back: ByteRate | None = None
    """Of retention past 7 days: how much is read back from that part, such as 50 GB/month."""
    consumers: Consumers = Consumers.model_construct()
    """Consumers that no trigger of the scenario names: {shared: 1, fan_out: 2}."""
    warm: ByteRate | None = None
    """Write throughput that an on-demand-advantage stream is warmed to, such as 100 MB/s; it costs nothing."""
    encryption: str = "none"
    """none, aws-managed (the key aws/kinesis), or the name of a key under `keys`: each shard asks for it every five minutes."""
    triggers: Triggers = ()
    """What is delivered to it: {bus: shop, filter: 5%}, the target of a rule, or a traffic by name."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for the reports."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.shards is not None and self.mode not in (None, "provisioned"):
            raise _error(
                f"`shards` are of a provisioned stream, and the mode is {self.mode}", "write mode: provisioned"
            )
        if self.mode == "provisioned" and self.shards is None:
            raise _error("a provisioned stream needs `shards`", "write shards: 4, or mode: on-demand")
        if self.warm is not None and self.mode != "on-demand-advantage":
            raise _error("only an on-demand-advantage stream is warmed", "write mode: on-demand-advantage")
        if self.reads_back is not None and self.provisioned and self.retention_ms <= 7 * FREE_RETENTION_MS:
            raise _error("`reads_back` is of records older than 7 days", "write retention: 30 d")
        return self

    @property
    def provisioned(self) -> bool:
        """Whether it is paid for by shards."""
        return self.capacity_mode == "provisioned"

    @property
    def capacity_mode(self) -> Mode:
        """The mode: provisioned where shards are given, else on-demand."""
        if self.mode is not None:
            return self.mode
        return "provisioned" if self.shards is not None else "on-demand"
