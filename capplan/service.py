"""The manifest of a service: its sections, its quotas, and the integrations by which others call it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from capplan import units


class Quota(NamedTuple):
    """A limit that AWS publishes.

    Attributes:
        id: The limit's id in answers and under `account.quotas`, such as "lambda.concurrency".
        value: AWS's default, in `unit`.
        unit: Such as "MB", "s", "bytes", "WRU/s"; empty for a count.
        source: AWS's page.
        read: The day that page was read.
        adjustable: Whether AWS raises it on request.
        shared: Whether the account's resources share it; a scenario may then set it under `account.quotas`.
        by_region: Values in Regions where they differ.
        follows: The quota of which it is a multiple, and the factor: (id, factor).
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
        for size, unit in _STEPS.get(self.unit, ()):
            if self.value and self.value % size == 0:
                return f"{self.value / Decimal(size):f} {unit}"
        return f"{Decimal(self.value):f} {self.unit}".rstrip()


_STEPS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "s": ((units.SECONDS_PER_DAY, "days"), (units.SECONDS_PER_HOUR, "h"), (units.SECONDS_PER_MINUTE, "min")),
    "ms": ((3_600_000, "h"), (60_000, "min"), (1000, "s")),
    "MB": ((units.MB_PER_GB, "GB"),),
    "bytes": ((units.BYTES_PER_GB, "GB"), (units.BYTES_PER_MB, "MB"), (units.BYTES_PER_KB, "KB")),
}


class Emits(NamedTuple):
    """What other resources read from a resource: a stream, a queue, a topic.

    Attributes:
        word: The key of a trigger that names the resource: "stream" in {stream: orders}.
        read_as: How Lambda polls it: "dynamodb" and "kinesis" by shard, "sqs" and "sqs-fifo" as a queue.
    """

    word: str
    read_as: str


class Section(NamedTuple):
    """A section of the scenario language: resources of one type.

    Attributes:
        key: The section's key, such as "queues".
        noun: The name of one resource in messages: "queue".
        example: An entry: "orders: {visibility_timeout: 30 s}".
        resource_type: The module and the name of its ResourceType, in the service's folder: "queue:QUEUE".
        verbs: The verbs of `calls` that its resources accept: ("send",).
        flow_keys: Keys of an entry that the language reads and the spec does not: `calls`, and `access` for requests
            from outside.
        batches: Verbs whose value may be a list of requests, and the verbs of that list.
        only_in_batches: Verbs that are valid in such a list only.
        emits: What other resources read from its resources.
        definition: The key of an entry that names a file with the resource's definition; empty where there is none.
        definition_keys: Keys of such a file, by which it is told when it is given as a scenario.
        slashes: Whether names may have slashes, as AWS's names of log groups do.
    """

    key: str
    noun: str
    example: str
    resource_type: str
    verbs: tuple[str, ...] = ()
    flow_keys: tuple[str, ...] = ()
    batches: Mapping[str, tuple[str, ...]] = {}
    only_in_batches: tuple[str, ...] = ()
    emits: Emits | None = None
    definition: str = ""
    definition_keys: tuple[str, ...] = ()
    slashes: bool = False


class Integration(NamedTuple):
    """An action of a service by which a workflow's Task, a pipe or an API calls a resource.

    Attributes:
        section: The section of the resource that is called.
        verb: The verb of `calls` for it.
        argument: The key of the Task's arguments that names the resource.
        waits: Whether a request-response call lasts until the resource has finished.
    """

    section: str
    verb: str
    argument: str
    waits: bool = False


class Service(NamedTuple):
    """One AWS service.

    Attributes:
        id: The first word of its price keys and limits, and its name in JSON: "sqs".
        label: Its name in answers: "SQS".
        sections: In the order of answers.
        quotas: AWS's published limits that capplan uses.
        integrations: By (service, action) of an ARN such as arn:aws:states:::sqs:sendMessage, in lower case.
        limit_labels: What a person calls its limits, by id; one that is not in it is called by the words of its id.
    """

    id: str
    label: str
    sections: tuple[Section, ...]
    quotas: tuple[Quota, ...] = ()
    integrations: Mapping[tuple[str, str], Integration] = {}
    limit_labels: Mapping[str, str] = {}
