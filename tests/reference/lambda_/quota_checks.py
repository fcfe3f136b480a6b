"""One configuration held against Lambda's quotas: what AWS refuses when a function is made or called. It meters nothing.

Lambda Developer Guide, "Lambda quotas" and "Understanding Lambda function scaling" (read 2026-11-23).
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from capplan import units

MB_PER_VCPU = 1769
MEMORY_MB = (128, 10_240)
TIMEOUT_S = (1, 900)
EPHEMERAL_MB = (512, 10_240)
ZIPPED_MB, UNZIPPED_MB, IMAGE_MB = 50, 250, 10_240
LAYERS, ENVIRONMENT_KB = 5, 4
SYNC_PAYLOAD_MB, ASYNC_PAYLOAD_MB = 6, 1
ACCOUNT_CONCURRENCY = 1000
KEPT_UNRESERVED = 100
_CORE_STEPS_MB = (1769, 3538, 5307, 7076, 8845)


def cores(memory_mb: int) -> int:
    """Visible cores of a memory size."""
    return 1 + sum(memory_mb > step for step in _CORE_STEPS_MB)


Bounds = tuple[Decimal | int, Decimal | int]
Bounded = tuple[str, Decimal | int | None, Bounds]
Compute = Literal["functions", "managed_instances"]
Invocation = Literal["sync", "async", "stream"]
Source = Literal[
    "kinesis", "dynamodb_stream", "sqs_standard", "sqs_fifo", "sqs_provisioned", "kafka_provisioned", "kafka", "mq", "documentdb",
]  # fmt: skip

MANAGED_MEMORY_MB = (2048, 32_768)
MANAGED_TIMEOUT_S = 5400
"""Managed Instances: invoked asynchronously, or by an event source but MQ and DocumentDB."""
STREAMED_MB, STREAM_MB_PER_S = 200, 2
RESPONSE_MB = 6
ASYNC_RETRIES, ASYNC_AGE_S = (0, 2), (60, 21_600)
STREAM_RETRIES, STREAM_AGE_S, TUMBLING_S = (-1, 10_000), (60, 604_800), (0, 900)
PARALLELIZATION = (1, 10)
SQS_MAXIMUM_CONCURRENCY = (2, 1000)
SQS_POLLERS_LEAST, SQS_POLLERS_MOST = (2, 200), (1, 2000)
BATCH, FIFO_BATCH, WINDOW_S = (1, 10_000), (1, 10), (0, 300)
_STREAMS = ("kinesis", "dynamodb_stream")
_FOREVER = -1


@dataclass(frozen=True, slots=True)
class Settings:
    """What AWS checks when a function or its event source is configured or called. None is not set.

    `reserved` holds the reservations of every function of the account; `zip_mb` is the package as uploaded.
    """

    compute: Compute = "functions"
    invocation: Invocation = "sync"
    memory_mb: int | None = None
    timeout_s: Decimal | int | None = None
    ephemeral_mb: int | None = None
    zip_mb: Decimal | int | None = None
    through_s3: bool = False
    unzipped_mb: Decimal | int | None = None
    image_mb: Decimal | int | None = None
    layers: int | None = None
    environment_kb: Decimal | int | None = None
    payload_kb: Decimal | int | None = None
    response_mb: Decimal | int | None = None
    snapstart: bool = False
    is_image: bool = False
    uses_efs: bool = False
    account_concurrency: int = ACCOUNT_CONCURRENCY
    reserved: tuple[int, ...] = ()
    provisioned_concurrency: int | None = None
    async_retries: int | None = None
    async_age_s: int | None = None
    source: Source | None = None
    batch: int | None = None
    window_s: Decimal | int | None = None
    maximum_concurrency: int | None = None
    parallelization_factor: int | None = None
    pollers_least: int | None = None
    pollers_most: int | None = None
    stream_retries: int | None = None
    stream_age_s: int | None = None
    tumbling_s: int | None = None


def broken_limits(settings: Settings) -> tuple[str, ...]:
    """The limits that a configuration breaks, by name; empty where AWS takes it."""
    bounded = (*_of_function(settings), *_of_calls(settings), *_of_source(settings))
    outside = tuple(name for name, value, (low, high) in bounded if value is not None and not low <= value <= high)
    return (*outside, *_excluded(settings))


def _of_function(s: Settings) -> tuple[Bounded, ...]:
    managed = s.compute == "managed_instances"
    long = managed and (s.invocation == "async" or s.source not in {None, "mq", "documentdb"})
    return (
        ("memory", s.memory_mb, MANAGED_MEMORY_MB if managed else MEMORY_MB),
        ("timeout", s.timeout_s, (TIMEOUT_S[0], MANAGED_TIMEOUT_S if long else TIMEOUT_S[1])),
        ("ephemeral storage", s.ephemeral_mb, EPHEMERAL_MB),
        ("zipped package", None if s.through_s3 else s.zip_mb, (0, ZIPPED_MB)),
        ("unzipped package", s.unzipped_mb, (0, UNZIPPED_MB)),
        ("image", s.image_mb, (0, IMAGE_MB)),
        ("layers", s.layers, (0, LAYERS)),
        ("environment variables", s.environment_kb, (0, ENVIRONMENT_KB)),
        ("reserved concurrency", sum(s.reserved) or None, (0, max_reservable(s.account_concurrency))),
    )


def _of_calls(s: Settings) -> tuple[Bounded, ...]:
    request_mb = ASYNC_PAYLOAD_MB if s.invocation == "async" else SYNC_PAYLOAD_MB
    return (
        ("payload", s.payload_kb, (0, request_mb * units.BYTES_PER_MB // units.BYTES_PER_KB)),
        ("response", s.response_mb, (0, STREAMED_MB if s.invocation == "stream" else RESPONSE_MB)),
        ("asynchronous retries", s.async_retries, ASYNC_RETRIES),
        ("asynchronous event age", s.async_age_s, ASYNC_AGE_S),
    )


def _of_source(s: Settings) -> tuple[Bounded, ...]:
    age = None if s.stream_age_s == _FOREVER else s.stream_age_s
    return (
        ("batch", s.batch, FIFO_BATCH if s.source == "sqs_fifo" else BATCH),
        ("batch window", s.window_s, (0, 0) if s.source == "sqs_fifo" else WINDOW_S),
        ("maximum concurrency", s.maximum_concurrency, SQS_MAXIMUM_CONCURRENCY),
        ("parallelization factor", s.parallelization_factor, PARALLELIZATION),
        ("fewest pollers", s.pollers_least, SQS_POLLERS_LEAST),
        ("most pollers", s.pollers_most, SQS_POLLERS_MOST),
        ("stream retries", s.stream_retries, STREAM_RETRIES),
        ("record age", age, STREAM_AGE_S),
        ("tumbling window", s.tumbling_s, TUMBLING_S),
    )


def _excluded(s: Settings) -> tuple[str, ...]:
    """What AWS does not take together."""
    plain_tmp = s.ephemeral_mb is None or s.ephemeral_mb <= EPHEMERAL_MB[0]
    unwindowed = s.source == "sqs_standard" and (s.batch or 0) > FIFO_BATCH[1] and (s.window_s or 0) < 1
    reserved = s.reserved[0] if len(s.reserved) == 1 else s.account_concurrency
    rules = (
        ("SnapStart with provisioned concurrency", s.snapstart and bool(s.provisioned_concurrency)),
        ("SnapStart with ephemeral storage above 512 MB", s.snapstart and not plain_tmp),
        ("SnapStart with a container image", s.snapstart and s.is_image),
        ("SnapStart with EFS", s.snapstart and s.uses_efs),
        ("provisioned above reserved concurrency", (s.provisioned_concurrency or 0) > reserved),
        ("an SQS batch above 10 without a window", unwindowed),
        (
            "provisioned pollers with maximum concurrency",
            s.source == "sqs_provisioned" and s.maximum_concurrency is not None,
        ),
        (
            "a parallelization factor without a stream",
            s.parallelization_factor is not None and s.source not in {None, *_STREAMS},
        ),
    )
    return tuple(name for name, broken in rules if broken)


def max_reservable(account_concurrency: int) -> int:
    """The most concurrency that all functions together may reserve."""
    return max(0, account_concurrency - KEPT_UNRESERVED)


def vcpu(memory_mb: int) -> Fraction:
    """Share of vCPUs that comes with a memory size."""
    return Fraction(memory_mb, MB_PER_VCPU)


def min_stream_s(response_mb: Decimal | int) -> Fraction:
    """Seconds a streamed response takes at least: what is past the first 6 MB passes at 2 MB a second."""
    return max(Fraction(0), Fraction(response_mb) - RESPONSE_MB) / STREAM_MB_PER_S
