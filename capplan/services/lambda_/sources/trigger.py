"""The keys of a trigger: the traffic, queue or stream that invokes a function.

Lambda Developer Guide, "Event source mappings" and the pages of each source (read 2026-11-23).
"""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, InstanceOf, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from capplan import units
from capplan.calls import Access
from capplan.quantities.fields import Milliseconds, Share, Size, WholeCount
from capplan.quantities.text import read_count
from capplan.resource_type import Source
from capplan.service import Emitter
from capplan.services.lambda_.quotas import (
    API_TIMEOUT_MIN,
    BATCH_MAX,
    FIFO_BATCH_MAX,
    HTTP_API_TIMEOUT,
    KAFKA_POLLER_UNIT_RATE,
    KAFKA_RETENTION_MS,
    KINESIS_RETENTION_MAX,
    MAX_POLLERS_MAX,
    MAXIMUM_CONCURRENCY_MAX,
    MAXIMUM_CONCURRENCY_MIN,
    MIN_POLLERS_MAX,
    PARALLELIZATION_MAX,
    POLLERS_PER_UNIT_MAX,
    QUEUE_BATCH_DEFAULT,
    QUEUE_RETENTION_DEFAULT_MS,
    QUEUE_RETENTION_MAX,
    QUEUE_RETENTION_MIN,
    RECEIVE_COUNT_MAX,
    RECORD_AGE_MAX,
    RECORD_AGE_MIN,
    REST_API_TIMEOUT,
    SQS_WINDOW_MIN,
    STREAM_BATCH_DEFAULT,
    STREAM_RETENTION_MS,
    STREAM_RETRIES_MAX,
    UNWINDOWED_SQS_BATCH_MAX,
    VISIBILITY_TIMEOUT_FACTOR,
    VISIBILITY_TIMEOUT_MAX,
    WINDOW_MAX,
)
from capplan.spec_config import SPEC_CONFIG
from capplan.triggers import Kinds

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
"""Sources that invoke asynchronously: retries, 6 hours of waiting and destinations are Lambda's own."""
POLLED = QUEUES | {"kinesis", "kafka"}
"""Sources that Lambda reads from by an event source mapping."""
STREAMS = frozenset({"dynamodb", "kinesis", "kafka"})
"""Sources that are read in order, shard by shard."""
READS = (POLLED | STREAMS | ASYNCHRONOUS) - {"kafka"}
"""How a resource of the scenario may be read."""
FOREVER = -1


