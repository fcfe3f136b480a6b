"""How many bytes an invocation logs, by the lines of real functions."""

from fractions import Fraction

import pytest
from pydantic import ValidationError

from capplan.services.lambda_.logs import (
    END_BYTES,
    OWN_BYTES,
    REPORT_BYTES,
    FunctionLogs,
    invocation_bytes,
    line_bytes,
    platform_bytes,
    start_bytes,
)

ID = "b9722842-ab37-4939-85e5-8d5987de6562"
COLD = (
    f"REPORT RequestId: {ID}\tDuration: 492.07 ms\tBilled Duration: 493 ms\tMemory Size: 256 MB\t"
    "Max Memory Used: 144 MB\tInit Duration: 2525.03 ms\t\n"
)
"""A line of a real cold start."""


def size(logs: FunctionLogs, cold: Fraction = Fraction(0), *, traced: bool = False) -> Fraction:
    return invocation_bytes(logs, "us-east-1", "place-order", cold, traced=traced)


def test_lines_are_as_long_as_real_ones() -> None:
    assert start_bytes() == line_bytes(f"START RequestId: {ID} Version: $LATEST\n") == 71
    assert start_bytes("137") == 67
    assert line_bytes(f"END RequestId: {ID}\n") == END_BYTES
    warm, _, _ = COLD.partition("Init")
    assert line_bytes(COLD) == 170
    assert abs(line_bytes(warm + "\n") - REPORT_BYTES) <= 5  # digits of its durations


def test_an_invocation_of_which_nothing_is_said_writes_a_kilobyte() -> None:
    assert size(FunctionLogs()) == 1024 == 71 + 52 + 147 + OWN_BYTES
    assert size(FunctionLogs(), Fraction(1)) == 1024 + 23
    assert size(FunctionLogs(), traced=True) == 1024 + 92
    assert size(FunctionLogs.model_validate({"size": "3 KB"}), Fraction(1), traced=True) == 3072


def test_json_lines_are_longer_and_warn_leaves_them_out() -> None:
    json = FunctionLogs.model_validate({"format": "json"})
    start = (
        f'{{"time":"2026-10-08T07:30:41.076Z","type":"platform.start","record":{{"requestId":"{ID}",'
        '"functionArn":"arn:aws:lambda:us-east-1:123456789012:function:place-order","version":"$LATEST"}}\n'
    )
    report = (
        f'{{"time":"2026-10-08T07:30:29.470Z","type":"platform.report","record":{{"requestId":"{ID}","metrics":'
        '{"durationMs":1233.96,"billedDurationMs":1698,"memorySizeMB":256,"maxMemoryUsedMB":123},"status":"success"}}\n'
    )
    lines = platform_bytes(json, "us-east-1", "place-order", Fraction(0), traced=False)
    assert lines == line_bytes(start) + line_bytes(report)
    warn = FunctionLogs.model_validate({"format": "json", "system_level": "WARN"})
    assert size(warn) == OWN_BYTES


def test_a_level_needs_json() -> None:
    with pytest.raises(ValidationError):
        FunctionLogs.model_validate({"system_level": "WARN"})
