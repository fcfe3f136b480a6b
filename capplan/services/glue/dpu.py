"""The worker types of Glue and their DPUs.

Source: AWS Glue Developer Guide, "AWS Glue worker types" and "Configuring job properties"; read 2026-11-23.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from capplan.record import Record

Unit = Literal["DPU", "M-DPU"]


class WorkerType(Record, frozen=True):
    """One size of worker.

    Attributes:
        dpu: Data processing units of one worker, in `unit`.
        vcpu: Virtual CPUs.
        memory_gb: Memory.
        disk_gb: Disk.
        since: The first Glue version that offers it.
        until: The last one; None while it is offered.
        flex: Whether the Flex execution class takes it.
        unit: M-DPU is the memory-optimized DPU of R and Z workers, with its own price.
        only_for: The only job type that may use it; empty for any.
    """

    dpu: Decimal
    vcpu: int
    memory_gb: int
    disk_gb: int
    since: str = "2.0"
    until: str | None = None
    flex: bool = False
    unit: Unit = "DPU"
    only_for: str = ""


WORKER_TYPES: Mapping[str, WorkerType] = {
    "Standard": WorkerType(Decimal(1), 4, 16, 50, since="0.9", until="1.0"),
    "G.025X": WorkerType(Decimal("0.25"), 2, 4, 84, since="3.0", only_for="streaming"),
    "G.1X": WorkerType(Decimal(1), 4, 16, 94, since="1.0", flex=True),
    "G.2X": WorkerType(Decimal(2), 8, 32, 138, since="1.0", flex=True),
    "G.4X": WorkerType(Decimal(4), 16, 64, 256, since="3.0"),
    "G.8X": WorkerType(Decimal(8), 32, 128, 512, since="3.0"),
    "G.12X": WorkerType(Decimal(12), 48, 192, 768, since="4.0"),
    "G.16X": WorkerType(Decimal(16), 64, 256, 1024, since="4.0"),
    "R.1X": WorkerType(Decimal(1), 4, 32, 94, since="4.0", unit="M-DPU"),
    "R.2X": WorkerType(Decimal(2), 8, 64, 138, since="4.0", unit="M-DPU"),
    "R.4X": WorkerType(Decimal(4), 16, 128, 256, since="4.0", unit="M-DPU"),
    "R.8X": WorkerType(Decimal(8), 32, 256, 512, since="4.0", unit="M-DPU"),
    "Z.2X": WorkerType(Decimal(2), 8, 64, 128, since="4.0", unit="M-DPU", only_for="ray"),
}

RAY_WORKER_TYPE = "Z.2X"
"""The only worker type of Ray jobs."""


def total_dpus(worker_type: str, workers: Decimal | int) -> Decimal:
    """DPUs of a run of fixed size; the driver is one of the workers."""
    return WORKER_TYPES[worker_type].dpu * workers


@lru_cache(maxsize=64)
def version(text: str) -> tuple[int, ...]:
    """A Glue version for comparisons: "5.1" is (5, 1)."""
    return tuple(int(part) for part in text.split("."))


def fits_version(worker_type: str, glue_version: str) -> bool:
    """Whether a Glue version offers a worker type."""
    worker = WORKER_TYPES[worker_type]
    late_enough = version(glue_version) >= version(worker.since)
    return late_enough and (worker.until is None or version(glue_version) <= version(worker.until))
