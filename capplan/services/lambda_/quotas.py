"""AWS Lambda's quotas and fixed sizes, each with its source and the day it was read."""

from datetime import date

from capplan import units
from capplan.service import Quota

READ = date(2026, 11, 23)
_QUOTAS = "Lambda Developer Guide, Lambda quotas"
_SCALING = "Lambda Developer Guide, Lambda scaling behavior"
_MAPPINGS = "Lambda Developer Guide, Event source mappings"
_SQS = "Lambda Developer Guide, Using Lambda with Amazon SQS"
_SQS_MESSAGES = "Amazon SQS Developer Guide, Message quotas"
_SNAP_START = "Lambda Developer Guide, Improving startup performance with Lambda SnapStart"
_STREAMING = "Lambda Developer Guide, Response streaming"
_CONCURRENCY = ("Concurrent executions", "L-B99A9384")

# --- a function -------------------------------------------------------------------------------------------------------

MEMORY_MIN = Quota("lambda.memory_min", 128, "MB", _QUOTAS, READ)
MEMORY_MAX = Quota("lambda.memory_max", 10_240, "MB", _QUOTAS, READ)
TIMEOUT_MIN = Quota("lambda.timeout_min", 1000, "ms", _QUOTAS, READ)
TIMEOUT_MAX = Quota("lambda.timeout_max", 900_000, "ms", _QUOTAS, READ)
EPHEMERAL_STORAGE_MIN = Quota("lambda.ephemeral_storage_min", 512, "MB", _QUOTAS, READ)
EPHEMERAL_STORAGE_MAX = Quota("lambda.ephemeral_storage_max", 10_240, "MB", _QUOTAS, READ)
ZIPPED_MAX = Quota("lambda.package_zipped", 50, "MB", _QUOTAS, READ)
UNZIPPED_MAX = Quota("lambda.package_unzipped", 250, "MB", _QUOTAS, READ)
IMAGE_MAX = Quota("lambda.image", 10_240, "MB", _QUOTAS, READ)
LAYERS_MAX = Quota("lambda.layers", 5, "", _QUOTAS, READ)
ENVIRONMENT_MAX = Quota("lambda.environment", 4 * units.BYTES_PER_KB, "bytes", _QUOTAS, READ)
FREE_STORAGE_MB = 512
"""Ephemeral storage that is free, and the default (pricing page, "Ephemeral storage")."""
SNAP_START_STORAGE_MAX = Quota("lambda.snap_start_storage", 512, "MB", _SNAP_START, READ)
INIT_MAX = Quota("lambda.init", 10, "s", "Lambda Developer Guide, Execution environment lifecycle", READ)
"""Past it the init runs again inside the first invocation."""
INIT_PROVISIONED_MAX = Quota(
    "lambda.init_provisioned", 130, "s", "Lambda Developer Guide, Execution environment lifecycle", READ
)
"""Of provisioned environments and SnapStart; the function's timeout where that is longer."""

# --- an invocation ----------------------------------------------------------------------------------------------------

SYNC_PAYLOAD_MAX = Quota("lambda.payload.sync", 6 * units.BYTES_PER_MB, "bytes", _QUOTAS, READ)
ASYNC_PAYLOAD_MAX = Quota("lambda.payload.async", 1 * units.BYTES_PER_MB, "bytes", _QUOTAS, READ)
RESPONSE_MAX = Quota("lambda.response", 6 * units.BYTES_PER_MB, "bytes", _QUOTAS, READ)
STREAMED_RESPONSE_MAX = Quota("lambda.response_streamed", 200 * units.BYTES_PER_MB, "bytes", _STREAMING, READ)
UNCAPPED_STREAM = Quota("lambda.stream_uncapped", 6 * units.BYTES_PER_MB, "bytes", _STREAMING, READ)
"""The part of a streamed response that is sent without a limit on its bandwidth."""
STREAM_RATE_MAX = Quota("lambda.stream_rate", 2, "MB/s", _STREAMING, READ)
"""The bandwidth of the rest."""
ASYNC_RETRIES_MAX = Quota(
    "lambda.async_retries", 2, "", "Lambda Developer Guide, Invoking a function asynchronously", READ
)

EVENT_AGE_MIN = Quota(
    "lambda.event_age_min", 60_000, "ms", "Lambda Developer Guide, Invoking a function asynchronously", READ
)
EVENT_AGE_MAX = Quota(
    "lambda.event_age", 21_600_000, "ms", "Lambda Developer Guide, Invoking a function asynchronously", READ
)
"""How long a throttled event is kept; the default too."""
EVENT_RETRY_MAX_S = 300
"""A throttled event is tried again after 1 s, then ever later, up to every 5 minutes (as above)."""
SDK_ATTEMPTS = 3
"""Attempts of an AWS SDK's request in standard mode (AWS SDKs and Tools Reference Guide, Retry behavior)."""

# --- concurrency ------------------------------------------------------------------------------------------------------

