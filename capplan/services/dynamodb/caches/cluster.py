"""The resource type of DAX clusters: what they cost, what they must carry, and what a gate may ask of them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.encryption import AWS_MANAGED, AWS_OWNED
from capplan.model import Assumption, Charge, Demand, LimitCheck, Observable, Option, Problem
from capplan.quantities.rounding import sig6, to_quantity
from capplan.resource_type import DeclaredResource, MeteredResource, Reference, ResourceType
from capplan.services.dynamodb.caches.advice import RULES, options
from capplan.services.dynamodb.caches.assumptions import assume
from capplan.services.dynamodb.caches.break_even import break_even_hit_rate
from capplan.services.dynamodb.caches.latency import read_latency
from capplan.services.dynamodb.caches.nodes import NODES, headroom_factor
from capplan.services.dynamodb.caches.spec import Cache, Cached
from capplan.services.dynamodb.caches.usage import CacheUsage, meter_cache
from capplan.services.dynamodb.quotas import CACHE_WRITES_MAX
from capplan.units import MONTH_HOURS

_Metered = MeteredResource[Cache, CacheUsage]


class _CacheType(ResourceType[Cache, CacheUsage]):
    id = "dynamodb.cache"
    spec = Cache
    also_called: Mapping[str, str] = {
        **dict.fromkeys(("table", "tablename"), "tables"),
        **dict.fromkeys(("nodetype", "instancetype", "type"), "node"),
        **dict.fromkeys(("nodecount", "replicationfactor", "size"), "nodes"),
        **dict.fromkeys(("hits", "hitratio", "cachehitrate", "itemhitrate"), "hit_rate"),
        **dict.fromkeys(("ttl", "recordttl"), "item_ttl"),
    }
    rules = RULES

    def link(self, specs: Mapping[str, Any]) -> Mapping[str, Any]:
        """Each table knows the cluster before it, each cluster the tables behind it."""
        out: dict[str, Any] = {}
        for address, cache in specs.items():
            if not isinstance(cache, Cache):
                continue
            behind = {}
            for name in cache.tables:
                table = specs.get(f"tables.{name}")
                if table is None:
                    continue
                cached = Cached(address.partition(".")[2], cache, len(cache.tables))
                behind[name] = out[f"tables.{name}"] = table.model_copy(update={"cached": cached})
            out[address] = cache.model_copy(update={"behind": behind})
        return out

    def is_linked(self, spec: Cache) -> bool:
        return spec.behind is not None

    def sees(self, spec: Cache) -> tuple[str, ...]:
        return tuple(f"tables.{name}" for name in spec.tables)

    def references(self, spec: Cache) -> tuple[Reference, ...]:
        return tuple(Reference(("tables", i), name, "tables") for i, name in enumerate(spec.tables))

    def hangs_on_region(self, spec: Cache) -> bool:
        """One before a global table: it answers the reads of its own Region."""
        return any(table.replicas for table in spec.behind.values())

    def check_region(self, spec: Cache, region: str) -> tuple[Problem, ...]:
        """Tables under a key of one's own: DAX does not support it in any Region."""
        del region
        keys = (AWS_OWNED, *sorted(AWS_MANAGED))
        return tuple(
            Problem(
                ("tables", i),
                f"table {name} is encrypted under a customer managed key, which DAX does not support",
                f"write encryption: {AWS_OWNED} under tables.{name}, or leave it out here",
            )
            for i, name in enumerate(spec.tables)
            if name in spec.behind and spec.behind[name].encryption not in keys
        )

    def meter(self, resource: DeclaredResource[Cache], demand: Demand) -> CacheUsage:
        return meter_cache(resource.spec, demand, resource.context)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        """Hours of its nodes, used or not; a started hour is a whole one."""
        spec = resource.spec
        words = f"{spec.nodes} {spec.node} × {MONTH_HOURS} h"
        hours = Fraction(spec.nodes * MONTH_HOURS)
        return (Charge(f"{resource.name}.nodes", spec.price_key, words, hours, "node-hour", frequency="recurring"),)

    def summary(self, usage: CacheUsage) -> Mapping[str, Decimal | int]:
        reads = usage.hits.monthly + usage.misses.monthly + usage.passed.monthly
        out: dict[str, Decimal | int] = {
            "requests": to_quantity(reads + usage.writes.monthly),
            "hits": to_quantity(usage.hits.monthly),
            "saved_read_units": to_quantity(usage.saved_units),
        }
        return out if usage.hit_rate is None else {**out, "hit_rate": to_quantity(usage.hit_rate)}

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return tuple(_limits(*resource[:3]))

    def options(self, resource: _Metered) -> tuple[Option, ...]:
        return tuple(options(*resource))

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        spec, usage = resource.spec, resource.usage
        peak = _peak(usage)
        rate, latency = usage.hit_rate, read_latency(usage)
        none = "no read goes through it that it may answer"
        even = break_even_hit_rate(spec, usage, resource.context.region)
        return {
            "hit_rate": Observable(None if rate is None else to_quantity(rate), "share", why_unknown=none),
            "break_even_hit_rate": Observable(even, "share", why_unknown=none),
            "normalized_requests": Observable(to_quantity(peak), "a second"),
            "target_requests": Observable(to_quantity(peak * headroom_factor(spec.nodes)), "a second"),
            "saved_read_units": Observable(to_quantity(usage.saved_units), "a month"),
            "latency.mean": Observable(latency, "ms", why_unknown=none),
        }

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        return tuple(assume(resource.name, resource.spec, resource.usage))


def _peak(usage: CacheUsage) -> Fraction:
    return sig6(usage.normalized.peak().per_second) if usage.normalized.terms else Fraction(0)


def _limits(name: str, spec: Cache, usage: CacheUsage) -> Iterable[LimitCheck]:
    """The cluster at its peak, whole and with a node less."""
    served = NODES[spec.node].requests_per_s
    flow = usage.normalized
    if served is None or not flow.terms:
        return
    load, minute = to_quantity(_peak(usage)), flow.peak().minute
    unit = "requests/s"
    yield LimitCheck(name, "dynamodb.dax.requests", load, Decimal(served * spec.nodes), unit, flow, minute=minute)
    if spec.nodes > 1:
        left = Decimal(served * (spec.nodes - 1))
        yield LimitCheck(name, "dynamodb.dax.node_loss", load, left, unit, flow, minute=minute)
    if usage.writes.terms:
        writes = to_quantity(sig6(usage.writes.peak().per_second))
        quota = Decimal(CACHE_WRITES_MAX.value)
        yield LimitCheck(name, CACHE_WRITES_MAX.id, writes, quota, "writes/s", usage.writes, minute=minute)


CACHE = _CacheType()
