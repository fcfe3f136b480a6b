"""Plans and compared modes made by hand, for what shows them. Nothing here is planned."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from capplan.model import Assumption, Excluded, LimitCheck
from capplan.pipeline.results import (
    Combined,
    ComparedTable,
    Finding,
    FindingChange,
    ModeOption,
    Modes,
    Plan,
    PlannedLimit,
    PlannedResource,
    Prices,
    Recommendation,
    TrafficSourceCost,
    Verdict,
    WeighedAssumption,
)
from capplan.pricing.rating import LineItem
from capplan.record import replace

D = Decimal
PRICES = Prices("ab" * 32, date(2026, 9, 11), date(2026, 9, 18), ("verified",), ())


def line(name: str, quantity: str, unit: str, price: str, cost: str, service: str = "dynamodb") -> LineItem:
    """A line item; its resource is all of the name but the last word."""
    return LineItem(
        id=name,
        charge_id=name,
        resource=name.rpartition(".")[0],
        service=service,
        price_key=f"{service}.{unit}",
        sku="FGXVD96DKJMUASY3",
        description=f"so many {unit}",
        consumed_quantity=D(quantity),
        consumed_unit=unit,
        pricing_quantity=D(quantity),
        pricing_unit=unit,
        list_unit_price=D(price),
        list_cost=D(cost),
        contracted_cost=D(cost),
        charge_frequency="usage_based",
        price_source="AWS price list",
        price_effective=None,
        price_confidence="verified",
        price_checked=date(2026, 9, 18),
        stale=False,
    )


def resource(name: str, cost: str, service: str = "dynamodb", kind: str = "dynamodb.table") -> PlannedResource:
    """A resource without tags."""
    return PlannedResource(name, kind, D(cost), {"requests": 5}, name, f"tables.{name}", service, {}, 4)


LINES = (
    line("orders.writes", "641320427", "WRU", "0.000000625", "400.8252668750"),
    line("orders.storage", "72.3898", "GB-month", "0.25", "18.09745"),
    line("orders.reads", "8", "RRU", "0.000000125", "0.000001"),
    line("charge.requests", "3170400", "requests", "0.0000002", "0.63408", "lambda"),
)
RESOURCES = (resource("orders", "418.9227178750"), resource("charge", "0.63408", "lambda", "lambda.function"))
LIMIT = PlannedLimit(
    LimitCheck("orders", "dynamodb.partition.write", D(489), D(1000), "WRU/s"),
    D("0.511"),
    False,
    "day 12 10:00",
    D("2.0"),
)
FULL = PlannedLimit(
    LimitCheck("account", "lambda.concurrency", D(1200), D(1000), "executions"),
    D("-0.2"),
    True,
    "day 6 20:00",
    D("0.8"),
)
SAVING = Finding(
    "dynamodb.table-class",
    "orders",
    "saving",
    "orders is stored more than it is used.",
    D("12.5"),
    (FindingChange("tables.orders.class", None, "standard-ia"),),
    "requests cost more",
)
RISK = replace(
    SAVING, rule="dynamodb.hot-index-key", severity="risk", monthly_saving=None, message="One key is hot.", gives_up=""
)


def recommended(*findings: Finding) -> tuple[Recommendation, ...]:
    """A recommendation for each finding."""
    return tuple(
        Recommendation(
            number=number,
            group="risk" if finding.severity == "risk" else "saving",
            rule=finding.rule,
            resources=(finding.resource,),
            action=f"Change {finding.resource}",
            message=finding.message,
            monthly_saving=finding.monthly_saving,
            share_of_bill=None,
            effort="low",
            urgency="possible",
            gives_up=finding.gives_up,
            changes_behavior="",
            undo="",
            change=finding.change,
        )
        for number, finding in enumerate(findings, 1)
    )


PLAN = Plan(
    version="0.1.0",
    name="Web shop",
    region="us-east-1",
    file="shop.yaml",
    sha256="cd" * 32,
    seed=0,
    prices=PRICES,
    monthly_cost=D("419.5567978750"),
    yearly_cost=D("5034.6815745000"),
    one_time_cost=D(0),
    list_cost=D("419.5567978750"),
    discount=D(0),
    free_tier=False,
    free_tier_saves=D("11.88"),
    fixed_cost=D("18.09745"),
    cost_by_service={"dynamodb": D("418.9227178750"), "lambda": D("0.63408"), "stepfunctions": D(0), "glue": D(0)},
    cost_by_tag={},
    resources=RESOURCES,
    lines=LINES,
    traffic_sources=(TrafficSourceCost("shoppers", "shoppers", Fraction(158520000), D("401.46"), D("0.0025325")),),
    limits=(FULL, LIMIT),
    findings=(SAVING, RISK),
    recommendations=recommended(RISK, SAVING),
    combined=Combined(D("407.06"), D("12.5"), (2,)),
    rules_looked=14,
    assumptions=(
        WeighedAssumption(
            Assumption("tables.orders.items", "40M", "as many expire as are put", "workload"), D("70.351")
        ),
        WeighedAssumption(Assumption("tables.orders.class", "standard", "a new table's class", "aws_default")),
    ),
    excluded=(Excluded("data transfer", "no room yet"),),
    gates=(
        Verdict(
            "cost.monthly <= 400 USD", 8, 5, "deny", D("419.5567978750"), "<=", D(400), "USD", D("-0.0489"), "fail"
        ),
        Verdict("orders.headroom > 30%", 9, 12, "warn", D("0.511"), ">", D("0.3"), "%", D("0.7033"), "pass"),
    ),
)


def one_resource() -> Plan:
    """The smallest plan: one resource, one line, nothing written."""
    only = line("orders.writes", "1000000", "WRU", "0.000000625", "0.625")
    return replace(
        PLAN,
        monthly_cost=D("0.625"),
        yearly_cost=D("7.5"),
        list_cost=D("0.625"),
        fixed_cost=D(0),
        cost_by_service={"dynamodb": D("0.625")},
        resources=(resource("orders", "0.625"),),
        lines=(only,),
        traffic_sources=(),
        limits=(),
        findings=(),
        recommendations=(),
        combined=None,
        assumptions=(),
        gates=(),
        free_tier_saves=None,
    )


def forty_resources() -> Plan:
    """Forty tables of one line each, the first the dearest."""
    costs = [D(100) / (n + 1) ** 2 for n in range(40)]
    cents = [c.quantize(D("0.0000000001")) for c in costs]
    names = [f"table-{n:02d}" for n in range(40)]
    total = sum(cents, D(0))
    return replace(
        one_resource(),
        monthly_cost=total,
        yearly_cost=total * 12,
        list_cost=total,
        cost_by_service={"dynamodb": total},
        resources=tuple(resource(n, f"{c:f}") for n, c in zip(names, cents, strict=True)),
        lines=tuple(line(f"{n}.reads", "7", "RRU", "1", f"{c:f}") for n, c in zip(names, cents, strict=True)),
    )


def option(name: str, cost: str | None, throttled: str | None, reason: str = "") -> ModeOption:
    """One mode of the table orders."""
    return ModeOption(
        id=name,
        mode="on_demand" if name.startswith("on-demand") else "provisioned",
        table_class="standard",
        settings={},
        commitment=None,
        monthly_cost=D(cost) if cost else None,
        throttled_share=D(throttled) if throttled else None,
        pareto=True,
        reason=reason,
        change=(FindingChange("tables.orders.capacity", None, {"mode": "provisioned", "write": D(200)}),),
    )


MODES = Modes(
    "Web shop",
    "us-east-1",
    "shop.yaml",
    "cd" * 32,
    PRICES,
    (
        ComparedTable(
            "orders", None, "on-demand", D("0.288889"), D("0.288889"), None, D("0.126"), "auto-scaled-70",
            (
                option("on-demand", "539.42", "0"),
                option("auto-scaled-70", "274.26", "0.0038", "a sudden rise throttles until scaling follows"),
                option("on-demand/standard-ia", None, None, "no price for dynamodb.on_demand.write_request_unit.ia"),
            ),
        ),
    ),
    ("reserved capacity",),
)  # fmt: skip
