"""The keys of a function in a scenario, and what AWS does not allow together."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from capplan.log_settings import or_false, read_logs
from capplan.quantities.distribution import Distribution, quantile
from capplan.quantities.fields import Bytes, Duration, FailedShare, Megabytes, Milliseconds, Size, WholeCount
from capplan.schedule import ScheduleError, read_schedule
from capplan.services.lambda_.logs import FunctionLogs
from capplan.services.lambda_.quotas import (
    ASYNC_RETRIES_MAX,
    ENVIRONMENT_MAX,
    EPHEMERAL_STORAGE_MAX,
    EPHEMERAL_STORAGE_MIN,
    EVENT_AGE_MAX,
    EVENT_AGE_MIN,
    FREE_STORAGE_MB,
    IMAGE_MAX,
    LAYERS_MAX,
    MEMORY_MAX,
    MEMORY_MIN,
    RESPONSE_MAX,
    SNAP_START_STORAGE_MAX,
    STREAMED_RESPONSE_MAX,
    TIMEOUT_MAX,
    TIMEOUT_MIN,
    UNZIPPED_MAX,
    ZIPPED_MAX,
)
from capplan.services.lambda_.runtimes import RUNTIME_SCHEMA, runs_on_arm64, why_unknown
from capplan.services.lambda_.sources.trigger import Trigger, diagnostic, read_triggers
from capplan.spec_config import SPEC_CONFIG

__all__ = [
    "FREE_STORAGE_MB",
    "RESPONSE_MAX",
    "STREAMED_RESPONSE_MAX",
    "ZIPPED_MAX",
    "Function",
    "Package",
    "Provisioned",
    "ScheduledConcurrency",
    "SnapStart",
    "Trigger",
]

UNSUPPORTED: Mapping[str, str] = {
    "durable": "durable functions",
    "managed_instances": "functions on EC2 instances of your own",
}
ALSO_CALLED: Mapping[str, str] = {
    **dict.fromkeys(("memorysize", "memorymb", "ram"), "memory"),
    **dict.fromkeys(("durationms", "avgduration", "averageduration", "billedduration", "time"), "duration"),
    **dict.fromkeys(("events", "event", "eventsources", "eventsourcemappings", "trigger"), "triggers"),
    **dict.fromkeys(("architectures", "arch"), "architecture"),
    **dict.fromkeys(("x86", "x64", "amd64", "intel"), "x86_64"),
    **dict.fromkeys(("arm", "graviton", "aarch64"), "arm64"),
    **dict.fromkeys(("concurrency", "reservedconcurrentexecutions"), "reserved_concurrency"),
    **dict.fromkeys(("provisionedconcurrencyconfig", "provisioned"), "provisioned_concurrency"),
    **dict.fromkeys(("coldstart", "initduration"), "init"),
    **dict.fromkeys(("packagetype", "codesize"), "package"),
}
SNAP_START_RUNTIMES: Mapping[str, tuple[int, ...]] = {"java": (11,), "python": (3, 12), "dotnet": (8,)}
"""The first version of each runtime that supports SnapStart (Lambda Developer Guide, "SnapStart", read 2026-11-23)."""


def _within_timeout(duration: Distribution) -> Distribution:
    """A duration whose median is above 0 and within AWS's longest timeout; its tail may be longer."""
    median = quantile(duration, 0.5)
    if not median:
        raise diagnostic("the duration of an invocation is 0", "expected more than 0, such as 45 ms")
    if median > TIMEOUT_MAX.value:
        raise diagnostic(f"an invocation runs for at most {TIMEOUT_MAX}", "a job or a state machine can run longer")
    return duration


def _known_runtime(runtime: str) -> str:
    hint = why_unknown(runtime)
    if hint is not None:
        raise diagnostic(f"unknown runtime '{runtime}'", hint)
    return runtime


class Package(BaseModel):
    """Sizes of a zip package."""

    model_config = SPEC_CONFIG

    zipped_mb: Annotated[Megabytes | None, Field(alias="zipped")] = None
    """Size as uploaded; above {ZIPPED_MAX} it has to be uploaded to S3 first."""
    unzipped_mb: Annotated[Annotated[Megabytes, Field(le=UNZIPPED_MAX.value)] | None, Field(alias="unzipped")] = None
    """Size unpacked, layers included: {UNZIPPED_MAX} at most."""


