"""JSON answers of every command on every shipped scenario, as golden texts.

Long series of a simulation are kept as their count, sum and checksum: a golden of 20 MB is read by nobody.
"""

import contextlib
import hashlib
import io
import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock

from capplan.cli.app import run

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "golden" / "json"
TODAY = ("--today", "2026-11-30")
LONGEST_SERIES = 24
COMMANDS: dict[str, tuple[str, ...]] = {
    "estimate": TODAY,
    "check": TODAY,
    "compare-modes": (),
    "simulate": (),
    "gates": (),
    "explain": TODAY,
    "validate": (),
}
"""Commands that take a scenario, and what else they are given."""
RECORDS = ("scenario", "plan", "modes", "simulation", "diff", "gates", "errors")


def answer(*arguments: str) -> str:
    """What a command prints, its exit code before it unless that is 0."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(out), mock.patch.dict("os.environ", {"NO_COLOR": "1"}):
        code = run(list(arguments))
    out.flush()
    text = out.buffer.getvalue().decode("utf-8")
    return text if code == 0 else f"exit {code}\n{text}"


def shortened(text: str) -> str:
    """The same JSON with long series of numbers as {count, sum, sha256}; other text as it is."""
    try:
        record = json.loads(text, parse_float=Decimal)
    except ValueError:
        return text
    return json.dumps(_short(record), indent=1, ensure_ascii=False, default=str) + "\n"


def _short(value: Any) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) > LONGEST_SERIES and not any(isinstance(inner, dict | list) for inner in value):
        digest = hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()
        return {"count": len(value), "sum": _sum(value), "sha256": digest}
    return [_short(inner) for inner in value]


def _sum(values: list[Any]) -> str | None:
    """The sum of numbers and of decimals written as text; None where something is neither."""
    try:
        return str(sum((Decimal(value or 0) for value in values), Decimal(0)))
    except InvalidOperation:
        return None


def json_goldens() -> dict[Path, Callable[[], str]]:
    """Every JSON golden, and how to make it anew."""
    scenarios = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("scenarios/*/scenario.yaml"))
    asked: dict[str, tuple[str, ...]] = {}
    for path in scenarios:
        name = Path(path).parent.name
        for command, more in COMMANDS.items():
            asked[f"{name}/{command}"] = (command, path, "-f", "json", *more)
    for path, machines in (("bookings", ("book-trip", "quote")), ("order-saga", ("",)), ("web-shop", ("",))):
        for machine in machines:
            words = (f"scenarios/{path}/scenario.yaml", *((machine,) if machine else ()))
            asked[f"{path}/workflow{'-' * bool(machine)}{machine}"] = ("workflow", *words, "-f", "json", *TODAY)
    for base, head in pairwise([*scenarios, scenarios[0]]):
        asked[f"{Path(head).parent.name}/diff"] = ("diff", base, head, "-f", "json", *TODAY)
    asked["size"] = ("size", "scenarios/measured-items/tickets.jsonl", "--region", "us-east-1", "-f", "json")
    asked["prices-list"] = ("prices", "list", "-f", "json")
    asked["prices-list-region"] = ("prices", "list", "eu-central-1", "-f", "json")
    asked["prices-show"] = (
        "prices",
        "show",
        "dynamodb.on_demand.write_request_unit.standard",
        "us-east-1",
        "-f",
        "json",
    )
    asked |= {f"schema-{name}": ("schema", "--for", name) for name in RECORDS}
    asked["wrong"] = ("estimate", "tests/language/wrong/functions-call-words.yaml", "-f", "json")
    return {
        FOLDER / f"{name}.json": lambda words=words: shortened(answer(*words))  # type: ignore[misc]
        for name, words in asked.items()
    }
