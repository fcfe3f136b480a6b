"""Recommendations for parameters: higher throughput where calls are throttled."""

from collections.abc import Iterable

from capplan.model import Change, Context, Option, PoolLoad, Rule
from capplan.quantities.text import figure
from capplan.services.parameter_store.quotas import RATE

RULES: tuple[Rule, ...] = (
    Rule(
        "parameter_store.throughput",
        "Higher throughput, or fewer reads",
        "Parameters that are read more often than the standard throughput of the account.",
        "Read them once in an environment (`per: cold-start`), through the Parameters and Secrets extension, or set the account "
        "to higher throughput: init errors of functions are what throttled reads look like.",
        "At higher throughput each parameter that a call returns costs, standard ones too.",
        "Changing Parameter Store throughput (AWS Systems Manager User Guide, read 2026-11-30)",
        action="Set Parameter Store to higher throughput",
    ),
)


def options(name: str, throughput: str, loads: Iterable[PoolLoad], ctx: Context) -> tuple[Option, ...]:
    """Higher throughput, where the parameter's own reads are more than the standard one."""
    if throughput != "standard":
        return ()
    most = ctx.quotas.get(RATE.id, RATE.in_region(ctx.region))
    peak = max((max(load.flow.peak().per_second, load.at_once) for load in loads if load.flow.terms), default=0.0)
    if peak <= most:
        return ()
    message = f"{name} is read {figure(peak)} times a second at its busiest, and the account has {figure(most)} for all parameters."
    change = Change(f"parameters.{name}.throughput", "higher")
    return (
        Option(
            "parameter_store.throughput", message, (change,), "each interaction costs", "risk", urgency="now",
        ),
    )  # fmt: skip
