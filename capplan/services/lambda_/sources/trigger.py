"""The keys of a trigger: the traffic, queue or stream that invokes a function.

Lambda Developer Guide, "Event source mappings" and the pages of each source (read 2026-11-23).
"""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from capplan.calls import Access
from capplan.quantities.fields import Milliseconds, Share, Size, WholeCount
from capplan.quantities.text import read_count
from capplan.resource_type import Source
from capplan.services.lambda_.quotas import (
    API_TIMEOUT_MIN,
    BATCH_MAX,
    FIFO_BATCH_MAX,
    HTTP_API_TIMEOUT,
    KAFKA_POLLER_UNIT_RATE,
    MAX_POLLERS_MAX,
    MAXIMUM_CONCURRENCY_MAX,
    MAXIMUM_CONCURRENCY_MIN,
    MIN_POLLERS_MAX,
    PARALLELIZATION_MAX,
    POLLERS_PER_UNIT_MAX,
    QUEUE_BATCH_DEFAULT,
    REST_API_TIMEOUT,
    SQS_WINDOW_MIN,
    STREAM_BATCH_DEFAULT,
    STREAM_RETRIES_MAX,
    UNWINDOWED_SQS_BATCH_MAX,
    VISIBILITY_TIMEOUT_FACTOR,
    VISIBILITY_TIMEOUT_MAX,
    WINDOW_MAX,
)
from capplan.spec_config import SPEC_CONFIG

__all__ = [
    "HTTP_API_TIMEOUT",
    "KAFKA_POLLER_UNIT_RATE",
    "QUEUE_BATCH_DEFAULT",
    "REST_API_TIMEOUT",
    "STREAM_BATCH_DEFAULT",
    "VISIBILITY_TIMEOUT_FACTOR",
    "Pollers",
    "Trigger",
    "read_triggers",
]

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
    "sqs-fifo",
    "kinesis",
    "kafka",
]
QUEUES = frozenset({"sqs", "sqs-fifo"})
ASYNCHRONOUS = frozenset({"s3", "sns", "eventbridge"})
"""Sources that invoke asynchronously."""
POLLED = QUEUES | {"kinesis", "kafka"}
"""Sources that Lambda reads from by an event source mapping."""
FOREVER = -1


_SOURCES_OF = {
    "shards": (
        {"kinesis"},
        "`shards` is for Kinesis only",
        "a table's stream has as many shards as its table has partitions",
    ),
    "parallelization_factor": (
        {"dynamodb", "kinesis"},
        "`parallelization_factor` is for streams only",
        "queues have `maximum_concurrency`",
    ),
    "maximum_concurrency": (
        QUEUES,
        "`maximum_concurrency` is for SQS queues only",
        "add `via: sqs`, or write `reserved_concurrency` at the function",
    ),
    "message_groups": ({"sqs-fifo"}, "`message_groups` is for FIFO queues only", "add `via: sqs-fifo`"),
    "pollers": ({"sqs", "kafka"}, "`pollers` is for SQS and Kafka only", "add `via: sqs` or `via: kafka`"),
    "visibility_timeout_ms": (QUEUES, "`visibility_timeout` is for queues only", "add `via: sqs`"),
    "timeout_ms": (
        {"api-gateway-http", "api-gateway-rest", "alb", "appsync", "cognito"},
        "this source has no timeout: it waits until the function ends",
        "add `via: api-gateway-rest`",
    ),
}
"""Keys that only some sources have: those sources, the error for the others, and its hint."""


def diagnostic(message: str, hint: str) -> PydanticCustomError:
    """An error in a scenario, with its message and its hint."""
    return PydanticCustomError("quantity", "{shown}", {"shown": message, "hint": hint, "found": ""})


def _retries(raw: object) -> object:
    """`forever`, or a number."""
    return FOREVER if raw == "forever" else int(read_count(raw))


class Pollers(BaseModel):
    """Provisioned mode of an event source: how many pollers it has at least and at most."""

    model_config = SPEC_CONFIG

    min_pollers: WholeCount = Field(default=2, alias="min", ge=1, le=MIN_POLLERS_MAX.value)
    """Pollers that always run, billed whether used or not (2)."""
    max_pollers: WholeCount = Field(default=200, alias="max", ge=1, le=MAX_POLLERS_MAX.value)
    """Pollers it scales up to (200)."""
    per_unit: WholeCount = Field(default=1, alias="per-unit", ge=1, le=POLLERS_PER_UNIT_MAX.value)
    """Kafka: pollers that share one event poller unit of {KAFKA_POLLER_UNIT_RATE} (1); up to {POLLERS_PER_UNIT_MAX}."""


