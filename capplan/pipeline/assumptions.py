"""Collects the assumptions of an answer, and the costs that it does not include."""

from capplan.model import Assumption, Excluded
from capplan.pipeline.price import Priced
from capplan.pipeline.results import WeighedAssumption


def assumptions(priced: Priced) -> tuple[WeighedAssumption, ...]:
    """Defaults that the scenario does not set but the answer depends on, the workload's first."""
    metered = priced.metered
    notes = list(metered.notes)
    for address, r in metered.scenario.resources.items():
        notes += r.type.assume(metered.resource(address))
    if not metered.scenario.account.free_tier:
        reason = "other workloads of the account may use up the allowances"
        notes.append(Assumption("account.free_tier", "false", reason, "aws_default"))
    reason = "callers retry throttled requests"
    notes.append(Assumption("throttling", "does not reduce demand downstream", reason, "aws_default"))
    unique = {(note.path, note.value): note for note in notes}
    return tuple(WeighedAssumption(a) for a in sorted(unique.values(), key=lambda a: (a.kind != "workload", a.path)))


def excluded(priced: Priced) -> tuple[Excluded, ...]:
    """Costs on the bill that the answer does not include: those of every workload, then those of each resource."""
    metered = priced.metered
    out = [Excluded("data transfer", "between Regions and to the internet: not modeled yet")]
    if any(r.type.writes_logs for r in metered.scenario.resources.values()):
        out.insert(0, Excluded("CloudWatch Logs", "ingestion and storage of logs: not modeled yet"))
    for address, r in metered.scenario.resources.items():
        out += r.type.exclude(metered.resource(address)._replace(name=r.label))
    return tuple(dict.fromkeys(out))
