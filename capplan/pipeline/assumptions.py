"""What the answer rests on and what it leaves out. It changes no figure."""

from capplan.model import Assumption, Excluded
from capplan.pipeline.price import Priced
from capplan.pipeline.results import WeighedAssumption


def assumptions(priced: Priced) -> tuple[WeighedAssumption, ...]:
    """Defaults nobody wrote but the answer rests on, the workload's first."""
    metered = priced.metered
    found = list(metered.notes)
    for address, r in metered.scenario.resources.items():
        found += r.type.assume(metered.resource(address))
    if not metered.scenario.account.free_tier:
        why = "other workloads of the account may use the allowances up"
        found.append(Assumption("account.free_tier", "false", why, "aws_default"))
    found.append(
        Assumption("throttling", "not taken off downstream", "refused work is retried by its caller", "aws_default")
    )
    unique = {(a.path, a.value): a for a in found}
    return tuple(WeighedAssumption(a) for a in sorted(unique.values(), key=lambda a: (a.kind != "workload", a.path)))


def excluded(priced: Priced) -> tuple[Excluded, ...]:
    """What the bill will hold beside this answer: what every workload has, then what each room says of its own."""
    metered = priced.metered
    out = [Excluded("data transfer", "between Regions and to the internet: no room yet")]
    if any(r.type.writes_logs for r in metered.scenario.resources.values()):
        out.insert(0, Excluded("CloudWatch Logs", "ingestion and storage of logs: no room yet"))
    for address, r in metered.scenario.resources.items():
        out += r.type.exclude(metered.resource(address)._replace(name=r.label))
    return tuple(dict.fromkeys(out))
