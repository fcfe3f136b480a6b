"""What a network's gateways, endpoints and addresses cost, and when an endpoint pays."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import capplan
from capplan.errors import CapplanError
from capplan.pipeline.results import Plan
from capplan.units import MONTH_SECONDS
from tests.helpers import scenario

GB = 1024**3


def planned(network: str, tmp_path: Path, calls: str = "", rate: str = "10/s", *, findings: bool = False) -> Plan:
    text = f"account: {{quotas: {{lambda.concurrency: 100k}}}}\nnetworks: {{main: {network}}}\n"
    if calls:
        text += f"traffic: {{t: {{rate: {rate}}}}}\nfunctions: {{f: {{triggers: t, duration: 2 s, timeout: 10 s, calls: {calls}}}}}\n"
    return capplan.plan(scenario(text, tmp_path), findings=findings)


def of_network(plan: Plan) -> dict[str, tuple[Fraction, Decimal]]:
    return {x.charge_id: (Fraction(x.consumed_quantity), x.list_cost) for x in plan.lines if x.resource == "main"}


def limit_of(plan: Plan, limit: str) -> Any:  # noqa: ANN401  its numbers are compared with whole ones
    return next(x for x in plan.limits if x.check.limit == limit)


@pytest.mark.parametrize(
    ("network", "usd"),
    [
        # 730 h at 0.045, 100 GB at 0.045, and the gateway's public address, 730 h at 0.005
        ("{nat_gateways: 1, nat_data: {s3: 100 GB}}", "41.00"),
        ("{public_addresses: 20}", "73.00"),  # 20 × 730 × 0.005
        # 2 zones × 730 × 0.01, 417.142857 GB at 0.01
        ("{interface_endpoints: {sqs: {zones: 2, data: 417.142857 GB}}}", "18.77"),
        ("{interface_endpoints: {sqs: {}, kms: {zones: 3}}}", "36.50"),  # (2 + 3) × 730 × 0.01
        ("{gateway_endpoints: [s3, dynamodb]}", "0.00"),
    ],
)
def test_what_is_there_is_billed_by_the_hour_and_by_gb(network: str, usd: str, tmp_path: Path) -> None:
    cost = sum((cost for _, cost in of_network(planned(network, tmp_path)).values()), Decimal(0))
    assert cost.quantize(Decimal("0.01")) == Decimal(usd)


def test_calls_pass_the_gateway_or_the_endpoint_that_is_there(tmp_path: Path) -> None:
    kinds = (
        "payload: 40 KB",
        "payload: 8 KB, service: kms",
        "payload: 4 KB, service: sqs",
        "payload: 4 KB, service: s3",
    )
    calls = f"[{', '.join(f'{{connect: main, {kind}}}' for kind in kinds)}]"
    network = "{nat_gateways: 1, interface_endpoints: {kms: {}}, gateway_endpoints: s3}"
    found = of_network(planned(network, tmp_path, calls))
    month = 10 * MONTH_SECONDS
    assert found["main.nat_gb_of_calls"][0] == pytest.approx(Fraction(month * 44 * 1024, GB), rel=1e-12)
    assert found["main.kms_gb_of_calls"][0] == pytest.approx(Fraction(month * 8 * 1024, GB), rel=1e-12)
    assert not any("s3" in name for name in found), "a gateway endpoint is free"


def test_connections_to_one_destination_are_bounded(tmp_path: Path) -> None:
    # 30,000/s open for 2 s: 60,000 at once; one address allows 55,000
    plan = planned("{nat_gateways: 1}", tmp_path, "[{connect: main, payload: 1 KB}]", "30k/s")
    limit = limit_of(plan, "vpc.nat_connections")
    assert (limit.check.load, limit.check.quota, limit.breached) == (60_000, 55_000, True)
    more = planned("{nat_gateways: 2, nat_addresses: 2, destinations: 3}", tmp_path, "[{connect: main, payload: 1 KB}]")
    assert next(x for x in more.limits if x.check.limit == "vpc.nat_connections").check.quota == 55_000 * 12


def test_a_gateway_passes_100_gbps(tmp_path: Path) -> None:
    # 1,000/s of 20 MB: 20,971,520,000 bytes a second; a gateway passes 12.5 billion
    plan = planned("{nat_gateways: 1}", tmp_path, "[{connect: main, payload: 20 MB}]", "1k/s")
    limit = limit_of(plan, "vpc.nat_bandwidth")
    assert float(limit.check.load) == pytest.approx(1000 * 20 * 1024**2, rel=1e-5)
    assert (limit.check.quota, limit.breached) == (12_500_000_000, True)


def advice(network: str, tmp_path: Path, calls: str = "") -> dict[str, Any]:
    return {f.rule: f for f in planned(network, tmp_path, calls, findings=True).findings if f.rule.startswith("vpc.")}


@pytest.mark.parametrize(
    ("gb", "pays"),
    # 2 × 730 × 0.01 / (0.045 - 0.01) = 417.14 GB; an advice saves a dollar at least, 28.6 GB more
    [(400, False), (417, False), (450, True)],
)
def test_an_interface_endpoint_is_advised_above_its_break_even(gb: int, pays: object, tmp_path: Path) -> None:
    found = advice(f"{{nat_gateways: 1, nat_data: {{sqs: {gb} GB}}}}", tmp_path)
    assert ("vpc.interface-endpoint" in found) is pays
    if pays:  # (450 - 417.142857) × 0.035
        assert found["vpc.interface-endpoint"].monthly_saving.quantize(Decimal("0.01")) == Decimal("1.15")


def test_a_gateway_endpoint_takes_what_goes_to_s3_for_nothing(tmp_path: Path) -> None:
    found = advice("{nat_gateways: 1, nat_data: {s3: 200 GB}}", tmp_path)
    assert found["vpc.gateway-endpoint"].monthly_saving == Decimal("9.00")  # 200 × 0.045


def test_what_calls_send_counts_for_an_endpoint_too(tmp_path: Path) -> None:
    # 10/s × 40 KB: 1,002.5 GB a month; (1,002.5 - 417.14) × 0.035 = 20.49
    found = advice("{nat_gateways: 1}", tmp_path, "[{connect: main, payload: 40 KB, service: sqs}]")
    assert found["vpc.interface-endpoint"].monthly_saving.quantize(Decimal("0.01")) == Decimal("20.49")


@pytest.mark.parametrize(
    ("network", "calls", "said"),
    [
        ("{nat_data: 100 GB}", "", "this network has no NAT gateway"),
        ("{gateway_endpoints: [sqs]}", "", "there is no gateway endpoint for 'sqs'"),
        ("{}", "[{connect: main, payload: 1 KB}]", "this network has no NAT gateway"),
        ("{}", "[{connect: main, payload: 1 KB, service: sqs}]", "no endpoint of sqs"),
        ("{nat_gateways: 1, nat_addresses: 9}", "", "too large"),
        ("{nat_gateways: 1}", "[{connect: man}]", "there is no network 'man'"),
    ],
)
def test_what_does_not_go_together_is_told(network: str, calls: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        planned(network, tmp_path, calls)
    assert said in str(error.value)


def test_what_leaves_through_a_gateway_is_transfer_too(tmp_path: Path) -> None:
    calls = "[{connect: main, payload: 64 KB}, {connect: main, payload: 8 KB, service: sqs}]"
    plan = planned("{nat_gateways: 1, nat_data: {internet: 100 GB, sqs: 50 GB}, outbound: 25%}", tmp_path, calls)
    transfer = {x.charge_id: Fraction(x.consumed_quantity) for x in plan.lines if x.service == "data_transfer"}
    assert transfer["main-internet.data_gb"] == 25
    assert float(transfer["internet.gb"]) == pytest.approx(10 * MONTH_SECONDS * 16 / 1024**2)
