"""Memory and capacity of a DAX node by its type, and what a request takes of it.

A normalized request is a cache hit of 1 KB; a cluster of so many nodes serves so many times what one does.

Source: DynamoDB Developer Guide, "Sizing your DAX cluster" (read 2026-11-30). Burstable nodes have no steady figure there.
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

Number = int | float | Decimal | Fraction

HIT_COST, MISS_COST, WRITE_COST = 1, 10, 25
"""Normalized requests of a KB; a write takes its own on every node."""
TARGET_UTILIZATION = Fraction(7, 10)
"""Above it AWS advises against running a cluster."""
RECOMMENDED_NODES = 3
"""In as many Availability Zones, so that more than one is left where one fails."""


class Node(NamedTuple):
    """A node type: its memory, and the normalized requests a second that it serves; None where nobody publishes them."""

    memory_gb: int
    requests_per_s: int | None


NODES: Mapping[str, Node] = {
    "dax.t3.small": Node(2, None),
    "dax.r5.large": Node(16, 75_000),
    "dax.r5.xlarge": Node(32, 150_000),
    "dax.r5.2xlarge": Node(64, 300_000),
    "dax.r5.4xlarge": Node(128, 600_000),
    "dax.r5.8xlarge": Node(256, 1_000_000),
    "dax.r5.12xlarge": Node(384, 1_000_000),
    "dax.r5.16xlarge": Node(512, 1_000_000),
    "dax.r5.24xlarge": Node(768, 1_000_000),
}
"""The types of which a price is known, the smallest first."""


def size_kb(size_bytes: Number) -> int:
    """The KB that a request of so many bytes counts, rounded up."""
    return max(1, math.ceil(Fraction(size_bytes) / 1024))


def normalized(hits: Number, misses: Number, writes: Number, kb: Number, nodes: int) -> Fraction:
    """Normalized requests of so many hits, misses and writes of a size."""
    work = HIT_COST * Fraction(hits) + MISS_COST * Fraction(misses) + WRITE_COST * nodes * Fraction(writes)
    return Fraction(kb) * work


def headroom_factor(nodes: int) -> Fraction:
    """By how much capacity must be larger: for a use of at most 70%, and for what falls on the others when a node fails."""
    loss = Fraction(nodes, nodes - 1) if nodes > 1 else Fraction(1)
    return max(1 / TARGET_UTILIZATION, loss)


def smallest_node(target_per_s: Number, nodes: int, memory_gb: Number = 0) -> str | None:
    """The smallest node type of which so many nodes serve a target, with so much memory; None where none does."""
    for name, node in NODES.items():
        served = node.requests_per_s
        if served is not None and served * nodes >= Fraction(target_per_s) and node.memory_gb >= Fraction(memory_gb):
            return name
    return None
