"""What a scenario may say of a Lambda function. It computes nothing."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from capplan.quantities.distribution import Distribution, quantile
from capplan.quantities.fields import Bytes, Duration, Megabytes, Milliseconds, Share, Size, WholeCount
from capplan.schedule import ScheduleError, read_schedule
from capplan.services.lambda_.sources.trigger import Trigger, diagnostic, read_triggers
from capplan.spec_config import SPEC_CONFIG

__all__ = ["Function", "Package", "Provisioned", "SnapStart", "Trigger", "Window"]

NOT_YET: Mapping[str, str] = {
    "durable": "durable functions",
    "managed_instances": "functions on EC2 instances of your own",
}
MIN_MEMORY_MB, MAX_MEMORY_MB = 128, 10_240
MAX_TIMEOUT_MS = 900_000
"""No function runs longer than 15 minutes (Lambda quotas, read 2026-11-23)."""
FREE_STORAGE_MB = 512
SNAPSTART_FROM: Mapping[str, tuple[int, ...]] = {"java": (11,), "python": (3, 12), "dotnet": (8,)}
"""Runtimes that SnapStart takes, from these versions on (Lambda Developer Guide, "SnapStart", read 2026-11-23)."""


def _takes_time(duration: Distribution) -> Distribution:
    """An invocation takes time, and no more than AWS allows; only its tail may reach past that."""
    middle = quantile(duration, 0.5)
    if not middle:
        raise diagnostic("an invocation takes time", "expected more than 0, such as 45 ms")
    if middle > MAX_TIMEOUT_MS:
        raise diagnostic("no function runs longer than 900 s", "a job or a state machine can take that long")
    return duration


class Package(BaseModel):
    """Sizes of a zip package."""

    model_config = SPEC_CONFIG

    zipped_mb: Annotated[Megabytes | None, Field(alias="zipped")] = None
    """Size as uploaded; above 50 MB it goes through S3."""
    unzipped_mb: Annotated[Annotated[Megabytes, Field(le=250)] | None, Field(alias="unzipped")] = None
    """Size unpacked, layers included: 250 MB at most."""


def _cron(text: str) -> str:
    try:
        read_schedule(text)
    except ScheduleError as error:
        raise diagnostic(f"'{text}' is no schedule", str(error)) from None
    return text


class Window(BaseModel):
    """A time in which provisioned concurrency has another size."""

    model_config = SPEC_CONFIG

    at: Annotated[str, AfterValidator(_cron)]
    """When it begins: cron(0 8 ? * MON-FRI *)."""
    for_ms: Milliseconds = Field(alias="for", gt=0)
    """How long it lasts, such as 10 h."""
    environments: WholeCount = Field(ge=0)
    """How many environments are kept ready in it."""


class Provisioned(BaseModel):
    """Environments kept ready, billed whether used or not."""

    model_config = SPEC_CONFIG

    environments: WholeCount = Field(default=0, ge=0)
    """How many are kept ready at all other times (0)."""
    scheduled: tuple[Window, ...] = ()
    """Times with another size: [{at: cron(0 8 ? * MON-FRI *), for: 10 h, environments: 50}]."""

    @property
    def most(self) -> int:
        """The most environments it keeps at a time."""
        return max((self.environments, *(window.environments for window in self.scheduled)))


def _provisioned(raw: object) -> object:
    """A number of environments, or a mapping; a list of windows becomes a tuple."""
    if isinstance(raw, Mapping):
        listed = raw.get("scheduled")
        return {**raw, "scheduled": tuple(listed)} if isinstance(listed, list) else raw
    return raw if isinstance(raw, Provisioned) else {"environments": raw}


class SnapStart(BaseModel):
    """Environments restored from a snapshot of an initialised one."""

    model_config = SPEC_CONFIG

    versions: WholeCount = Field(default=1, ge=1)
    """Published versions that are kept in the cache, each billed at all times (1)."""


def _snap_start(raw: object) -> object:
    if isinstance(raw, bool):
        return {} if raw else None
    return raw


_SNAP_START = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "object", "properties": {"versions": {"type": "number"}}, "additionalProperties": False},
    ]
}
"""For editors: `true`, or a mapping."""
_MEMORY = re.compile(r"(\d{2,5}) ?(?:MB)?")


def _curve(raw: object) -> object:
    """A file's name, or durations by memory: {512 MB: 5.2 s, 1024 MB: 2.6 s}."""
    if not isinstance(raw, Mapping):
        return raw
    found = {key: _MEMORY.fullmatch(str(key)) for key in raw}
    wrong = next((key for key, match in found.items() if match is None), None)
    if wrong is not None or len(raw) < 2:  # noqa: PLR2004  a curve needs two points
        raise diagnostic("durations stand by memory size, two or more", "such as {128 MB: 900 ms, 1024 MB: 130 ms}")
    return {int(match[1]): raw[key] for key, match in found.items() if match is not None}


Curve = Annotated[str | Mapping[int, Duration] | None, BeforeValidator(_curve)]