CONCURRENCY = Quota(
    "lambda.concurrency",
    1000,
    "concurrency",
    _QUOTAS,
    READ,
    adjustable=True,
    shared=True,
    request=_CONCURRENCY,
)
"""New accounts start lower, some at 10."""
REQUESTS_PER_CONCURRENCY = 10
"""Requests a second that one unit of concurrency allows, of the account, a reservation or an environment kept ready."""
REQUEST_RATE = Quota(
    "lambda.request_rate",
    int(CONCURRENCY.value) * REQUESTS_PER_CONCURRENCY,
    "request rate",
    _QUOTAS,
    READ,
    adjustable=True,
    shared=True,
    follows=(CONCURRENCY.id, REQUESTS_PER_CONCURRENCY),
    request=_CONCURRENCY,
)
UNRESERVED_MIN = Quota("lambda.unreserved_concurrency", 100, "concurrent executions", _QUOTAS, READ)
"""What functions without a reservation must be left with."""
SCALING_RATE = Quota("lambda.scaling_rate", 1000, "environments/10 s", _SCALING, READ)
"""Environments that a function adds at once; refilled continuously, never saved up."""
SCALING_PERIOD_S = 10
TENANT_ENVIRONMENTS = Quota(
    "lambda.tenant_environments",
    2500,
    "environments",
    "Lambda Developer Guide, Tenant isolation, troubleshooting",
    READ,
)
"""Active or idle, for each `TENANT_CONCURRENCY` of the account's concurrency."""
TENANT_CONCURRENCY = 1000
MB_PER_VCPU = 1769
"""Memory that comes with one vCPU (Lambda Developer Guide, Configure Lambda function memory)."""

# --- event sources ----------------------------------------------------------------------------------------------------

BATCH_MAX = Quota("lambda.batch", 10_000, "", _MAPPINGS, READ)
STREAM_BATCH_DEFAULT, QUEUE_BATCH_DEFAULT = 100, 10
"""Records of a batch where none is configured."""
FIFO_BATCH_MAX = Quota("lambda.batch.sqs_fifo", 10, "", _SQS, READ)
UNWINDOWED_SQS_BATCH_MAX = Quota("lambda.batch.sqs_unwindowed", 10, "", _SQS, READ)
"""A larger batch needs a batch window of at least `SQS_WINDOW_MIN`."""
SQS_WINDOW_MIN = Quota("lambda.batch_window.sqs_min", 1000, "ms", _SQS, READ)
WINDOW_MAX = Quota("lambda.batch_window", 300_000, "ms", _MAPPINGS, READ)
PARALLELIZATION_MAX = Quota("lambda.parallelization_factor", 10, "", _MAPPINGS, READ)
STREAM_RETRIES_MAX = Quota("lambda.stream_retries", 10_000, "", _MAPPINGS, READ)
SQS_CONCURRENCY_MAX = Quota("lambda.event_source.sqs_standard", 1250, "concurrent executions", _SQS, READ)
MAXIMUM_CONCURRENCY_MIN = Quota("lambda.maximum_concurrency_min", 2, "", _SQS, READ)
MAXIMUM_CONCURRENCY_MAX = Quota("lambda.maximum_concurrency_max", 1000, "", _SQS, READ)
VISIBILITY_TIMEOUT_MAX = Quota(
    "lambda.visibility_timeout_max", 43_200_000, "ms", "Amazon SQS Developer Guide, Message quotas", READ
)
VISIBILITY_TIMEOUT_FACTOR = 6
"""AWS advises a visibility timeout of this many times the function's timeout (Using Lambda with Amazon SQS)."""
SQS_IDLE_POLLERS, SQS_POLL_S = 5, 20
"""Pollers of a queue that Lambda keeps where nothing arrives, and the seconds of their long polls. AWS publishes the first
(Using Lambda with Amazon SQS, scaling; it may drop to 2); 20 s is the longest poll of SQS, and assumed."""
SQS_CONCURRENCY_START, SQS_CONCURRENCY_STEP = 5, 300
"""Concurrent batches of a standard queue at first, and how many more each minute (Using Lambda with Amazon SQS, scaling)."""
RECEIVE_COUNT_MAX = Quota(
    "lambda.receive_count_max", 1000, "", "Amazon SQS Developer Guide, Using dead-letter queues", READ
)
QUEUE_RETENTION_MIN = Quota("lambda.queue_retention_min", 60_000, "ms", _SQS_MESSAGES, READ)
QUEUE_RETENTION_MAX = Quota("lambda.queue_retention_max", 1_209_600_000, "ms", _SQS_MESSAGES, READ)
QUEUE_RETENTION_DEFAULT_MS = 345_600_000
"""4 days (Amazon SQS Developer Guide, Message quotas)."""
STREAM_RETENTION_MS = 86_400_000
"""24 hours: of a table's stream always, of a Kinesis stream by default (DynamoDB and Kinesis Developer Guides, quotas)."""
KAFKA_RETENTION_MS = 604_800_000
"""7 days (Apache Kafka, log.retention.hours = 168)."""
KINESIS_RETENTION_MAX = Quota(
    "lambda.kinesis_retention_max", 31_536_000_000, "ms", "Kinesis Data Streams Developer Guide, Quotas", READ
)
RECORD_AGE_MIN = Quota("lambda.record_age_min", 60_000, "ms", _MAPPINGS, READ)
RECORD_AGE_MAX = Quota("lambda.record_age_max", 604_800_000, "ms", _MAPPINGS, READ)
MIN_POLLERS_MAX = Quota("lambda.pollers_min", 200, "", _MAPPINGS, READ)
MAX_POLLERS_MAX = Quota("lambda.pollers_max", 2000, "", _MAPPINGS, READ)
POLLERS_PER_UNIT_MAX = Quota("lambda.pollers_per_unit", 10, "", _MAPPINGS, READ)
SQS_POLLER_INVOCATIONS = Quota("lambda.event_source.sqs_provisioned", 10, "concurrent executions", _MAPPINGS, READ)
"""Of each event poller in provisioned mode, as are the next three."""
KAFKA_POLLER_INVOCATIONS = Quota("lambda.event_source.kafka_provisioned", 5, "concurrent executions", _MAPPINGS, READ)
SQS_POLLER_RATE = Quota("lambda.poller_rate.sqs", 1, "MB/s", _MAPPINGS, READ)
KAFKA_POLLER_RATE = Quota("lambda.poller_rate.kafka", 5, "MB/s", _MAPPINGS, READ)
KAFKA_POLLER_UNIT_RATE = Quota("lambda.poller_unit_rate.kafka", 20, "MB/s", _MAPPINGS, READ)

