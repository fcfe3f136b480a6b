"""What Lambda MicroVMs are billed for, which capplan does not plan: vCPU-seconds, GB-seconds, snapshots.

AWS Lambda pricing page, "Lambda MicroVMs" (read 2026-11-23).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Exact = Decimal | Fraction | int


@dataclass(frozen=True, slots=True)
class Level:
    """Seconds that machines ran at one size; both sizes are totals in use, not additions to a baseline."""

    seconds: Exact
    vcpu: Exact
    memory_gb: Exact


@dataclass(frozen=True, slots=True)
class Snapshots:
    """A month of snapshots: a suspend writes one, a resume or a launch reads one, images and suspended ones are kept."""

    suspends: int
    resumes: int
    launches: int
    snapshot_gb: Exact
    images: int
    image_gb: Exact
    suspended_gb_hours: Exact


def vcpu_seconds(levels: Iterable[Level]) -> Fraction:
    """vCPU-seconds over all levels."""
    return sum((Fraction(level.seconds) * Fraction(level.vcpu) for level in levels), Fraction(0))


def gb_seconds(levels: Iterable[Level]) -> Fraction:
    """GB-seconds of memory over all levels."""
    return sum((Fraction(level.seconds) * Fraction(level.memory_gb) for level in levels), Fraction(0))


def written_gb(kept: Snapshots) -> Fraction:
    """GB written by suspending."""
    return kept.suspends * Fraction(kept.snapshot_gb)


def read_gb(kept: Snapshots) -> Fraction:
    """GB read by resuming and by launching."""
    return (kept.resumes + kept.launches) * Fraction(kept.snapshot_gb)


def stored_gb_months(kept: Snapshots, month_hours: Exact) -> Fraction:
    """GB-months kept: images all month, suspended machines for their hours."""
    return kept.images * Fraction(kept.image_gb) + Fraction(kept.suspended_gb_hours) / Fraction(month_hours)
