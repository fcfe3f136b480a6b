"""What the account has committed to, laid over the charges of its resources. It knows no price."""

from collections.abc import Mapping

from capplan.errors import CapplanError
from capplan.model import Charge
from capplan.pipeline.meter import Metered


def committed(metered: Metered, charges: Mapping[str, tuple[Charge, ...]]) -> Mapping[str, tuple[Charge, ...]]:
    """The charges with reserved capacity over those of tables.

    Raises:
        CapplanError: Something is reserved, and no table holds capacity that it could cover.
    """
    scenario = metered.scenario
    if not scenario.commitments:
        return charges
    from capplan.services.dynamodb.capacity.reserved import covered  # noqa: PLC0415  only where something is reserved

    out = dict(charges)
    tables = {a: usage for a, usage in metered.usage.items() if a.startswith("tables.")}
    for unit in ("wcu", "rcu"):
        bought: dict[int, int] = {}
        for one in scenario.commitments:
            if one.reserved == unit:
                bought[one.years] = bought.get(one.years, 0) + one.units
        if not bought:
            continue
        found = covered({a: out[a] for a in tables}, tables, unit, bought)
        if found is None:
            message = (
                f"{sum(bought.values()):,} {unit.upper()} are reserved, and no table holds any that could be covered"
            )
            hint = "reserved capacity applies to provisioned tables of the standard class"
            raise CapplanError((scenario.doc.diagnostic(["commitments"], message, hint, key=True),))
        out |= found
    return out