def _cron(text: str) -> str:
    try:
        read_schedule(text)
    except ScheduleError as error:
        raise diagnostic(f"'{text}' is not a schedule", str(error)) from None
    return text


class ScheduledConcurrency(BaseModel):
    """A time in which provisioned concurrency has another size."""

    model_config = SPEC_CONFIG

    at: Annotated[str, AfterValidator(_cron)]
    """When it begins: cron(0 8 ? * MON-FRI *)."""
    for_ms: Milliseconds = Field(alias="for", gt=0)
    """How long it lasts, such as 10 h."""
    environments: WholeCount = Field(ge=0)
    """How many environments are provisioned during this time."""


class Provisioned(BaseModel):
    """Provisioned concurrency: environments initialized ahead, billed whether used or not."""

    model_config = SPEC_CONFIG

    environments: WholeCount = Field(default=0, ge=0)
    """How many environments are provisioned at all other times (0)."""
    scheduled: tuple[ScheduledConcurrency, ...] = ()
    """Times with another size: [{at: cron(0 8 ? * MON-FRI *), for: 10 h, environments: 50}]."""

    @property
    def largest(self) -> int:
        """The largest number of environments provisioned at a time."""
        return max((self.environments, *(scheduled.environments for scheduled in self.scheduled)))


def _provisioned(raw: object) -> object:
    """A number of environments, or a mapping whose `scheduled` becomes a tuple."""
    if isinstance(raw, Mapping):
        scheduled = raw.get("scheduled")
        return {**raw, "scheduled": tuple(scheduled)} if isinstance(scheduled, list) else raw
    return raw if isinstance(raw, Provisioned) else {"environments": raw}


class SnapStart(BaseModel):
    """Environments restored from a snapshot of an initialized one."""

    model_config = SPEC_CONFIG

    versions: WholeCount = Field(default=1, ge=1)
    """Published versions whose snapshot is cached, each billed all the time (1)."""


def _snap_start(raw: object) -> object:
    if isinstance(raw, bool):
        return {} if raw else None
    return raw


_SNAP_START_SCHEMA = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "object", "properties": {"versions": {"type": "number"}}, "additionalProperties": False},
    ]
}
"""For editors: `true`, or a mapping."""
_MEMORY = re.compile(r"(\d{2,5}) ?(?:MB)?")


def _durations_by_memory(raw: object) -> object:
    """A file's name, or durations by memory: {512 MB: 5.2 s, 1024 MB: 2.6 s}."""
    if not isinstance(raw, Mapping):
        return raw
    sizes = {key: _MEMORY.fullmatch(str(key)) for key in raw}
    if not all(sizes.values()) or len(raw) < 2:  # noqa: PLR2004  a curve needs two points
        raise diagnostic("expected durations by memory size, two or more", "such as {128 MB: 900 ms, 1024 MB: 130 ms}")
    return {int(match[1]): raw[key] for key, match in sizes.items() if match is not None}


DurationsByMemory = Annotated[str | Mapping[int, Duration] | None, BeforeValidator(_durations_by_memory)]


