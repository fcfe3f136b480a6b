"""The quotas of Step Functions and what they mean for a burst. It knows no price.

Source: Step Functions Developer Guide, "Service quotas" (read 2026-11-23). New accounts start lower, raised with use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

MachineType = Literal["standard", "express"]

HISTORY_EVENTS = 25_000
EXPRESS_SECONDS = 300
STANDARD_SECONDS = 365 * 86_400
PAYLOAD_BYTES = 262_144
DEFINITION_BYTES = 1_048_576
OPEN_EXECUTIONS = 1_000_000
OPEN_MAP_RUNS = 1_000
INLINE_CONCURRENCY = 40
DISTRIBUTED_CONCURRENCY = 10_000
DISPATCH_PER_SECOND: Mapping[str, int] = {"STANDARD": 100, "EXPRESS": 1_000}
"""Children a Distributed Map starts in a second, by their type."""

_BIG_REGIONS = frozenset({"us-east-1", "us-west-2", "eu-west-1"})


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket: what fits at once, and what flows in each second."""

    size: int
    refill_per_s: int

    def seconds_for(self, n: Fraction | int) -> Fraction:
        """Seconds until so many requests, asked for at once, are admitted."""
        return max(Fraction(0), (Fraction(n) - self.size) / self.refill_per_s)

    def sustains(self, per_second: Fraction) -> bool:
        """Whether a steady rate fits."""
        return per_second <= self.refill_per_s


def transition_bucket(region: str, machine: MachineType = "standard") -> Bucket | None:
    """State transitions; None for Express, which has no such bucket."""
    return None if machine == "express" else _standard_transitions(region)


def _standard_transitions(region: str) -> Bucket:
    return Bucket(5_000, 5_000) if region in _BIG_REGIONS else Bucket(800, 800)


def start_bucket(region: str, machine: MachineType = "standard") -> Bucket:
    """StartExecution requests."""
    if machine == "express":
        return Bucket(6_000, 6_000)
    return Bucket(1_300, 300) if region in _BIG_REGIONS else Bucket(800, 150)


def dispatch_seconds(children: int, child_type: str) -> Fraction:
    """Seconds a Distributed Map needs at least to start its children; MaxConcurrency does not bound it."""
    return Fraction(children, DISPATCH_PER_SECOND[child_type])


def pool_quota(limit: str, region: str, quotas: Mapping[str, Decimal] | None = None) -> Decimal | None:  # noqa: ARG001  no default follows another
    """What the account may take of a limit in a Region, as AWS sets it; None for a limit of another service."""
    defaults = {
        "stepfunctions.start_rate": start_bucket(region).refill_per_s,
        "stepfunctions.express_start_rate": start_bucket(region, "express").refill_per_s,
        "stepfunctions.transition_rate": _standard_transitions(region).refill_per_s,
        "stepfunctions.open_executions": OPEN_EXECUTIONS,
        "stepfunctions.open_map_runs": OPEN_MAP_RUNS,
    }
    return Decimal(defaults[limit]) if limit in defaults else None
