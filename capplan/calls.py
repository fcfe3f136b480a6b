"""A request that one resource makes of another, in the words of the AWS API."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from capplan.quantities.fields import Count, Milliseconds, Share, Size, WholeCount
from capplan.spec_config import SPEC_CONFIG

Op = str
"""A verb of `calls`, such as get, invoke or run; declared in the manifest of the service that accepts it."""


class Access(BaseModel):
    """One request, with everything that its charge depends on."""

    model_config = SPEC_CONFIG

    op: Op = Field(exclude=True)
    """The verb of the request: get, put, invoke, start, run …"""
    target: str = Field(default="", exclude=True)
    """The name of the resource that is called."""
    times: Count = Decimal(1)
    """Requests per invocation or run of the caller (1)."""
    chance: Share = Decimal(1)
    """The share of the caller's invocations or runs that make this request (100%)."""
    per: Literal["invocation", "record", "cold-start"] = Field(default="invocation", exclude=True)
    """invocation: the request is made for each invocation; record: for each record of its batch; cold-start: once in an environment of a function."""
    cache_ms: Milliseconds | None = Field(default=None, alias="cache", exclude=True)
    """Of a request per cold-start: how long the answer is kept, such as 5 min; without it, as long as the environment lives."""
    index: str | None = None
    """The index to read, by its name under `indexes`."""
    item_size: Size | None = None
    """The item's size, such as 1.8 KB; default: the table's `item_size`."""
    items: Count | None = None
    """Items per request, for a query, a scan, a batch or a transaction."""
    segments: Annotated[WholeCount, Field(ge=1)] = 1
    """Segments that a scan reads at the same time, its TotalSegments (1): a parallel scan takes less time."""
    consistency: Literal["eventual", "strong"] = "eventual"
    """eventual (half the price) or strong."""
    changes: tuple[str, ...] | None = None
    """The attributes that an update changes; default: all projected ones."""
    sets: Mapping[str, Any] | None = Field(default=None, alias="set")
    """Attributes that an update sets, with their values: {status: shipped}; measured on the table's example items."""
    removes: tuple[str, ...] | None = Field(default=None, alias="remove")
    """Attributes that an update removes: [note]; measured on the table's example items."""
    replaces: Share = Decimal(0)
    """The share of puts that overwrite an item of equal size (0%)."""
    condition_fails: Share = Decimal(0)
    """The share of writes whose condition fails: they consume the table's units but write nothing, also to indexes (0%)."""
    missing: Share = Decimal(0)
    """The share of gets and deletes that find no item; each is billed as the smallest item (0%)."""
    fetches: Share = Decimal(0)
    """The share of a local index's entries whose item is fetched too, for attributes that are not projected (0%)."""
    replays: Share = Decimal(0)
    """The share of write transactions sent again with the same client token within 10 minutes: billed as reads (0%)."""
    is_async: bool = Field(default=False, alias="async")
    """Whether the function is invoked asynchronously, or an API starts the Express workflow without waiting for it (false)."""
    payload: Size | None = None
    """The size of an event, a message, a record or an object: it is billed in steps, of asynchronous invocations above 256 KB."""
    batch: Annotated[WholeCount, Field(ge=1)] | None = None
    """Messages, events or records that one call to the service carries, where it has a batch action (1); `times` counts messages."""
    aggregate: Annotated[Count, Field(ge=1)] = Decimal(1)
    """Records that a producer packs into one of the stream, as the Kinesis Producer Library does (1: none)."""
    parts: Annotated[WholeCount, Field(ge=1)] = 1
    """Parts of a multipart upload (1: the object is put at once); each is a request, and two more begin and end it."""
    storage_class: str | None = Field(default=None, alias="class")
    """The storage class that a put writes to, or that a get reads from; default: the bucket's."""
    service: str | None = None
    """The AWS service that a connection goes to, such as sqs; without one, the internet."""
    worker_type: str | None = Field(default=None, exclude=True, repr=False)
    """The worker type that a workflow gives a job's run; not a key of the language."""
    workers: int | None = Field(default=None, exclude=True, repr=False)
    """The number of workers that it gives; not a key of the language."""
    timeout_ms: Decimal | None = Field(default=None, exclude=True, repr=False)
    """The time-out that it gives, or for how long an API waits for the answer; not a key of the language."""
    via: str = Field(default="", exclude=True, repr=False)
    """The API through which it comes, in the words of a trigger's `via`; not a key of the language."""
    moved: bool = Field(default=False, exclude=True, repr=False)
    """Whether AWS moves it without a request, as SQS to a dead-letter queue; not a key of the language."""
    transactional: bool = Field(default=False, exclude=True, repr=False)
    """Whether it is part of a transaction; not a key of the language."""


SET_BY_SERVICES = ("op", "target", "worker_type", "workers", "timeout_ms", "via", "moved", "transactional")
"""Fields that are no keys of the language."""
KEYS = tuple(field.alias or name for name, field in Access.model_fields.items() if name not in SET_BY_SERVICES)
"""The keys of a request beside its verb."""