class Function(BaseModel):
    """A Lambda function."""

    model_config = SPEC_CONFIG

    triggers: Annotated[tuple[Trigger, ...], BeforeValidator(read_triggers)] = ()
    """What invokes it: a traffic's name, {traffic, via} or {stream: orders, batch: 100}."""
    runtime: Annotated[str, AfterValidator(_known_runtime), WithJsonSchema(RUNTIME_SCHEMA)] | None = None
    """AWS's identifier, such as python3.13, or rust provided.al2023; it decides which measured cold starts are used; `other` for any other."""
    memory_mb: Annotated[Megabytes, Field(alias="memory", ge=MEMORY_MIN.value, le=MEMORY_MAX.value)] = 128
    """{MEMORY_MIN} to {MEMORY_MAX}; CPU grows with it."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """x86_64 or arm64, which costs less per GB-second."""
    duration: Annotated[Duration, AfterValidator(_within_timeout)]
    """How long an invocation runs, such as 45 ms, {p50: 45 ms, p99: 300 ms} or {profile: profile.json} of a trace."""
    per_record_ms: Milliseconds | None = Field(default=None, alias="per_record")
    """What each record of a batch adds to `duration`, such as 5 ms."""
    timeout_ms: Annotated[Milliseconds, Field(alias="timeout", ge=TIMEOUT_MIN.value, le=TIMEOUT_MAX.value)] = Decimal(
        3000
    )
    """{TIMEOUT_MIN} to {TIMEOUT_MAX}; an invocation that reaches it is stopped, and billed up to then."""
    fails: FailedShare = Decimal(0)
    """The share of invocations that end in an error, timeouts not included (0%)."""
    retries: WholeCount = Field(default=2, ge=0, le=ASYNC_RETRIES_MAX.value)
    """How often a failed asynchronous invocation is retried, 0 to {ASYNC_RETRIES_MAX} (2)."""
    on_failure: str | None = None
    """What gets asynchronous events that failed for good, or got too old: a queue, topic, bus, bucket or function by name."""
    on_success: str | None = None
    """What gets asynchronous events that went well, by name."""
    maximum_event_age_ms: Annotated[
        Milliseconds, Field(alias="maximum_event_age", ge=EVENT_AGE_MIN.value, le=EVENT_AGE_MAX.value)
    ] = Decimal(EVENT_AGE_MAX.value)
    """How long an asynchronous event waits while it is throttled, {EVENT_AGE_MIN} to {EVENT_AGE_MAX} (6 h)."""
    init: Duration | None = None
    """How long a new environment takes to initialize; measured figures of the runtime if not given."""
    loads: Literal["nothing", "aws-sdk"] = "nothing"
    """Which measured init is used: of a hello-world function (nothing) or one that loads the AWS SDK (aws-sdk)."""
    first_call: Duration | None = None
    """How long the first invocation of a new environment runs, init not included; as `duration` if not given."""
    keep_alive_ms: Milliseconds = Field(default=Decimal(600_000), alias="keep_alive", gt=0)
    """How long an idle environment is kept; AWS does not publish it, others measured 10 min in 2019 and 2020."""
    provisioned_concurrency: Annotated[Provisioned | None, BeforeValidator(_provisioned)] = None
    """Environments initialized ahead: 20, or {environments: 5, scheduled: [{at: cron(0 8 ? * MON-FRI *), for: 10 h, environments: 50}]}."""
    snap_start: Annotated[SnapStart | None, BeforeValidator(_snap_start), WithJsonSchema(_SNAP_START_SCHEMA)] = None
    """true, or {versions: 2}: environments restored from a snapshot (Java 11, Python 3.12, .NET 8 and later)."""
    response: Size | None = None
    """Size of the response: {RESPONSE_MAX} at most, {STREAMED_RESPONSE_MAX} if it is streamed."""
    response_streaming: bool = False
    """Whether the response is streamed (false); what exceeds {RESPONSE_MAX} is billed."""
    tenants: WholeCount | None = Field(default=None, ge=1)
    """Tenants whose invocations never share an environment (tenant isolation)."""
    power_tuning: DurationsByMemory = None
    """Measured durations by memory: a result of AWS Lambda Power Tuning (result.json), or {128 MB: 900 ms, 1024 MB: 130 ms}."""
    ephemeral_storage_mb: Annotated[
        Megabytes, Field(alias="ephemeral_storage", ge=EPHEMERAL_STORAGE_MIN.value, le=EPHEMERAL_STORAGE_MAX.value)
    ] = FREE_STORAGE_MB
    """Ephemeral storage (/tmp), {EPHEMERAL_STORAGE_MIN} to {EPHEMERAL_STORAGE_MAX}; what exceeds {FREE_STORAGE_MB} MB is billed."""
    package: Package | None = None
    """Sizes of the zip package: {zipped: 20 MB, unzipped: 90 MB}."""
    image_mb: Annotated[Megabytes | None, Field(alias="image", le=IMAGE_MAX.value)] = None
    """Size of the container image: {IMAGE_MAX} at most."""
    layers: WholeCount | None = Field(default=None, le=LAYERS_MAX.value)
    """How many layers: {LAYERS_MAX} at most, with a zip package only."""
    environment_bytes: Annotated[
        Annotated[Bytes, Field(le=ENVIRONMENT_MAX.value)] | None, Field(alias="environment")
    ] = None
    """Size of all environment variables: {ENVIRONMENT_MAX} at most."""
    reserved_concurrency: WholeCount | None = Field(default=None, ge=0)
    """Concurrency reserved for this function: always available to it, and its upper limit."""
    logs: Annotated[FunctionLogs | None, BeforeValidator(read_logs)] = Field(
        default_factory=FunctionLogs, json_schema_extra=or_false
    )
    """What it logs, 1 KB an invocation if not given: {size: 3 KB, retention: 30 d, class: infrequent-access}; false writes nothing."""
    tracing: Literal["active", "pass-through"] = "pass-through"
    """active: X-Ray samples its requests, one a second and 5% of the others; pass-through traces only what its caller does."""
    encryption: str = "aws-owned"
    """Whose key encrypts its environment variables: aws-owned (free), aws-managed, or the name of a key under `keys`, asked at each cold start."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags of the function: {team: checkout}."""
    measured_ms: SkipJsonSchema[Mapping[int, Fraction]] = Field(default_factory=dict, exclude=True, repr=False)
    """Mean durations by memory, of the power tuning; never written."""

    @model_validator(mode="after")
    def _zip_or_image(self) -> Self:
        if self.image_mb is not None and (self.package is not None or self.layers):
            raise diagnostic(
                "a container image has no zip package and no layers", "write `image` or `package`, not both"
            )
        return self

    @model_validator(mode="after")
    def _runs_on_its_architecture(self) -> Self:
        if self.architecture == "arm64" and not runs_on_arm64(self.runtime):
            raise diagnostic(
                f"{self.runtime} does not run on arm64", "write `architecture: x86_64`, or a newer runtime"
            )
        return self

    @model_validator(mode="after")
    def _provisioned_within_reserved(self) -> Self:
        provisioned, reserved = self.provisioned_concurrency, self.reserved_concurrency
        if provisioned is not None and reserved is not None and provisioned.largest > reserved:
            raise diagnostic(
                f"provisioned concurrency of {provisioned.largest} exceeds reserved concurrency of {reserved}",
                "reserve at least as many as are provisioned",
            )
        return self

    @model_validator(mode="after")
    def _snap_start_is_supported(self) -> Self:
        if self.snap_start is None:
            return self
        if self.provisioned_concurrency is not None:
            raise diagnostic("SnapStart excludes provisioned concurrency", "write one of the two")
        if self.image_mb is not None or self.ephemeral_storage_mb > SNAP_START_STORAGE_MAX.value:
            raise diagnostic(
                f"SnapStart supports only zip packages with at most {SNAP_START_STORAGE_MAX} of ephemeral storage",
                "remove `snap_start`",
            )
        if not supports_snap_start(self.runtime):
            runtime = self.runtime or "a function without a runtime"
            raise diagnostic(f"SnapStart does not support {runtime}", "Java 11, Python 3.12 and .NET 8 or later")
        return self

    @property
    def package_type(self) -> Literal["zip", "image"]:
        """How the code is packed."""
        return "zip" if self.image_mb is None else "image"

    @property
    def fits_snap_start(self) -> bool:
        """Whether its runtime, its package and its storage are ones that SnapStart supports."""
        small = self.image_mb is None and self.ephemeral_storage_mb <= SNAP_START_STORAGE_MAX.value
        return small and supports_snap_start(self.runtime)


def supports_snap_start(runtime: str | None) -> bool:
    """Whether SnapStart supports a runtime, such as python3.13."""
    match = re.fullmatch(r"([a-z]+)(\d+)(?:\.(\d+))?(?:\.al\d+)?", runtime or "")
    if match is None or match[1] not in SNAP_START_RUNTIMES:
        return False
    return tuple(int(number) for number in match.groups()[1:] if number) >= SNAP_START_RUNTIMES[match[1]]
