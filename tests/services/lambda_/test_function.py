"""A function through the hooks of its resource type: usage, charges, limits, options."""

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from capplan.calls import Access
from capplan.flow import DemandFlow, LoadProfile, Peak
from capplan.model import Context, Demand, LimitCheck, RequestStream
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services import default_quota
from capplan.services.lambda_.function import FUNCTION
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage
from capplan.units import MONTH_SECONDS, PERIOD_MINUTES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CTX = Context("us-east-1", seed=1)
TYPICAL: dict[str, Any] = {"memory": "512 MB", "duration": "100 ms", "timeout": "10 s"}


def flat(per_second: int) -> DemandFlow:
    """The same rate in every minute."""

    def expand() -> "NDArray[np.float64]":
        import numpy as np

        return np.ones(PERIOD_MINUTES)

    shape = LoadProfile(
        "steady", recurring=True, monthly=Fraction(MONTH_SECONDS), peak=Peak(1.0, 0), flat=True, expand=expand
    )
    return DemandFlow.of(shape, Fraction(per_second))


def row(*values: object) -> tuple[object, ...]:
    """Values side by side, exact numbers of whatever type."""
    return values


def function(**keys: Any) -> Function:  # noqa: ANN401  words of the language
    """A function as a scenario says it."""
    return Function.model_validate(TYPICAL | keys)


def metered(spec: Function, per_second: int = 100, **access: Any) -> Usage:  # noqa: ANN401  words of the language
    """Its usage under a steady rate."""
    invoked = Access.model_validate({"op": "invoke", "target": "place", **access})
    return FUNCTION.meter(
        DeclaredResource("place", spec, CTX), Demand((RequestStream(invoked, flat(per_second), "traffic.web"),))
    )


def checks(spec: Function, **access: Any) -> dict[str, LimitCheck]:  # noqa: ANN401  words of the language
    """Its limits by name."""
    return {
        check.limit: check for check in FUNCTION.limits(MeteredResource("place", spec, metered(spec, **access), CTX))
    }


