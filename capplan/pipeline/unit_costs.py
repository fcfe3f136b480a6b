"""Computes the monthly cost of everything, or of one resource, by one unit of business: a traffic's, a run, an execution."""

import re
from fractions import Fraction

from capplan.language.scenario import Scenario
from capplan.pipeline.price import Priced

_COUNTED = ("executions", "runs")
"""What a resource counts that may be a unit of business, by the name in its usage."""
_BY_UNIT = re.compile(r"(?:cost\.per|(?P<owner>.+)\.cost_per)\((?P<unit>.+)\)")


def counted(priced: Priced) -> dict[str, Fraction]:
    """Executions or runs of the month that is billed, by the address of each resource that counts them."""
    metered, length = priced.metered, length_of_month(priced)
    out: dict[str, Fraction] = {}
    for address, resource in metered.scenario.resources.items():
        summary = resource.type.summary(metered.usage[address])
        for word in _COUNTED:
            if word in summary:
                out[address] = Fraction(summary[word]) * length
    return out


def of_traffic(scenario: Scenario) -> dict[str, Fraction]:
    """Units of each traffic in the month that is billed, by name."""
    return {
        name: in_month(scenario, name, flow.monthly)
        for name, flow in scenario.flows_by_name.items()
        if name not in scenario.resources
    }


def length_of_month(priced: Priced) -> Fraction:
    """The month that is billed, as a multiple of 730 hours."""
    month = priced.metered.scenario.billed_month
    return Fraction(1) if month is None else month.length


def in_month(scenario: Scenario, traffic_source: str, monthly: Fraction) -> Fraction:
    """Units of a traffic in the month that is billed, from those of a month of 730 hours."""
    month = scenario.billed_month
    return monthly if month is None else monthly * month.volume(traffic_source)


def of_all(unit: str) -> str:
    """The name of the metric: `cost.per(orders)`."""
    return f"cost.per({unit})"


def owner_and_unit(name: str, scenario: Scenario) -> tuple[str, str]:
    """The resource's address and the unit of `fulfil.cost_per(orders)`; of `cost.per(orders)` the unit alone; else nothing."""
    match = _BY_UNIT.fullmatch(name)
    if match is None:
        return "", ""
    owner = match["owner"]
    if owner is None:
        return "", match["unit"]
    address = next((a for a, r in scenario.resources.items() if owner in (r.label, a)), "")
    return address, match["unit"] if address else ""
