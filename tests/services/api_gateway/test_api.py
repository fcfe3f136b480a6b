"""What an API meters, what it passes on and for how long it waits: each figure from the scenario's own numbers."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import capplan
from capplan.errors import CapplanError
from capplan.language.scenario import Scenario
from capplan.pipeline.results import Plan
from capplan.units import MONTH_SECONDS
from tests.helpers import HEAD, scenario

TRAFFIC = "traffic: {shoppers: {rate: 100/s}}\n"
FUNCTIONS = """\
functions:
  list-products: {duration: 50 ms, timeout: 10 s}
  place-order: {duration: 80 ms, timeout: 10 s}
  auth: {duration: 5 ms, timeout: 3 s}
tables:
  baskets: {item_size: 1 KB, items: 1k}
"""
MONTH = 100 * MONTH_SECONDS


def planned(api: str, tmp_path: Path, rest: str = FUNCTIONS, traffic: str = TRAFFIC) -> Plan:
    return capplan.plan(loaded(api, tmp_path, rest, traffic), findings=False)


def loaded(api: str, tmp_path: Path, rest: str = FUNCTIONS, traffic: str = TRAFFIC) -> Scenario:
    return scenario(f"{traffic}apis:\n  shop:\n    {api}\n{rest}", tmp_path, HEAD)


def quantity(plan: Plan, charge: str) -> Fraction:
    """What is metered of a charge, over its tiers."""
    return sum(
        (Fraction(x.consumed_quantity) for x in plan.lines if x.id == charge or x.id.startswith(f"{charge}.tier")),
        Fraction(0),
    )


def usage(plan: Plan, name: str) -> Mapping[str, Decimal | int]:
    return next(r for r in plan.resources if r.name == name).usage


def observed(plan: Plan, metric: str) -> Decimal:
    value = next(x.value for x in plan.observed if x.name == metric)
    assert value is not None
    return value


ROUTES = """routes:
      "GET /products": {share: 70%, invoke: list-products}
      "POST /orders": {share: 20%, invoke: place-order}
      "GET /basket": {share: 10%, get: baskets}"""


def limit_of(plan: Plan, limit: str) -> Any:  # noqa: ANN401  its numbers are compared with whole ones
    return next(x for x in plan.limits if x.check.limit == limit)


# --- requests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("api", "units"),
    [
        ("{type: rest, triggers: shoppers}", 1),
        ("{type: rest, triggers: shoppers, response: 5 MB}", 1),  # a REST request has no size
        ("{type: http, triggers: shoppers}", 1),
        ("{type: http, triggers: shoppers, response: 512 KB}", 1),
        ("{type: http, triggers: shoppers, response: 513 KB}", 2),  # steps of 512 KB
        ("{type: http, triggers: shoppers, request: 1 MB, response: 513 KB}", 2),  # the larger one: 1,024 / 512
        ("{type: rest, triggers: shoppers, streamed: true, response: 25 MB}", 3),  # steps of 10 MB
        ("{type: http, triggers: {traffic: shoppers, times: 12}}", 12),
        ("{type: http, triggers: {traffic: shoppers, chance: 25%}}", Fraction(1, 4)),
        # 80% of one step, 20% of two
        (
            "{type: http, triggers: shoppers, routes: {GET /a: {share: 80%}, GET /b: {response: 600 KB}}}",
            Fraction(6, 5),
        ),
        # 5% are refused: they are not billed
        ("{type: http, triggers: shoppers, authorizer: {invoke: auth, denies: 5%}}", Fraction(95, 100)),
    ],
)
def test_requests_are_metered_in_steps(api: str, units: Fraction, tmp_path: Path) -> None:
    assert quantity(planned(api, tmp_path), "shop.requests") == MONTH * units


def test_rest_and_http_have_their_prices(tmp_path: Path) -> None:
    # 262.8 M: 262.8 × 3.50 = 919.80; 262.8 × 1.00 = 262.80 (us-east-1, first tiers)
    for kind, usd in (("rest", "919.80"), ("http", "262.80")):
        plan = planned(f"{{type: {kind}, triggers: shoppers}}", tmp_path)
        assert plan.cost_by_service["api_gateway"] == Decimal(usd)


def test_a_cache_is_billed_by_the_hour(tmp_path: Path) -> None:
    plan = planned("{type: rest, triggers: shoppers, cache: {size: 0.5 GB, hit_rate: 60%}}", tmp_path)
    line = next(x for x in plan.lines if x.id == "shop.cache")
    assert (line.consumed_quantity, line.list_cost) == (Decimal(730), Decimal("14.60"))


# --- what is behind ---------------------------------------------------------------------------------------------------


def test_routes_pass_their_shares_on(tmp_path: Path) -> None:
    plan = planned(f"type: rest\n    triggers: shoppers\n    {ROUTES}", tmp_path)
    assert Fraction(usage(plan, "list-products")["requests"]) == MONTH * Fraction(7, 10)
    assert Fraction(usage(plan, "place-order")["requests"]) == MONTH * Fraction(2, 10)
    assert Fraction(usage(plan, "baskets")["read_request_units"]) == MONTH * Fraction(1, 10) / 2, "1 KB, eventual"


def test_routes_without_a_share_share_the_rest_equally(tmp_path: Path) -> None:
    routes = "{GET /a: {share: 40%, invoke: auth}, GET /b: {invoke: list-products}, GET /c: {invoke: place-order}}"
    plan = planned(f"{{type: http, triggers: shoppers, routes: {routes}}}", tmp_path)
    shares = {"auth": 40, "list-products": 30, "place-order": 30}
    assert {name: Fraction(usage(plan, name)["requests"]) * 100 / MONTH for name in shares} == shares


def test_a_route_may_make_several_requests(tmp_path: Path) -> None:
    routes = (
        "{POST /a: {calls: [{invoke: auth}, {invoke: list-products, times: 3}, {invoke: place-order, chance: 10%}]}}"
    )
    plan = planned(f"{{type: http, triggers: shoppers, routes: {routes}}}", tmp_path)
    times = {"auth": 1, "list-products": 3, "place-order": Fraction(1, 10)}
    assert {name: Fraction(usage(plan, name)["requests"]) / MONTH for name in times} == times


def test_a_cache_answers_gets_and_what_says_so(tmp_path: Path) -> None:
    routes = """routes:
      "GET /products": {share: 50%, invoke: list-products}
      "POST /search": {share: 30%, hit_rate: 20%, invoke: place-order}
      "POST /login": {share: 20%, invoke: auth}"""
    plan = planned(
        f"type: rest\n    triggers: shoppers\n    cache: {{size: 0.5 GB, hit_rate: 60%}}\n    {routes}", tmp_path
    )
    # 50% × 40%, 30% × 80%, 20%
    shares = {"list-products": Fraction(20), "place-order": Fraction(24), "auth": Fraction(20)}
    assert {name: Fraction(usage(plan, name)["requests"]) * 100 / MONTH for name in shares} == shares


@pytest.mark.parametrize(
    ("kind", "authorizer", "share"),
    [
        # λT = 12/3600 × 300 = 1: every second request asks
        ("rest", "{invoke: auth, caller_rate: 12/h}", Fraction(1, 2)),
        ("http", "{invoke: auth, caller_rate: 12/h}", Fraction(1)),  # an HTTP API keeps no answer by default
        ("http", "{invoke: auth, caller_rate: 12/h, cache: 15 min}", Fraction(1, 4)),  # λT = 3
        ("rest", "{invoke: auth}", Fraction(1)),  # nobody says how often a caller comes back
        ("rest", "{invoke: auth, cache: 0 s, caller_rate: 12/h}", Fraction(1)),
    ],
)
def test_an_authorizer_is_asked_once_a_caller_and_time(
    kind: str, authorizer: str, share: Fraction, tmp_path: Path
) -> None:
    plan = planned(f"{{type: {kind}, triggers: shoppers, authorizer: {authorizer}}}", tmp_path)
    assert Fraction(usage(plan, "auth")["requests"]) == MONTH * share


def test_what_the_authorizer_refuses_goes_no_further(tmp_path: Path) -> None:
    routes = "{GET /a: {share: 80%, invoke: list-products}, GET /open: {authorized: false, invoke: place-order}}"
    api = f"{{type: http, triggers: shoppers, authorizer: {{invoke: auth, denies: 10%}}, routes: {routes}}}"
    plan = planned(api, tmp_path)
    assert Fraction(usage(plan, "auth")["requests"]) == MONTH * Fraction(80, 100)
    assert Fraction(usage(plan, "list-products")["requests"]) == MONTH * Fraction(72, 100)
    assert Fraction(usage(plan, "place-order")["requests"]) == MONTH * Fraction(20, 100)
    assert quantity(plan, "shop.requests") == MONTH * Fraction(92, 100)


def test_a_function_is_a_client_of_an_api(tmp_path: Path) -> None:
    functions = FUNCTIONS.replace(
        "auth: {duration", "auth: {triggers: shoppers, calls: [{request: shop, times: 2}], duration"
    )
    plan = planned("{type: http, routes: {GET /a: {invoke: place-order}}}", tmp_path, functions)
    assert quantity(plan, "shop.requests") == MONTH * 2
    assert Fraction(usage(plan, "place-order")["requests"]) == MONTH * 2


# --- WebSocket APIs ---------------------------------------------------------------------------------------------------


def test_a_connection_brings_minutes_and_messages(tmp_path: Path) -> None:
    api = """type: websocket
    triggers: shoppers
    request: 1 KB
    response: 33 KB
    connections: {duration: 12 min, sends: 10, receives: 40}
    routes:
      $connect: {invoke: auth}
      $default: {share: 75%, invoke: list-products}
      order: {invoke: place-order}"""
    plan = planned(api, tmp_path)
    opened = MONTH
    assert quantity(plan, "shop.connection_minutes") == opened * 12
    assert quantity(plan, "shop.messages") == opened * (10 * 1 + 40 * 2), "33 KB are two messages"
    assert Fraction(usage(plan, "auth")["requests"]) == opened, "once a connection"
    assert Fraction(usage(plan, "list-products")["requests"]) == opened * Fraction(75, 10)
    assert Fraction(usage(plan, "place-order")["requests"]) == opened * Fraction(25, 10)
    assert observed(plan, "shop.connections.peak") == 100 * 12 * 60, "Little's law"


def test_connections_opened_a_second_are_a_limit_of_the_account(tmp_path: Path) -> None:
    api = "{type: websocket, triggers: {traffic: shoppers, times: 6}, connections: {duration: 1 min}}"
    plan = planned(api, tmp_path)
    limit = limit_of(plan, "api_gateway.new_connections")
    assert (limit.check.load, limit.check.quota, limit.breached) == (600, 500, True)
    assert float(observed(plan, "shop.rejected")) == pytest.approx(1 / 6, rel=1e-5)


# --- what leaves ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("api", "gb"),
    [
        ("{type: http, triggers: shoppers, response: 20 KB}", Fraction(MONTH * 20, 1024**2)),
        # from the cache or not: 70% × 20 KB + 30% × 4 KB
        (
            (
                "{type: rest, triggers: shoppers, response: 20 KB, cache: {size: 0.5 GB, hit_rate: 60%},"
                " routes: {GET /a: {share: 70%}, GET /b: {response: 4 KB}}}"
            ),
            Fraction(MONTH) * Fraction(152, 10) / 1024**2,
        ),
        ("{type: rest, triggers: shoppers, response: 20 KB, endpoint: private}", Fraction(0)),
        (
            "{type: websocket, triggers: shoppers, response: 1 KB, connections: {duration: 1 min, receives: 40}}",
            Fraction(MONTH * 40, 1024**2),
        ),
    ],
)
def test_answers_leave_for_the_internet(api: str, gb: Fraction, tmp_path: Path) -> None:
    assert float(quantity(planned(api, tmp_path), "internet.gb")) == pytest.approx(float(gb), rel=1e-9)


def test_answers_inside_the_region_do_not_leave(tmp_path: Path) -> None:
    functions = FUNCTIONS.replace("auth: {duration", "auth: {triggers: shoppers, calls: [{request: shop}], duration")
    plan = planned("{type: http, response: 20 KB}", tmp_path, functions)
    assert quantity(plan, "shop.requests") == MONTH
    assert quantity(plan, "internet.gb") == 0


def test_a_region_without_a_price_of_transfer_says_what_is_not_included(tmp_path: Path) -> None:
    text = "capplan: 1\nname: T\nregion: us-east-2\n" + TRAFFIC
    found = scenario(f"{text}apis: {{shop: {{type: http, triggers: shoppers, response: 20 KB}}}}\n", tmp_path, "")
    plan = capplan.plan(found)
    assert plan.monthly_cost == Decimal("262.80")
    assert any("transfer" in x.what.lower() for x in plan.not_included)


# --- limits -----------------------------------------------------------------------------------------------------------


def test_the_account_rejects_what_is_above_its_rate_and_what_is_behind_sees_the_rest(tmp_path: Path) -> None:
    traffic = "account: {quotas: {lambda.concurrency: 100k}}\ntraffic: {shoppers: {rate: 15000/s}}\n"
    plan = planned("{type: http, triggers: shoppers, routes: {GET /a: {invoke: auth}}}", tmp_path, traffic=traffic)
    limit = limit_of(plan, "api_gateway.request_rate")
    assert (limit.check.load, limit.check.quota, limit.breached) == (15_000, 10_000, True)
    served = Fraction(10_000 * MONTH_SECONDS)
    assert float(quantity(plan, "shop.requests")) == pytest.approx(float(served), rel=1e-4), "the others are not billed"
    assert float(usage(plan, "auth")["requests"]) == pytest.approx(float(served), rel=1e-4)
    assert float(observed(plan, "shop.rejected")) == pytest.approx(1 / 3, rel=1e-4)
    offered, kept, dropped = (float(observed(plan, f"shop.{x}")) for x in ("offered", "served", "dropped"))
    assert offered == pytest.approx(kept + dropped)


def test_a_small_region_has_a_quarter_of_the_rate(tmp_path: Path) -> None:
    text = "capplan: 1\nname: T\nregion: eu-south-1\nprices: {api_gateway.http.request: 0.000001 USD}\n"
    found = scenario(f"{text}{TRAFFIC}apis: {{shop: {{type: http, triggers: shoppers}}}}\n", tmp_path, "")
    limit = next(x for x in capplan.plan(found).limits if x.check.limit == "api_gateway.request_rate")
    assert limit.check.quota == 2500


def test_triggers_of_functions_and_apis_share_the_rate(tmp_path: Path) -> None:
    functions = FUNCTIONS.replace("auth: {", "auth: {triggers: {traffic: shoppers, via: api-gateway-rest}, ")
    plan = planned("{type: http, triggers: shoppers}", tmp_path, functions)
    limit = limit_of(plan, "api_gateway.request_rate")
    assert limit.check.load == 200


def test_apis_share_what_the_account_lets_through(tmp_path: Path) -> None:
    traffic = "traffic: {shoppers: {rate: 10000/s}}\n"
    two = "{type: http, triggers: shoppers}\n  other: {type: rest, triggers: {traffic: shoppers, chance: 50%}}"
    plan = planned(two, tmp_path, "", traffic)
    served = {name: float(usage(plan, name)["requests"]) / MONTH_SECONDS for name in ("shop", "other")}
    # 10,000 and 5,000 want 10,000: each gets two thirds
    assert served == pytest.approx({"shop": 20_000 / 3, "other": 10_000 / 3}, rel=1e-4)


def test_an_api_is_rejected_by_its_own_throttle(tmp_path: Path) -> None:
    api = "{type: http, triggers: shoppers, throttle: {rate: 75/s, burst: 100}, routes: {GET /a: {invoke: auth}}}"
    plan = planned(api, tmp_path)
    assert float(observed(plan, "shop.rejected")) == pytest.approx(0.25, rel=1e-4)
    assert float(usage(plan, "auth")["requests"]) == pytest.approx(75 * MONTH_SECONDS, rel=1e-4)
    limit = limit_of(plan, "api_gateway.throttle")
    assert (limit.check.load, limit.check.quota, limit.breached) == (100, 75, True)
    rate = limit_of(plan, "api_gateway.request_rate")
    # 75 a second, and in the first minute the burst of 100: what is rejected asks the account for nothing
    assert float(rate.check.load) == pytest.approx(75 + 100 / 60, rel=1e-5)


@pytest.mark.parametrize(
    ("kind", "extra", "seconds"),
    [("rest", "", 29), ("http", "", 30), ("http", "timeout: 5 s, ", 5), ("rest", "timeout: 60 s, ", 60)],
)
def test_a_function_that_takes_longer_than_the_api_waits(kind: str, extra: str, seconds: int, tmp_path: Path) -> None:
    api = f"{{type: {kind}, {extra}triggers: {{traffic: shoppers, chance: 1%}}, routes: {{GET /a: {{invoke: slow}}}}}}"
    plan = planned(api, tmp_path, "functions: {slow: {duration: 61 s, timeout: 2 min}}\n")
    limit = limit_of(plan, "lambda.integration_timeout")
    assert (limit.check.resource, limit.check.load, limit.check.quota, limit.breached) == ("slow", 61, seconds, True)
    assert observed(plan, f"slow.integration_timeout.api-gateway-{kind}.load") == 61
    assert float(usage(plan, "slow")["requests"]) == pytest.approx(float(MONTH) / 100, rel=1e-5), (
        "it runs on, and is billed"
    )


def test_an_express_workflow_has_to_end_before_the_api_does(tmp_path: Path) -> None:
    (tmp_path / "pay.json").write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 31, "End": true}}}'
    )
    machines = "state_machines: {pay: {type: express, definition: pay.json}}\n"
    for request, waits in (("start: pay", True), ("start: pay, async: true", False)):
        api = f"{{type: rest, triggers: shoppers, routes: {{POST /a: {{{request}}}}}}}"
        plan = planned(api, tmp_path, machines)
        found: list[object] = [
            (x.check.load, x.check.quota) for x in plan.limits if x.check.limit == "stepfunctions.integration_timeout"
        ]
        assert found == ([(31, 29)] if waits else [])


def test_a_workflow_waits_for_what_is_behind_an_api(tmp_path: Path) -> None:
    (tmp_path / "ask.json").write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::apigateway:invoke",'
        ' "Parameters": {"ApiEndpoint": "x.execute-api.us-east-1.amazonaws.com", "Method": "GET"}, "End": true}}}'
    )
    machines = """
