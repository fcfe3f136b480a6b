"""The language accepts the configurations that AWS accepts, by a list of Lambda's quotas of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from capplan.services.lambda_.spec import Function
from tests.reference.lambda_ import quota_checks


@pytest.mark.parametrize(
    ("keys", "broken"),
    [
        (quota_checks.Settings(), ()),
        (quota_checks.Settings(memory_mb=128, timeout_s=900, ephemeral_mb=10_240, layers=5), ()),
        (quota_checks.Settings(memory_mb=127, timeout_s=901), ("memory", "timeout")),
        (quota_checks.Settings("managed_instances", "async", memory_mb=32_768, timeout_s=5400), ()),
        (quota_checks.Settings("managed_instances", memory_mb=1024, timeout_s=5400), ("memory", "timeout")),
        (quota_checks.Settings("managed_instances", timeout_s=5400, source="kinesis"), ()),
        (quota_checks.Settings("managed_instances", timeout_s=5400, source="mq"), ("timeout",)),
        (quota_checks.Settings(zip_mb=51), ("zipped package",)),
        (quota_checks.Settings(zip_mb=51, through_s3=True), ()),
        (quota_checks.Settings(invocation="async", payload_kb=1025), ("payload",)),
        (quota_checks.Settings(payload_kb=6144), ()),
        (quota_checks.Settings(response_mb=7), ("response",)),
        (quota_checks.Settings(invocation="stream", response_mb=200), ()),
        (quota_checks.Settings(reserved=(500, 400)), ()),
        (quota_checks.Settings(reserved=(500, 401)), ("reserved concurrency",)),
        (
            quota_checks.Settings(reserved=(10,), provisioned_concurrency=11),
            ("provisioned above reserved concurrency",),
        ),
        (quota_checks.Settings(snapstart=True, ephemeral_mb=512), ()),
        (quota_checks.Settings(snapstart=True, uses_efs=True), ("SnapStart with EFS",)),
        (quota_checks.Settings(source="sqs_fifo", batch=11), ("batch",)),
        (quota_checks.Settings(source="sqs_standard", batch=11, window_s=1), ()),
        (quota_checks.Settings(source="sqs_standard", batch=11), ("an SQS batch above 10 without a window",)),
        (quota_checks.Settings(source="kinesis", stream_age_s=-1, stream_retries=-1), ()),
        (quota_checks.Settings(source="kinesis", stream_age_s=59), ("record age",)),
    ],
)
def test_limits_that_a_configuration_breaks(keys: quota_checks.Settings, broken: tuple[str, ...]) -> None:
    assert quota_checks.broken_limits(keys) == broken


def test_cores_and_vcpus() -> None:
    assert [quota_checks.cores(mb) for mb in (1769, 1770, 3538, 3539, 10_240)] == [1, 2, 2, 3, 6]
    assert quota_checks.vcpu(1769) == 1


_NEAR_ITS_BOUNDS = {
    "memory": st.integers(100, 11_000),
    "timeout": st.integers(0, 1000),
    "storage": st.integers(500, 11_000),
    "layers": st.integers(0, 8),
    "unzipped": st.integers(1, 300),
    "environment": st.integers(0, 6),
    "retries": st.integers(0, 4),
    "provisioned": st.integers(0, 20),
    "reserved": st.integers(1, 20),
}


@given(st.fixed_dictionaries(_NEAR_ITS_BOUNDS), st.sampled_from(sorted(_NEAR_ITS_BOUNDS)))
def test_the_language_accepts_what_aws_accepts(drawn: dict[str, int], only: str) -> None:
    typical = {
        "memory": 512,
        "timeout": 30,
        "storage": 512,
        "layers": 1,
        "unzipped": 100,
        "environment": 1,
        "retries": 1,
    }
    n = drawn | {key: value for key, value in typical.items() if key != only}  # one key at a time leaves its range
    settings = quota_checks.Settings(
        memory_mb=n["memory"], timeout_s=n["timeout"], ephemeral_mb=n["storage"], layers=n["layers"], unzipped_mb=n["unzipped"],
        environment_kb=n["environment"], async_retries=n["retries"], provisioned_concurrency=n["provisioned"],
        reserved=(n["reserved"],),
    )  # fmt: skip
    spec = {
        "duration": "1 s", "memory": f"{n['memory']} MB", "timeout": f"{n['timeout']} s", "layers": n["layers"],
        "ephemeral_storage": f"{n['storage']} MB", "package": {"unzipped": f"{n['unzipped']} MB"}, "retries": n["retries"],
        "environment": f"{n['environment']} KB", "provisioned_concurrency": n["provisioned"],
        "reserved_concurrency": n["reserved"],
    }  # fmt: skip
    assert accepts(spec) == (not quota_checks.broken_limits(settings))


_SOURCES: dict[str, quota_checks.Source] = {
    "sqs": "sqs_standard",
    "sqs-fifo": "sqs_fifo",
    "kinesis": "kinesis",
}


@given(
    via=st.sampled_from(sorted(_SOURCES)),
    batch=st.none() | st.integers(1, 20) | st.integers(9_990, 10_010),
    window=st.none() | st.integers(0, 3) | st.integers(298, 302),
    maximum=st.none() | st.integers(1, 3) | st.integers(998, 1002),
    factor=st.none() | st.integers(1, 12),
)
def test_the_language_accepts_the_triggers_that_aws_accepts(
    via: str, batch: int | None, window: int | None, maximum: int | None, factor: int | None
) -> None:
    factor, maximum = (factor, None) if via == "kinesis" else (None, maximum)
    settings = quota_checks.Settings(
        source=_SOURCES[via], batch=batch, window_s=window, maximum_concurrency=maximum, parallelization_factor=factor
    )
    keys = {
        "batch": batch, "window": None if window is None else f"{window} s", "maximum_concurrency": maximum,
        "parallelization_factor": factor,
    }  # fmt: skip
    trigger = {"traffic": "t", "via": via} | {key: value for key, value in keys.items() if value is not None}
    assert accepts({"duration": "1 s", "triggers": trigger}) == (not quota_checks.broken_limits(settings))


def accepts(spec: dict[str, object]) -> bool:
    """Whether a scenario may write this function."""
    try:
        Function.model_validate(spec)
    except ValidationError:
        return False
    return True