_VIA = "add `via: sqs` or `via: kinesis`"
_SOURCES_OF = {
    "shards": (
        {"kinesis"},
        "`shards` is for Kinesis only",
        "a table's stream has as many shards as its table has partitions",
    ),
    "fan_out": (
        {"kinesis"},
        "`fan_out` is for Kinesis only",
        "remove `fan_out`",
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
    "max_receive_count": (QUEUES, "`max_receive_count` is for queues only", "streams have `retries`"),
    "retention_ms": (
        QUEUES | {"kinesis"},
        "`retention` is for queues and Kinesis only",
        "a table's stream keeps records for 24 h",
    ),
    "max_record_age_ms": (
        {"dynamodb", "kinesis", "kafka"},
        "`max_record_age` is for streams only",
        "queues have `retention`",
    ),
    "dead_letters": (
        STREAMS | QUEUES,
        "`dead_letters` is for streams and queues only",
        "write `on_failure` at the function",
    ),
    "bisect": (STREAMS, "`bisect` is for streams only", "queues have `partial_responses`"),
    "partitions": ({"kafka"}, "`partitions` is for Kafka only", "Kinesis has `shards`"),
    "timeout_ms": (
        {"api-gateway-http", "api-gateway-rest", "alb", "appsync", "cognito"},
        "this source has no timeout: it waits until the function ends",
        "add `via: api-gateway-rest`",
    ),
}
"""Keys that only some sources have: those sources, the error for the others, and its hint."""

_POLLED_KEYS = ("batch", "window_ms", "filter", "retries", "poison", "bisect", "partial_responses")
"""Keys of what Lambda reads in batches."""


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
    emitter: SkipJsonSchema[InstanceOf[Emitter]] = Field(default=Emitter("tables", "dynamodb"), exclude=True)
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
    on: Kinds = ()
    """The kinds of change that invoke it: of a table insert, modify and remove (all), of a bucket created (the default) and removed."""
    filter: Share | None = None
    """The share of records that pass the event filter, such as 20%."""
    payload: Size | None = None
    """Size of an event or a record."""
    fan_out: bool = False
    """Whether it reads a Kinesis stream as a registered consumer, at a read rate of its own (false: it shares the stream's)."""
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
    max_receive_count: WholeCount | None = Field(default=None, ge=1, le=RECEIVE_COUNT_MAX.value)
    """Receives of a message before it moves to the dead-letter queue, 1 to {RECEIVE_COUNT_MAX}; without it, it comes again until it expires."""
    dead_letters: str | None = None
    """The queue, topic or bucket that gets what a stream's batch leaves behind when it is given up, by name; a queue's are written at the queue."""
    retention_ms: Milliseconds | None = Field(default=None, alias="retention", ge=QUEUE_RETENTION_MIN.value)
    """How long a queue keeps a message (4 days; {QUEUE_RETENTION_MIN} to {QUEUE_RETENTION_MAX}), or a Kinesis stream a record (24 h)."""
    max_record_age_ms: Milliseconds | None = Field(
        default=None, alias="max_record_age", ge=RECORD_AGE_MIN.value, le=RECORD_AGE_MAX.value
    )
    """The age at which a stream's record is given up, {RECORD_AGE_MIN} to {RECORD_AGE_MAX}; by default when it expires."""
    partitions: WholeCount | None = Field(default=None, ge=1)
    """Kafka: partitions of the topic; each is read by one invocation at a time."""
    timeout_ms: Milliseconds | None = Field(default=None, alias="timeout", ge=API_TIMEOUT_MIN.value)
    """How long the source waits for an answer (API Gateway: HTTP {HTTP_API_TIMEOUT}, REST {REST_API_TIMEOUT}, which AWS can raise)."""
    retries: Annotated[int, BeforeValidator(_retries), Field(ge=FOREVER, le=STREAM_RETRIES_MAX.value)] = FOREVER
    """How often a failed batch is retried: `forever` until its records expire (the default), or a number."""
    poison: Share = Decimal(0)
    """The share of records that fail whenever they are processed, such as 0.01% (none); each fails its whole batch."""
    bisect: bool = False
    """A failed batch of a stream is split in two until the record that fails is alone (BisectBatchOnFunctionError); no retries are used up."""
    partial_responses: bool = False
    """The function reports what failed (ReportBatchItemFailures): a stream is retried from there on, of a queue only that comes back."""
    finds: Share | None = None
    """Of a schedule that polls: the share of runs that find something to do."""

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.traffic is None) == (self.stream is None):
            raise diagnostic("a trigger is a traffic or a stream", "write {traffic: shoppers} or {stream: orders}")
        if self.stream is not None and self.via is not None:
            raise diagnostic("what is read by its name has no `via`", "remove `via`")
        return self

    @model_validator(mode="after")
    def _keys_fit_the_source(self) -> Self:
        given = {field for field in self.model_fields_set if getattr(self, field) is not None}
        filtered = {"filter"} if self.stream is not None else set()  # a rule and a subscription have patterns too
        for field in _POLLED_KEYS:
            if field in given - filtered and not self.is_polled:
                key = field.removesuffix("_ms")
                hint = f"remove `{key}`: what is delivered comes one by one" if self.stream is not None else _VIA
                raise diagnostic(f"`{key}` is for streams and queues only", hint)
        for field, (sources, message, hint) in _SOURCES_OF.items():
            if field in given and self.source not in sources:
                raise diagnostic(message, hint)
        return self

    @model_validator(mode="after")
    def _retention_fits_the_source(self) -> Self:
        if self.retention_ms is None:
            return self
        low, high = (QUEUE_RETENTION_MIN.value, QUEUE_RETENTION_MAX)
        if self.source == "kinesis":
            low, high = (STREAM_RETENTION_MS, KINESIS_RETENTION_MAX)
        if not low <= self.retention_ms <= high.value:
            days = int(high.value) // (units.SECONDS_PER_DAY * units.MS_PER_SECOND)
            least = "24 h" if self.source == "kinesis" else str(QUEUE_RETENTION_MIN)
            raise diagnostic(f"this source keeps its records for {least} to {days} days", "such as `retention: 4 days`")
        return self

    @model_validator(mode="after")
    def _batch_and_pollers_fit_the_source(self) -> Self:
        batch, window_ms = self.batch or 0, self.window_ms or 0
        if self.source == "sqs" and batch > UNWINDOWED_SQS_BATCH_MAX.value and window_ms < SQS_WINDOW_MIN.value:
            raise diagnostic(
                f"an SQS batch above {UNWINDOWED_SQS_BATCH_MAX} needs a batch window",
                f"add `window: {SQS_WINDOW_MIN}` or more",
            )
        if self.source == "sqs-fifo" and (batch > FIFO_BATCH_MAX.value or window_ms):
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
    def is_polled(self) -> bool:
        """Whether Lambda reads it by an event source mapping."""
        return self.source in POLLED | STREAMS

    @property
    def source(self) -> str:
        """How the source polls: dynamodb, kinesis, sqs …; its `via` if nothing polls, "" without one."""
        return self.emitter.read_as if self.stream is not None else self.via or ""


