"""The scenario with other settings, planned again: the only way a saving is found. It has no formula for one."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from capplan.language.load import build, respec
from capplan.model import Change
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, charges_of, monthly, price, rate_charges
from capplan.pricing.catalogue import Catalogue
from capplan.resource_type import DeclaredResource


def apply(data: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """The scenario's plain data with some values written, or (None) taken away.

    A number in a path is a list's line; a list written there stands for its own lines.
    """
    out = dict(data)
    for change in changes:
        *parents, last = change.path.split(".")
        here: Any = out
        for step in parents:
            here = _opened(here, step)
        if isinstance(here, list):
            at, value = int(last), _plain_value(change.to)
            here[at : at + 1] = [] if value is None else value if isinstance(value, list) else [value]
        elif change.to is None:
            here.pop(last, None)
        else:
            here[last] = _plain_value(change.to)
    return out


def _opened(here: Any, step: str) -> Any:  # noqa: ANN401  plain data
    """A copy of what stands at a step, put there; a mapping where a plain value or nothing stood.

    All that no change leads through stays the very same object, by which `build` knows what it need not read again.
    """
    place: Any = int(step) if isinstance(here, list) else step
    inner = here[place] if isinstance(here, list) else here.get(place)
    here[place] = copy(inner) if isinstance(inner, dict | list) else {} if inner is None else {"name": inner}
    return here[place]


def _plain_value(value: object) -> object:
    """A value as the YAML reader would give it: numbers are Decimals."""
    if isinstance(value, Mapping):
        return {str(k): _plain_value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_value(v) for v in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


def written(data: Mapping[str, Any], path: str) -> object:
    """What stands at a path of the plain data; None where nothing does."""
    here: Any = data
    for step in path.split("."):
        if isinstance(here, list) and step.isdigit() and int(step) < len(here):
            here = here[int(step)]
        elif isinstance(here, Mapping) and step in here:
            here = here[step]
        else:
            return None
    return here


def what_if(base: Priced, changes: Sequence[Change], today: date | None) -> Priced:
    """The scenario with some settings changed, planned again."""
    scenario = base.metered.scenario
    changed = build(scenario.doc, scenario.files, scenario.sha256, apply(scenario.data, changes), scenario)
    return price(meter(changed, base.metered.context.seed, base=base.metered), base.catalogue, today)


def saving(
    base: Priced, address: str, changes: Sequence[Change], today: date | None
) -> tuple[Decimal | None, tuple[str, ...]]:
    """What a change of one resource saves a month, or None and the prices that are missing.

    Meters only that resource again and rates only what it pays, where nothing else can move: then the difference is the
    one a whole plan would give. Otherwise the whole scenario is planned again.
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
    moving = ("calls", "access", "triggers")
    if any(c.path.split(".")[2] in moving for c in changes):
        return None
    spec = respec(scenario, address, apply({section: {name: scenario.data[section][name]}}, changes)[section][name])
    kind, before, after = resource.type, *(DeclaredResource(name, s, ctx) for s in (resource.spec, spec))
    usage = kind.meter(after, base.metered.demand[address])
    still = (
        (address not in base.metered.consumed or kind.shards(usage) == kind.shards(base.metered.usage[address]))
        and kind.calls(after) == kind.calls(before)
        and kind.duration_ms(after) == ctx.duration_ms[address]
        and kind.calls_per_unit(spec) == kind.calls_per_unit(resource.spec)
        and kind.failure_share(spec) == kind.failure_share(resource.spec)
        and kind.schedule(spec) == kind.schedule(resource.spec)
    )
    charges = charges_of(replace(resource, spec=spec), usage, ctx)
    keys = {c.price for c in (*charges, *base.charges[address])}
    if not still or any(_tiered(base.catalogue, key) for key in keys):
        return None
    new = rate_charges(charges, scenario, base.catalogue, today)
    if new.missing:
        return None, tuple(m.key for m in new.missing)
    return base.cost_by_resource[address] - monthly(new.lines), ()


def _tiered(catalogue: Catalogue, key: str) -> bool:
    found = catalogue.price(key)
    return found is not None and len(found.tiers) > 1
