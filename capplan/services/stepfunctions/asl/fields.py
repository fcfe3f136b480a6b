"""Checks the fields of a state, by its type and query language: AWS rejects those it does not support.

Sources: Amazon States Language specification; Step Functions Developer Guide, pages of each state and "Transforming data
with JSONata" (read 2026-11-23).
"""

from collections.abc import Iterable, Mapping

from capplan.services.stepfunctions.asl.definition import Path
from capplan.services.stepfunctions.asl.expressions import check_jsonata, check_paths, is_path
from capplan.services.stepfunctions.asl.values import Diagnostics, is_open, nearest

_EVERY = ("Type", "Comment", "QueryLanguage")
_ONWARD = ("Next", "End", "Assign")
_PATHS = ("InputPath", "OutputPath")
_RESULT = ("ResultPath", "ResultSelector")
_GUARDED = ("Retry", "Catch")
_OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "Task": (
        *(
            "Resource",
            "Credentials",
            "TimeoutSeconds",
            "TimeoutSecondsPath",
            "HeartbeatSeconds",
            "HeartbeatSecondsPath",
        ),
        *("Parameters", "Arguments", "Output", *_ONWARD, *_PATHS, *_RESULT, *_GUARDED),
    ),
    "Pass": ("Result", "ResultPath", "Parameters", "Output", *_ONWARD, *_PATHS),
    "Choice": ("Choices", "Default", "Assign", "Output", *_PATHS),
    "Wait": ("Seconds", "SecondsPath", "Timestamp", "TimestampPath", "Output", *_ONWARD, *_PATHS),
    "Succeed": ("Output", *_PATHS),
    "Fail": ("Error", "ErrorPath", "Cause", "CausePath"),
    "Parallel": ("Branches", "Parameters", "Arguments", "Output", *_ONWARD, *_PATHS, *_RESULT, *_GUARDED),
    "Map": (
        *("ItemProcessor", "Iterator", "ItemsPath", "Items", "ItemSelector", "Parameters", "MaxConcurrency"),
        *("MaxConcurrencyPath", "ItemReader", "ItemBatcher", "ResultWriter", "Label", "Output"),
        *("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
        *("ToleratedFailureCount", "ToleratedFailureCountPath"),
        *(*_ONWARD, *_PATHS, *_RESULT, *_GUARDED),
    ),
}
_JSONPATH_ONLY = frozenset(
    {
        *("InputPath", "OutputPath", "ResultPath", "ResultSelector", "Parameters", "ItemsPath", "SecondsPath"),
        *("TimestampPath", "ErrorPath", "CausePath", "TimeoutSecondsPath", "HeartbeatSecondsPath"),
        *("MaxConcurrencyPath", "ToleratedFailurePercentagePath", "ToleratedFailureCountPath"),
    }
)
_JSONATA_ONLY = frozenset({"Arguments", "Output", "Items"})
_JSONATA_WORD = {"Parameters": "Arguments", "ItemsPath": "Items", "ResultPath": "Output", "OutputPath": "Output"}
_DISTRIBUTED_ONLY = (
    *("ItemReader", "ItemBatcher", "ResultWriter", "ToleratedFailurePercentage", "ToleratedFailureCount"),
    *("ToleratedFailurePercentagePath", "ToleratedFailureCountPath"),
)
_EITHER = (
    *(("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath")),
    *(("MaxConcurrency", "MaxConcurrencyPath"), ("ToleratedFailureCount", "ToleratedFailureCountPath")),
    *(("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"), ("Error", "ErrorPath"), ("Cause", "CausePath")),
    *(("ItemProcessor", "Iterator"), ("ItemSelector", "Parameters")),
)
"""Fields of which a state has one or the other."""
_REFERENCES = ("ResultPath", "ItemsPath")
_TOP = ("Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage")
_INNER = ("Comment", "StartAt", "States", "ProcessorConfig", "QueryLanguage")


def check_top(data: object, path: Path, diagnostics: Diagnostics) -> None:
    """The fields beside States: of the whole definition, of a branch, of an item's processor."""
    if isinstance(data, Mapping):
        where = "a definition" if not path else "this level"
        _unknown(data, _INNER if path else _TOP, where, path, diagnostics)


def check_fields(
    name: str, state_type: str, data: Mapping[str, object], language: str, path: Path, diagnostics: Diagnostics
) -> None:
    """The fields of one state."""
    known = (*_EVERY, *_OF_TYPE[state_type])
    elsewhere = ("Next", "End", "Retry", "Catch")  # checked with messages of their own
    _unknown(
        {k: v for k, v in data.items() if k not in elsewhere},
        known,
        f"a {state_type} state ('{name}')",
        path,
        diagnostics,
    )
    for field in data:
        if language == "JSONata" and field in _JSONPATH_ONLY and field in known:
            word = _JSONATA_WORD.get(field)
            hint = f"JSONata has {word}" if word in known else "with JSONata write an expression, {% … %}"
            diagnostics.add_error((*path, field), f"{field} of '{name}' is for JSONPath", hint, at_key=True)
        if language == "JSONPath" and field in _JSONATA_ONLY and field in known:
            hint = 'write "QueryLanguage": "JSONata" in the state or at the top'
            diagnostics.add_error((*path, field), f"{field} of '{name}' is for JSONata", hint, at_key=True)


def check_values(
    name: str, state_type: str, data: Mapping[str, object], language: str, path: Path, diagnostics: Diagnostics
) -> None:
    """What fields of a state hold: paths, expressions, and fields that exclude each other."""
    for first, second in _EITHER:
        if first in data and second in data and (state_type == "Map" or first != "ItemSelector"):
            message = f"'{name}' has both {first} and {second}"
            diagnostics.add_error((*path, second), message, "write one or the other", at_key=True)
    if language == "JSONata":
        for field in data:
            if field not in ("Choices", "Branches", "ItemProcessor", "Iterator", "Catch", "Comment"):
                check_jsonata(name, data[field], (*path, field), diagnostics)
        return
    for field, value in data.items():
        if field in ("Parameters", "ResultSelector", "ItemSelector", "Assign"):
            check_paths(name, value, (*path, field), diagnostics)
        if field not in _JSONPATH_ONLY or not field.endswith("Path") or is_open(value):
            continue
        empty = value is None and field in ("InputPath", "OutputPath", "ResultPath")
        if not empty and not is_path(value, reference=field in _REFERENCES):
            diagnostics.add_error((*path, field), f"{field} of '{name}' is no JSONPath", "such as $.order.id")


def check_distributed(name: str, data: Mapping[str, object], path: Path, diagnostics: Diagnostics) -> None:
    """Fields of a Map that need the distributed mode."""
    for field in _DISTRIBUTED_ONLY:
        if field in data:
            diagnostics.add_error(
                (*path, field),
                f"{field} of '{name}' needs a Distributed Map",
                'write "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"} in its ItemProcessor',
                at_key=True,
            )


def _unknown(data: Iterable[str], known: Iterable[str], where: str, path: Path, diagnostics: Diagnostics) -> None:
    for field in data:
        if field not in known:
            hint = nearest(field, list(known)) or f"expected one of {', '.join(known)}"
            diagnostics.add_error((*path, field), f"{where} has no field '{field}'", hint, at_key=True)