class Trigger(BaseModel):
    """What invokes a function from outside, or a table's stream."""

    model_config = SPEC_CONFIG

    traffic: str | None = None
    """The name of a traffic."""
    stream: str | None = None
    """The name of a table whose stream it reads."""
    emitter: SkipJsonSchema[tuple[str, str]] = Field(default=("tables", "dynamodb"), exclude=True)
    """Where `stream` leads: the section, and how Lambda reads it; set by the language for other keys than `stream`."""
    via: Via | None = None
    """Where the traffic comes through, such as api-gateway-http, sqs or kinesis."""
    chance: Share = Decimal(1)
    """The share of the traffic that invokes it (100%)."""
    batch: WholeCount | None = Field(default=None, ge=1, le=BATCH_MAX.value)
    """The largest number of records in one invocation ({STREAM_BATCH_DEFAULT} from a stream, {QUEUE_BATCH_DEFAULT} from SQS)."""
    window_ms: Annotated[Milliseconds, Field(le=WINDOW_MAX.value)] | None = Field(default=None, alias="window")
    """Batch window: how long records are collected before an invocation, such as 5 s; {WINDOW_MAX} at most."""
    shards: WholeCount | None = Field(default=None, ge=1)
    """Shards of the Kinesis stream (1)."""
    filter: Share | None = None
    """The share of records that pass the event filter, such as 20%."""
    payload: Size | None = None
    """Size of an event or a record."""
    parallelization_factor: WholeCount | None = Field(default=None, ge=1, le=PARALLELIZATION_MAX.value)
    """Batches of a shard that are processed at once, 1 to {PARALLELIZATION_MAX} (1)."""
    maximum_concurrency: WholeCount | None = Field(
        default=None, ge=MAXIMUM_CONCURRENCY_MIN.value, le=MAXIMUM_CONCURRENCY_MAX.value
    )
    """Concurrent invocations that an SQS queue causes at most, {MAXIMUM_CONCURRENCY_MIN} to {MAXIMUM_CONCURRENCY_MAX}."""
    message_groups: WholeCount | None = Field(default=None, ge=1)
    """Message groups of a FIFO queue that have messages at the same time."""
    pollers: Pollers | None = None
    """Provisioned mode: {min: 2, max: 200}, billed per event poller unit and hour."""
    visibility_timeout_ms: Milliseconds = Field(
        default=Decimal(30_000), alias="visibility_timeout", le=VISIBILITY_TIMEOUT_MAX.value
    )
    """How long a received message is hidden (30 s); AWS advises {VISIBILITY_TIMEOUT_FACTOR} times the function's timeout."""
    timeout_ms: Milliseconds | None = Field(default=None, alias="timeout", ge=API_TIMEOUT_MIN.value)
    """How long the source waits for an answer (API Gateway: HTTP {HTTP_API_TIMEOUT}, REST {REST_API_TIMEOUT}, which AWS can raise)."""
    retries: Annotated[int, BeforeValidator(_retries), Field(ge=FOREVER, le=STREAM_RETRIES_MAX.value)] = FOREVER
    """How often a failed batch is retried: `forever` until its records expire (the default), or a number."""
    finds: Share | None = None
    """Of a schedule that polls: the share of runs that find something to do."""

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.traffic is None) == (self.stream is None):
            raise diagnostic("a trigger is a traffic or a stream", "write {traffic: shoppers} or {stream: orders}")
        if self.stream is not None and self.via is not None:
            raise diagnostic("a table's stream has no `via`", "remove `via`")
        return self

    @model_validator(mode="after")
    def _keys_fit_the_source(self) -> Self:
        given = {field for field in self.model_fields_set if getattr(self, field) is not None}
        polled = self.stream is not None or self.via in POLLED
        for field, key in (("batch", "batch"), ("window_ms", "window"), ("filter", "filter"), ("retries", "retries")):
            if field in given and not polled:
                raise diagnostic(f"`{key}` is for streams and queues only", "add `via: sqs` or `via: kinesis`")
        for field, (sources, message, hint) in _SOURCES_OF.items():
            if field in given and self.source not in sources:
                raise diagnostic(message, hint)
        return self

    @model_validator(mode="after")
    def _batch_and_pollers_fit_the_source(self) -> Self:
        batch, window_ms = self.batch or 0, self.window_ms or 0
        if self.via == "sqs" and batch > UNWINDOWED_SQS_BATCH_MAX.value and window_ms < SQS_WINDOW_MIN.value:
            raise diagnostic(
                f"an SQS batch above {UNWINDOWED_SQS_BATCH_MAX} needs a batch window",
                f"add `window: {SQS_WINDOW_MIN}` or more",
            )
        if self.via == "sqs-fifo" and (batch > FIFO_BATCH_MAX.value or window_ms):
            raise diagnostic(
                f"a FIFO queue has batches of at most {FIFO_BATCH_MAX} messages, and no batch window",
                f"write `batch: {FIFO_BATCH_MAX}`, without `window`",
            )
        if self.pollers is not None and self.maximum_concurrency is not None:
            raise diagnostic("provisioned mode (`pollers`) excludes `maximum_concurrency`", "write one of the two")
        if self.pollers is not None and self.pollers.min_pollers > self.pollers.max_pollers:
            raise diagnostic("`min` pollers exceed `max`", "write the larger number at `max`")
        return self

    @property
    def source(self) -> str:
        """How the source polls: dynamodb, kinesis, sqs …; its `via` if nothing polls, "" without one."""
        return self.emitter[1] if self.stream is not None else self.via or ""


def read_triggers(raw: object) -> object:
    """One trigger or a list; a plain name is a traffic's."""
    triggers = raw if isinstance(raw, list | tuple) else [raw]
    return tuple({"traffic": trigger} if isinstance(trigger, str) else trigger for trigger in triggers)


def sources(triggers: tuple[Trigger, ...]) -> tuple[Source, ...]:
    """The triggers as what brings demand: each with the share that passes its chance and its filter."""
    return tuple(_source(trigger, place) for place, trigger in enumerate(triggers))


def _source(trigger: Trigger, place: int) -> Source:
    share = Fraction(trigger.chance) * (Fraction(trigger.filter) if trigger.filter is not None else 1)
    access = Access(op="invoke", is_async=trigger.via in ASYNCHRONOUS, payload=trigger.payload)
    if trigger.stream is None:
        return Source(trigger.traffic or "", cause="triggers", share=share, access=access, trigger=place)
    address = f"{trigger.emitter[0]}.{trigger.stream}"
    return Source(address, emitted=True, cause="triggers", share=share, access=access, trigger=place)
