"""A whole configuration against Lambda's quotas, those that the scenario language has no key for included: an oracle.

Lambda Developer Guide, "Lambda quotas" and "Understanding Lambda function scaling" (read 2026-11-23).
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from capplan import units
from capplan.service import Quota
from capplan.services.lambda_ import quotas

Exact = Decimal | Fraction | int
_CORE_STEPS_MB = (1769, 3538, 5307, 7076, 8845)


def cores(memory_mb: int) -> int:
    """Visible cores of a memory size."""
    return 1 + sum(memory_mb > step for step in _CORE_STEPS_MB)


Bounds = tuple[Exact, Exact]
Bounded = tuple[str, Exact | None, Bounds]
Compute = Literal["functions", "managed_instances"]
Invocation = Literal["sync", "async", "stream"]
Source = Literal[
    "kinesis", "dynamodb_stream", "sqs_standard", "sqs_fifo", "sqs_provisioned", "kafka_provisioned", "kafka", "mq", "documentdb",
]  # fmt: skip

MANAGED_MEMORY_MB = (2048, 32_768)
MANAGED_TIMEOUT_S = 5400
"""Managed Instances: invoked asynchronously, or by an event source but MQ and DocumentDB."""
ASYNC_AGE_S = (60, 21_600)
STREAM_AGE_S, TUMBLING_S = (60, 604_800), (0, 900)
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
    account_concurrency: int = int(quotas.CONCURRENCY.value)
    reserved: tuple[int, ...] = ()
    provisioned_concurrency: int | None = None
    async_retries: int | None = None
    async_age_s: int | None = None
    source: Source | None = None
    batch: int | None = None
    window_s: Decimal | int | None = None
    maximum_concurrency: int | None = None
    parallelization_factor: int | None = None
    min_pollers: int | None = None
    max_pollers: int | None = None
    stream_retries: int | None = None
    stream_age_s: int | None = None
    tumbling_s: int | None = None


def broken_limits(settings: Settings) -> tuple[str, ...]:
    """The limits that a configuration breaks, by name; empty if AWS accepts it."""
    bounded = (*_of_function(settings), *_of_calls(settings), *_of_source(settings))
    outside = tuple(name for name, value, (low, high) in bounded if value is not None and not low <= value <= high)
    return (*outside, *_excluded(settings))


def _of_function(s: Settings) -> tuple[Bounded, ...]:
    managed = s.compute == "managed_instances"
    long = managed and (s.invocation == "async" or s.source not in {None, "mq", "documentdb"})
    max_reserved = max(0, s.account_concurrency - int(quotas.UNRESERVED_MIN.value))
    return (
        ("memory", s.memory_mb, MANAGED_MEMORY_MB if managed else _range(quotas.MEMORY_MIN, quotas.MEMORY_MAX)),
        ("timeout", s.timeout_s, (_s(quotas.TIMEOUT_MIN), MANAGED_TIMEOUT_S if long else _s(quotas.TIMEOUT_MAX))),
        ("ephemeral storage", s.ephemeral_mb, _range(quotas.EPHEMERAL_STORAGE_MIN, quotas.EPHEMERAL_STORAGE_MAX)),
        ("zipped package", None if s.through_s3 else s.zip_mb, (0, quotas.ZIPPED_MAX.value)),
        ("unzipped package", s.unzipped_mb, (0, quotas.UNZIPPED_MAX.value)),
        ("image", s.image_mb, (0, quotas.IMAGE_MAX.value)),
        ("layers", s.layers, (0, quotas.LAYERS_MAX.value)),
        ("environment variables", s.environment_kb, (0, _kb(quotas.ENVIRONMENT_MAX))),
        ("reserved concurrency", sum(s.reserved) or None, (0, max_reserved)),
    )


def _range(low: Quota, high: Quota) -> Bounds:
    return low.value, high.value


def _s(quota: Quota) -> Fraction:
    return Fraction(quota.value) / units.MS_PER_SECOND


def _kb(quota: Quota) -> Fraction:
    return Fraction(quota.value) / units.BYTES_PER_KB


def _of_calls(s: Settings) -> tuple[Bounded, ...]:
    payload = quotas.ASYNC_PAYLOAD_MAX if s.invocation == "async" else quotas.SYNC_PAYLOAD_MAX
    response = quotas.STREAMED_RESPONSE_MAX if s.invocation == "stream" else quotas.RESPONSE_MAX
    return (
        ("payload", s.payload_kb, (0, _kb(payload))),
        ("response", s.response_mb, (0, Fraction(response.value) / units.BYTES_PER_MB)),
        ("asynchronous retries", s.async_retries, (0, quotas.ASYNC_RETRIES_MAX.value)),
        ("asynchronous event age", s.async_age_s, ASYNC_AGE_S),
    )


def _of_source(s: Settings) -> tuple[Bounded, ...]:
    age = None if s.stream_age_s == _FOREVER else s.stream_age_s
    batch = quotas.FIFO_BATCH_MAX if s.source == "sqs_fifo" else quotas.BATCH_MAX
    maximum = _range(quotas.MAXIMUM_CONCURRENCY_MIN, quotas.MAXIMUM_CONCURRENCY_MAX)
    return (
        ("batch", s.batch, (1, batch.value)),
        ("batch window", s.window_s, (0, 0 if s.source == "sqs_fifo" else _s(quotas.WINDOW_MAX))),
        ("maximum concurrency", s.maximum_concurrency, maximum),
        ("parallelization factor", s.parallelization_factor, (1, quotas.PARALLELIZATION_MAX.value)),
        ("fewest pollers", s.min_pollers, (2, quotas.MIN_POLLERS_MAX.value)),
        ("most pollers", s.max_pollers, (1, quotas.MAX_POLLERS_MAX.value)),
        ("stream retries", s.stream_retries, (_FOREVER, quotas.STREAM_RETRIES_MAX.value)),
        ("record age", age, STREAM_AGE_S),
        ("tumbling window", s.tumbling_s, TUMBLING_S),
    )


def _excluded(s: Settings) -> tuple[str, ...]:
    """What AWS does not allow together."""
    plain_tmp = s.ephemeral_mb is None or s.ephemeral_mb <= quotas.SNAP_START_STORAGE_MAX.value
    unwindowed = (
        s.source == "sqs_standard"
        and (s.batch or 0) > quotas.UNWINDOWED_SQS_BATCH_MAX.value
        and (s.window_s or 0) < _s(quotas.SQS_WINDOW_MIN)
    )
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


def vcpu(memory_mb: int) -> Fraction:
    """Share of vCPUs that comes with a memory size."""
    return Fraction(memory_mb, quotas.MB_PER_VCPU)