class Function(BaseModel):
    """A Lambda function."""

    model_config = SPEC_CONFIG

    triggers: Annotated[tuple[Trigger, ...], BeforeValidator(read_triggers)] = ()
    """What invokes it: a traffic's name, {traffic, via} or {stream: orders, batch: 100}."""
    runtime: str | None = None
    """The runtime, such as python3.13 or rust provided.al2023: how long a cold start takes follows from it."""
    memory_mb: Annotated[Megabytes, Field(alias="memory", ge=MIN_MEMORY_MB, le=MAX_MEMORY_MB)] = 128
    """128 MB to 10240 MB; CPU grows with it."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """x86_64 or arm64, which costs less a GB-second."""
    duration: Annotated[Duration, AfterValidator(_takes_time)]
    """How long an invocation runs, such as 45 ms or {p50: 45 ms, p99: 300 ms}."""
    per_record_ms: Milliseconds | None = Field(default=None, alias="per_record")
    """What each record of a batch adds to `duration`, such as 5 ms."""
    timeout_ms: Annotated[Milliseconds, Field(alias="timeout", ge=1000, le=MAX_TIMEOUT_MS)] = Decimal(3000)
    """1 s to 900 s; an invocation that reaches it is ended and billed to there."""
    fails: Share = Decimal(0)
    """The share of invocations that end in an error, time-outs apart (0%)."""
    retries: WholeCount = Field(default=2, ge=0, le=2)
    """How often a failed asynchronous invocation is tried again, 0 to 2 (2)."""
    init: Duration | None = None
    """How long a new environment takes to start; measured figures of the runtime where it is not given."""
    loads: Literal["nothing", "aws-sdk"] = "nothing"
    """Which measured init counts: a hello-world function (nothing) or one that loads the AWS SDK (aws-sdk)."""
    first_call: Duration | None = None
    """How long the first invocation of a new environment runs, init apart; as `duration` where it is not given."""
    keep_alive_ms: Milliseconds = Field(default=Decimal(600_000), alias="keep_alive", gt=0)
    """How long an idle environment lives; AWS does not say, others measured 10 min in 2019 and 2020."""
    provisioned_concurrency: Annotated[Provisioned | None, BeforeValidator(_provisioned)] = None
    """Environments kept ready: 20, or {environments: 5, scheduled: [{at: cron(0 8 ? * MON-FRI *), for: 10 h, environments: 50}]}."""
    snap_start: Annotated[SnapStart | None, BeforeValidator(_snap_start), WithJsonSchema(_SNAP_START)] = None
    """true, or {versions: 2}: environments restored from a snapshot (Java 11, Python 3.12, .NET 8 and later)."""
    response: Size | None = None
    """Size of the response: 6 MB at most, 200 MB where it is streamed."""
    response_streaming: bool = False
    """Whether the response is streamed (false); what is past 6 MB is billed."""
    tenants: WholeCount | None = Field(default=None, ge=1)
    """Tenants whose invocations never share an environment (tenant isolation)."""
    power_tuning: Curve = None
    """Measured durations by memory: a result of AWS Lambda Power Tuning (result.json), or {128 MB: 900 ms, 1024 MB: 130 ms}."""
    ephemeral_storage_mb: Annotated[Megabytes, Field(alias="ephemeral_storage", ge=FREE_STORAGE_MB, le=10_240)] = 512
    """Scratch storage, 512 MB to 10240 MB; what is above 512 MB is billed."""
    package: Package | None = None
    """Sizes of the zip package: {zipped: 20 MB, unzipped: 90 MB}."""
    image_mb: Annotated[Megabytes | None, Field(alias="image", le=10_240)] = None
    """Size of the container image: 10 GB at most."""
    layers: WholeCount | None = Field(default=None, le=5)
    """How many layers: 5 at most, with a zip package only."""
    environment_bytes: Annotated[Annotated[Bytes, Field(le=4096)] | None, Field(alias="environment")] = None
    """Size of all environment variables: 4 KB at most."""
    reserved_concurrency: WholeCount | None = Field(default=None, ge=0)
    """Concurrency kept for this function, its floor and its ceiling."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags of the function: {team: checkout}."""
    measured_ms: SkipJsonSchema[Mapping[int, Fraction]] = Field(default_factory=dict, exclude=True, repr=False)
    """Mean durations by memory, of the power tuning; never written."""

    @model_validator(mode="after")
    def _zip_or_image(self) -> Self:
        if self.image_mb is not None and (self.package is not None or self.layers):
            raise diagnostic("an image has no zip package and no layers", "write `image` or `package`, not both")
        return self

    @model_validator(mode="after")
    def _provisioned_fits(self) -> Self:
        kept, reserved = self.provisioned_concurrency, self.reserved_concurrency
        if kept is not None and reserved is not None and kept.most > reserved:
            raise diagnostic(
                f"{kept.most} provisioned environments do not fit into a reservation of {reserved}",
                "reserve as many as are provisioned, or more",
            )
        return self

    @model_validator(mode="after")
    def _snap_start_goes_with(self) -> Self:
        if self.snap_start is None:
            return self
        if self.provisioned_concurrency is not None:
            raise diagnostic("SnapStart does not go with provisioned concurrency", "write one of the two")
        if self.ephemeral_storage_mb > FREE_STORAGE_MB or self.image_mb is not None:
            raise diagnostic("SnapStart takes zip packages with 512 MB of storage only", "leave `snap_start` out")
        if not snap_start_takes(self.runtime):
            runtime = self.runtime or "a function without a runtime"
            raise diagnostic(f"SnapStart does not take {runtime}", "Java 11, Python 3.12 and .NET 8 or later")
        return self

    @property
    def package_type(self) -> Literal["zip", "image"]:
        """How the code is packed."""
        return "zip" if self.image_mb is None else "image"


def snap_start_takes(runtime: str | None) -> bool:
    """Whether SnapStart knows a runtime."""
    found = re.fullmatch(r"([a-z]+)(\d+)(?:\.(\d+))?", runtime or "")
    if found is None or found[1] not in SNAPSTART_FROM:
        return False
    return tuple(int(n) for n in found.groups()[1:] if n) >= SNAPSTART_FROM[found[1]]
