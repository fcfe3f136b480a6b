"""Settings that exclude each other, and how timeouts, reservations and long runs show in a function's limits."""

import math
from decimal import Decimal
from fractions import Fraction
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from capplan.calls import Access
from capplan.flow import DemandFlow, LoadProfile, Peak
from capplan.model import Context, Demand, RequestStream
from capplan.quantities.distribution import Distribution, mean
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services import default_quota
from capplan.services.lambda_ import billing
from capplan.services.lambda_.function import FUNCTION
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage
from capplan.units import MONTH_SECONDS, PERIOD_MINUTES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CTX = Context("us-east-1")


def steady(per_second: int) -> DemandFlow:
    """The same rate in every minute."""

    def expand() -> "NDArray[np.float64]":
        import numpy as np

        return np.ones(PERIOD_MINUTES)

    shape = LoadProfile(
        "steady", recurring=True, monthly=Fraction(MONTH_SECONDS), peak=Peak(1.0, 0), flat=True, expand=expand
    )
    return DemandFlow.of(shape, Fraction(per_second))


def once_a_day() -> DemandFlow:
    """One run a day, at 00:00."""

    def expand() -> "NDArray[np.float64]":
        import numpy as np

        series = np.zeros(PERIOD_MINUTES)
        series[::1440] = 1 / 60
        return series

    shape = LoadProfile(
        "nightly", recurring=False, monthly=Fraction(365, 12), peak=Peak(1 / 60, 0), flat=False, expand=expand
    )
    return DemandFlow.of(shape, Fraction(1))


def function(**keys: Any) -> Function:  # noqa: ANN401  words of the language
    return Function.model_validate({"duration": "100 ms"} | keys)


def usage(spec: Function, *streams: RequestStream) -> Usage:
    return FUNCTION.meter(DeclaredResource("f", spec, CTX), Demand(streams))


def invoked(flow: DemandFlow, **keys: Any) -> RequestStream:  # noqa: ANN401  words of the language
    return RequestStream(Access.model_validate({"op": "invoke", "target": "f", **keys}), flow, "traffic.t")


# --- what may not be written ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ({"duration": "0 ms"}, "the duration of an invocation is 0"),
        ({"duration": "901 s"}, "an invocation runs for at most 15 min"),
        ({"duration": {"p50": "1000 s", "p99": "2000 s"}}, "an invocation runs for at most 15 min"),
        ({"triggers": [{"batch": 10}]}, "a trigger is a traffic or a stream"),
        ({"triggers": [{"traffic": "t", "stream": "s"}]}, "a trigger is a traffic or a stream"),
        ({"triggers": [{"stream": "s", "via": "sqs"}]}, "what is read by its name has no `via`"),
        ({"triggers": [{"traffic": "t", "batch": 10}]}, "`batch` is for streams and queues only"),
        ({"triggers": [{"traffic": "t", "via": "s3", "window": "1 s"}]}, "`window` is for streams and queues only"),
        ({"triggers": [{"stream": "s", "shards": 2}]}, "`shards` is for Kinesis only"),
        ({"triggers": [{"traffic": "t", "via": "sqs", "batch": 11}]}, "an SQS batch above 10 needs a batch window"),
        ({"image": "1 GB", "layers": 1}, "a container image has no zip package and no layers"),
        ({"image": "1 GB", "package": {"zipped": "1 MB"}}, "a container image has no zip package and no layers"),
    ],
)
def test_what_aws_does_not_accept_is_an_error(keys: dict[str, Any], shown: str) -> None:
    with pytest.raises(ValidationError) as error:
        function(**keys)
    assert [e["msg"] for e in error.value.errors()] == [shown]


@pytest.mark.parametrize(
    "keys",
    [
        {"triggers": {"traffic": "t", "via": "sqs", "batch": 11, "window": "1 s"}},
        {"triggers": ["t", {"traffic": "u", "via": "kinesis", "shards": 3, "batch": 10_000}]},
        {"triggers": [{"stream": "s", "filter": "20%", "window": "300 s"}]},
        {"duration": {"p50": "100 s", "p99": "1000 s"}},
        {"package": {"zipped": "60 MB", "unzipped": "250 MB"}, "layers": 5, "environment": "4 KB"},
        {"image": "10 GB"},
    ],
)
def test_what_aws_accepts_is_read(keys: dict[str, Any]) -> None:
    assert function(**keys)


