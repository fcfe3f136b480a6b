"""The manifest of a service: its sections, its quotas, and the integrations by which others call it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from capplan import units
from capplan.record import Record


class Quota(Record, frozen=True):
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
    "bytes/s": ((units.BYTES_PER_GB, "GB/s"), (units.BYTES_PER_MB, "MB/s")),
    "bytes": ((units.BYTES_PER_GB, "GB"), (units.BYTES_PER_MB, "MB"), (units.BYTES_PER_KB, "KB")),
}


class Emits(Record, frozen=True):
    """What other resources read from a resource: a stream, a queue, a topic.

    Attributes:
        word: The key of a trigger that names the resource: "stream" in {stream: orders}. Sections may share it: the name
            decides then.
        read_as: How it is read: "dynamodb" and "kinesis" are polled by shard, "sqs" and "sqs-fifo" as a queue; "sns",
            "sns-fifo", "eventbridge" and "s3" deliver what they emit, and invoke a function asynchronously.
        decided_by: A key of the resource that decides it instead, with the ways by its values: ("type", {"fifo":
            "sqs-fifo"}); an empty key where none does.
        settings: Keys of the resource that hold for what reads it, each with the key of a trigger that it stands for. A
            trigger that names the resource does not have that key.
        each_once: Whether each of what it emits reaches one of its readers only, such as a queue's messages.
        kinds: Kinds of change that it emits, of which a trigger may read some: `on: [insert]`. Empty where all are alike.
    """

    word: str
    read_as: str
    decided_by: tuple[str, Mapping[str, str]] = ("", {})
    settings: Mapping[str, str] = {}
    kinds: tuple[str, ...] = ()
    each_once: bool = False


class Emitter(Record, frozen=True):
    """What a trigger reads, as the language finds it.

    Attributes:
        section: The section of the resource.
        read_as: How it is read (`Emits.read_as`).
        word: The key by which the trigger names it.
        written: The name as the trigger has it, with a section where two have it.
        settings: Keys of the trigger that stand at the resource, each with the key there.
    """

    section: str = ""
    read_as: str = ""
    word: str = "stream"
    written: str = ""
    settings: Mapping[str, str] = {}


class Section(Record, frozen=True):
    """A section of the scenario language: resources of one type.

    Attributes:
        key: The section's key, such as "queues".
        noun: The name of one resource in messages: "queue".
        example: An entry: "orders: {visibility_timeout: 30 s}".
        resource_type: The module and the name of its ResourceType, in the service's folder: "queue:QUEUE".
        verbs: The verbs of `calls` that its resources accept: ("send",).
        flow_keys: Keys of an entry that the language reads and the spec does not: `calls`, and `access` for requests
            from outside.
        requests_in: Keys of an entry inside which requests are written: one, or one for each name below it, such as an
            API's routes.
        batches: Verbs whose value may be a list of requests, and the verbs of that list.
        only_in_batches: Verbs that are valid in such a list only.
        request_keys: Keys of a request that apply to some verbs only, with those of this section.
        receives: The verb by which other resources deliver to it: as the target of a pipe, a destination, a dead-letter
            queue; empty where AWS delivers nothing to it.
        reads_at: The key of an entry that names what it reads.
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
    requests_in: tuple[str, ...] = ()
    batches: Mapping[str, tuple[str, ...]] = {}
    only_in_batches: tuple[str, ...] = ()
    request_keys: Mapping[str, tuple[str, ...]] = {}
    receives: str = ""
    reads_at: str = "triggers"
    emits: Emits | None = None
    definition: str = ""
    definition_keys: tuple[str, ...] = ()
    slashes: bool = False


class Integration(Record, frozen=True):
    """An action of a service by which a workflow's Task, a pipe or an API calls a resource.

    Attributes:
        section: The section of the resource that is called.
        verb: The verb of `calls` for it.
        argument: The key of the Task's arguments that names the resource; one inside a list's entries by its path.
        waits: Whether a request-response call lasts until the resource has finished.
        entries: The key of the arguments that lists messages or events; empty where a call has one.
        default: The resource's name where the entries name none.
    """

    section: str
    verb: str
    argument: str
    waits: bool = False
    entries: str = ""
    default: str = ""


class Service(Record, frozen=True):
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


def receivers(
    name: str, verbs: Collection[str], addresses: Mapping[str, Sequence[str]], receive: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """The resources to which something may be delivered by a name, each with the verb; several where it is ambiguous.

    Args:
        name: The name, or the address where several sections have it.
        verbs: The verbs by which it may be delivered; empty for any.
        addresses: The addresses of all resources by name.
        receive: By section: the verb by which others deliver to it.
    """
    section, dot, bare = name.partition(".")
    known = [a for a in addresses.get(bare if dot else name, ()) if not dot or a == f"{section}.{bare}"]
    found = ((address, receive.get(address.partition(".")[0], "")) for address in known)
    return tuple((address, verb) for address, verb in found if verb and (not verbs or verb in verbs))
