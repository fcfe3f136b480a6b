"""No service reads quotas of another: by that, what a higher quota leaves alone is not metered again."""

from typing import Any

import pytest

from capplan.language.load import load
from capplan.pipeline.meter import meter, sections_alike
from capplan.record import replace
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services import SERVICES
from tests.helpers import SCENARIOS

NAMES = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml"))


class _Asked(dict[str, Any]):
    """Quotas that remember which of them were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401  as a dict's
        self.names.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)


@pytest.mark.parametrize("name", NAMES)
def test_a_resource_asks_for_quotas_of_its_own_service(name: str) -> None:
    metered = meter(load(str(SCENARIOS / name / "scenario.yaml")), 0)
    for address, resource in metered.scenario.resources.items():
        own = next(
            {quota.id for quota in service.quotas} for service in SERVICES if resource.section in service.sections
        )
        asked = _Asked()
        context = replace(metered.context, quotas=asked)
        declared = DeclaredResource(resource.name, resource.spec, context)
        seen = MeteredResource(resource.name, resource.spec, metered.usage[address], context)
        type_, offered = resource.type, metered.offered[address]
        type_.admit(declared, offered), type_.meter(declared, metered.demand[address])
        type_.calls(declared), type_.duration_ms(declared)
        shared = {load.limit for load in type_.pools(seen)}
        assert shared <= own or type_.hangs_on_region(resource.spec), address
        for hook in (type_.charge, type_.pools, type_.implies, type_.limits, type_.losses, type_.options):
            hook(seen)
        assert asked.names <= own, address


def test_a_higher_quota_leaves_other_services_alone() -> None:
    context = meter(load(str(SCENARIOS / "web-shop" / "scenario.yaml")), 0).context
    higher = replace(context, quotas={**context.quotas, "lambda.concurrency": 2000})
    alike = sections_alike(context, higher)
    assert "functions" not in alike
    assert {"tables", "log_groups"} <= alike
    assert not sections_alike(context, replace(higher, seed=1))
