"""The keys of a pipe in a scenario, and what EventBridge does not allow together."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, Field, InstanceOf, model_validator
from pydantic.json_schema import SkipJsonSchema

from capplan.quantities.fields import FailedShare, Milliseconds, Share, Size, WholeCount
from capplan.quantities.text import quantity_error
from capplan.service import Emitter
from capplan.services.eventbridge.quotas import PARALLELIZATION_MAX, PIPE_BATCH
from capplan.spec_config import SPEC_CONFIG
from capplan.triggers import Kinds

QUEUES = frozenset({"sqs", "sqs-fifo"})
ALSO_CALLED: Mapping[str, str] = {
    **dict.fromkeys(("sources", "from"), "source"),
    **dict.fromkeys(("targets", "to"), "target"),
    **dict.fromkeys(("batchsize",), "batch"),
    **dict.fromkeys(("filters", "filtercriteria"), "filter"),
    **dict.fromkeys(("enrich",), "enrichment"),
    **dict.fromkeys(("maximumbatchingwindow", "batchwindow"), "window"),
    **dict.fromkeys(("deadletterqueue", "dlq", "deadletterconfig"), "dead_letters"),
}


class Source(BaseModel):
    """What a pipe reads."""

    model_config = SPEC_CONFIG

    stream: str
    """The name of a table with a stream, or of a Kinesis stream."""
    emitter: SkipJsonSchema[InstanceOf[Emitter]] = Field(default=Emitter(), exclude=True)
    """Where `stream` leads; set by the language for other keys than `stream`."""
    on: Kinds = ()
    """The kinds of change that it reads, where what emits tells them apart."""
    payload: SkipJsonSchema[Size | None] = Field(default=None, exclude=True)
    """The size of a message; set by the language from the queue."""
    max_receive_count: SkipJsonSchema[WholeCount | None] = Field(default=None, exclude=True)
    """Receives of a message; set by the language from the queue."""
    dead_letters: SkipJsonSchema[str | None] = Field(default=None, exclude=True)
    """The queue's dead-letter queue; set by the language."""
    visibility_timeout_ms: SkipJsonSchema[Milliseconds] = Field(
        default=Decimal(30_000), alias="visibility_timeout", exclude=True
    )
    """How long the queue hides a message; set by the language."""
    retention_ms: SkipJsonSchema[Milliseconds | None] = Field(default=None, alias="retention", exclude=True)
    """How long the source keeps what it has; set by the language."""
    message_groups: SkipJsonSchema[WholeCount | None] = Field(default=None, exclude=True)
    """Message groups of a FIFO queue; set by the language."""


class Pipe(BaseModel):
    """An EventBridge pipe."""

    model_config = SPEC_CONFIG

    source: Source
    """What it reads: {queue: orders}, or {stream: orders} of a table or a Kinesis stream."""
    filter: Share = Decimal(1)
    """The share of the records that its filter lets pass (100%); what it does not is not billed."""
    batch: Annotated[WholeCount, Field(ge=1, le=PIPE_BATCH.value)] | None = None
    """The largest batch (10 of a queue, 100 of a stream), at most what the target takes in one call."""
    window_ms: Annotated[Milliseconds, Field(le=300_000)] | None = Field(default=None, alias="window")
    """Batch window: how long records are collected, such as 5 s."""
    parallelization_factor: Annotated[WholeCount, Field(ge=1, le=PARALLELIZATION_MAX.value)] = 1
    """Batches of a shard that are processed at once, 1 to {PARALLELIZATION_MAX} (1)."""
    enrichment: str | None = None
    """The function or state machine that is called with each batch, by name."""
    target: str
    """What gets the batches, by name: a function, queue, topic, bus, stream or state machine."""
    payload: Size | None = None
    """Size of a record, where its source does not say so (1 KB)."""
    fails: FailedShare = Decimal(0)
    """The share of batches whose enrichment or target fails (0%): the whole batch goes through the pipe again."""
    retries: Annotated[WholeCount, Field(ge=0)] | None = None
    """Of a stream: how often a failed batch is tried again (until its records expire); a queue has `max_receive_count`."""
    dead_letters: str | None = None
    """Of a stream: the queue or topic that gets what is said of a discarded batch, by name; a queue's are written at the queue."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for the reports."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.is_queue and self.retries is not None:
            raise quantity_error("`retries` are of streams", "write max_receive_count at the queue")
        if self.is_queue and self.dead_letters is not None:
            raise quantity_error("`dead_letters` of a pipe are of streams", "write dead_letters at the queue")
        if self.is_queue and self.parallelization_factor > 1:
            raise quantity_error("`parallelization_factor` is for streams", "a queue scales by itself")
        return self

    @property
    def is_queue(self) -> bool:
        """Whether it reads a queue."""
        return self.source.emitter.read_as in QUEUES
