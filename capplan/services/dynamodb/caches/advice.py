"""Recommendations for a DAX cluster: to have none, a smaller or larger one, or enough nodes to lose one.

Source: DynamoDB Developer Guide, "Sizing your DAX cluster" (read 2026-11-30).
"""

from collections.abc import Iterable
from fractions import Fraction

from capplan.model import Change, Context, Option, Rule
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import sig6
from capplan.services.dynamodb.caches.break_even import break_even_hit_rate
from capplan.services.dynamodb.caches.hit_rate import USABLE_MEMORY
from capplan.services.dynamodb.caches.nodes import NODES, RECOMMENDED_NODES, headroom_factor, smallest_node
from capplan.services.dynamodb.caches.spec import Cache
from capplan.services.dynamodb.caches.usage import CacheUsage
from capplan.units import BYTES_PER_GB

_PAGE = "Sizing your DAX cluster (DynamoDB Developer Guide, read 2026-11-30)"

RULES: tuple[Rule, ...] = (
    Rule(
        "dynamodb.cache-pays",
        "A cache that costs more than it saves",
        "DAX clusters, planned without them: their tables then serve every read.",
        "Remove the cluster, unless it is there for latency.",
        "Reads take single-digit milliseconds instead of microseconds.",
        _PAGE,
        action="Remove the cache {name}",
        effort="medium",
        undo="create the cluster again; it fills as it is read",
    ),
    Rule(
        "dynamodb.cache-node",
        "Another node type for a cache",
        "DAX clusters whose load at its peak, with 70% utilization or a failed node, fits a smaller node type, or not its own.",
        "Create a cluster of the smallest node type that carries it, and move the clients.",
        "The node type of a cluster cannot be changed: the new one begins empty.",
        _PAGE,
        action="Use another node type for {name}",
        effort="medium",
    ),
    Rule(
        "dynamodb.cache-nodes",
        "A cache that cannot lose a node",
        "DAX clusters of fewer than three nodes.",
        "Have three nodes, in three Availability Zones.",
        "Each node is paid by the hour.",
        _PAGE,
        action="Add nodes to {name}",
    ),
)


def options(name: str, spec: Cache, usage: CacheUsage, ctx: Context) -> Iterable[Option]:
    """Settings worth pricing, and risks."""
    path = f"caches.{name}"
    even = break_even_hit_rate(spec, usage, ctx.region)
    pays = "" if even is None else f", and would save as much as it costs at {float(even):.0%}"
    rate = (
        "no read that it may answer" if usage.hit_rate is None else f"{float(usage.hit_rate):.0%} of what it may answer"
    )
    yield Option(
        "dynamodb.cache-pays",
        f"{name} answers {rate}{pays}; without it the tables serve every read.",
        (Change(path, None),),
        "reads take single-digit milliseconds instead of microseconds",
        changes_behavior="reads take milliseconds, and the tables must serve all of them",
    )
    if spec.nodes < RECOMMENDED_NODES:
        yield Option(
            "dynamodb.cache-nodes",
            f"{name} has {spec.nodes} node{'' if spec.nodes == 1 else 's'}: "
            + ("if it fails" if spec.nodes == 1 else "if one fails the other is alone, and if it fails too")
            + ", every read falls on the tables.",
            (Change(f"{path}.nodes", RECOMMENDED_NODES),),
            "each node is paid by the hour",
            severity="risk",
            urgency="possible",
        )
    yield from _node(path, name, spec, usage)


def _node(path: str, name: str, spec: Cache, usage: CacheUsage) -> Iterable[Option]:
    served = NODES[spec.node].requests_per_s
    if served is None or not usage.normalized.terms:
        return
    target = sig6(usage.normalized.peak().per_second) * headroom_factor(spec.nodes)
    best = smallest_node(target, spec.nodes, _memory_gb(spec))
    if best is None or best == spec.node:
        return
    load = f"{name} needs {float(target):,.0f} normalized requests a second, a failed node included"
    capacity = f"{spec.nodes} {spec.node} serve {served * spec.nodes:,}"
    change = (Change(f"{path}.node", best),)
    gives_up = "the new cluster begins empty, and the clients must be moved to it"
    if target > served * spec.nodes:
        yield Option(
            "dynamodb.cache-node", f"{load}; {capacity}: requests are throttled.", change, gives_up,
            severity="risk", urgency="soon", helps=("dynamodb.dax.node_loss",),
        )  # fmt: skip
    else:
        yield Option("dynamodb.cache-node", f"{load}; {capacity}, and {best} are enough.", change, gives_up)


def _memory_gb(spec: Cache) -> Fraction:
    """Memory that the data need: all of the tables, or, where a popularity decides the hits, what the nodes have now."""
    if spec.hit_rate is None:
        return Fraction(NODES[spec.node].memory_gb)
    stored = sum(
        (Fraction(t.items) * mean(t.item_size) for t in spec.behind.values() if t.item_size is not None), Fraction(0)
    )
    return min(Fraction(NODES[spec.node].memory_gb), stored / BYTES_PER_GB / Fraction(USABLE_MEMORY))
