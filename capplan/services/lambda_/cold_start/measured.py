"""Cold starts as others measured them, by runtime, package, architecture and memory.

Hello-world functions of the public benchmark lambda-perf (Apache-2.0), and a light function that loads the AWS SDK
(MIT); sources, periods and method are in `cold_starts.json`. Init Duration excludes what happens before it: finding a
host and fetching the code.
"""

import json
import math
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from capplan.quantities.distribution import Distribution
from capplan.record import Record

_FILE = Path(__file__).parent / "cold_starts.json"
Table = Literal["init", "restore"]


class Measured(Record, frozen=True):
    """Init Duration (or SnapStart's Restore Duration) of one configuration.

    `handler_ms` is the mean of the first call after it; `ln_mu` and `ln_sigma` are mean and standard deviation of ln(ms).
    """

    runtime: str
    package: str
    arch: str
    memory_mb: int
    samples: int
    mean_ms: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    ln_mu: float
    ln_sigma: float
    handler_ms: float

    @property
    def distribution(self) -> Distribution:
        """The measured percentiles, log-normal between them."""
        points = (("0.5", self.p50_ms), ("0.9", self.p90_ms), ("0.99", self.p99_ms))
        return Distribution(tuple((Decimal(share), Decimal(str(ms))) for share, ms in points))


class WithSdk(Record, frozen=True):
    """Mean init and first call of a light function that loads the AWS SDK."""

    runtime: str
    arch: str
    memory_mb: int
    init_ms: float
    first_call_ms: float
    first_call_p99_ms: float


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=4)
def rows(table: Table) -> tuple[Measured, ...]:
    """Every measured configuration of a table."""
    return tuple(Measured(*row) for row in _data()[table])


def period(table: Table = "init") -> str:
    """When a table was measured, such as 2026-06-23 to 2026-08-22."""
    source = _data()["sources"]["lambda_perf" if table == "init" else "lambda_perf_snapstart"]["window"]
    return " to ".join(source[key].removesuffix(".json") for key in ("first_file", "last_file"))


@lru_cache(maxsize=1024)
def init(runtime: str, package: str, arch: str, memory_mb: int) -> Measured | None:
    """The configuration of nearest memory; None if the runtime was not measured with that package."""
    return _nearest(
        (row for row in rows("init") if (row.runtime, row.package, row.arch) == (runtime, package, arch)), memory_mb
    )


@lru_cache(maxsize=1024)
def restore(runtime: str, memory_mb: int) -> Measured | None:
    """SnapStart's restore of a runtime at the nearest memory (Java on x86_64 only); None if it was not measured."""
    return _nearest((row for row in rows("restore") if row.runtime == f"{runtime} snapstart"), memory_mb)


@lru_cache(maxsize=1024)
def with_sdk(runtime: str, arch: str, memory_mb: int) -> WithSdk | None:
    """A light function that loads the AWS SDK, at the nearest memory; None if the runtime was not measured."""
    name = runtime.removesuffix(".x").partition(" ")[0]
    measured = [WithSdk(*row) for row in _data()["sdk"] if row[:2] == [name, arch]]
    return min(measured, key=lambda row: abs(math.log(row.memory_mb / memory_mb)), default=None)


def _nearest(measured: Iterable[Measured], memory_mb: int) -> Measured | None:
    return min(measured, key=lambda row: abs(math.log(row.memory_mb / memory_mb)), default=None)
