"""What a bucket's requests take of its prefixes, how large its objects are, and what gates may ask of it.

Amazon S3 User Guide, "Optimizing Amazon S3 performance" (read 2026-11-30): a prefix takes at least so many requests a
second; more prefixes take more, and S3 splits them gradually. Until then it answers 503 Slow Down.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.model import LimitCheck, Observable
from capplan.quantities.rounding import to_quantity
from capplan.services.s3 import quotas
from capplan.services.s3.spec import Bucket
from capplan.services.s3.usage import Usage


def per_second(prefixes: int) -> Mapping[str, Fraction]:
    """Requests a second that so many prefixes take: to write, to read."""
    return {
        quotas.PREFIX_WRITES.id: Fraction(quotas.PREFIX_WRITES.value) * prefixes,
        quotas.PREFIX_READS.id: Fraction(quotas.PREFIX_READS.value) * prefixes,
    }


def check(name: str, spec: Bucket, usage: Usage) -> Iterable[LimitCheck]:
    """The limits of a bucket, its requests spread evenly over its prefixes."""
    takes = per_second(spec.prefixes)
    for quota, flow in ((quotas.PREFIX_WRITES, usage.writes), (quotas.PREFIX_READS, usage.reads)):
        if flow.terms:
            yield LimitCheck.of_flow(name, quota.id, flow, to_quantity(takes[quota.id]), quota.unit)
    if usage.created.terms:
        sizes = ((quotas.OBJECT_MAX, usage.largest_object), (quotas.PUT_MAX, usage.largest_put))
        for quota, size in sizes:
            if size:
                yield LimitCheck(name, quota.id, to_quantity(size), Decimal(quota.value), quota.unit)


def observe(usage: Usage) -> Mapping[str, Observable]:
    """What gates may ask for."""
    requests = usage.writes.monthly + usage.reads.monthly
    return {
        "requests": Observable(to_quantity(requests)),
        "objects": Observable(to_quantity(sum((band.objects for band in usage.bands), Fraction(0)))),
        "storage_gb": Observable(to_quantity(usage.stored_bytes / units.BYTES_PER_GB)),
        "gb_in": Observable(to_quantity(usage.bytes_in.monthly / units.BYTES_PER_GB)),
        "gb_out": Observable(to_quantity(usage.bytes_out.monthly / units.BYTES_PER_GB)),
    }