# --- what a source lets through ---------------------------------------------------------------------------------------

SOURCE_RATES = {
    "api-gateway-http": "api_gateway.request_rate",
    "api-gateway-rest": "api_gateway.request_rate",
    "appsync": "appsync.request_tokens",
}
"""Limits of the account on the requests that a source takes a second; it rejects the others before the function."""

# --- how long a source waits for the answer ---------------------------------------------------------------------------

HTTP_API_TIMEOUT = Quota(
    "lambda.integration_timeout.api-gateway-http", 30_000, "ms", "API Gateway Developer Guide, HTTP API quotas", READ
)
REST_API_TIMEOUT = Quota(
    "lambda.integration_timeout.api-gateway-rest",
    29_000,
    "ms",
    "API Gateway Developer Guide, REST API quotas",
    READ,
    adjustable=True,
)
API_TIMEOUT_MIN = Quota(
    "lambda.integration_timeout.min", 50, "ms", "API Gateway Developer Guide, REST API quotas", READ
)
ALB_TIMEOUT = Quota(
    "lambda.integration_timeout.alb",
    60_000,
    "ms",
    "Elastic Load Balancing, connection idle timeout",
    READ,
    adjustable=True,
)
APPSYNC_TIMEOUT = Quota(
    "lambda.integration_timeout.appsync", 30_000, "ms", "AWS AppSync endpoints and quotas, request execution time", READ
)
COGNITO_TIMEOUT = Quota(
    "lambda.integration_timeout.cognito", 5000, "ms", "Amazon Cognito Developer Guide, Lambda triggers", READ
)

# --- how large what a source sends and takes may be --------------------------------------------------------------------

SQS_MESSAGE_MAX = Quota(
    "lambda.message.sqs", 1 * units.BYTES_PER_MB, "bytes", "Amazon SQS Developer Guide, Message quotas", READ
)
"""256 KB until August 2025."""
SNS_MESSAGE_MAX = Quota(
    "lambda.message.sns", 256 * units.BYTES_PER_KB, "bytes", "Amazon SNS endpoints and quotas, message size", READ
)
EVENT_ENTRY_MAX = Quota(
    "lambda.message.eventbridge", 1 * units.BYTES_PER_MB, "bytes", "Amazon EventBridge User Guide, PutEvents", READ
)
"""Of an entry; 256 KB until late 2025."""
KINESIS_RECORD_MAX = Quota(
    "lambda.message.kinesis", 10 * units.BYTES_PER_MB, "bytes", "Kinesis Data Streams Developer Guide, Quotas", READ
)
"""1 MB until 2025."""
KINESIS_SHARD_RECORDS = Quota(
    "lambda.kinesis_shard.records", 1000, "records/s", "Kinesis Data Streams Developer Guide, Quotas", READ
)
KINESIS_SHARD_BYTES = Quota(
    "lambda.kinesis_shard.bytes",
    1 * units.BYTES_PER_MB,
    "bytes/s",
    "Kinesis Data Streams Developer Guide, Quotas",
    READ,
)
"""What producers may write to a shard in a second."""
ALB_RESPONSE_MAX = Quota(
    "lambda.response.alb",
    1 * units.BYTES_PER_MB,
    "bytes",
    "Elastic Load Balancing, Lambda functions as targets, limits",
    READ,
)
APPSYNC_RESPONSE_MAX = Quota(
    "lambda.response.appsync", 5 * units.BYTES_PER_MB, "bytes", "AWS AppSync endpoints and quotas, response size", READ
)

ALL: tuple[Quota, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Quota))