def retention_ms(trigger: Trigger) -> Fraction:
    """How long a source keeps what is not yet read: AWS deletes it after that. Kafka: 7 days, its own default."""
    if trigger.retention_ms is not None:
        kept = Fraction(trigger.retention_ms)
    elif trigger.source in QUEUES:
        kept = Fraction(QUEUE_RETENTION_DEFAULT_MS)
    else:
        kept = Fraction(KAFKA_RETENTION_MS if trigger.source == "kafka" else STREAM_RETENTION_MS)
    return kept if trigger.max_record_age_ms is None else min(kept, Fraction(trigger.max_record_age_ms))


def read_triggers(raw: object) -> object:
    """One trigger or a list; a plain name is a traffic's."""
    triggers = raw if isinstance(raw, list | tuple) else [raw]
    return tuple({"traffic": trigger} if isinstance(trigger, str) else trigger for trigger in triggers)


def sources(triggers: tuple[Trigger, ...]) -> tuple[Source, ...]:
    """The triggers as what brings demand: each with the share that passes its chance and its filter."""
    return tuple(_source(trigger, place) for place, trigger in enumerate(triggers))


def _source(trigger: Trigger, place: int) -> Source:
    share = Fraction(trigger.chance) * (Fraction(trigger.filter) if trigger.filter is not None else 1)
    access = Access(op="invoke", is_async=trigger.source in ASYNCHRONOUS, payload=trigger.payload)
    if (
        trigger.stream is None
    ):  # EventBridge invokes asynchronously (Lambda Developer Guide, "Invoke a Lambda function on a schedule")
        scheduled = access.model_copy(update={"is_async": True}) if trigger.via is None else None
        return Source(
            trigger.traffic or "", cause="triggers", share=share, access=access, trigger=place, scheduled=scheduled,
            chance=Fraction(trigger.chance),
        )  # fmt: skip
    address = f"{trigger.emitter.section}.{trigger.stream}"
    return Source(
        address, emitted=True, cause="triggers", share=share, access=access, trigger=place, read_as=trigger.source,
        kinds=trigger.on, chance=Fraction(trigger.chance),
    )  # fmt: skip
