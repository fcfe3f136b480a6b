"""The shapes of logs that are told by themselves, and which of their fields is what.

Read on 2026-11-30: Elastic Load Balancing User Guide, "Access logs for your Application Load Balancer" (fields in order;
times of processing in seconds, -1 where the target did not answer); API Gateway Developer Guide, "Set up CloudWatch API
logging" (the common log format, and `$context` variables as JSON); Lambda Developer Guide, "Lambda Telemetry API event
schema reference" (`platform.report`); Amazon S3 User Guide, "Amazon S3 server access log format" (fields in order, times in
ms). Of DynamoDB Developer Guide, "Understanding DynamoDB log file entries", only entries of management events were read, in
the same envelope. Not read, in the form in which they are known: REPORT lines of Lambda's text logs, and the time before
each line of an export of CloudWatch Logs.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

FIELDS = ("time", "operation", "target", "key", "bytes", "duration", "status", "id")
"""What a column may be."""
DURATIONS: Mapping[str, float] = {"duration": 1, "duration_ms": 1, "duration_s": 1000, "duration_us": 0.001}
"""Names of a duration in --column, and how many ms its unit has."""
ALIASES: Mapping[str, str] = {"table": "target", "function": "target", "size": "bytes", "op": "operation"}

NAMES: Mapping[str, tuple[str, ...]] = {
    "time": (
        "time",
        "timestamp",
        "ts",
        "@timestamp",
        "eventtime",
        "requesttimeepoch",
        "requesttime",
        "datetime",
        "date",
    ),
    "operation": ("operation", "op", "eventname", "httpmethod", "method", "routekey", "action"),
    "target": ("target", "table", "tablename", "function", "functionname", "resource", "resourcepath", "path"),
    "key": ("key", "pk", "partition_key", "partitionkey", "hash_key"),
    "bytes": ("bytes", "size", "responselength", "item_size", "sent_bytes"),
    "duration": ("duration", "duration_ms", "durationms", "responselatency", "latency", "latency_ms"),
    "status": ("status", "status_code", "statuscode", "errorcode", "error"),
}
"""Names of columns that say what they are, the surest first; in lower case."""


class Shape(NamedTuple):
    """A log of a known shape.

    Attributes:
        label: What it is.
        told: What its first lines match.
        fields: SQL for each field; over `line`, the text of a line, or over `j`, the JSON of a row.
        is_row: SQL that is true for a row of requests; empty where every row is one.
        otherwise: Why another row is set aside.
        duration_ms: How many ms a unit of its durations has.
    """

    label: str
    told: re.Pattern[str]
    fields: Mapping[str, str]
    is_row: str = ""
    otherwise: str = ""
    duration_ms: float = 1


_ALB = r"^(?:http|https|h2|grpcs|ws|wss) \S+ \S+ \S+ \S+ -?[\d.]+ -?[\d.]+ -?[\d.]+ \S+ \S+ \d+ \d+ \"\S*"


def _alb(place: int) -> str:
    """A field of a load balancer's line, the first is 1."""
    return f"split_part(line, ' ', {place})"


_ALB_SECONDS = (
    f"CASE WHEN least({', '.join(f'try_cast({_alb(n)} AS DOUBLE)' for n in (6, 7, 8))}) >= 0 "
    f"THEN {' + '.join(f'try_cast({_alb(n)} AS DOUBLE)' for n in (6, 7, 8))} END"
)
_CLF = r'^\S+ \S+ \S+ \[([^\]]+)\] "(\S+) (\S+)[^"]*" (\d{3}) (\d+|-)(?: (\S+))?'


def _clf(group: int) -> str:
    return f"nullif(regexp_extract(line, '{_CLF}', {group}), '')"


_S3 = (
    r'^\S+ (\S+) \[([^\]]+)\] \S+ \S+ (\S+) (\S+) (\S+) (?:"[^"]*"|-) (\d{3}|-) (\S+) (?:\d+|-) (\d+|-) '
    r"(\d+|-) (?:\d+|-)(?: |$)"
)
"""Bucket, time, request, operation, key, status, error, (bytes sent), object size, total time, (turn-around time)."""


