"""Requests that are written inside a resource's keys are read as those of `calls` are."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from capplan.language.scenario import Resource
from tests.helpers import scenario

REST = """\
traffic: {t: {rate: 1/s}}
functions: {f: {duration: 5 ms}}
tables: {a: {item_size: 1 KB, items: 1k}, b: {item_size: 1 KB, items: 1k}}
"""


def api(routes: str, tmp_path: Path) -> Resource:
    found = scenario(f"{REST}apis: {{x: {{type: rest, triggers: t, routes: {routes}}}}}\n", tmp_path)
    return found.resources["apis.x"]


def test_an_item_holds_one_request_or_a_list_of_them(tmp_path: Path) -> None:
    routes = "{one: {share: 50%, get: a, times: 2}, many: {share: 50%, calls: [{query: a, items: 3}, {put: b}]}}"
    calls = api(routes, tmp_path).calls
    assert [(c.to, c.access.op, c.times) for c in calls] == [
        ("tables.a", "get", Fraction(1)),  # 50% × 2
        ("tables.a", "query", Fraction(1, 2)),
        ("tables.b", "put", Fraction(1, 2)),
    ]


def test_a_transaction_is_one_line_and_each_member_a_call(tmp_path: Path) -> None:
    calls = api("{w: {calls: [{transact-write: [{put: a}, {update: b}]}]}}", tmp_path).calls
    assert [(c.to, c.access.transactional) for c in calls] == [("tables.a", True), ("tables.b", True)]
    assert {c.line.place for c in calls if c.line is not None} == {"apis.x.routes.w.calls.0"}


@pytest.mark.parametrize(
    "routes",
    [
        "{GET /v1.0: {calls: [{get: a}]}}",  # a dotted path cannot name this line
        "{GET /a: {get: a}}",  # the line is the route's: replacing it would lose its share
    ],
)
def test_a_line_that_no_change_can_name_has_none(routes: str, tmp_path: Path) -> None:
    (call,) = api(routes, tmp_path).calls
    assert call.line is None


def test_what_an_api_requests_says_so(tmp_path: Path) -> None:
    (call,) = api("{GET /a: {invoke: f, timeout: 5 s}}", tmp_path).calls
    assert (call.access.via, call.access.timeout_ms) == ("api-gateway-rest", Decimal(5000))


def test_defaults_may_hold_routes(tmp_path: Path) -> None:
    text = (
        f"{REST}defaults: {{apis: {{routes: {{GET /a: {{invoke: f}}}}}}}}\napis: {{x: {{type: http, triggers: t}}}}\n"
    )
    calls = scenario(text, tmp_path).resources["apis.x"].calls
    assert [(c.to, c.times) for c in calls] == [("functions.f", Fraction(1))]