# --- what may be written ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "keys",
    [
        {"memory": "127 MB"},
        {"memory": "10241 MB"},
        {"timeout": "901 s"},
        {"layers": 6},
        {"ephemeral_storage": "511 MB"},
    ],
)
def test_a_value_out_of_range_is_an_error(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        function(**keys)


def test_a_trigger_may_be_a_name_or_a_list() -> None:
    assert [trigger.traffic for trigger in function(triggers="web").triggers] == ["web"]
    assert [trigger.stream for trigger in function(triggers=[{"stream": "orders", "batch": 100}]).triggers] == [
        "orders"
    ]


# --- what it meters ---------------------------------------------------------------------------------------------------


def test_a_month_at_a_steady_rate() -> None:
    usage = metered(function())  # 100/s x 0.1 s x 0.5 GB, 2,628,000 s a month
    assert usage.requests == 100 * MONTH_SECONDS
    assert usage.gb_seconds.monthly == 5 * MONTH_SECONDS
    assert usage.concurrency.monthly == 10 * MONTH_SECONDS
    assert usage.peak_concurrency == 20  # 10 + 3.09 sqrt 10 = 19.8
    figures = {"requests": 262_800_000, "gb_seconds": 13_140_000, "peak_concurrency": 20, "timed_out_share": 0}
    assert FUNCTION.summary(usage) == figures


def test_a_large_asynchronous_event_is_several_requests() -> None:
    assert metered(function(), payload="512 KB", is_async=True).requests == 5 * 100 * MONTH_SECONDS
    assert metered(function(), payload="512 KB").requests == 100 * MONTH_SECONDS


def test_an_invocation_that_times_out_is_billed_up_to_its_timeout() -> None:
    usage = metered(function(duration="30 s"))
    assert row(usage.billed_ms, usage.timed_out) == (10_000, 1)
    assert FUNCTION.duration_ms(DeclaredResource("place", function(duration="30 s"), CTX)) == 10_000


def test_no_demand_meters_nothing() -> None:
    usage = FUNCTION.meter(DeclaredResource("place", function(), CTX), Demand(()))
    assert row(usage.requests, usage.peak_concurrency) == (0, 0)
    assert FUNCTION.pools(MeteredResource("place", function(), usage, CTX)) == ()
    assert FUNCTION.options(MeteredResource("place", function(), usage, CTX)) == ()


# --- what it is charged for, held against, could be -------------------------------------------------------------------


def test_charges_of_an_arm_function_with_storage() -> None:
    spec = function(architecture="arm64", ephemeral_storage="1536 MB")
    charges = FUNCTION.charge(MeteredResource("place", spec, metered(spec), CTX))
    assert [row(c.id, c.price, c.quantity) for c in charges] == [
        ("place.requests", "lambda.request.arm64", 100 * MONTH_SECONDS),
        ("place.duration", "lambda.duration.arm64", 5 * MONTH_SECONDS),
        ("place.ephemeral-storage", "lambda.ephemeral_storage.arm64", 10 * MONTH_SECONDS),
    ]
    assert all(c.flow is not None and c.flow.monthly == c.quantity for c in charges)


def test_limits_of_a_function() -> None:
    limits = checks(function(reserved_concurrency=15), payload="2 MB", is_async=True)
    loads = {name: row(check.load, check.quota, check.breached) for name, check in limits.items()}
    assert loads == {
        "lambda.reserved_concurrency": (15, 15, False),  # events wait for their turn
        "lambda.timeout": (Decimal("0.1"), 10, False),
        "lambda.payload.async": (2 * 1024**2, 1024**2, True),
        "lambda.reservable_concurrency": (15, 900, False),
    }


def test_what_it_takes_of_the_account() -> None:
    spec = function()
    loads = {
        pool.limit: (pool.flow.peak().per_second, pool.poisson)
        for pool in FUNCTION.pools(MeteredResource("place", spec, metered(spec), CTX))
    }
    assert loads == {"lambda.concurrency": (10.0, True), "lambda.request_rate": (100.0, False)}
    assert row(
        default_quota("lambda.concurrency", "us-east-1", {}), default_quota("lambda.request_rate", "us-east-1", {})
    ) == (
        1000,
        10_000,
    )
    assert default_quota("lambda.other", "us-east-1", {}) is None


@pytest.mark.parametrize(
    ("keys", "options"),
    [
        ({}, [("lambda.arm64", "functions.place.architecture", "arm64")]),
        ({"architecture": "arm64"}, []),
        ({"architecture": "arm64", "duration": "9 s"}, [("lambda.timeout-near", "functions.place.timeout", "18 s")]),
        ({"architecture": "arm64", "duration": "900 s", "timeout": "900 s"}, []),  # no longer time-out exists
    ],
)
def test_what_else_could_be_written(keys: dict[str, Any], options: list[tuple[str, str, str]]) -> None:
    spec = function(**keys)
    rules = {"lambda.arm64", "lambda.timeout-near"}
    made = [
        option
        for option in FUNCTION.options(MeteredResource("place", spec, metered(spec), CTX))
        if option.rule in rules
    ]
    assert [(option.rule, option.changes[0].path, option.changes[0].to) for option in made] == options


def test_what_a_gate_may_ask() -> None:
    spec = function(reserved_concurrency=50)
    observables = FUNCTION.observe(MeteredResource("place", spec, metered(spec), CTX))
    assert row(observables["concurrency.peak"].value, observables["concurrency.peak"].limit) == (20, 50)
    whole = Context(
        "us-east-1", quotas={"lambda.concurrency": Decimal(3000)}, in_use={"lambda.concurrency": Decimal(200)}, seed=1
    )
    assert (
        FUNCTION.observe(MeteredResource("place", function(), metered(function()), whole))["concurrency.peak"].limit
        == 2800
    )


def test_defaults_that_the_answer_rests_on() -> None:
    spec = Function.model_validate({"duration": "100 ms"})
    paths = [assumption.path for assumption in FUNCTION.assume(MeteredResource("place", spec, metered(spec), CTX))]
    defaults = ["functions.place.memory", "functions.place.timeout", "functions.place.architecture"]
    assert paths == [*defaults, "defaults.functions.logs.size", "account.quotas.lambda.concurrency"]
    known = Context("us-east-1", quotas={"lambda.concurrency": Decimal(1000)})
    assert [
        assumption.path
        for assumption in FUNCTION.assume(
            MeteredResource("place", function(architecture="arm64", logs=None), metered(spec), known)
        )
    ] == []
