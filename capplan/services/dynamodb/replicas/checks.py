"""What a global table's author should know: Regions that do not fit, writes that conflict, what is taken as given.

Source: DynamoDB Developer Guide, "How DynamoDB global tables work", "Understanding DynamoDB billing for global tables" (read
2026-11-30).
"""

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import combinations

from capplan.calls import Access
from capplan.model import Assumption, Observable, Problem
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.dynamodb.changes import changed_items
from capplan.services.dynamodb.items.storage import gigabytes
from capplan.services.dynamodb.keys.table_keys import keys_of
from capplan.services.dynamodb.keys.weights import weights_of
from capplan.services.dynamodb.quotas import REPLICATION_S, STRONG_REGION_COUNT, STRONG_REGIONS
from capplan.services.dynamodb.replicas.places import regions_of, share_of
from capplan.services.dynamodb.requests import READS, is_transactional
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage
from capplan.units import MONTH_SECONDS

_CONFLICT = "write every item in one Region only, such as that of its customer"


def region_problems(spec: Table, home: str) -> Iterable[Problem]:
    """What does not fit the scenario's own Region."""
    regions = regions_of(spec, home)
    if len(regions) == 1:
        yield Problem(("replicas",), f"the only replica is in {home}, the scenario's Region", "name the other Regions")
    for word in ("reads_from", "writes_from"):
        for region in getattr(spec, word):
            if region not in regions:
                yield Problem(
                    (word, region), f"there is no replica in {region}", f"the replicas are in {', '.join(regions)}"
                )
    if spec.multi_region_consistency != "strong":
        return
    if home not in STRONG_REGIONS:
        hint = f"it is offered in {', '.join(STRONG_REGIONS)}"
        yield Problem(("multi_region_consistency",), f"multi-Region strong consistency is not offered in {home}", hint)
    if spec.witness == home:
        yield Problem(("witness",), f"{home} is the scenario's Region, which has a replica", "name a third Region")
    count = len(regions) + (spec.witness is not None)
    if count != STRONG_REGION_COUNT:
        hint = "three replicas, or two and a witness: {replicas: [us-east-2], witness: us-west-2}"
        yield Problem(("replicas",), f"multi-Region strong consistency takes three Regions, found {count}", hint)


# --- replication ------------------------------------------------------------------------------------------------------


def replicated_bytes(spec: Table, usage: Usage) -> Fraction:
    """Bytes of changed items a month that go from the Region of the write to each other one."""
    default = mean(spec.item_size) if spec.item_size is not None else Fraction(0)
    streams = () if usage.asked is None else usage.asked.requests
    return len(usage.replicas) * sum(
        (
            s.flow.monthly
            * changed_items(s.access)
            * (default if s.access.item_size is None else mean(s.access.item_size))
            for s in streams
        ),
        Fraction(0),
    )


def conflicts(spec: Table, usage: Usage, home: str) -> Fraction | None:
    """Pairs of writes a month that change one item in two Regions before either has the other's change; None where it is
    not known how many keys there are. Writes come at their mean rate; items of one partition key are alike.
    """
    if usage.asked is None:
        return None
    shares = [share_of(spec.writes_from, region, home) for region in regions_of(spec, home)]
    apart = sum((one * other for one, other in combinations(shares, 2)), Fraction(0))
    if not apart:
        return Fraction(0)
    keys = keys_of(spec, None)
    if keys.distinct is None:
        return None
    rate = float(
        sum((s.flow.monthly * _rewritten(s.access) for s in usage.asked.requests), Fraction(0)) / MONTH_SECONDS
    )
    single, groups = weights_of(keys)
    same_key = math.fsum((single * single).tolist()) + math.fsum(count * weight * weight for count, weight in groups)
    items_of_a_key = max(1.0, float(spec.items) / keys.distinct) if spec.sort_key is not None else 1.0
    per_second = rate * rate * 2 * REPLICATION_S * float(apart) * same_key / items_of_a_key
    return sig6(per_second) * MONTH_SECONDS


def _rewritten(access: Access) -> Fraction:
    """Items that one request changes which were there before: a new item conflicts with nothing."""
    new = 1 - Fraction(access.replaces) if access.op in {"put", "batch-write", "transact-write"} else Fraction(0)
    return changed_items(access) * (1 - new)


# --- answers ----------------------------------------------------------------------------------------------------------


def observe_replicas(spec: Table, usage: Usage, home: str) -> Mapping[str, Observable]:
    """What a gate may ask of a global table."""
    found = conflicts(spec, usage, home)
    unknown = "" if found is not None else "write how many keys there are: partition_key: {name, distinct}"
    return {
        "regions": Observable(to_quantity(Fraction(1 + len(usage.replicas))), "Regions"),
        "conflicts": Observable(None if found is None else to_quantity(found), "a month", why_unknown=unknown),
        "replicated_gb": Observable(to_quantity(gigabytes(replicated_bytes(spec, usage))), "GB"),
        **{
            f"{region}.throttled": Observable(to_quantity(used.period.throttled), "share")
            for region, used in usage.replicas.items()
        },
    }


def assume_replicas(path: str, spec: Table, usage: Usage, home: str) -> Iterable[Assumption]:
    """What is taken as given of a global table."""
    strong = spec.multi_region_consistency == "strong"
    accesses = () if usage.asked is None else tuple(stream.access for stream in usage.asked.requests)
    reads, writes = (any((a.op in READS) is wanted for a in accesses) for wanted in (True, False))
    if "multi_region_consistency" not in spec.model_fields_set:
        yield Assumption(f"{path}.multi_region_consistency", "eventual", "a global table's default", "aws_default")
    if reads and not spec.reads_from:
        where = f"in {home}"
        yield Assumption(f"{path}.reads_from", where, "all reads are served in the scenario's Region", "workload")
    gb = gigabytes(replicated_bytes(spec, usage))
    if gb:
        reason = (
            f"{float(gb):,.1f} GB a month go to other Regions; AWS's guide of 2026 says that it charges no transfer for "
            "replication, older texts that it does"
        )
        yield Assumption("dynamodb.replication_transfer", "not billed", reason, "aws_default")
    if strong:
        reason = (
            "a write returns when a second Region has it, a strong read asks one: the distance adds to their latency"
        )
        yield Assumption(f"{path}.multi_region_consistency", "no price of its own", reason, "aws_default")
    elif any(is_transactional(access) for access in accesses):
        reason = "a transaction is atomic in the Region where it is made; others may see a part of it for a moment"
        yield Assumption(f"{path}.replicas", "replicates item by item", reason, "aws_default")
    if writes:
        yield from _written(path, spec, usage, home, strong=strong)
    if spec.ttl is not None:
        reason = "deleted for free there, with replicated write units in every other Region"
        yield Assumption(f"{path}.ttl", f"items expire in {home}", reason, "aws_default")


def _written(path: str, spec: Table, usage: Usage, home: str, *, strong: bool) -> Iterable[Assumption]:
    """Where writes are made, and what becomes of two of one item."""
    if not spec.writes_from:
        reason = "all writes are made in the scenario's Region, so that none conflicts with another's"
        yield Assumption(f"{path}.writes_from", f"in {home}", reason, "workload")
        return
    found = conflicts(spec, usage, home)
    about = "an unknown number of" if found is None else f"about {math.ceil(found):,}"
    what = (
        "fail with ReplicatedWriteConflictException and are tried again" if strong else "are lost: the last writer wins"
    )
    reason = f"{about} writes a month meet another of their item within {REPLICATION_S} s and {what}; {_CONFLICT}"
    yield Assumption(f"{path}.writes_from", "conflicts", reason, "aws_default")
