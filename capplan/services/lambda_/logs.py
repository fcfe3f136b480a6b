"""What a function writes to CloudWatch Logs: the lines that Lambda adds, and its own.

The lines are measured in logs of real functions, final newline included (2024 to 2026): in text `START`, `END` and `REPORT`,
in JSON the events `platform.start` and `platform.report`. Lambda Developer Guide, "Configuring JSON and plain text log
formats" and "Log-level filtering" (read 2026-11-30): a system log level needs the JSON format; at WARN neither event is
written. The request id has 36 characters, a trace id 35.
"""

from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from capplan.log_settings import LogSettings
from capplan.quantities.fields import Bytes
from capplan.services.lambda_.sources.trigger import diagnostic

LATEST = "$LATEST"
END_BYTES = 52
"""`END RequestId: `, the id, a newline."""
REPORT_BYTES = 147
"""`REPORT RequestId: …`, with its id, durations and memory, as real lines are."""
REPORT_INIT_BYTES = 23
"""`Init Duration: 2525.03 ms` and a tab, on the line of a cold start."""
XRAY_BYTES = 92
"""`XRAY TraceId: …`, with its segment, where the function is traced."""
JSON_REPORT_BYTES = 240
"""`platform.report` of a warm invocation."""
JSON_INIT_BYTES = 25
"""`"initDurationMs":463.512,` in that of a cold start."""
JSON_START_BYTES = 142
"""`platform.start` without the function's ARN."""
_ARN_BYTES = 55
"""`"functionArn":"arn:aws:lambda::123456789012:function:",`, without the Region and the name."""
OWN_BYTES = 1024 - 64 - len(LATEST) - END_BYTES - REPORT_BYTES
"""Of the function's own lines where nothing is said of them, so that all of an invocation's are 1 KB."""


class FunctionLogs(LogSettings):
    """What a function logs."""

    size_bytes: Annotated[Bytes | None, Field(alias="size")] = None
    """What one invocation writes in all, such as 3 KB: IncomingBytes of its log group by Invocations; by default Lambda's lines and 754 B of its own."""
    format: Literal["text", "json"] = "text"
    """text or json; it decides how long Lambda's own lines are."""
    system_level: Literal["DEBUG", "INFO", "WARN"] = "INFO"
    """The system log level, with format json: WARN leaves out Lambda's own lines."""

    @model_validator(mode="after")
    def _levels_need_json(self) -> Self:
        if self.format == "text" and "system_level" in self.model_fields_set:
            raise diagnostic("a system log level needs the JSON format", "write `format: json` beside it")
        return self


def start_bytes(version: str = LATEST) -> int:
    """Of the line START: `START RequestId: `, the id, ` Version: `, the version, a newline."""
    return 64 + len(version.encode())


def line_bytes(line: str) -> int:
    """Of a line as it is written: UTF-8, its newline included."""
    return len(line.encode())


def platform_bytes(logs: FunctionLogs, region: str, name: str, cold_share: Fraction, *, traced: bool) -> Fraction:
    """Bytes of Lambda's own lines in a mean invocation."""
    if logs.format == "text":
        xray = XRAY_BYTES if traced else 0
        return start_bytes() + END_BYTES + REPORT_BYTES + xray + cold_share * REPORT_INIT_BYTES
    if logs.system_level == "WARN":
        return Fraction(0)
    start = JSON_START_BYTES + _ARN_BYTES + len(region) + len(name)
    return start + JSON_REPORT_BYTES + cold_share * JSON_INIT_BYTES


def invocation_bytes(logs: FunctionLogs, region: str, name: str, cold_share: Fraction, *, traced: bool) -> Fraction:
    """Bytes that a mean invocation writes in all."""
    if logs.size_bytes is not None:
        return Fraction(logs.size_bytes)
    return platform_bytes(logs, region, name, cold_share, traced=traced) + OWN_BYTES