state_machines:
  ask: {type: express, definition: ask.json, triggers: shoppers, states: {A: {call: shop}}}
"""
    api = "{type: http, routes: {GET /a: {share: 60%, invoke: place-order}, GET /b: {backend: 200 ms}}}"
    plan = planned(api, tmp_path, FUNCTIONS + machines)
    assert observed(plan, "ask.duration") == 60 * 80 // 100 + 40 * 200 // 100, "60% of 80 ms and 40% of 200 ms"
    assert quantity(plan, "shop.requests") == MONTH


@pytest.mark.parametrize(
    ("api", "limit", "load", "breached"),
    [
        ("{type: http, triggers: shoppers, request: 11 MB}", "api_gateway.payload", 11 * 1024**2, True),
        ("{type: rest, triggers: shoppers, response: 10 MB}", "api_gateway.payload", 10 * 1024**2, False),
        (
            "{type: rest, triggers: shoppers, response: 2 MB, cache: {size: 0.5 GB, hit_rate: 10%}, routes: {GET /a: {}}}",
            "api_gateway.cached_response", 2 * 1024**2, True,
        ),
        (
            "{type: websocket, triggers: shoppers, response: 129 KB, connections: {duration: 1 min}}",
            "api_gateway.message", 129 * 1024, True,
        ),
        (
            "{type: websocket, triggers: {traffic: shoppers, chance: 1%}, connections: {duration: 3 h}}",
            "api_gateway.connection_duration", 10_800, True,
        ),
        (
            "{type: http, triggers: shoppers, routes: {GET /a: {backend: 31 s}}}",
            "api_gateway.integration_timeout", 31, True,
        ),
    ],
)  # fmt: skip
def test_sizes_and_times_are_compared_with_the_quotas(
    api: str, limit: str, load: int, breached: object, tmp_path: Path
) -> None:
    found = limit_of(planned(api, tmp_path), limit)
    assert (found.check.load, found.breached) == (load, breached)


# --- what does not go together ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("api", "said"),
    [
        ("{type: http, routes: {GET /a: {share: 70%}, GET /b: {share: 40%}}}", "add up to 110%"),
        ("{type: http, routes: {GET /a: {get: baskets}}}", "an HTTP API cannot 'get' without a function between"),
        ("{type: http, cache: {size: 0.5 GB}}", "'cache' is for REST APIs only"),
        ("{type: rest, cache: {size: 0.7 GB}}", "there is no cache of this size"),
        ("{type: http, endpoint: private}", "only a REST API can be private"),
        ("{type: http, timeout: 31 s}", "this API waits for 30 s at most"),
        ("{type: rest, endpoint: edge, timeout: 40 s}", "this API waits for 29 s at most"),
        ("{type: websocket}", "a WebSocket API needs `connections`"),
        ("{type: http, connections: {duration: 1 min}}", "only a WebSocket API has connections"),
        ("{type: http, routes: {GET /a: {invok: auth}}}", "unknown key 'invok'"),
        ("{type: http, routes: {GET /a: {invoke: nobody}}}", "there is no function 'nobody'"),
        ("{type: http, authorizer: {get: baskets}}", "an authorizer is a function"),
        ("{type: http, routes: {GET /a: {invoke: auth, get: baskets}}}", "a line holds one request"),
    ],
)
def test_what_does_not_go_together_is_told(api: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        loaded(api, tmp_path)
    assert said in str(error.value)


# --- advice -------------------------------------------------------------------------------------------------------------


def advice(api: str, tmp_path: Path) -> dict[str, Any]:
    plan = capplan.plan(loaded(api, tmp_path))
    return {f.rule: f for f in plan.findings if f.rule.startswith("api_gateway.")}


def test_a_rest_api_that_needs_nothing_of_it_may_be_an_http_api(tmp_path: Path) -> None:
    found = advice("{type: rest, triggers: shoppers, routes: {GET /a: {invoke: auth}}}", tmp_path)
    # 262.8 M at 3.50 and at 1.00
    assert found["api_gateway.http-api"].monthly_saving == Decimal("657.00")
    assert found["api_gateway.http-api"].group == "changes_behavior"


@pytest.mark.parametrize(
    "api",
    [
        "{type: rest, triggers: shoppers, needs: api keys, routes: {GET /a: {invoke: auth}}}",
        "{type: rest, triggers: shoppers, endpoint: private, routes: {GET /a: {invoke: auth}}}",
        "{type: rest, triggers: shoppers, routes: {GET /a: {get: baskets}}}",  # an HTTP API reaches no table
        "{type: http, triggers: shoppers, routes: {GET /a: {invoke: auth}}}",
    ],
)
def test_what_uses_a_rest_api_keeps_it(api: str, tmp_path: Path) -> None:
    assert "api_gateway.http-api" not in advice(api, tmp_path)


def test_a_cache_is_removed_where_it_costs_more_than_it_saves(tmp_path: Path) -> None:
    cheap = "{type: rest, triggers: {traffic: shoppers, chance: 0.1%}, cache: {size: 0.5 GB, hit_rate: 50%}, routes: {GET /a: {invoke: auth}}}"
    assert "api_gateway.cache-idle" in advice(cheap, tmp_path)
    dear = cheap.replace("chance: 0.1%", "times: 10")
    assert "api_gateway.cache-idle" not in advice(dear, tmp_path)


def test_a_cache_is_advised_where_the_scenario_knows_what_it_would_answer(tmp_path: Path) -> None:
    api = "{type: rest, triggers: shoppers, routes: {GET /a: {invoke: list-products, hit_rate: 80%}}}"
    found = advice(api, tmp_path)["api_gateway.cache"]
    with_cache = api.replace("routes", "cache: {size: 0.5 GB}, routes")
    before, after = (capplan.plan(loaded(text, tmp_path)).monthly_cost for text in (api, with_cache))
    assert found.monthly_saving == before - after > 0
    assert "api_gateway.cache" not in advice(api.replace("hit_rate: 80%", "times: 2"), tmp_path)


def test_a_throttle_that_rejects_is_raised(tmp_path: Path) -> None:
    found = advice("{type: http, triggers: shoppers, throttle: {rate: 80/s, burst: 40}}", tmp_path)[
        "api_gateway.throttle"
    ]
    # 40 / (100 - 80) = 2 s
    assert "used up after 2 s, and then 80% pass" in found.message
    assert found.change[0].new == {"rate": "120/s", "burst": 60}
    assert "api_gateway.throttle" not in advice(
        "{type: http, triggers: shoppers, throttle: {rate: 100/s, burst: 1}}", tmp_path
    )