@pytest.mark.parametrize("keys", [{"package": {"unzipped": "251 MB"}}, {"environment": "5 KB"}, {"image": "11 GB"}])
def test_a_size_above_its_quota_is_an_error(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        function(**keys)


# --- time -------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 5000), st.floats(1.001, 40), st.integers(1000, 900_000))
def test_a_mean_ended_by_its_timeout_is_that_of_the_log_normal_law(p50: int, ratio: float, timeout: int) -> None:
    p99 = Decimal(f"{p50 * ratio:.6f}")
    law = Distribution(((Decimal("0.5"), Decimal(p50)), (Decimal("0.99"), p99)))
    mu, sigma = math.log(p50), math.log(float(p99) / p50) / NormalDist().inv_cdf(0.99)
    z, cdf = (math.log(timeout) - mu) / sigma, NormalDist().cdf
    exact = math.exp(mu + sigma**2 / 2) * cdf(z - sigma) + timeout * (1 - cdf(z))
    assert float(billing.capped_mean_ms(law, Decimal(timeout))) == pytest.approx(exact, rel=1e-5)


def test_a_timeout_far_off_changes_nothing() -> None:
    law = Distribution(((Decimal("0.5"), Decimal(2)), (Decimal("0.99"), Decimal(10))))
    assert billing.capped_mean_ms(law, Decimal(900_000)) == mean(law)


def test_a_table_of_quantiles_has_kinks_and_no_error_there() -> None:
    law = Distribution(tuple((Decimal(p), Decimal(v)) for p, v in (("0.5", 100), ("0.9", 1000), ("0.99", 2000))))
    assert float(billing.capped_mean_ms(law, Decimal(1500))) == pytest.approx(280.658, abs=0.001)


def test_one_run_of_five_minutes_a_day_is_one_environment_at_a_time() -> None:
    metered = usage(function(duration="5 min", timeout="10 min"), invoked(once_a_day()))
    assert metered.concurrency.peak().per_second == pytest.approx(1)  # and not 5 in its first minute
    assert metered.concurrency.monthly == Fraction(365, 12) * 300


# --- limits and pools -------------------------------------------------------------------------------------------------


def test_sync_and_async_payloads_have_their_own_limits() -> None:
    spec = function()
    metered = usage(spec, invoked(steady(1), payload="5 MB"), invoked(steady(1), payload="900 KB", is_async=True))
    checks: dict[str, tuple[object, ...]] = {
        c.limit: (c.load, c.breached) for c in FUNCTION.limits(MeteredResource("f", spec, metered, CTX))
    }
    assert checks["lambda.payload.sync"] == (5 * 1024**2, False)
    assert checks["lambda.payload.async"] == (900 * 1024, False)


def test_a_reservation_is_taken_whole_and_bounds_the_request_rate() -> None:
    spec = function(reserved_concurrency=50, duration="20 ms")
    metered = usage(spec, invoked(steady(1000)))  # 20 at once, but 1,000 a second
    checks: dict[str, tuple[object, ...]] = {
        c.limit: (c.load, c.quota, c.breached) for c in FUNCTION.limits(MeteredResource("f", spec, metered, CTX))
    }
    assert checks["lambda.reserved_concurrency"] == (34, 50, False)  # 20 + 3.09 sqrt 20 = 33.8
    assert checks["lambda.reserved_request_rate"] == (1000, 500, True)
    pools = {
        p.limit: (p.flow.peak(2.0).per_second, p.poisson)
        for p in FUNCTION.pools(MeteredResource("f", spec, metered, CTX))
    }
    assert pools == {"lambda.concurrency": (50.0, False), "lambda.request_rate": (2000.0, False)}


@pytest.mark.parametrize(("account", "breached"), [(1000, False), (500, True), (10, True)])
def test_a_hundred_of_the_account_cannot_be_reserved(account: int, *, breached: bool) -> None:
    spec, ctx = (
        function(reserved_concurrency=401),
        Context("us-east-1", quotas={"lambda.concurrency": Decimal(account)}),
    )
    checks = {c.limit: c for c in FUNCTION.limits(MeteredResource("f", spec, usage(spec), ctx))}
    assert checks["lambda.reservable_concurrency"].breached is breached


def test_asynchronous_events_have_no_request_rate_quota() -> None:
    metered = usage(function(), invoked(steady(100), is_async=True))
    assert [p.limit for p in FUNCTION.pools(MeteredResource("f", function(), metered, CTX))] == ["lambda.concurrency"]


def test_the_request_rate_follows_the_concurrency() -> None:
    more = {"lambda.concurrency": Decimal(3000)}
    assert default_quota("lambda.request_rate", "us-east-1", more) == 30_000


def test_a_function_switched_off_takes_nothing() -> None:
    spec = function(reserved_concurrency=0)
    metered = usage(spec, invoked(steady(1)))
    assert next(
        c for c in FUNCTION.limits(MeteredResource("f", spec, metered, CTX)) if c.limit == "lambda.reserved_concurrency"
    ).breached
    assert [p.limit for p in FUNCTION.pools(MeteredResource("f", spec, metered, CTX))] == ["lambda.request_rate"]
