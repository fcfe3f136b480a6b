"""What a scenario may say of the source that invokes a function: a traffic, a queue, a stream. It computes nothing.

Lambda Developer Guide, "Event source mappings" and the pages of each source (read 2026-11-23).
"""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from capplan.calls import Access
from capplan.quantities.fields import Milliseconds, Share, Size, WholeCount
from capplan.quantities.text import read_count
from capplan.resource_type import Source
from capplan.spec_config import SPEC_CONFIG

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
POLLED = QUEUES | {"kinesis", "kafka"}
"""Sources that Lambda reads from by an event source mapping."""
EVENTS = frozenset({"s3", "sns", "eventbridge"})
"""Sources that invoke asynchronously."""
MAX_WINDOW_MS = 300_000
_UNWINDOWED_SQS_BATCH, _LEAST_WINDOW_MS = 10, 1000
"""SQS gathers more than 10 messages only in a window of 1 s or more; every window ends at 5 minutes."""
FOREVER = -1


_ONLY = {
    "shards": ({"kinesis"}, "only Kinesis has shards here", "a table's stream has as many as its table has partitions"),
    "parallelization_factor": (
        {"dynamodb", "kinesis"},
        "only a stream has a parallelization factor",
        "queues have `maximum_concurrency`",
    ),
    "maximum_concurrency": (
        QUEUES,
        "only an SQS queue has a maximum concurrency",
        "add `via: sqs`, or write `reserved_concurrency` at the function",
    ),
    "message_groups": ({"sqs-fifo"}, "only a FIFO queue has message groups", "add `via: sqs-fifo`"),
    "pollers": ({"sqs", "kafka"}, "only SQS and Kafka have provisioned pollers", "add `via: sqs` or `via: kafka`"),
    "visibility_timeout_ms": (QUEUES, "only a queue has a visibility time-out", "add `via: sqs`"),
    "timeout_ms": (
        {"api-gateway-http", "api-gateway-rest", "alb", "appsync", "cognito"},
        "this source waits as long as the function may run",
        "add `via: api-gateway-rest`",
    ),
}
"""Words that only some sources have: which, what is said otherwise, and the way out."""


def diagnostic(shown: str, hint: str) -> PydanticCustomError:
    """A mistake in the words of the language."""
    return PydanticCustomError("quantity", "{shown}", {"shown": shown, "hint": hint, "found": ""})


def _retries(raw: object) -> object:
    """`forever`, or how often."""
    return FOREVER if raw == "forever" else int(read_count(raw))


class Pollers(BaseModel):
    """Provisioned mode of an event source: how many pollers are kept, and how many it may grow to."""

    model_config = SPEC_CONFIG

    least: WholeCount = Field(default=2, alias="min", ge=1, le=200)
    """Pollers kept at all times, billed whether used or not (2)."""
    most: WholeCount = Field(default=200, alias="max", ge=1, le=2000)
    """Pollers it may grow to (200)."""
    per_unit: WholeCount = Field(default=1, alias="per-unit", ge=1, le=10)
    """Kafka: pollers that share one event poller unit of 20 MB/s (1); up to 10."""


