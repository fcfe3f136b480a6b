"""Results of AWS Lambda Power Tuning: mean durations by memory, from the state machine's output or from its link.

The link carries its data: after `#` three lists in base64, parted by semicolons: sizes in MB (16-bit integers), mean
durations in ms and mean costs in USD (32-bit floats), all little-endian. Nothing is fetched.

Source: github alexcasalboni/aws-lambda-power-tuning, README, "State Machine Output" (read 2026-11-30).
"""

import base64
import binascii
import math
import re
import struct
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from capplan.errors import CapplanError, Diagnostic
from capplan.importing import written
from capplan.importing.answers import answer, origin_of, whole
from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.model import Asked, Block, Found, Origin, Question
from capplan.importing.value import Value

_LINK = re.compile(r"https://lambda-power-tuning\.show/(?:\?[^#\s]*)?#([A-Za-z0-9+/=_;%-]{8,4000})")
_BYTES = {"h": 2, "f": 4}
_MAX_SIZES = 100
_NOT_NAMED = "a tuning result does not name its function: this is the file's name"


def decoded(data: str, file: str) -> dict[int, Decimal]:
    """Mean durations in ms by memory in MB, of the part of a link after `#`. Raises CapplanError."""
    parts = data.replace("%3B", ";").replace("%3D", "=").lstrip("#").split(";")
    if len(parts) < 2:  # noqa: PLR2004  sizes, durations; the costs are not used
        raise _broken(file, "it has no durations")
    sizes, times = _numbers(parts[0], "h", file), _numbers(parts[1], "f", file)
    if len(sizes) != len(times) or not sizes:
        raise _broken(file, f"{len(sizes)} memory sizes and {len(times)} durations")
    return {int(size): Decimal(f"{time:.6g}") for size, time in zip(sizes, times, strict=True)}


def _numbers(text: str, code: str, file: str) -> list[float]:
    """The numbers of one list of a link."""
    try:
        raw = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise _broken(file, "it is not base64") from None
    if len(raw) % _BYTES[code] or len(raw) > _MAX_SIZES * _BYTES[code]:
        raise _broken(file, "it is cut off")
    numbers = [float(number) for (number,) in struct.iter_unpack(f"<{code}", raw)]
    if not all(math.isfinite(number) and number > 0 for number in numbers):
        raise _broken(file, "a size or a duration in it is not above 0")
    return numbers


def _broken(file: str, why: str) -> CapplanError:
    message, hint = f"the link's data cannot be read: {why}", "copy the whole link, to its last character"
    return CapplanError((Diagnostic(file, 0, 0, message, hint),))


def _read(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    results = _results(given) if given.data else None
    link = _LINK.search(given.text)
    durations: dict[int, Decimal] = {}
    chosen = None
    origin = Origin(given.name)
    if results is not None:
        origin = origin_of(given, results)
        chosen = results.get("power").whole() if results.get("power").known else None
        for point in results.get("stats").items():
            durations[point.get("value").whole()] = point.get("averageDuration").count()
        if not durations and _encoded(results).known:
            durations = decoded(_encoded(results).text().partition("#")[2], given.name)
    elif link is not None:
        durations = decoded(link[1], given.name)
    if not durations and results is not None and chosen is not None:
        durations = {chosen: results.get("duration").count()}
    if not durations:
        raise CapplanError(
            (Diagnostic(given.name, 0, 0, "it has no durations", "tune with includeOutputResults: true"),)
        )
    return Found((_block(given, durations, chosen, origin),))


def _block(given: Given, durations: dict[int, Decimal], chosen: int | None, origin: Origin) -> Block:
    name = PurePath(given.name).stem
    values: dict[str, Any] = {}
    if len(durations) > 1:
        values["power_tuning"] = {f"{size} MB": written.duration(ms) for size, ms in sorted(durations.items())}
    best = chosen if chosen in durations else min(durations, key=lambda size: (durations[size], size))
    by_choice = "the tuner's choice" if chosen in durations else "the fastest"
    questions = (
        Question("memory", f"{best} MB", f"{by_choice}; what has the function?"),
        Question("duration", written.duration(durations[best]), f"measured at {best} MB; at the function's memory?"),
    )
    return Block(
        "functions",
        name,
        values,
        origin,
        (name,),
        {("power_tuning",): _NOT_NAMED},
        questions=questions,
        joins="where_it_fits",
    )


def _results(given: Given) -> Value | None:
    """The results of the state machine's output, at the top or under `results`."""
    top = whole(given)
    found = top.get("results", "output") if answer(given, "results") or answer(given, "output") else top
    return found.get("results") if found.get("results").known else found


def _encoded(results: Value) -> Value:
    for place in (results.get("visualization"), results.at("stateMachine", "visualization")):
        if place.known:
            return place
    return results.get("visualization")


def _matches(given: Given) -> bool:
    results = answer(given, "results") or given.data
    is_output = "power" in results and "duration" in results and "cost" in results
    return is_output or (len(given.text) < 8000 and not given.data and _LINK.search(given.text) is not None)  # noqa: PLR2004  a link alone


FORMATS = (Format("lambda-power-tuning", "a result of AWS Lambda Power Tuning", _matches, _read, takes_text=True),)
