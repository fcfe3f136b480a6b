"""What a service says of itself: its sections, its quotas, the integrations by which others call it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from capplan import units


class Quota(NamedTuple):
    """A limit that AWS publishes, said once.

    Attributes:
        id: Its name: that of the limit in answers and under `account.quotas`, such as "lambda.concurrency".
        value: AWS's default, in `unit`.
        unit: Such as "MB", "s", "bytes", "WRU/s"; empty for a plain number.
        source: AWS's page.
        read: The day the page was read.
        adjustable: Whether AWS raises it on request.
        shared: Whether the account's resources share it; then a scenario may give its own figure under
            `account.quotas`.
        by_region: Values of Regions that differ.
        follows: Another quota of which it is a multiple: (id, factor).
        request: Its name and code in Service Quotas, such as ("Concurrent executions", "L-B99A9384").
    """

    id: str
    value: int | Decimal
    unit: str
    source: str
    read: date
    adjustable: bool = False
    shared: bool = False
    by_region: Mapping[str, int | Decimal] = {}
    follows: tuple[str, int] | None = None
    request: tuple[str, str] | None = None

    def in_region(self, region: str) -> Decimal:
        """AWS's default in a Region."""
        return Decimal(self.by_region.get(region, self.value))

    def __str__(self) -> str:
        """As a user writes it: 900 s is "15 min", 262144 bytes are "256 KB"."""
        for unit, steps in _STEPS.items():
            if self.unit == unit:
                for size, larger in steps:
                    if self.value and self.value % size == 0:
                        return f"{self.value / Decimal(size):f} {larger}"
        return (
            f"{self.value:f} {self.unit}".rstrip()
            if isinstance(self.value, Decimal)
            else f"{self.value} {self.unit}".rstrip()
        )


_STEPS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "s": ((units.SECONDS_PER_DAY, "days"), (units.SECONDS_PER_HOUR, "h"), (units.SECONDS_PER_MINUTE, "min")),
    "ms": ((3_600_000, "h"), (60_000, "min"), (1000, "s")),
    "bytes": ((units.BYTES_PER_GB, "GB"), (units.BYTES_PER_MB, "MB"), (units.BYTES_PER_KB, "KB")),
}


class Emits(NamedTuple):
    """What others read from a resource: a stream, a queue, a topic.

    Attributes:
        word: The key by which a trigger names the resource: "stream" in {stream: orders}.
        read_as: How Lambda reads it: "dynamodb" and "kinesis" by shard, "sqs" and "sqs-fifo" as a queue.
    """

    word: str
    read_as: str


class Section(NamedTuple):
    """A section of the scenario language, whose entries are resources of one type.

    Attributes:
        key: The section's key, such as "queues".
        noun: What one entry is called in messages: "queue".
        example: How one is written: "orders: {visibility_timeout: 30 s}".
        resource_type: Where its ResourceType is, seen from the service's folder: "queue:QUEUE".
        verbs: The words of `calls` that reach it: ("send",).
        flow_keys: Keys of an entry that say where demand flows, read by the language and not by the spec: `calls`, and
            `access` for requests from outside.
        batches: Verbs whose value may be a list of requests, and the verbs that may stand in it.
        only_in_batches: Verbs that stand nowhere else.
        emits: What others read from one.
    """

    key: str
    noun: str
    example: str
    resource_type: str
    verbs: tuple[str, ...] = ()
    flow_keys: tuple[str, ...] = ("calls",)
    batches: Mapping[str, tuple[str, ...]] = {}
    only_in_batches: tuple[str, ...] = ()
    emits: Emits | None = None


class Integration(NamedTuple):
    """An action of a service by which a workflow's Task, a pipe or an API calls a resource.

    Attributes:
        section: The section of the resource that is called.
        verb: The word of `calls` for it.
        argument: The key of the Task's arguments that names the resource.
        waits: Whether a request-response call lasts as long as the resource's work.
    """

    section: str
    verb: str
    argument: str
    waits: bool = False


class Service(NamedTuple):
    """One AWS service.

    Attributes:
        id: First word of its price keys and limits, and its name in JSON: "sqs".
        label: Its name in answers: "SQS".
        sections: In the order answers name them.
        quotas: Everything AWS publishes as a limit and capplan uses.
        integrations: By (service, action) of an ARN such as arn:aws:states:::sqs:sendMessage, in lower case.
    """

    id: str
    label: str
    sections: tuple[Section, ...]
    quotas: tuple[Quota, ...] = ()
    integrations: Mapping[tuple[str, str], Integration] = {}
