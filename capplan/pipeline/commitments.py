"""What the account has committed to, laid over the charges of its resources."""

from collections.abc import Mapping

from capplan.errors import CapplanError, Diagnostic
from capplan.language.scenario import Scenario
from capplan.model import Charge
from capplan.pipeline.meter import Metered
from capplan.resource_type import ResourceType, UnusedCommitmentError


def committed(metered: Metered, charges: Mapping[str, tuple[Charge, ...]]) -> Mapping[str, tuple[Charge, ...]]:
    """The charges with the account's commitments over them.

    Raises:
        CapplanError: A commitment covers nothing.
    """
    scenario = metered.scenario
    if not scenario.commitments:
        return charges
    out = dict(charges)
    types = dict.fromkeys(resource.type for resource in scenario.resources.values())
    covering = [kind for kind in types if type(kind).commit is not ResourceType.commit]
    if not covering:
        raise CapplanError((_unused(scenario, "nothing in this scenario can be covered by a commitment", ""),))
    for kind in covering:
        mine = [address for address, resource in scenario.resources.items() if resource.type is kind]
        usage = {address: metered.usage[address] for address in mine}
        try:
            out |= kind.commit({address: out[address] for address in mine}, usage, scenario.commitments)
        except UnusedCommitmentError as error:
            raise CapplanError((_unused(scenario, error.message, error.hint),)) from None
    return out


def _unused(scenario: Scenario, message: str, hint: str) -> Diagnostic:
    return scenario.doc.diagnostic(["commitments"], message, hint, key=True)
