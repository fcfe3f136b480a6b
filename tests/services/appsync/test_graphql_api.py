"""What a GraphQL API and an Event API meter, pass on and are allowed: each figure from the scenario's own numbers."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import capplan
from capplan.errors import CapplanError
from capplan.pipeline.results import Plan
from capplan.services.appsync.metering import max_requests_per_s, tokens
from capplan.units import MONTH_SECONDS
from tests.helpers import scenario

TRAFFIC = "traffic: {shoppers: {rate: 100/s}}\n"
REST = """\
functions:
  place-order: {duration: 80 ms, timeout: 10 s}
tables:
  products: {item_size: 4 KB, items: 1k}
  orders: {item_size: 1 KB, items: 1k}
"""
MONTH = 100 * MONTH_SECONDS
OPERATIONS = """operations:
      listProducts: {share: 60%, query: products, items: 20}
      getOrder: {share: 30%, calls: [{get: orders}, {get: products, times: 5}]}
      placeOrder: {share: 10%, type: mutation, invoke: place-order, subscribers: 3, update: 6 KB}"""


def planned(api: str, tmp_path: Path, traffic: str = TRAFFIC, section: str = "graphql_apis") -> Plan:
    return capplan.plan(scenario(f"{traffic}{section}:\n  shop:\n    {api}\n{REST}", tmp_path), findings=False)


def quantity(plan: Plan, charge: str) -> Fraction:
    return sum((Fraction(x.consumed_quantity) for x in plan.lines if x.charge_id == charge), Fraction(0))


def usage(plan: Plan, name: str) -> Mapping[str, Decimal | int]:
    return next(r for r in plan.resources if r.name == name).usage


def observed(plan: Plan, metric: str) -> Decimal:
    value = next(x.value for x in plan.observed if x.name == metric)
    assert value is not None
    return value


def limit_of(plan: Plan, limit: str) -> Any:  # noqa: ANN401  its numbers are compared with whole ones
    return next(x for x in plan.limits if x.check.limit == limit)


def test_operations_pass_their_resolvers_on(tmp_path: Path) -> None:
    plan = planned(f"triggers: shoppers\n    {OPERATIONS}", tmp_path)
    assert quantity(plan, "shop.operations") == MONTH
    assert Fraction(usage(plan, "place-order")["requests"]) == MONTH / 10
    # a query of 20 × 4 KB: 80 KB / 4 / 2 = 10 RRU; five gets of 4 KB: 2.5 RRU
    assert Fraction(usage(plan, "products")["read_request_units"]) == MONTH * (
        Fraction(6, 10) * 10 + Fraction(3, 10) * Fraction(5, 2)
    )
    assert Fraction(usage(plan, "orders")["read_request_units"]) == MONTH * Fraction(3, 10) / 2


def test_a_cache_answers_queries_and_is_not_priced(tmp_path: Path) -> None:
    api = f"triggers: shoppers\n    cache: {{size: small, hit_rate: 50%}}\n    {OPERATIONS}"
    plan = planned(api, tmp_path)
    assert quantity(plan, "shop.operations") == MONTH, "an answer from the cache is an operation too"
    assert Fraction(usage(plan, "orders")["read_request_units"]) == MONTH * Fraction(3, 10) / 4
    assert Fraction(usage(plan, "place-order")["requests"]) == MONTH / 10, "a mutation is made"
    assert [(x.what, x.monthly_cost_about) for x in plan.not_included if "AppSync" in x.what] == [
        ("AppSync cache (small)", None)
    ]


def test_updates_are_sent_to_each_subscriber_in_steps_of_5_kb(tmp_path: Path) -> None:
    plan = planned(f"triggers: shoppers\n    {OPERATIONS}", tmp_path)
    assert quantity(plan, "shop.updates") == MONTH / 10 * 3 * 2, "6 KB are two"


def test_the_pricing_pages_chat(tmp_path: Path) -> None:
    """2,500 users send and receive 1,000 messages of 1 KB each and are connected for 1,500 minutes: 10.00 + 5.00 + 0.30.

    AWS AppSync pricing page, example; what opens the connections is not in it: 2,500 × 2 updates, 0.01.
    """
    traffic = "traffic: {messages: {rate: 2.5M/month}}\n"
    api = """triggers: messages
    operations: {send: {type: mutation, subscribers: 1, update: 1 KB}}
    connections: {duration: 1500 min, operations: 1000}"""
    plan = planned(api, tmp_path, traffic)
    costs = {x.charge_id: x.list_cost for x in plan.lines}
    assert costs["shop.operations"] == Decimal("10.00")
    assert costs["shop.connection_minutes"] == Decimal("0.30")
    assert costs["shop.updates"] == Decimal("5.00") + Decimal("0.01")


@pytest.mark.parametrize(
    ("kb_seconds", "each"), [(None, 1), (1, 1), (1500, 1), (1501, 2), (3000, 2), (3350, 3), (Decimal("1500.1"), 2)]
)
def test_a_token_for_each_started_1500_kb_seconds(kb_seconds: Decimal | int | None, each: int) -> None:
    assert tokens(kb_seconds) == each
    assert max_requests_per_s(each, 10_000) == Fraction(10_000, each)


def test_request_tokens_bound_the_account(tmp_path: Path) -> None:
    traffic = "account: {quotas: {lambda.concurrency: 100k}}\ntraffic: {shoppers: {rate: 6000/s}}\n"
    api = "{triggers: shoppers, operations: {place: {type: mutation, kb_seconds: 3000, invoke: place-order}}}"
    plan = planned(api, tmp_path, traffic)
    limit = limit_of(plan, "appsync.request_tokens")
    assert (limit.check.load, limit.check.quota, limit.breached) == (12_000, 10_000, True)
    # two tokens each: 5,000 of 6,000 a second
    assert float(observed(plan, "shop.rejected")) == pytest.approx(1 / 6, rel=1e-5)
    assert float(usage(plan, "place-order")["requests"]) == pytest.approx(5000 * MONTH_SECONDS, rel=1e-5)
    assert next(x.limit for x in plan.observed if x.name == "shop.requests.peak") == 5000


def test_a_resolver_has_30_seconds(tmp_path: Path) -> None:
    text = f"{TRAFFIC}graphql_apis: {{shop: {{triggers: {{traffic: shoppers, chance: 1%}}, operations: {{a: {{invoke: slow}}}}}}}}\n"
    plan = capplan.plan(
        scenario(text + "functions: {slow: {duration: 31 s, timeout: 1 min, response: 6 MB}}\n", tmp_path)
    )
    checks: Mapping[str, object] = {
        x.check.limit: (x.check.load, x.check.quota) for x in plan.limits if x.check.resource == "slow"
    }
    assert checks["lambda.integration_timeout"] == (31, 30)
    assert checks["lambda.response.appsync"] == (6 * 1024**2, 5 * 1024**2)


@pytest.mark.parametrize(
    ("api", "said"),
    [
        ("{operations: {a: {share: 70%}, b: {share: 40%}}}", "add up to 110%"),
        ("{operations: {a: {subscribers: 3}}}", "a query sends no updates"),
        ("{operations: {a: {type: mutation, hit_rate: 30%}}}", "a mutation is not answered from a cache"),
        ("{operations: {a: {quer: products}}}", "unknown key 'quer'"),
        ("{operations: {a: {query: product}}}", "there is no table 'product'"),
    ],
)
def test_what_does_not_go_together_is_told(api: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        planned(api, tmp_path)
    assert said in str(error.value)


# --- Event APIs ---------------------------------------------------------------------------------------------------------


def test_an_event_api_meters_what_it_takes_delivers_and_runs(tmp_path: Path) -> None:
    api = """triggers: shoppers
    events: 2
    event: 6 KB
    subscribers: 20
    on_publish: {invoke: place-order}
    connections: {duration: 10 min, publishes: 50, subscriptions: 3}"""
    plan = planned(api, tmp_path, section="event_apis")
    inbound = 2 * 2  # two events of two steps
    opened = Fraction(1, 50)
    each = inbound + inbound * 20 + 1 + opened * (1 + 3)  # in, out, the handler, connections and subscriptions
    assert quantity(plan, "shop.operations") == MONTH * each
    assert quantity(plan, "shop.connection_minutes") == MONTH * opened * 10
    assert Fraction(usage(plan, "place-order")["requests"]) == MONTH
    tokens_asked = limit_of(plan, "appsync.event_request_tokens")
    assert (tokens_asked.check.load, tokens_asked.check.quota) == (400, 2000)


def test_a_handler_of_subscriptions_runs_once_for_each(tmp_path: Path) -> None:
    api = """triggers: shoppers
    on_subscribe: {invoke: place-order}
    connections: {duration: 10 min, publishes: 50, subscriptions: 3}"""
    plan = planned(api, tmp_path, section="event_apis")
    assert Fraction(usage(plan, "place-order")["requests"]) == MONTH * Fraction(3, 50)
    # one event, a connection in fifty with three subscriptions and three runs of the handler
    assert quantity(plan, "shop.operations") == MONTH * (1 + Fraction(1 + 3 + 3, 50))
