"""What a change may not cause more of is found by a hook of its own: it says what `observe` says."""

import pytest

from capplan.language.load import load
from capplan.pipeline.meter import meter
from capplan.resource_type import ResourceType
from tests.helpers import SCENARIOS


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*/scenario.yaml")), ids=lambda path: path.parent.name)
def test_losses_are_those_that_a_gate_may_observe(path: object) -> None:
    metered = meter(load(str(path)), 0)
    for address, resource in metered.scenario.resources.items():
        of_all = ResourceType.losses(resource.type, metered.resource(address))
        assert resource.type.losses(metered.resource(address)) == of_all, address
