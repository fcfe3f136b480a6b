"""Sizing of a DAX cluster in normalized requests per second; no scenario has one yet.

Source: DynamoDB Developer Guide, "DAX cluster sizing guide" (read 2026-11-23).
"""

import math
from decimal import Decimal
from fractions import Fraction

Number = int | Decimal | Fraction

_MISS_COST = 10
_WRITE_COST = 25
_TARGET_UTILISATION = Fraction(7, 10)
NODE_RPS = {"large": 75_000, "xlarge": 150_000, "2xlarge": 300_000, "4xlarge": 600_000}
"""Normalised requests per second a node of an r5 family serves; larger ones serve one million."""
_LARGEST_NODE_RPS = 1_000_000


def normalized_rps(hit_rps: Number, miss_rps: Number, write_rps: Number, item_kb: Number, nodes: int) -> Fraction:
    """The load in cache hits of 1 KB: a miss counts 10, a write 25 on every node."""
    return Fraction(item_kb) * (
        Fraction(hit_rps) + _MISS_COST * Fraction(miss_rps) + _WRITE_COST * nodes * Fraction(write_rps)
    )


def target_rps(normalized: Number, nodes: int) -> Fraction:
    """The same with room for 70% use and for the loss of one node, whichever asks for more."""
    loss = Fraction(nodes, nodes - 1) if nodes > 1 else Fraction(1)
    return Fraction(normalized) * max(1 / _TARGET_UTILISATION, loss)


def node_rps(node: str) -> int:
    """What a node such as dax.r5.large serves; burstable nodes have no figure."""
    *_, family, size = node.split(".")
    if family.startswith("t"):
        raise ValueError(f"{node}: burstable nodes have no steady figure")
    return NODE_RPS.get(size, _LARGEST_NODE_RPS)


def nodes_wanted(target: Number, node: str) -> int:
    """Nodes of one type that serve a target."""
    return math.ceil(Fraction(target) / node_rps(node))