def _s3(group: int) -> str:
    return f"nullif(regexp_extract(line, '{_S3}', {group}), '-')"


_REPORT = r"REPORT RequestId: (\S+)\s+Duration: ([\d.]+) ms"


def _report(pattern: str, group: int = 1) -> str:
    return f"nullif(regexp_extract(line, '{pattern}', {group}), '')"


def json_field(path: str, json: str = "j") -> str:
    """SQL for the text at a dotted path of a JSON; the name with its dots first, where a row has it."""
    steps = path.split(".")

    def at(parts: Sequence[str]) -> str:
        place = "$" + "".join('."' + part.replace('"', '\\"') + '"' for part in parts)
        return f"json_extract_string({json}, '" + place.replace("'", "''") + "')"

    return at(steps) if len(steps) == 1 else f"coalesce({at([path])}, {at(steps)})"


LINES: tuple[Shape, ...] = (
    Shape(
        "access log of an Application Load Balancer",
        re.compile(_ALB),
        {
            "time": _alb(2),
            "operation": "ltrim(" + _alb(13) + ", '\"')",
            "target": _alb(3),
            "bytes": _alb(12),
            "duration": _ALB_SECONDS,
            "status": _alb(9),
        },
        f"regexp_matches(line, '{_ALB}')",
        "not a whole line of an access log",
        1000,
    ),
    Shape(
        "server access log of Amazon S3",
        re.compile(_S3),
        {
            "time": _s3(2),
            "operation": _s3(4),
            "target": _s3(1),
            "key": _s3(5),
            "bytes": _s3(8),
            "duration": _s3(9),
            "status": f"CASE WHEN {_s3(7)} = 'SlowDown' THEN 'SlowDown' ELSE {_s3(6)} END",
            "id": _s3(3),
        },
        f"regexp_matches(line, '{_S3}')",
        "not a whole line of an access log",
    ),
    Shape(
        "access log in the common log format",
        re.compile(_CLF),
        {
            "time": _clf(1),
            "operation": _clf(2),
            "target": _clf(3),
            "bytes": f"nullif({_clf(5)}, '-')",
            "status": _clf(4),
        },
        f"regexp_matches(line, '{_CLF}')",
        "not a whole line of an access log",
    ),
    Shape(
        "log of a Lambda function",
        re.compile(r"(?:REPORT|START|END) RequestId: |INIT_START Runtime"),
        {
            "time": _report(r"^(\S+)\s"),
            "operation": "'invoke'",
            "duration": _report(_REPORT, 2),
            "status": _report(r"Status: (\w+)"),
            "id": _report(_REPORT),
        },
        f"regexp_matches(line, '{_REPORT}')",
        "not a REPORT line",
    ),
)
CLOUDTRAIL = Shape(
    "data events of CloudTrail",
    re.compile(r'"eventSource"\s*:'),
    {
        "time": json_field("eventTime"),
        "operation": json_field("eventName"),
        "target": json_field("requestParameters.tableName"),
        "key": json_field("requestParameters.key"),
        "status": json_field("errorCode"),
        "id": json_field("eventID"),
    },
    f"coalesce({json_field('eventSource')} = 'dynamodb.amazonaws.com', false) "
    f"AND coalesce({json_field('eventCategory')}, 'Data') = 'Data'",
    "not a data event of DynamoDB",
)
JSON: tuple[Shape, ...] = (
    Shape(
        "log of a Lambda function, as JSON",
        re.compile(r'"type"\s*:\s*"platform\.'),
        {
            "time": json_field("time"),
            "operation": "'invoke'",
            "duration": json_field("record.metrics.durationMs"),
            "status": json_field("record.status"),
            "id": json_field("record.requestId"),
        },
        f"coalesce({json_field('type')} = 'platform.report', false)",
        "not a platform.report",
    ),
    CLOUDTRAIL,
)
