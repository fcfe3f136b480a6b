"""Recommendations for a bucket: its storage class, its prefixes."""

import math
from collections.abc import Iterable

from capplan.flow import DemandFlow
from capplan.model import Change, Option
from capplan.quantities.distribution import mean
from capplan.quantities.text import figure
from capplan.services.s3.classes import CLASSES, MONITORED_BYTES
from capplan.services.s3.implied import FREE
from capplan.services.s3.quotas import PREFIX_READS, PREFIX_WRITES
from capplan.services.s3.spec import Bucket
from capplan.services.s3.usage import PUTS, Usage

_AT_ONCE = ("standard", "standard-ia", "glacier-instant")
"""Classes that answer at once and keep objects in several zones."""
_UNREAD = "50%"


def options(name: str, spec: Bucket, usage: Usage) -> tuple[Option, ...]:
    """Settings worth pricing, and risks."""
    return (
        *_bucket_key(name, spec, usage),
        *_class(name, spec, usage),
        *_lifecycle(name, usage),
        *_watched(name, spec, usage),
        *_prefixes(name, spec, usage),
    )


def _bucket_key(name: str, spec: Bucket, usage: Usage) -> Iterable[Option]:
    """A Bucket Key, where a key of KMS is asked for every object."""
    asked = DemandFlow.total(s.flow for s in usage.requests_of if s.access.op in (*PUTS, "get-object")).monthly
    if spec.encryption in FREE or spec.bucket_key or not asked:
        return
    message = f"Puts and gets of {name} ask KMS {figure(asked)} times a month, once for each object."
    gives_up = "CloudTrail shows the bucket in place of each object; objects that are there keep their own data keys"
    yield Option("s3.bucket-key", message, (Change(f"buckets.{name}.bucket_key", True),), gives_up)


def _lifecycle(name: str, usage: Usage) -> Iterable[Option]:
    """No moves by age: a move of a small object costs more than the months in which it is stored cheaper."""
    if not any(band.moves_in for band in usage.bands):
        return
    moves = sum(band.moves_in for band in usage.bands)
    message = f"{name} moves {figure(moves)} objects of {figure(mean(usage.size) / 1024)} KB a month, each a request."
    change = Change(f"buckets.{name}.lifecycle", None)
    gives_up = "objects stay in their class, which costs more the longer they are kept"
    yield Option("s3.lifecycle", message, (change,), gives_up, action="Do not move the objects of {name} by age")


def _class(name: str, spec: Bucket, usage: Usage) -> Iterable[Option]:
    """The other classes, where all objects are in one."""
    if spec.lifecycle or spec.storage_class not in _AT_ONCE or not usage.stored_bytes:
        return
    for other in _AT_ONCE:
        if other == spec.storage_class:
            continue
        class_ = CLASSES[other]
        what = f"at least {class_.minimum_days} days of each object are billed" if class_.minimum_days else ""
        message = f"{name} stores objects of {figure(mean(usage.size) / 1024)} KB in {spec.storage_class}."
        change = Change(f"buckets.{name}.class", other)
        yield Option(
            "s3.storage-class", message, (change,), what, action=f"Move {{name}} to {other}", only_if_priced=True
        )  # fmt: skip


def _watched(name: str, spec: Bucket, usage: Usage) -> Iterable[Option]:
    if spec.lifecycle or spec.storage_class != "standard" or not spec.objects or mean(usage.size) < MONITORED_BYTES:
        return
    message = (
        f"If nobody reads half of {name} for 30 days, Intelligent-Tiering stores that half at the infrequent price."
    )
    changes = (
        Change(f"buckets.{name}.class", "intelligent-tiering"),
        Change(f"buckets.{name}.tiers", {"infrequent": _UNREAD}),
    )
    behavior = "how much is not read for 30 days is assumed: look at S3 Storage Lens"
    yield Option("s3.intelligent-tiering", message, changes, changes_behavior=behavior, only_if_priced=True)


def _prefixes(name: str, spec: Bucket, usage: Usage) -> Iterable[Option]:
    loads = ((usage.writes, PREFIX_WRITES), (usage.reads, PREFIX_READS))
    needed = max(
        (math.ceil(flow.peak().per_second / int(quota.value)) for flow, quota in loads if flow.terms), default=0
    )
    if needed <= spec.prefixes:
        return
    message = (
        f"The busiest minute of {name} asks for more than {spec.prefixes:,} prefixes take at once: 503 Slow Down, until S3 has "
        f"split them. {needed:,} take it."
    )
    change = Change(f"buckets.{name}.prefixes", needed)
    yield Option(
        "s3.prefixes", message, (change,), severity="risk", urgency="now", helps=("s3.prefix.reads", "s3.prefix.writes")
    )
