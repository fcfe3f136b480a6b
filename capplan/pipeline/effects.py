"""Judges a planned change by its effects: what it would break, and whether it helps the cause it names."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from capplan.language.scenario import Resource
from capplan.model import LimitCheck, Option, PoolLoad
from capplan.pipeline.alternatives import Alternative
from capplan.pipeline.pools import pool_check
from capplan.pipeline.price import Priced
from capplan.resource_type import MeteredResource

_WORSE = frozenset({"throttled", "timed_out", "killed", "dropped", "dropped_share", "overlap", "dead_letters"})
"""Last words of observables of which no change may cause more."""
_TOLERANCE = Decimal("1e-9")
"""Differences of shares that come from rounding."""


class Effects:
    """Compares alternatives with a plan; what is known of the plan is computed once."""

    def __init__(self, base: Priced) -> None:
        self._base = base
        self._limits: dict[str, Mapping[tuple[str, str], LimitCheck]] = {}
        self._observed: dict[str, Mapping[str, Decimal]] = {}

    def breaks(self, alternative: Alternative, *, may_affect: Iterable[str] | None = None) -> str:
        """What a change breaks, in a few words; empty for nothing.

        Args:
            alternative: The change, planned.
            may_affect: Addresses whose demand the change may alter; None for any.
        """
        after = {a: alternative.metered(a) for a in sorted(alternative.changed)}
        for address, metered in after.items():
            broken = self._of_resource(address, metered, alternative)
            if broken:
                return broken
        return self._account(alternative, after) or self._others(alternative, may_affect)

    def helps(self, alternative: Alternative, address: str, option: Option) -> bool:
        """Whether each limit or observable that a risk names is better after its change."""
        metered = alternative.metered(address)
        if metered is None:
            return True
        limits, observed = self._limits_before(address), self._observed_before(address)
        resource = self._base.metered.scenario.resources[address]
        limits_after, observed_after = _checks(resource, metered), _observed(resource, metered)
        for name in option.helps:
            if name in observed:
                if observed_after.get(name, Decimal(0)) >= observed[name]:
                    return False
                continue
            of_limit = [key for key in limits if key[1] == name]
            if any(limits_after[key].breached for key in of_limit if limits[key].breached and key in limits_after):
                return False
            if of_limit and all(limits_after[k].headroom <= limits[k].headroom for k in of_limit if k in limits_after):
                return False
        return True

    # --- one resource ---

    def _of_resource(self, address: str, metered: MeteredResource[Any, Any] | None, alternative: Alternative) -> str:
        if metered is None:
            return ""
        resource = alternative.resource_at(address)
        assert resource is not None  # noqa: S101  it is metered
        known, before = address in self._base.metered.usage, self._limits_before(address)
        for key, check in _checks(resource, metered).items():
            was = before.get(key)
            if check.breached and (was is None or not was.breached or check.headroom < was.headroom):
                return f"{check.resource} exceeds {check.limit}"
        observed = self._observed_before(address) if known else {}
        for name, value in _observed(resource, metered).items():
            if value > observed.get(name, Decimal(0)) + _TOLERANCE:
                return f"{resource.label}.{name} rises"
        return ""

    def _limits_before(self, address: str) -> Mapping[tuple[str, str], LimitCheck]:
        if address not in self._limits:
            metered = self._base.metered
            resource = metered.scenario.resources.get(address)
            self._limits[address] = {} if resource is None else _checks(resource, metered.resource(address))
        return self._limits[address]

    def _observed_before(self, address: str) -> Mapping[str, Decimal]:
        if address not in self._observed:
            metered = self._base.metered
            self._observed[address] = _observed(metered.scenario.resources[address], metered.resource(address))
        return self._observed[address]

    # --- the account ---

    @cached_property
    def _pools(self) -> Mapping[str, Mapping[str, tuple[PoolLoad, ...]]]:
        """Loads on the limits that resources share: by limit, by address."""
        metered = self._base.metered
        out: dict[str, dict[str, tuple[PoolLoad, ...]]] = {}
        for address, resource in metered.scenario.resources.items():
            for limit, loads in _by_limit(resource.type.pools(metered.resource(address))).items():
                out.setdefault(limit, {})[address] = loads
        return out

    def _account(self, alternative: Alternative, after: Mapping[str, MeteredResource[Any, Any] | None]) -> str:
        """A limit of the account that is newly exceeded, or exceeded by more."""
        before, context = self._base.metered, alternative.context
        loads = {
            a: {} if m is None or (r := alternative.resource_at(a)) is None else _by_limit(r.type.pools(m))
            for a, m in after.items()
        }
        limits = {limit for of_resource in loads.values() for limit in of_resource}
        for limit in sorted(limits):
            was_by, now_by = self._pools.get(limit, {}), {a: of.get(limit, ()) for a, of in loads.items()}
            if context == before.context and all(was_by.get(a, ()) == now_by[a] for a in now_by):
                continue
            was = pool_check(limit, [x for of in was_by.values() for x in of], before.context)
            now = pool_check(limit, [x for of in {**was_by, **now_by}.values() for x in of], context)
            if now is not None and now.breached and (was is None or not was.breached or now.headroom < was.headroom):
                return f"the account exceeds {limit}"
        return ""

    def _others(self, alternative: Alternative, may_affect: Iterable[str] | None) -> str:
        """A resource that the change does not touch and that is asked to do more or less."""
        if may_affect is None or alternative.whole is None or alternative.resource is not None:
            return ""
        before, after, touched = self._base.metered.demand, alternative.whole.metered.demand, set(may_affect)
        for address in after:
            if address in touched or address not in before or before[address] == after[address]:
                continue
            if _monthly(before[address]) != _monthly(after[address]):
                return f"the requests of {address} change"
        return ""


def _checks(resource: Resource, metered: MeteredResource[Any, Any]) -> Mapping[tuple[str, str], LimitCheck]:
    """The limits of a resource by their place; the one with the least headroom where there are several."""
    out: dict[tuple[str, str], LimitCheck] = {}
    for check in resource.type.limits(metered):
        key = check.resource, check.limit
        if key not in out or check.headroom < out[key].headroom:
            out[key] = check
    return out


def _observed(resource: Resource, metered: MeteredResource[Any, Any]) -> Mapping[str, Decimal]:
    """Observables of which no change may cause more."""
    return {
        name: observable.value
        for name, observable in resource.type.observe(metered).items()
        if observable.value is not None and name.rpartition(".")[2] in _WORSE
    }


def _by_limit(loads: Iterable[PoolLoad]) -> dict[str, tuple[PoolLoad, ...]]:
    out: dict[str, tuple[PoolLoad, ...]] = {}
    for load in loads:
        out[load.limit] = (*out.get(load.limit, ()), load)
    return out


def _monthly(demand: Any) -> Fraction:  # noqa: ANN401  a Demand
    return sum((stream.flow.monthly for stream in demand.requests), Fraction(0))
