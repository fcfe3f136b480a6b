"""How many EC2 instances Lambda Managed Instances need, which capplan does not plan.

AWS's own calculator (github aws-samples/sample-aws-lambda-managed-instances 6934a80, 2026-03-19); Lambda Developer Guide,
"Lambda Managed Instances scaling" (read 2026-11-23).
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from capplan import units

Exact = Decimal | Fraction | int

MIN_FUNCTION_MB = 2048
"""A function on Managed Instances has at least 2 GB."""
RESERVED_VCPU = RESERVED_GB = 1
"""Kept on every instance for the system."""
HEADROOM = Fraction(3, 2)
"""Instances held above the base, so that a jump by half is served at once."""
MIN_INSTANCES = 3
"""One in each of three Availability Zones."""


@dataclass(frozen=True, slots=True)
class Workload:
    """What is to run: calls at once, and what one call takes. `cap_per_vcpu` is the runtime's most calls per vCPU."""

    concurrency: int
    memory_mb_per_call: Exact
    cpu_share_per_call: Exact
    cap_per_vcpu: int


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance type, the memory per vCPU of its environments, and what is kept back on it."""

    vcpu: int
    memory_gb: Exact
    gb_per_vcpu: Exact
    reserved_vcpu: Exact = RESERVED_VCPU
    reserved_gb: Exact = RESERVED_GB


@dataclass(frozen=True, slots=True)
class Fleet:
    """The answer; `overfull` says that an environment would hold more calls than its memory has room for."""

    function_mb: int
    calls_per_environment: int
    environments: int
    environments_per_instance: int
    base_instances: int
    instances: int
    overfull: bool


def size_fleet(
    work: Workload, instance: Instance, headroom: Exact = HEADROOM, min_instances: int = MIN_INSTANCES
) -> Fleet:
    """Environments and instances for a workload, as AWS's calculator finds them.

    Memory and CPU each give a number of calls per environment; the calculator takes CPU's alone, hence `overfull`.
    """
    per_call, vcpu_mb = Fraction(work.memory_mb_per_call), Fraction(instance.gb_per_vcpu) * units.MB_PER_GB
    by_memory = max(1, min(work.cap_per_vcpu, math.floor(vcpu_mb / per_call)))
    function_mb = max(MIN_FUNCTION_MB, math.ceil(per_call * by_memory))
    vcpu = math.ceil(function_mb / vcpu_mb)
    calls = max(1, min(work.cap_per_vcpu, math.floor(1 / Fraction(work.cpu_share_per_call))) * vcpu)
    environments = math.ceil(Fraction(work.concurrency, calls))
    by_vcpu = _fit(instance.vcpu, instance.reserved_vcpu, vcpu)
    by_memory = _fit(instance.memory_gb, instance.reserved_gb, Fraction(function_mb, units.MB_PER_GB))
    fit = max(1, min(by_vcpu, by_memory))
    base = max(min_instances, math.ceil(Fraction(environments, fit)))
    fleet = max(min_instances, math.ceil(base * Fraction(headroom)))
    return Fleet(function_mb, calls, environments, fit, base, fleet, overfull=calls * per_call > function_mb)


def _fit(size: Exact, kept: Exact, each: Exact) -> int:
    return math.floor((Fraction(size) - Fraction(kept)) / Fraction(each))
