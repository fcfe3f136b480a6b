"""Reads segments of X-Ray as rows of requests: of functions, services and tables, with their durations and faults.

A segment is one request to what it is named after. Calls to what sends no segments of its own, such as tables, are
inferred segments in what BatchGetTraces answers; in segments as an application sent them they are subsegments, which are
rows unless a segment says that it is theirs. Lambda records a segment for the service beside the function's: the same
invocation, which counts once, unless it was throttled before the function began. What a function's segment has of its
init is no part of its duration, which is planned apart.

Source: X-Ray Developer Guide, "X-Ray segment documents"; Lambda Developer Guide, "Using AWS Lambda with AWS X-Ray" (two
segments of one name; subsegments Initialization, Invocation, Overhead; by default 1 request a second and 5% of the others
are recorded) (read 2026-11-30, the first in part).
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.trace_files import TraceFile
from capplan.reading.trace_rows import Row, whole_text

SAMPLED = (
    "X-Ray records a sample of the requests (by default 1 a second and 5% of the others): their rate is not theirs"
)
_LAMBDA, _FUNCTION, _INIT = "AWS::Lambda", "AWS::Lambda::Function", "Initialization"
_CALLS = ("aws", "remote")
"""Namespaces of subsegments that are calls to something else."""


def segment_rows(files: Sequence[TraceFile], aside: Counter[str]) -> Iterator[Row]:
    """The rows of files with segments; counts in `aside` what is no request, by reason. Raises CapplanError."""
    seen: set[int] = set()
    for file in files:
        segments = [segment for segment in _documents(file, aside) if _is_whole(segment, aside)]
        parents = {(segment.get("trace_id"), segment.get("parent_id")) for segment in segments}
        for segment in segments:
            name = hash((segment.get("trace_id"), segment["id"]))
            if name in seen:
                aside["the same segment again"] += 1
                continue
            seen.add(name)
            if segment.get("origin") == _LAMBDA and not segment.get("throttle"):
                aside["Lambda's own segment beside the function's"] += 1
            else:
                yield _row(segment)
            for call in _calls(segment):
                if (segment.get("trace_id"), call.get("id")) not in parents:
                    yield _row(call)


def _documents(file: TraceFile, aside: Counter[str]) -> Iterator[Mapping[str, Any]]:
    """Segments of an answer of BatchGetTraces, or of a file with one a line."""
    text = whole_text(file.path)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict) and isinstance(data.get("Traces"), list):
        documents = [
            segment.get("Document") if isinstance(segment, dict) else None
            for trace in data["Traces"]
            for segment in (trace.get("Segments") or () if isinstance(trace, dict) else ())
        ]
        texts: Sequence[object] = documents
    elif isinstance(data, list | dict):
        texts = data if isinstance(data, list) else [data]
    elif '"Traces"' in file.head[0] + "".join(file.head[1:3]):
        raise CapplanError((Diagnostic(file.path, 0, 0, "not JSON to its end", "was it still being written?"),))
    else:
        texts = [line for line in text.splitlines() if line.strip()]
    for one in texts:
        segment = _parsed(one)
        if segment is None:
            aside["not a segment"] += 1
        else:
            yield segment


def _parsed(document: object) -> Mapping[str, Any] | None:
    """A segment, which may be a text of JSON; None for anything else."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            return None
    whole = isinstance(document, dict) and isinstance(document.get("id"), str) and isinstance(document.get("name"), str)
    return document if whole and isinstance(document, dict) else None


def _is_whole(segment: Mapping[str, Any], aside: Counter[str]) -> bool:
    if segment.get("in_progress"):
        aside["a segment in progress"] += 1
        return False
    return True


def _calls(segment: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The calls to something else in a segment, at any depth."""
    inside = list(segment.get("subsegments") or ()) if isinstance(segment.get("subsegments"), list) else []
    while inside:
        part = inside.pop()
        if not isinstance(part, dict):
            continue
        if part.get("namespace") in _CALLS and not part.get("in_progress") and isinstance(part.get("name"), str):
            yield part
        below = part.get("subsegments")
        inside += below if isinstance(below, list) else []


def _row(segment: Mapping[str, Any]) -> Row:
    start, end = _number(segment.get("start_time")), _number(segment.get("end_time"))
    aws, http = _mapping(segment, "aws"), _mapping(segment, "http")
    response = _mapping(http, "response")
    duration = None if start is None or end is None else (end - start - _init_seconds(segment, start)) * 1000
    operation = aws.get("operation") or segment.get("origin") or segment.get("namespace")
    return Row(
        time=None if start is None else f"{start:.6f}",
        operation=operation if isinstance(operation, str) else None,
        target=_target(segment, aws),
        bytes=_shown(response.get("content_length")),
        duration_ms=None if duration is None else f"{duration:.3f}",
        status=_status(segment, response),
    )


def _target(segment: Mapping[str, Any], aws: Mapping[str, Any]) -> str:
    """The table, function or queue where the segment names it, else its name."""
    names = aws.get("resource_names")
    first = names[0] if isinstance(names, list) and names else None
    known = (aws.get("table_name"), aws.get("function_name"), aws.get("queue_url"), first)
    return next((name for name in known if isinstance(name, str) and name), str(segment["name"]))


def _status(segment: Mapping[str, Any], response: Mapping[str, Any]) -> str:
    if segment.get("throttle") is True:
        return "throttled"
    if segment.get("fault") is True:
        return "fault"
    status = response.get("status")
    return str(status) if isinstance(status, int) and not isinstance(status, bool) else "200"


def _init_seconds(segment: Mapping[str, Any], start: float) -> float:
    """What a function's segment has of its init."""
    parts = segment.get("subsegments")
    if segment.get("origin") != _FUNCTION or not isinstance(parts, list):
        return 0.0
    inits = [part for part in parts if isinstance(part, dict) and part.get("name") == _INIT]
    spans = [(_number(part.get("start_time")), _number(part.get("end_time"))) for part in inits]
    return sum(max(0.0, end - max(start, begin)) for begin, end in spans if begin is not None and end is not None)


def _mapping(of: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = of.get(key)
    return found if isinstance(found, dict) else {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _shown(value: object) -> str | None:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
