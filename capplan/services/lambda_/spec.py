"""What a scenario may say of a Lambda function. It computes nothing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from capplan.quantities import Duration, Megabytes, Milliseconds, Share, Size, WholeCount

_CONFIG = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True, populate_by_name=True)
Via = Literal[
    "api-gateway-http",
    "api-gateway-rest",
    "function-url",
    "alb",
    "appsync",
    "cognito",
    "s3",
    "sns",
    "eventbridge",
    "sqs",
    "kinesis",
]
NOT_YET: Mapping[str, str] = {
    "provisioned_concurrency": "environments kept ready, billed whether used or not",
    "snap_start": "environments restored from a snapshot",
    "power_tuning": "measured durations by memory size",
    "retries": "retries of asynchronous invocations",
    "fails": "failing invocations and their retries",
    "init": "cold starts",
}


class Trigger(BaseModel):
    """What invokes a function from outside, or a table's stream."""

    model_config = _CONFIG

    traffic: str | None = None
    """The name of a traffic."""
    stream: str | None = None
    """The name of a table whose stream it reads."""
    via: Via | None = None
    """Where the traffic comes through, such as api-gateway-http, sqs or kinesis."""
    batch: WholeCount | None = Field(default=None, ge=1, le=10_000)
    """The most records one invocation takes (100 from a stream, 10 from SQS)."""
    window_ms: Milliseconds | None = Field(default=None, alias="window")
    """How long records are gathered before an invocation, such as 5 s."""
    shards: WholeCount | None = Field(default=None, ge=1)
    """Shards of the Kinesis stream (1)."""
    filter: Share | None = None
    """The share of records that is passed on, such as 20%."""
    payload: Size | None = None
    """Size of an event."""


def _triggers(raw: object) -> object:
    """One trigger or a list; a plain name is a traffic's."""
    listed = raw if isinstance(raw, list | tuple) else [raw]
    return tuple({"traffic": one} if isinstance(one, str) else one for one in listed)


class Package(BaseModel):
    """Sizes of a zip package."""

    model_config = _CONFIG

    zipped_mb: Annotated[Megabytes | None, Field(alias="zipped")] = None
    """Size as uploaded."""
    unzipped_mb: Annotated[Megabytes | None, Field(alias="unzipped")] = None
    """Size unpacked, layers included: 250 MB at most."""


class Function(BaseModel):
    """A Lambda function."""

    model_config = _CONFIG

    triggers: Annotated[tuple[Trigger, ...], BeforeValidator(_triggers)] = ()
    """What invokes it: a traffic's name, {traffic, via} or {stream: orders, batch: 100}."""
    runtime: str | None = None
    """The runtime, such as python3.13; told, not used yet."""
    memory_mb: Annotated[Megabytes, Field(alias="memory", ge=128, le=10_240)] = 128
    """128 MB to 10240 MB; CPU grows with it."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """x86_64 or arm64, which costs less a GB-second."""
    duration: Duration
    """How long an invocation runs, such as 45 ms or {p50: 45 ms, p99: 300 ms}."""
    timeout_ms: Annotated[Milliseconds, Field(alias="timeout", ge=1000, le=900_000)] = Decimal(3000)
    """1 s to 900 s; an invocation that reaches it is ended and billed to there."""
    ephemeral_storage_mb: Annotated[Megabytes, Field(alias="ephemeral_storage", ge=512, le=10_240)] = 512
    """Scratch storage, 512 MB to 10240 MB; what is above 512 MB is billed."""
    package: Package | None = None
    """Sizes of the zip package: {zipped: 20 MB, unzipped: 90 MB}."""
    image_mb: Annotated[Megabytes | None, Field(alias="image", le=10_240)] = None
    """Size of the container image: 10 GB at most."""
    layers: WholeCount | None = Field(default=None, le=5)
    """How many layers: 5 at most."""
    reserved_concurrency: WholeCount | None = Field(default=None, ge=0)
    """Concurrency kept for this function, its floor and its ceiling."""
    tags: Mapping[str, Any] = Field(default_factory=dict)
    """Tags of the function: {team: checkout}."""
