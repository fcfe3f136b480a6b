"""Writes Lambda's measured cold starts from a collection of public benchmarks: `python tests/make_cold_starts.py COLLECTION OUT`.

The collection names the public benchmark behind every figure, its window and its licence; all of that is taken over.
Nothing is estimated, smoothed or left out but two columns: the sample's standard deviation and its memory use.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

COLUMNS = (
    "runtime", "package", "arch", "memory_mb", "n", "mean", "p50", "p90", "p99", "max", "ln_mu", "ln_sigma", "handler_ms",
)  # fmt: skip
NAMES = {"n": "samples", "mean": "mean_ms", "p50": "p50_ms", "p90": "p90_ms", "p99": "p99_ms", "max": "max_ms"}
"""What the columns are called in the file: a number says its unit."""
SDK_COLUMNS = ("runtime", "arch", "memory_mb", "init_ms", "first_call_ms", "first_call_p99_ms")


def main(collection: Path, out: Path) -> None:
    """Write the file."""
    data = yaml.load(collection.read_text(encoding="utf-8"), yaml.CSafeLoader)
    columns = json.dumps([NAMES.get(name, name) for name in COLUMNS])
    parts = [
        f'"sources": {json.dumps(data["sources"], indent=2)}',
        f'"notes": {json.dumps(data["notes"], indent=2)}',
        f'"idle_life": {json.dumps(data["idle_instance_lifetime"], indent=2)}',
        f'"columns": {columns}',
        f'"init": {_table(_row(r) for r in data["hello_world_init_ms"])}',
        f'"restore": {_table(_row(r) for r in data["snapstart_restore_ms"])}',
        f'"sdk_columns": {json.dumps(SDK_COLUMNS)}',
        f'"sdk": {_table(_sdk_rows(data["sdk_light_workload_init_ms"]))}',
    ]
    out.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def _row(measured: Mapping[str, Any]) -> list[Any]:
    return [measured[name] for name in COLUMNS]


def _sdk_rows(measured: Iterable[Mapping[str, Any]]) -> list[list[Any]]:
    """One row an architecture; a configuration that was not measured is left out."""
    return [
        [m["runtime"], arch, m["memory_mb"], m[arch]["init"], m[arch]["cold_handler_ms"], m[arch]["cold_handler_p99"]]
        for m in measured
        for arch in ("arm64", "x86_64")
        if m[arch]["init"] is not None
    ]


def _table(rows: Iterable[list[Any]]) -> str:
    return "[\n" + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n]"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
