"""Plans a changed scenario again: every saving is the difference of two plans."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any

from capplan.language.load import build
from capplan.language.reader import value_at
from capplan.language.specs import respec
from capplan.model import Change
from capplan.pipeline.meter import meter
from capplan.pipeline.pools import suffices
from capplan.pipeline.price import Priced, charges_of, monthly, price, rate_charges
from capplan.pricing.catalogue import Catalogue
from capplan.record import replace
from capplan.resource_type import DeclaredResource, MeteredResource


def apply(data: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """A copy of the scenario's plain data with some values set, or removed (None).

    A number in a path is an index of a list; a list set there replaces that item by its items.
    """
    out = dict(data)
    for change in changes:
        *parents, last = change.path.split(".")
        parent: Any = out
        for step in parents:
            parent = _copied(parent, step)
        if isinstance(parent, list):
            i, value = int(last), _plain_value(change.to)
            parent[i : i + 1] = [] if value is None else value if isinstance(value, list) else [value]
        elif change.to is None:
            parent.pop(last, None)
        else:
            parent[last] = _plain_value(change.to)
    return out


def _copied(parent: Any, step: str) -> Any:  # noqa: ANN401  plain data
    """The value at a step, replaced by a copy; a plain value or a missing one becomes a mapping.

    Values off the path of a change stay the same object, by which `build` knows what it need not read again.
    """
    key: Any = int(step) if isinstance(parent, list) else step
    inner = parent[key] if isinstance(parent, list) else parent.get(key)
    parent[key] = copy(inner) if isinstance(inner, dict | list) else {} if inner is None else {"name": inner}
    return parent[key]


def _plain_value(value: object) -> object:
    """A value as the YAML reader returns it: numbers are Decimals."""
    if isinstance(value, Mapping):
        return {str(k): _plain_value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_value(v) for v in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


def written(data: Mapping[str, Any], path: str) -> object:
    """The value at a dotted path of plain data; None where there is none."""
    return value_at(data, path.split("."))


def what_if(base: Priced, changes: Sequence[Change], today: date | None) -> Priced:
    """The changed scenario, planned again."""
    scenario = base.metered.scenario
    changed = build(scenario.doc, scenario.files, scenario.sha256, apply(scenario.data, changes), scenario)
    return price(meter(changed, base.metered.context.seed, base=base.metered), base.catalogue, today)


def saving(
    base: Priced, address: str, changes: Sequence[Change], today: date | None
) -> tuple[Decimal | None, tuple[str, ...]]:
    """What a change of one resource saves a month in USD, or None and the keys of missing prices.

    Where the change affects that resource only, only it is metered and rated again. Otherwise the whole scenario is
    planned again.
    """
    quick = _quick_saving(base, address, changes, today)
    if quick is not None:
        return quick
    other = what_if(base, changes, today)
    if other.missing:
        return None, tuple(m.key for m in other.missing)
    return base.monthly_cost - other.monthly_cost, ()


def _quick_saving(
    base: Priced, address: str, changes: Sequence[Change], today: date | None
) -> tuple[Decimal | None, tuple[str, ...]] | None:
    scenario, ctx = base.metered.scenario, base.metered.context
    resource = scenario.resources[address]
    if scenario.account.free_tier or scenario.commitments or any(not c.path.startswith(f"{address}.") for c in changes):
        return None
    section, _, name = address.partition(".")
    flow_keys = ("calls", "access", "triggers")
    if any(c.path.split(".")[2] in flow_keys for c in changes):
        return None
    spec = respec(scenario, address, apply({section: {name: scenario.data[section][name]}}, changes)[section][name])
    type_, before, after = resource.type, *(DeclaredResource(name, s, ctx) for s in (resource.spec, spec))
    usage = type_.meter(after, base.metered.offered[address])
    affects_nothing_else = (
        _all_gets_through(base, address, after, usage)
        and (address not in base.metered.consumed or type_.shards(usage) == type_.shards(base.metered.usage[address]))
        and type_.calls(after) == type_.calls(before)
        and type_.duration_ms(after) == ctx.duration_ms[address]
        and type_.calls_per_unit(spec) == type_.calls_per_unit(resource.spec)
        and type_.failure_share(spec) == type_.failure_share(resource.spec)
        and type_.schedule(spec) == type_.schedule(resource.spec)
    )
    charges = charges_of(replace(resource, spec=spec), usage, ctx)
    keys = {c.price for c in (*charges, *base.charges[address])}
    if not affects_nothing_else or any(_tiered(base.catalogue, key) for key in keys):
        return None
    new = rate_charges(charges, scenario, base.catalogue, today)
    if new.missing:
        return None, tuple(m.key for m in new.missing)
    return base.cost_by_resource[address] - monthly(new.lines), ()


def _all_gets_through(base: Priced, address: str, after: DeclaredResource[Any], usage: Any) -> bool:  # noqa: ANN401  each service has its own usage
    """Whether neither the resource nor a limit of the account is short, before and after: else others are asked for less."""
    metered, type_ = base.metered, base.metered.scenario.resources[address].type
    offered = metered.offered[address]
    if metered.demand[address].admitted is not None or offered.shared or type_.admit(after, offered) is not None:
        return False
    loads = type_.pools(MeteredResource(after.name, after.spec, usage, after.context))
    return suffices(metered.pools, address, loads, after.context)


def _tiered(catalogue: Catalogue, key: str) -> bool:
    entry = catalogue.price(key)
    return entry is not None and len(entry.tiers) > 1
