"""What is taken as given of a DAX cluster."""

from collections.abc import Iterable

from capplan.model import Assumption
from capplan.quantities.rounding import sig6
from capplan.services.dynamodb.caches.hit_rate import USABLE_MEMORY, cached_items
from capplan.services.dynamodb.caches.latency import HIT_MS, MISS_MS
from capplan.services.dynamodb.caches.nodes import NODES
from capplan.services.dynamodb.caches.spec import Cache
from capplan.services.dynamodb.caches.usage import CacheUsage


def assume(name: str, spec: Cache, usage: CacheUsage) -> Iterable[Assumption]:
    """Defaults that the scenario does not set, and what nobody publishes."""
    path = f"caches.{name}"
    if spec.hit_rate is None:
        for table, behind in spec.behind.items():
            yield _rate(path, spec, usage, table, known=cached_items(behind) is not None)
    if spec.query_hit_rate is None:
        yield Assumption(
            f"{path}.query_hit_rate", "as of items", "results are read again as often as items", "workload"
        )
    if "writes" not in spec.model_fields_set and usage.writes.terms:
        reason = "every write goes through the cluster, which takes 25 times a hit on each node"
        yield Assumption(f"{path}.writes", "through", reason, "workload")
    if NODES[spec.node].requests_per_s is None:
        reason = "burstable: AWS publishes no steady figure, so its load is not compared with one"
        yield Assumption(f"{path}.node", spec.node, reason, "aws_default")
    else:
        reason = "about what a node serves, by AWS's sizing page; load testing decides"
        yield Assumption(
            f"{path}.node", f"{NODES[spec.node].requests_per_s:,} normalized requests/s", reason, "aws_default"
        )
    ms = f"{float(HIT_MS)} ms for a hit, {float(MISS_MS):g} ms for a miss"
    yield Assumption("dynamodb.dax_latency", ms, "AWS says microseconds and single-digit milliseconds", "aws_default")
    if usage.misses.terms and any(behind.partition_key is not None for behind in spec.behind.values()):
        reason = "the most used keys are the most cached, so the busiest partition has less than its limit shows"
        yield Assumption(f"{path}.tables", "misses fall as reads do", reason, "aws_default")
    replicated = [table for table, behind in spec.behind.items() if behind.replicas]
    if replicated:
        reason = (
            "what is replicated from other Regions goes past the cluster: it is stale for as long as an item is kept"
        )
        yield Assumption(f"{path}.tables", "may be stale", reason, "aws_default")


def _rate(path: str, spec: Cache, usage: CacheUsage, table: str, *, known: bool) -> Assumption:
    if not known:
        reason = f"nothing says how the keys of {table} are read: write hit_rate, or its partition_key with popularity"
        return Assumption(f"{path}.hit_rate", "0%", reason, "workload")
    share = 0.0 if usage.hit_rate is None else float(sig6(float(usage.hit_rate)))
    reason = (
        f"by the popularity of {table}'s keys, {USABLE_MEMORY:.0%} of {NODES[spec.node].memory_gb} GB a node and item_ttl; "
        "typical are 85% to 95%"
    )
    return Assumption(f"{path}.hit_rate", f"{share:.1%}", reason, "workload")
