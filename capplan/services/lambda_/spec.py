"""What a scenario may say of a Lambda function. It computes nothing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from capplan.quantities import Bytes, Distribution, Duration, Megabytes, Milliseconds, Share, Size, WholeCount, quantile
from capplan.words import WORDS

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


MAX_TIMEOUT_MS = 900_000
"""No function runs longer than 15 minutes (Lambda quotas, read 2026-11-23)."""
_BATCHING = frozenset({"sqs", "kinesis"})
_UNWINDOWED_SQS_BATCH, _LEAST_WINDOW_MS, _MOST_WINDOW_MS = 10, 1000, 300_000
"""SQS gathers more than 10 messages only in a window of 1 s or more; every window ends at 5 minutes."""


def _mistake(shown: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("quantity", "{shown}", {"shown": shown, "hint": hint, "found": ""})


class Trigger(BaseModel):
    """What invokes a function from outside, or a table's stream."""

    model_config = WORDS

    traffic: str | None = None
    """The name of a traffic."""
    stream: str | None = None
    """The name of a table whose stream it reads."""
    via: Via | None = None
    """Where the traffic comes through, such as api-gateway-http, sqs or kinesis."""
    batch: WholeCount | None = Field(default=None, ge=1, le=10_000)
    """The most records one invocation takes (100 from a stream, 10 from SQS)."""
    window_ms: Annotated[Milliseconds, Field(le=_MOST_WINDOW_MS)] | None = Field(default=None, alias="window")
    """How long records are gathered before an invocation, such as 5 s; 300 s at most."""
    shards: WholeCount | None = Field(default=None, ge=1)
    """Shards of the Kinesis stream (1)."""
    filter: Share | None = None
    """The share of records that is passed on, such as 20%."""
    payload: Size | None = None
    """Size of an event."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.traffic is None) == (self.stream is None):
            raise _mistake("a trigger is a traffic or a stream", "write {traffic: shoppers} or {stream: orders}")
        if self.stream is not None and self.via is not None:
            raise _mistake("a table's stream has no `via`", "leave `via` out")
        return self

    @model_validator(mode="after")
    def _only_what_its_source_has(self) -> Self:
        given = [
            word
            for word, value in (("batch", self.batch), ("window", self.window_ms), ("filter", self.filter))
            if value is not None
        ]
        if given and self.stream is None and self.via not in _BATCHING:
            raise _mistake(f"only a stream or a queue has a {given[0]}", "add `via: sqs` or `via: kinesis`")
        if self.shards is not None and self.via != "kinesis":
            raise _mistake("only Kinesis has shards here", "a table's stream has as many as its table has partitions")
        large = self.via == "sqs" and (self.batch or 0) > _UNWINDOWED_SQS_BATCH
        if large and (self.window_ms or 0) < _LEAST_WINDOW_MS:
            raise _mistake("an SQS batch above 10 needs a window", "add `window: 1 s` or more")
        return self


def _triggers(raw: object) -> object:
    """One trigger or a list; a plain name is a traffic's."""
    listed = raw if isinstance(raw, list | tuple) else [raw]
    return tuple({"traffic": one} if isinstance(one, str) else one for one in listed)


def _takes_time(duration: Distribution) -> Distribution:
    """An invocation takes time, and no more than AWS allows; only its tail may reach past that."""
    middle = quantile(duration, 0.5)
    if not middle:
        raise _mistake("an invocation takes time", "expected more than 0, such as 45 ms")
    if middle > MAX_TIMEOUT_MS:
        raise _mistake("no function runs longer than 900 s", "a job or a state machine can take that long")
    return duration


class Package(BaseModel):
    """Sizes of a zip package."""

    model_config = WORDS

    zipped_mb: Annotated[Megabytes | None, Field(alias="zipped")] = None
    """Size as uploaded; above 50 MB it goes through S3."""
    unzipped_mb: Annotated[Annotated[Megabytes, Field(le=250)] | None, Field(alias="unzipped")] = None
    """Size unpacked, layers included: 250 MB at most."""


class Function(BaseModel):
    """A Lambda function."""

    model_config = WORDS

    triggers: Annotated[tuple[Trigger, ...], BeforeValidator(_triggers)] = ()
    """What invokes it: a traffic's name, {traffic, via} or {stream: orders, batch: 100}."""
    runtime: str | None = None
    """The runtime, such as python3.13; told, not used yet."""
    memory_mb: Annotated[Megabytes, Field(alias="memory", ge=128, le=10_240)] = 128
    """128 MB to 10240 MB; CPU grows with it."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """x86_64 or arm64, which costs less a GB-second."""
    duration: Annotated[Duration, AfterValidator(_takes_time)]
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
    """How many layers: 5 at most, with a zip package only."""
    environment_bytes: Annotated[Annotated[Bytes, Field(le=4096)] | None, Field(alias="environment")] = None
    """Size of all environment variables: 4 KB at most."""
    reserved_concurrency: WholeCount | None = Field(default=None, ge=0)
    """Concurrency kept for this function, its floor and its ceiling."""
    tags: Mapping[str, Any] = Field(default_factory=dict)
    """Tags of the function: {team: checkout}."""

    @model_validator(mode="after")
    def _zip_or_image(self) -> Self:
        if self.image_mb is not None and (self.package is not None or self.layers):
            raise _mistake("an image has no zip package and no layers", "write `image` or `package`, not both")
        return self
