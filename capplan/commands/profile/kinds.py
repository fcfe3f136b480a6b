"""Tells files that no engine reads as rows: metrics of CloudWatch, reports of Contributor Insights, segments of X-Ray,
exports of DynamoDB.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.scalars import shown
from capplan.reading.trace_files import TraceFile

METRIC, INSIGHTS, XRAY, EXPORT, MANIFEST = (
    "metric of CloudWatch",
    "report of Contributor Insights",
    "trace of X-Ray segments",
    "export of DynamoDB",
    "manifest of an export",
)
_MANIFESTS = ("manifest-summary.json", "manifest-files.json")
_CHECKSUMS = ("manifest-summary.checksum", "manifest-files.checksum")
_TIMES, _VALUES = ("timestamp", "time"), ("value", "sum", "samplecount", "sample count", "count")
_ION = re.compile(r"\$ion_1_0\b")
_TOLD: Mapping[str, re.Pattern[str]] = {
    METRIC: re.compile(r'\s*\{\s*(?:"Messages"\s*:\s*\[[^\]]*\]\s*,\s*)?"(?:MetricDataResults|Datapoints)"\s*:|'
                       r'\s*\{\s*"Label"\s*:\s*"[^"]*"\s*,\s*"Datapoints"\s*:'),
    INSIGHTS: re.compile(r'\s*\{(?=[\s\S]*"AggregationStatistic"\s*:)[\s\S]*"Contributors"\s*:\s*\['),
    XRAY: re.compile(
        r'\s*\{(?=[\s\S]*"Segments"\s*:)[\s\S]*"Traces"\s*:\s*\[|'
        r'\s*(?:\{"format"\s*:[^\n]*\n\s*)?\{(?=[^\n]*"trace_id"\s*:)(?=[^\n]*"(?:start_time|in_progress)"\s*:)'
    ),
    EXPORT: re.compile(r'\s*(?:\{\s*"Item"\s*:\s*\{|\$ion_1_0\b)'),
}  # fmt: skip


def kind_of(file: TraceFile) -> str:
    """What a file is, of those that are no rows of requests; else empty."""
    name = PurePath(file.path).name
    if name in (*_MANIFESTS, *_CHECKSUMS):
        return MANIFEST
    if file.kind == "csv" and not any(map(_ION.match, file.head[:1])):
        names = tuple(column.casefold() for column in file.columns)
        is_metric = len(names) == 2 and names[0] in _TIMES and names[1] in _VALUES  # noqa: PLR2004  a time, a count
        return METRIC if is_metric or names[0] in ("full label", "label") else ""
    if file.kind not in ("json", "lines", "csv"):
        return ""
    head = "\n".join(file.head)
    return next((kind for kind, told in _TOLD.items() if told.match(head)), "")


def one_kind(files: Sequence[TraceFile]) -> str:
    """What all files are; empty for rows of requests.

    Raises:
        CapplanError: They are of several kinds, whose figures do not add up.
    """
    kinds = {kind_of(file): file for file in reversed(files) if file.kind != "empty" and kind_of(file) != MANIFEST}
    if len(kinds) > 1:
        (first, one), (second, other) = sorted(kinds.items(), reverse=True)[:2]
        names = [shown(PurePath(file.path).name) for file in (one, other)]
        named = f"{names[0]} is a {first}, {names[1]} a {second or 'log of requests'}"
        raise CapplanError(
            (Diagnostic(one.path, 0, 0, named, "profile them apart: -o keeps each in a file of its own"),)
        )
    return next(iter(kinds), "")
