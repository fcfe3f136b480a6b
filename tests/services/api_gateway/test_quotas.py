"""The figures of AWS's pages (API Gateway Developer Guide, quotas; AWS AppSync endpoints and quotas; read 2026-11-30)."""

import pytest

from capplan.service import Quota
from capplan.services.api_gateway import quotas as api
from capplan.services.appsync import quotas as appsync
from capplan.services.vpc import quotas as vpc

MB, KB = 1024**2, 1024


@pytest.mark.parametrize(
    ("quota", "region", "value"),
    [
        (api.REQUEST_RATE, "us-east-1", 10_000),
        *((api.REQUEST_RATE, region, 2_500) for region in ("af-south-1", "eu-south-1", "me-central-1", "mx-central-1")),
        (api.NEW_CONNECTIONS, "us-east-1", 500),
        (api.REST_TIMEOUT, "us-east-1", 29_000),
        (api.HTTP_TIMEOUT, "us-east-1", 30_000),
        (api.WEBSOCKET_TIMEOUT, "us-east-1", 29_000),
        (api.PAYLOAD, "us-east-1", 10 * MB),
        (api.MESSAGE, "us-east-1", 128 * KB),
        (api.CONNECTION_DURATION, "us-east-1", 2 * 3600),
        *((appsync.TOKEN_RATE, region, 10_000) for region in ("us-east-1", "eu-west-1", "eu-central-1", "ap-south-1")),
        *((appsync.TOKEN_RATE, region, 5_000) for region in ("eu-north-1", "sa-east-1", "us-west-1")),
        (appsync.EVENT_TOKEN_RATE, "us-east-1", 2_000),
        (appsync.RESPONSE, "us-east-1", 5 * MB),
        (appsync.MESSAGE, "us-east-1", 240 * KB),
        (vpc.NAT_CONNECTIONS, "us-east-1", 55_000),
    ],
    ids=lambda value: value.id if isinstance(value, Quota) else str(value),
)
def test_a_quota_is_that_of_its_page(quota: Quota, region: str, value: int) -> None:
    assert quota.in_region(region) == value


def test_the_bucket_holds_half_a_second() -> None:
    assert [int(api.REQUEST_RATE.in_region(region)) * api.BUCKET_S for region in ("us-east-1", "eu-south-1")] == [
        5_000,
        1_250,
    ]


@pytest.mark.parametrize(
    ("what", "step"),
    [
        ("api_gateway.http.request", 512 * KB),
        ("api_gateway.websocket.message", 32 * KB),
        ("api_gateway.rest.streamed_request", 10 * MB),
        ("appsync.graphql_realtime_update", 5 * KB),
        ("appsync.event_operation", 5 * KB),
    ],
)
def test_metered_steps(what: str, step: int) -> None:
    assert {**api.METERED_STEP_BYTES, **appsync.METERED_STEP_BYTES}[what] == step
