"""The defaults that a bucket's answer rests on."""

from collections.abc import Iterable

from capplan import units
from capplan.model import Assumption
from capplan.quantities.distribution import mean
from capplan.quantities.text import figure
from capplan.services.s3.classes import MOVED_BYTES
from capplan.services.s3.spec import Bucket, Tiers
from capplan.services.s3.stored import is_growing
from capplan.services.s3.usage import Usage


def assume(name: str, spec: Bucket, usage: Usage) -> Iterable[Assumption]:
    """Defaults that the scenario does not give."""
    path = f"buckets.{name}"
    if spec.objects is None:
        young = sum(band.objects for band in usage.bands)
        value = f"{figure(young)} objects" if young else "none stored"
        reason = (
            "what is put until it expires"
            if spec.expire_ms is not None
            else "the number of stored objects is not given"
        )
        if usage.removed.terms and young:
            reason += "; deletes are not taken off, as nobody says how old the deleted objects are: write `objects`"
        yield Assumption(f"{path}.objects", value, reason, "workload")
    elif is_growing(spec, usage.created.monthly):
        gb = usage.created.monthly * mean(usage.size) / units.BYTES_PER_GB
        reason = f"the month's mean; {figure(gb)} GB are put each month, and nothing expires"
        yield Assumption(f"{path}.objects", f"{figure(spec.objects)} objects", reason, "workload")
    if spec.lifecycle and mean(usage.size) < MOVED_BYTES:
        reason = "lifecycle rules do not move objects below 128 KB by default"
        yield Assumption(f"{path}.lifecycle", "not applied", reason, "aws_default")
    if spec.lifecycle and usage.bytes_out.terms:
        reason = "a get reads the youngest class, unless it says `class`"
        yield Assumption(f"{path}.access", spec.storage_class, reason, "workload")
    if "intelligent-tiering" in spec.classes and spec.tiers == Tiers():
        reason = "nobody says what is not read for 30 days"
        yield Assumption(f"{path}.tiers", "all frequent", reason, "workload")
