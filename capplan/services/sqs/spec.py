"""The keys of a queue in a scenario, and what SQS does not allow together."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from capplan.quantities.distribution import Distribution, fixed, quantile
from capplan.quantities.fields import FailedShare, Milliseconds, Share, Size, WholeCount
from capplan.quantities.text import quantity_error
from capplan.services.sqs.quotas import (
    BATCH_MAX,
    DATA_KEY_REUSE_MS,
    DELAY_MAX,
    FIFO_CALLS,
    HIGH_THROUGHPUT_CALLS,  # noqa: F401  named in a docstring
    LONG_POLL_MAX,
    MESSAGE_MAX,
    RECEIVES_MAX,
    RETENTION_MAX,
    RETENTION_MIN,
    VISIBILITY_MAX,
)
from capplan.spec_config import SPEC_CONFIG
from capplan.triggers import Triggers

__all__ = ["BATCH_MAX", "FIFO_CALLS", "Consumers", "Queue"]

ALSO_CALLED: Mapping[str, str] = {
    **dict.fromkeys(("visibility", "visibilitytimeoutseconds"), "visibility_timeout"),
    **dict.fromkeys(("messageretentionperiod", "retentionperiod", "messageretentionseconds"), "retention"),
    **dict.fromkeys(("maxreceivecount", "maxreceives"), "max_receive_count"),
    **dict.fromkeys(("delayseconds", "deliverydelay"), "delay"),
    **dict.fromkeys(("receivemessagewaittimeseconds", "receivewaittimeseconds", "receivewaittime"), "receive_wait"),
    **dict.fromkeys(("deadletterqueue", "dlq", "redrivepolicy", "deadletter", "deadletterqueues"), "dead_letters"),
    **dict.fromkeys(("payload", "size", "messagesize", "itemsize"), "message"),
    **dict.fromkeys(("fifoqueue", "fifo"), "type"),
    **dict.fromkeys(("fairqueue", "fairqueues"), "fair"),
    **dict.fromkeys(("sse", "kms", "kmskey"), "encryption"),
    **dict.fromkeys(("kmsdatakeyreuseperiodseconds", "datakeyreuseperiod"), "data_key_reuse"),
    **dict.fromkeys(("pollers", "workers"), "consumers"),
    **dict.fromkeys(("subscriptions", "subscribesto"), "triggers"),
}


def _one_message(size: Distribution) -> Distribution:
    """A size whose median SQS takes; its tail may be larger."""
    if quantile(size, 0.5) > MESSAGE_MAX.value:
        raise quantity_error(
            f"a message has at most {MESSAGE_MAX}", "put what is larger into S3, and its key into the message"
        )
    return size


def _switch(raw: object) -> object:
    """True is all, false is none."""
    return ("100%" if raw else "0%") if isinstance(raw, bool) else raw


def _counted(raw: object) -> object:
    """A plain number of consumers."""
    return raw if isinstance(raw, Mapping | BaseModel) else {"count": raw}


class Consumers(BaseModel):
    """What receives messages beside the triggers of the scenario: workers on instances or in containers."""

    model_config = SPEC_CONFIG

    count: Annotated[WholeCount, Field(ge=1)]
    """Consumers that ask for messages all the time."""
    batch: Annotated[WholeCount, Field(ge=1, le=BATCH_MAX.value)] = 10
    """Messages that one receive takes at most, 1 to {BATCH_MAX} (10)."""
    every_ms: Annotated[Milliseconds, Field(alias="every", gt=0)] = Decimal(1000)
    """How long one waits after an empty receive, where the queue has no `receive_wait` (1 s)."""
    takes_ms: Annotated[Milliseconds, Field(alias="takes")] = Decimal(1000)
    """How long a message is worked on until it is deleted (1 s); it is in flight as long."""
    fails: FailedShare = Decimal(0)
    """The share of receives after which a message is not deleted (0%): it comes again, up to `max_receive_count` times."""
    chance: Share = Decimal(1)
    """The share of the messages that they receive (100%)."""


class Queue(BaseModel):
    """An SQS queue."""

    model_config = SPEC_CONFIG

    type: Literal["standard", "fifo"] = "standard"
    """standard, or fifo (in order and once; dearer, {FIFO_CALLS} of each action without high throughput)."""
    high_throughput: bool = False
    """High-throughput mode of a FIFO queue (false): {HIGH_THROUGHPUT_CALLS} of each action, more in large Regions."""
    message: Size = fixed(1024)
    """Size of a message with its attributes, such as 2 KB (1 KB); {MESSAGE_MAX} at most. Each started 64 KB is billed."""
    message_groups: Annotated[WholeCount, Field(ge=1)] | None = None
    """Message groups of a FIFO queue that have messages at the same time."""
    visibility_timeout_ms: Annotated[Milliseconds, Field(alias="visibility_timeout", le=VISIBILITY_MAX.value)] = (
        Decimal(30_000)
    )
    """How long a received message is hidden (30 s; {VISIBILITY_MAX} at most)."""
    retention_ms: Annotated[Milliseconds, Field(alias="retention", ge=RETENTION_MIN.value, le=RETENTION_MAX.value)] = (
        Decimal(345_600_000)
    )
    """How long a message is kept (4 days; {RETENTION_MIN} to {RETENTION_MAX})."""
    max_receive_count: Annotated[WholeCount, Field(ge=1, le=RECEIVES_MAX.value)] | None = None
    """Receives of a message before it moves to the dead-letter queue, 1 to {RECEIVES_MAX}; without it, it comes again until it expires."""
    dead_letters: str | None = None
    """The queue that gets what was received too often, by name; it needs `max_receive_count`."""
    delay_ms: Annotated[Milliseconds, Field(alias="delay", le=DELAY_MAX.value)] = Decimal(0)
    """How long a new message stays hidden (0 s; {DELAY_MAX} at most)."""
    receive_wait_ms: Annotated[Milliseconds, Field(alias="receive_wait", le=LONG_POLL_MAX.value)] = Decimal(0)
    """How long a receive of `consumers` waits for a message (0 s: short polling; {LONG_POLL_MAX} at most). Lambda polls by its own time."""
    consumers: Annotated[Consumers, BeforeValidator(_counted)] | None = None
    """What receives messages beside triggers: 4, or {count: 4, batch: 10, takes: 200 ms}."""
    fair: Annotated[Share, BeforeValidator(_switch)] = Decimal(0)
    """Fair queue: true, or the share of the messages that have a message group on a standard queue (0%); to send them costs more."""
    encryption: str = "sqs"
    """sqs (free; the default), none, aws-kms (the key aws/sqs), kms (a key of one's own) or a key's name under `keys`: all three call KMS."""
    data_key_reuse_ms: Annotated[Milliseconds, Field(alias="data_key_reuse", ge=60_000, le=86_400_000)] = Decimal(
        DATA_KEY_REUSE_MS
    )
    """How long SQS uses a data key of KMS again, 1 min to 24 h (5 min)."""
    triggers: Triggers = ()
    """What is delivered to it: {topic: sales, filter: 20%}, {bus: shop, filter: 5%}, {bucket: uploads}, or a traffic by name."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for the reports."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        _one_message(self.message)
        if self.dead_letters is not None and self.max_receive_count is None:
            raise quantity_error("`dead_letters` needs `max_receive_count`", "such as max_receive_count: 5")
        if self.high_throughput and self.type != "fifo":
            raise quantity_error(
                "only a FIFO queue has high throughput", "write type: fifo; a standard queue has no such limit"
            )
        if self.message_groups is not None and self.type != "fifo":
            raise quantity_error(
                "`message_groups` is for FIFO queues", "write type: fifo, or `fair` for a standard queue"
            )
        if self.fair and self.type == "fifo":
            raise quantity_error("a FIFO queue is no fair queue", "write type: standard, or remove `fair`")
        return self

    @property
    def receives(self) -> int:
        """How often a message that nobody deletes is received: up to its last receive, or until it expires."""
        if self.max_receive_count is not None:
            return self.max_receive_count
        return max(1, int(self.retention_ms // max(self.visibility_timeout_ms, Decimal(1))))

    @property
    def is_fifo(self) -> bool:
        """Whether it is a FIFO queue."""
        return self.type == "fifo"
