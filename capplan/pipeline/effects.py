"""Judges a planned change by its effects: what it would break, and whether it helps the cause it names."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.language.scenario import Resource
from capplan.model import Demand, LimitCheck, Option
from capplan.pipeline.alternatives import Alternative
from capplan.pipeline.pools import at_most, clearly_suffices, pool_check
from capplan.pipeline.price import Priced
from capplan.resource_type import MeteredResource

_TOLERANCE = Decimal("1e-9")
"""Differences of shares that come from rounding."""


class Effects:
    """Compares alternatives with a plan; what is known of the plan is computed once."""

    def __init__(self, base: Priced) -> None:
        self._base = base
        self._limits: dict[str, Mapping[tuple[str, str], LimitCheck]] = {}
        self._observed: dict[str, Mapping[str, Decimal]] = {}
        self._at_most: dict[str, float] = {}
        """By limit: what the plan's resources take of it together at most."""

    def breaks(
        self, alternative: Alternative, *, may_affect: Iterable[str] | None = None, worsens: Collection[str] = ()
    ) -> str:
        """What a change breaks, in a few words; empty for nothing.

        Args:
            alternative: The change, planned.
            may_affect: Addresses whose demand the change may alter; None for any.
            worsens: Observables of which there may be more.
        """
        after = {a: alternative.metered(a) for a in sorted(alternative.changed)}
        if len(alternative.parts) > 1:  # each was judged alone, and none affects another
            return self._account(alternative, after)
        for address, metered in after.items():
            broken = self._of_resource(address, metered, alternative, worsens)
            if broken:
                return broken
        return self._account(alternative, after) or self._through(alternative) or self._others(alternative, may_affect)

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
            left = [key for key in of_limit if key in limits_after]  # one that is gone is no longer short
            if left and all(limits_after[key].headroom <= limits[key].headroom for key in left):
                return False
        return True

    # --- one resource ---

    def _of_resource(
        self,
        address: str,
        metered: MeteredResource[Any, Any] | None,
        alternative: Alternative,
        worsens: Collection[str],
    ) -> str:
        if metered is None:
            return ""
        resource = alternative.resource_at(address)
        assert resource is not None  # noqa: S101  it is metered
        known, before = address in self._base.metered.usage, self._limits_before(address)
        for key, check in _checks(resource, metered).items():
            if check.breached and _worse(check, before.get(key)):
                return f"{check.resource} exceeds {check.limit}"
        observed = self._observed_before(address) if known else {}
        for name, value in _observed(resource, metered).items():
            if name not in worsens and value > observed.get(name, Decimal(0)) + _TOLERANCE:
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

    def _account(self, alternative: Alternative, after: Mapping[str, MeteredResource[Any, Any] | None]) -> str:
        """A limit of the account that is newly exceeded, or exceeded by more."""
        before, context = self._base.metered, alternative.context
        loads = {
            a: () if m is None or (r := alternative.resource_at(a)) is None else r.type.pools(m)
            for a, m in after.items()
        }
        limits = (
            before.pools if context != before.context else {x.limit for loads_of in loads.values() for x in loads_of}
        )
        for limit in sorted(limits):
            members = before.pools.get(limit, ())
            was = [load for owner, load in members if owner in loads]
            now = [load for of_resource in loads.values() for load in of_resource if load.limit == limit]
            if context == before.context and was == now:
                continue
            if clearly_suffices(limit, self._most(limit) - at_most(was) + at_most(now), context):
                continue
            others = [load for owner, load in members if owner not in loads]
            check = pool_check(limit, [*others, *now], context)
            if check is not None and check.breached:
                former = pool_check(limit, [*others, *was], before.context)
                if _worse(check, former):
                    return f"the account exceeds {limit}"
        return ""

    def _most(self, limit: str) -> float:
        if limit not in self._at_most:
            self._at_most[limit] = at_most(load for _, load in self._base.metered.pools.get(limit, ()))
        return self._at_most[limit]

    def _through(self, alternative: Alternative) -> str:
        """A resource of which a larger share is dropped."""
        if alternative.parts or alternative.whole is None:
            return ""
        before = self._base.metered.demand
        for address, demand in alternative.whole.metered.demand.items():
            if demand.admitted is None or demand is before.get(address):
                continue
            was = _dropped_share(before[address]) if address in before else Fraction(0)
            if _dropped_share(demand) > was + Fraction(_TOLERANCE):
                return f"more requests of {address} are dropped"
        return ""

    def _others(self, alternative: Alternative, may_affect: Iterable[str] | None) -> str:
        """A resource that the change does not touch and that is asked to do more or less."""
        if may_affect is None or alternative.whole is None or alternative.parts:
            return ""
        before, after = self._base.metered.offered, alternative.whole.metered.offered
        own = self._base.metered.as_declared.resources.keys() - self._base.metered.joined.keys()
        touched = set(may_affect)
        for address in after:
            if address in touched or address not in own or before[address] is after[address]:
                continue
            if _monthly(before[address]) != _monthly(after[address]):
                return f"the requests of {address} change"
        return ""


def _worse(check: LimitCheck, former: LimitCheck | None) -> bool:
    """Whether a limit that is exceeded was not, or was by less."""
    return former is None or not former.breached or check.headroom < former.headroom


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
    losses = resource.type.losses(metered).items()
    return {name: observable.value for name, observable in losses if observable.value is not None}


def _dropped_share(demand: Demand) -> Fraction:
    streams = () if demand.admitted is None else demand.admitted.streams
    total = sum((s.served + s.waiting + s.dropped for s in streams), Fraction(0))
    return sum((s.dropped for s in streams), Fraction(0)) / total if total else Fraction(0)


def _monthly(demand: Demand) -> Fraction:
    """What is asked for in a month; what environments ask for as they start is no work, and follows from their settings."""
    streams = (stream for stream in demand.requests if stream.access.per != "cold-start")
    return sum((stream.flow.monthly for stream in streams), Fraction(0))
