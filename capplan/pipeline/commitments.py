"""Applies the account's commitments to the charges of its resources."""

from collections.abc import Mapping

from capplan.errors import CapplanError, Diagnostic
from capplan.language.scenario import Scenario
from capplan.model import Charge
from capplan.pipeline.meter import Metered
from capplan.resource_type import ResourceType, UnusedCommitmentError


def committed(metered: Metered, charges: Mapping[str, tuple[Charge, ...]]) -> Mapping[str, tuple[Charge, ...]]:
    """The charges with the account's commitments applied.

    Raises:
        CapplanError: A commitment applies to no resource.
    """
    scenario = metered.scenario
    if not scenario.commitments:
        return charges
    out = dict(charges)
    types = dict.fromkeys(resource.type for resource in scenario.resources.values())
    covering = [type_ for type_ in types if type(type_).commit is not ResourceType.commit]
    if not covering:
        raise CapplanError((_unused(scenario, "no resource of this scenario can use a commitment", ""),))
    for type_ in covering:
        addresses = [address for address, resource in scenario.resources.items() if resource.type is type_]
        usage = {address: metered.usage[address] for address in addresses}
        try:
            out |= type_.commit({address: out[address] for address in addresses}, usage, scenario.commitments)
        except UnusedCommitmentError as error:
            raise CapplanError((_unused(scenario, error.message, error.hint),)) from None
    return out


def _unused(scenario: Scenario, message: str, hint: str) -> Diagnostic:
    return scenario.doc.diagnostic(["commitments"], message, hint, key=True)
