"""Small definitions and demands that Step Functions' tests share."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from capplan.calls import Access
from capplan.flow import DemandFlow, LoadProfile, Peak
from capplan.model import Context, Demand, RequestStream
from capplan.services import integrations
from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.asl.read import parse
from capplan.services.stepfunctions.spec import StateMachine

MONTH_SECONDS = 2_628_000


@pytest.fixture
def machine() -> Callable[..., StateMachine]:
    """Builds a state machine from its definition and what the scenario says."""

    def build(definition: dict[str, Any], **words: object) -> StateMachine:
        read: Definition = parse(definition, 1_000)
        spec = StateMachine.model_validate({"definition": "it.asl.json", **words})
        return spec.model_copy(update={"asl": read})

    return build


@pytest.fixture
def demand() -> Callable[..., Demand]:
    """Executions started at a constant rate."""

    def build(per_second: Fraction | int = 1) -> Demand:
        def expand() -> Any:  # noqa: ANN401  numpy only where a series is wanted
            import numpy as np

            return np.ones(40_320)

        shape = LoadProfile(
            "shoppers", recurring=True, monthly=Fraction(MONTH_SECONDS), peak=Peak(1.0, 0), flat=True, expand=expand
        )
        flow = DemandFlow.of(shape, Fraction(per_second))
        return Demand((RequestStream(Access(op="start", target="it"), flow, "traffic.shoppers"),))

    return build


@pytest.fixture
def ctx() -> Context:
    """A scenario with one of each resource."""
    return Context(
        "us-east-1",
        duration_ms={
            "functions.charge": Fraction(180),
            "functions.ship": Fraction(90),
            "jobs.settle": Fraction(600_000),
        },
        addresses={
            "charge": ("functions.charge",),
            "ship": ("functions.ship",),
            "orders": ("tables.orders",),
            "settle": ("jobs.settle",),
            "child": ("state_machines.child",),
            "both": ("tables.both", "functions.both"),
        },
        integrations=integrations(),
    )
