"""A function in the words of Lambda's API as a scenario has it.

Source: Lambda API Reference, "FunctionConfiguration" (read 2026-11-30).
"""

from decimal import Decimal
from typing import Any

from capplan.importing import written
from capplan.importing.model import Question
from capplan.importing.value import Value
from capplan.services.lambda_.runtimes import why_unknown

DURATION = Question("duration", "100 ms", "how long does an invocation run, in the mean?")


def function_values(function: Value) -> dict[str, Any]:
    """Keys of a function."""
    values: dict[str, Any] = {}
    if function.get("Runtime").known:
        values["runtime"] = runtime(function.get("Runtime").text())
    if function.get("MemorySize").known:
        values["memory"] = f"{function.get('MemorySize').whole()} MB"
    architectures = [word.text() for word in function.get("Architectures").items()]
    if architectures == ["arm64"]:
        values["architecture"] = "arm64"
    if function.get("Timeout").known:
        values["timeout"] = written.duration(function.get("Timeout").whole() * 1000)
    storage = function.at("EphemeralStorage", "Size")
    if storage.known and storage.whole() > 512:  # noqa: PLR2004  AWS's default
        values["ephemeral_storage"] = f"{storage.whole()} MB"
    if function.at("SnapStart", "ApplyOn").text("None") == "PublishedVersions":
        values["snap_start"] = True
    zipped = function.get("CodeSize")
    if function.get("PackageType").text("Zip") == "Zip" and zipped.known and zipped.whole() >= 2**20:
        values["package"] = {"zipped": f"{-(-zipped.whole() // 2**20)} MB"}
    layers = function.get("Layers").items()
    if layers:
        values["layers"] = Decimal(len(layers))
    return values


def runtime(word: str) -> str:
    """A runtime that capplan knows, else `other`."""
    return word if why_unknown(word) is None else "other"
