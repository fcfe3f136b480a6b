"""Collects the assumptions of an answer, and the costs that it does not include."""

from datetime import date
from decimal import Decimal

from capplan.errors import CapplanError
from capplan.model import Assumption, Excluded
from capplan.pipeline.alternatives import alternative
from capplan.pipeline.demand import demand_assumptions
from capplan.pipeline.meter import Metered
from capplan.pipeline.price import Priced
from capplan.pipeline.results import WeighedAssumption
from capplan.pipeline.scaled_calls import changes_with_calls

_MAX_WEIGHED = 5
"""Resources of which assumptions are planned otherwise: those that cost most."""


def assumptions(priced: Priced, today: date | None) -> tuple[WeighedAssumption, ...]:
    """Defaults that the scenario does not set but the answer depends on, the workload's first."""
    metered = priced.metered
    notes, weights = list(of_demand(metered)), dict[str, Decimal]()
    by_address = {a: r.type.assume(metered.resource(a)) for a, r in metered.scenario.resources.items()}
    uncertain = [address for address, of_one in by_address.items() if any(note.instead for note in of_one)]
    weighed = sorted(uncertain, key=lambda address: (-priced.cost_by_resource[address], address))[:_MAX_WEIGHED]
    for address, of_one in by_address.items():
        notes += of_one
        for note in of_one:
            cost = _cost_if_not(priced, address, note, today) if note.instead and address in weighed else None
            if cost is not None:
                weights[note.path] = cost
    if not metered.scenario.account.free_tier:
        reason = "other workloads of the account may use up the allowances"
        notes.append(Assumption("account.free_tier", "false", reason, "aws_default"))
    reason = "SDKs retry for some seconds; what a full minute throttles is dropped and causes nothing downstream"
    notes.append(Assumption("throttling", "retried, then dropped", reason, "aws_default"))
    unique = {(note.path, note.value): note for note in notes}
    ranked = sorted(unique.values(), key=lambda a: (a.kind != "workload", a.path))
    return tuple(WeighedAssumption(assumption, weights.get(assumption.path)) for assumption in ranked)


def notes_of(metered: Metered) -> tuple[Assumption, ...]:
    """The assumptions on what is asked of resources, and those of each resource."""
    own = (note for a, r in metered.scenario.resources.items() for note in r.type.assume(metered.resource(a)))
    return (*of_demand(metered), *own)


def of_demand(metered: Metered) -> tuple[Assumption, ...]:
    """Assumptions on what is asked of resources; none where requests were added or left out."""
    graph = metered.graph
    if graph is None:
        return ()
    return demand_assumptions(metered.as_declared, metered.own_demand, graph.flows, graph.deliveries)


def _cost_if_not(priced: Priced, address: str, note: Assumption, today: date | None) -> Decimal | None:
    """USD a month more if an assumption does not hold; None where that cannot be planned."""
    changes = changes_with_calls(priced.metered.scenario.resources[address], note.instead, note.calls_factor)
    if changes is None:
        return None
    try:
        saving = alternative(priced, address, changes, today).saving
    except CapplanError:
        return None
    return None if saving is None else -saving


def excluded(priced: Priced) -> tuple[Excluded, ...]:
    """Costs on the bill that the answer does not include: those of every workload, then those of each resource."""
    metered = priced.metered
    out = [
        Excluded(
            "data transfer",
            "what functions, jobs and tables send to other Regions or the internet themselves: write it under `data_transfer`",
        )
    ]
    for address, r in metered.scenario.resources.items():
        out += r.type.exclude(metered.resource(address)._replace(name=r.label))
    return tuple(dict.fromkeys(out))