class Trigger(BaseModel):
    """What invokes a function from outside, or a table's stream."""

    model_config = SPEC_CONFIG

    traffic: str | None = None
    """The name of a traffic."""
    stream: str | None = None
    """The name of a table whose stream it reads."""
    emitter: tuple[str, str] = Field(default=("tables", "dynamodb"), exclude=True)
    """Where `stream` leads: the section, and how Lambda reads it; set by the language for other keys than `stream`."""
    via: Via | None = None
    """Where the traffic comes through, such as api-gateway-http, sqs or kinesis."""
    chance: Share = Decimal(1)
    """The share of the traffic that invokes it (100%)."""
    batch: WholeCount | None = Field(default=None, ge=1, le=10_000)
    """The most records one invocation takes (100 from a stream, 10 from SQS)."""
    window_ms: Annotated[Milliseconds, Field(le=MAX_WINDOW_MS)] | None = Field(default=None, alias="window")
    """How long records are gathered before an invocation, such as 5 s; 300 s at most."""
    shards: WholeCount | None = Field(default=None, ge=1)
    """Shards of the Kinesis stream (1)."""
    filter: Share | None = None
    """The share of records that is passed on, such as 20%."""
    payload: Size | None = None
    """Size of an event or a record."""
    parallelization_factor: WholeCount | None = Field(default=None, ge=1, le=10)
    """Batches of a shard that run at once, 1 to 10 (1)."""
    maximum_concurrency: WholeCount | None = Field(default=None, ge=2, le=1000)
    """The most invocations at once that an SQS queue causes, 2 to 1,000."""
    message_groups: WholeCount | None = Field(default=None, ge=1)
    """Message groups of a FIFO queue that hold messages at a time."""
    pollers: Pollers | None = None
    """Provisioned mode: {min: 2, max: 200}, billed by the event poller unit and hour."""
    visibility_timeout_ms: Milliseconds = Field(default=Decimal(30_000), alias="visibility_timeout", le=43_200_000)
    """How long a queue hides a message that is worked on (30 s); AWS advises 6 times the function's time-out."""
    timeout_ms: Milliseconds | None = Field(default=None, alias="timeout", ge=50)
    """How long the source waits for an answer (API Gateway: HTTP 30 s, REST 29 s, which AWS can raise)."""
    retries: Annotated[int, BeforeValidator(_retries), Field(ge=FOREVER, le=10_000)] = FOREVER
    """How often a failed batch is tried again: `forever` until its records expire (the default), or a number."""
    finds: Share | None = None
    """Of a schedule that polls: the share of runs that find something to do."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.traffic is None) == (self.stream is None):
            raise diagnostic("a trigger is a traffic or a stream", "write {traffic: shoppers} or {stream: orders}")
        if self.stream is not None and self.via is not None:
            raise diagnostic("a table's stream has no `via`", "leave `via` out")
        return self

    @model_validator(mode="after")
    def _only_what_its_source_has(self) -> Self:
        said = self.model_fields_set
        batching = self.stream is not None or self.via in POLLED
        for word, field in (("batch", "batch"), ("window", "window_ms"), ("filter", "filter"), ("retries", "retries")):
            if field in said and getattr(self, field) is not None and not batching:
                raise diagnostic(f"only a stream or a queue has a {word}", "add `via: sqs` or `via: kinesis`")
        for word, (sources, shown, hint) in _ONLY.items():
            if word in said and getattr(self, word) is not None and self.source not in sources:
                raise diagnostic(shown, hint)
        return self

    @model_validator(mode="after")
    def _within_its_source(self) -> Self:
        large = (self.batch or 0) > _UNWINDOWED_SQS_BATCH
        if self.via == "sqs" and large and (self.window_ms or 0) < _LEAST_WINDOW_MS:
            raise diagnostic("an SQS batch above 10 needs a window", "add `window: 1 s` or more")
        if self.via == "sqs-fifo" and (large or self.window_ms):
            raise diagnostic(
                "a FIFO queue has batches of 10 at most, and no window", "write `batch: 10`, without a window"
            )
        if self.pollers is not None and self.maximum_concurrency is not None:
            raise diagnostic("provisioned pollers exclude a maximum concurrency", "write one of the two")
        if self.pollers is not None and self.pollers.least > self.pollers.most:
            raise diagnostic("fewer pollers at most than at least", "put the larger number at `max`")
        return self

    @property
    def source(self) -> str:
        """How the source polls: dynamodb, kinesis, sqs …; its `via` where nothing polls, "" where it has none."""
        return self.emitter[1] if self.stream is not None else self.via or ""


assert set(get_args(Via)) >= QUEUES | EVENTS  # noqa: S101  one spelling each


def read_triggers(raw: object) -> object:
    """One trigger or a list; a plain name is a traffic's."""
    listed = raw if isinstance(raw, list | tuple) else [raw]
    return tuple({"traffic": one} if isinstance(one, str) else one for one in listed)


def sources(triggers: tuple[Trigger, ...]) -> tuple[Source, ...]:
    """The triggers as what brings demand: each with the share that passes its chance and its filter."""
    return tuple(_source(trigger, place) for place, trigger in enumerate(triggers))


def _source(trigger: Trigger, place: int) -> Source:
    share = Fraction(trigger.chance) * (Fraction(trigger.filter) if trigger.filter is not None else 1)
    access = Access(op="invoke", is_async=trigger.via in EVENTS, payload=trigger.payload)
    if trigger.stream is None:
        return Source(trigger.traffic or "", cause="triggers", share=share, access=access, trigger=place)
    address = f"{trigger.emitter[0]}.{trigger.stream}"
    return Source(address, emitted=True, cause="triggers", share=share, access=access, trigger=place)
