"""What a bill comes to: AWS's worked examples, thresholds, allowances, and the books that must balance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.model import Charge
from capplan.pricing.catalogue import Catalogue, Price, Tier, load_prices
from capplan.pricing.rating import LineItem, Rated, is_in_first_tier, list_cost, rate, slices, steps_of, touched
from capplan.quantities.rounding import to_quantity
from tests.reference.rating import graduated_usd

NONE = Decimal(0)
WRITES = "dynamodb.on_demand.write_request_unit.standard"
ARM, X86 = "lambda.duration.arm64", "lambda.duration.x86_64"
TRANSITIONS = "stepfunctions.standard.state_transition"
EXPRESS = "stepfunctions.express.duration"


def charge(id_: str, price: str, quantity: object) -> Charge:
    return Charge(id_, price, "the sum in words", Fraction(str(quantity)), "unit")


def rated(
    charges: list[Charge], *, free: bool = False, discount: Decimal = NONE, prices: Mapping[str, Decimal] | None = None
) -> Rated:
    return rate(charges, load_prices("us-east-1", prices or {}), free_tier=free, discount=discount, today=None)


def total(found: Rated) -> Decimal:
    assert not found.missing
    return sum((line.contracted_cost for line in found.lines), NONE)


@dataclass(frozen=True)
class Shelf:
    """A catalogue of made-up prices."""

    prices: Mapping[str, Price] = field(default_factory=dict)
    region: str = "us-east-1"

    def of(self, _: str) -> "Shelf":
        """One Region only."""
        return self

    def price(self, key: str) -> Price | None:
        """As a catalogue does."""
        return self.prices.get(key)


def shelf(key: str, tiers: Sequence[tuple[str, str | None]], free: str = "0") -> Catalogue:
    known = tuple(Tier(Decimal(b), None if p is None else Decimal(p), "verified") for b, p in tiers)
    price = Price(key, known, Decimal(free), "u", None, date(2026, 9, 1), "list", "verified", None)
    return cast("Catalogue", Shelf({key: price}))


def on_shelf(charges: list[Charge], catalogue: Catalogue, *, free: bool = False) -> Rated:
    return rate(charges, catalogue, free_tier=free, discount=NONE, today=None)


# --- AWS's worked examples --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "free", "usd", "working"),
    [
        # AWS Lambda pricing page, "mobile application backend" and later examples (read 2026-09-20)
        ({"lambda.request.x86_64": 7_440_000, X86: 14_880_000}, False, "249.488496", "1.488 + 14.88M × 0.0000166667"),
        (
            {"lambda.request.x86_64": 6_000_000, X86: 6_720_000, "lambda.ephemeral_storage.x86_64": 2_520_000}, True,
            "106.411412", "5M × 0.0000002 + 6.32M × 0.0000166667 + 2.52M × 0.0000000309",
        ),
        # AWS Step Functions pricing page: 100,000 runs of 4 transitions, 4,000 free (read 2026-08-12)
        ({TRANSITIONS: 400_000}, True, "9.9", "396,000 × 0.000025"),
        # AWS Glue pricing page: 6 DPU for 15 minutes; 1M objects and 2M requests (read 2026-09-20)
        ({"glue.etl.dpu_hour.standard": "1.5"}, False, "0.66", "6 × 0.25 h × 0.44"),
        (
            {"glue.data_catalog.storage_per_100k_objects_month": 10, "glue.data_catalog.requests_per_million": 2}, True,
            "1", "1M objects are free, and 1M of the requests",
        ),
        # DynamoDB Developer Guide: provisioned capacity, 25 units an hour free
        ({"dynamodb.provisioned.wcu_hour.standard": 73_000}, True, "35.36", "(73,000 - 18,600) × 0.00065"),
        ({"dynamodb.storage.standard_gb_month": 125}, True, "25", "(125 - 25) × 0.25"),
    ],
)  # fmt: skip
def test_aws_own_examples_come_out(lines: dict[str, object], free: bool, usd: str, working: str) -> None:  # noqa: FBT001
    found = rated([charge(f"it.{i}", key, n) for i, (key, n) in enumerate(lines.items())], free=free)
    assert total(found) == Decimal(usd), working


# --- tiers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "usd", "ids"),
    [
        (0, "0", []),
        (1, "0.2", ["a.x"]),
        (10, "2", ["a.x"]),
        (11, "2.1", ["a.x.tier1", "a.x.tier2"]),
        (20, "3", ["a.x.tier1", "a.x.tier2"]),
        (21, "3.05", ["a.x.tier1", "a.x.tier2", "a.x.tier3"]),
        ("10.0000000001", "2", ["a.x.tier1", "a.x.tier2"]),
        ("10.00000000004", "2", ["a.x"]),
    ],
)
def test_each_tier_prices_only_its_own_slice(quantity: object, usd: str, ids: list[str]) -> None:
    found = on_shelf([charge("a.x", "k.p", quantity)], shelf("k.p", [("0", "0.2"), ("10", "0.1"), ("20", "0.05")]))
    assert sum((line.list_cost for line in found.lines), NONE).quantize(Decimal("1E-9")) == Decimal(usd)
    assert [line.id for line in found.lines] == ids


@pytest.mark.parametrize(
    ("key", "threshold", "below", "one_more"),
    [
        (ARM, 7_500_000_000, "100000.5", "0.0000120001"),
        (X86, 6_000_000_000, "100000.2", "0.000015"),
        (EXPRESS, 3_600_000, "60.012", "0.00000833"),
    ],
)
def test_a_threshold_itself_is_still_in_the_lower_tier(key: str, threshold: int, below: str, one_more: str) -> None:
    assert total(rated([charge("f.d", key, threshold)])) == Decimal(below)
    assert total(rated([charge("f.d", key, threshold + 1)])) == Decimal(below) + Decimal(one_more)


def test_a_tier_is_shared_in_proportion_and_the_remainder_goes_to_the_first_name() -> None:
    charges = [charge(f"{name}.x", "k.p", 5) for name in "cab"]
    found = on_shelf(charges, shelf("k.p", [("0", "1"), ("10", "0.5")]))
    first = {line.id: line.pricing_quantity for line in found.lines if line.id.endswith(".tier1")}
    third = Decimal("3.3333333333")
    assert first == {"c.x.tier1": third, "a.x.tier1": third + Decimal("1E-10"), "b.x.tier1": third}
    assert [line.charge_id for line in found.lines] == ["c.x", "c.x", "a.x", "a.x", "b.x", "b.x"], "in the order given"


def test_the_remainder_never_makes_a_quantity_negative() -> None:
    tiny = "0.0000000001"
    charges = [charge("a.x", "k.p", tiny), *(charge(f"b{i}.x", "k.p", 1) for i in range(7))]
    found = on_shelf(charges, shelf("k.p", [("0", "3"), ("1", "2"), ("2", "1")]))
    assert all(line.pricing_quantity > 0 for line in found.lines)
    assert sum(line.pricing_quantity for line in found.lines) == 7 + Decimal(tiny)


def test_what_a_remainder_took_is_not_given_again() -> None:
    """In steps of 1e-10: of 9, "a" gets 0 and, as the first name, the remainder up to its 2; its half of 10 is void."""
    charges = [charge("a.x", "k.p", "2e-10"), *(charge(f"b{i}.x", "k.p", "6e-10") for i in range(3))]
    found = on_shelf(charges, shelf("k.p", [("0", "3"), ("9e-10", "2"), ("19e-10", "1")]))
    assert [(x.id, x.pricing_quantity) for x in found.lines if x.charge_id == "a.x"] == [("a.x", Decimal("2e-10"))]
    by_tier = [sum(x.pricing_quantity for x in found.lines if x.list_unit_price == usd) for usd in (3, 2, 1)]
    assert by_tier == [Decimal("9e-10"), Decimal("10e-10"), Decimal("1e-10")]
    assert all(line.pricing_quantity > 0 for line in found.lines)


def test_an_unknown_tier_matters_only_when_it_is_reached() -> None:
    prices = shelf("k.p", [("0", "1"), ("10", None)])
    assert total(on_shelf([charge("a.x", "k.p", 10)], prices)) == 10
    (missing,) = on_shelf([charge("a.x", "k.p", 11)], prices).missing
    assert (missing.key, missing.resources, missing.beyond) == ("k.p", ("a",), Decimal(10))


@pytest.mark.parametrize(
    ("tiers", "quantity", "alone"),
    [
        ([("0", "1")], 10**18, True),  # no other tier
        ([("0", None)], 1, False),  # its price is unknown
        ([("0", "1"), ("10", "0.5")], 9, True),
        ([("0", "1"), ("10", "0.5")], 10, True),  # the tenth is the last of the first tier
        ([("0", "1"), ("10", "0.5")], "10.0000000001", False),
        ([("0", "1"), ("10", "0.5"), ("20", "0.1")], 15, False),  # in the second, not yet in the third
        ([("0", "1"), ("10", None)], 5, True),  # a later price that is unknown is not asked for
    ],
)
def test_up_to_its_threshold_a_total_is_in_the_first_tier(
    tiers: list[tuple[str, str | None]],
    quantity: object,
    alone: bool,  # noqa: FBT001
) -> None:
    price = shelf("k.p", tiers).price("k.p")
    assert price is not None
    assert is_in_first_tier(price, int(Fraction(str(quantity)) * 10**10)) is alone


# --- allowances -------------------------------------------------------------------------------------------------------


def free_of(found: Rated) -> dict[str, Decimal]:
    return {line.charge_id: line.pricing_quantity for line in found.lines if line.id.endswith(".free")}


def test_an_allowance_is_a_line_of_its_own_at_no_price() -> None:
    found = rated([charge("t.storage", "dynamodb.storage.standard_gb_month", 100)], free=True)
    shown = [(line.id, line.pricing_quantity, line.list_unit_price, line.list_cost) for line in found.lines]
    paid = ("t.storage", Decimal(75), Decimal("0.25"), Decimal("18.75"))
    assert shown == [("t.storage.free", Decimal(25), NONE, NONE), paid]


def test_what_is_all_free_has_no_other_line() -> None:
    found = rated([charge("m.transitions", TRANSITIONS, 4_000)], free=True)
    assert [line.id for line in found.lines] == ["m.transitions.free"]


def test_without_the_free_tier_everything_is_paid() -> None:
    assert total(rated([charge("t.storage", "dynamodb.storage.standard_gb_month", 100)])) == 25


def test_gb_seconds_are_free_at_the_dearest_architecture_first() -> None:
    charges = [charge("a.duration", ARM, 400_000), charge("b.duration", X86, 300_000)]
    assert free_of(rated(charges, free=True)) == {"b.duration": 300_000, "a.duration": 100_000}
    mine = {ARM: Decimal(1)}
    assert free_of(rated(charges, free=True, prices=mine)) == {"a.duration": 400_000}, "dearest by the user's price"


def test_requests_cost_the_same_on_both_and_share_their_million_in_proportion() -> None:
    charges = [charge("a.requests", "lambda.request.arm64", 3_000_000), charge("b.requests", "lambda.request.x86_64", 1_000_000)]  # fmt: skip
    assert free_of(rated(charges, free=True)) == {"a.requests": 750_000, "b.requests": 250_000}


def test_what_a_sku_has_free_of_its_own_is_not_given_again_by_the_account() -> None:
    """300,000 GB-s: 100,000 are the SKU's own, so that the account's 400,000 find 200,000."""
    found = on_shelf([charge("a.duration", ARM, 300_000)], shelf(ARM, [("0", "1")], free="100000"), free=True)
    assert free_of(found) == {"a.duration": 300_000}


def test_a_key_without_a_price_takes_of_an_allowance_what_the_others_leave() -> None:
    """Of 400,000 free GB-s x86 takes 300,000; 100,000 are left for Arm, whose price nobody knows, and enough for as many."""
    arm, x86 = shelf(ARM, [("0", None)]).price(ARM), shelf(X86, [("0", "0.5")]).price(X86)
    assert arm is not None
    assert x86 is not None
    catalogue = cast("Catalogue", Shelf({ARM: arm, X86: x86}))
    found = on_shelf([charge("a.d", ARM, 300_000), charge("b.d", X86, 300_000)], catalogue, free=True)
    assert [(line.id, line.pricing_quantity) for line in found.lines] == [("b.d.free", Decimal(300_000))]
    assert [(m.key, m.beyond) for m in found.missing] == [(ARM, NONE)]
    enough = on_shelf([charge("a.d", ARM, 100_000), charge("b.d", X86, 300_000)], catalogue, free=True)
    assert free_of(enough) == {"a.d": 100_000, "b.d": 300_000}
    assert not enough.missing, "what is free needs no price"


def test_an_allowance_comes_off_before_the_tiers() -> None:
    found = rated([charge("f.d", X86, 6_000_400_000)], free=True)
    assert [line.id for line in found.lines] == ["f.d.free", "f.d"], "6,000 million are paid, all in tier 1"
    both = rated([charge("f.d", X86, 6_000_400_001)], free=True)
    assert [line.id for line in both.lines] == ["f.d.free", "f.d.tier1", "f.d.tier2"]


def test_provisioned_duration_has_no_allowance() -> None:
    assert not free_of(rated([charge("f.d", "lambda.provisioned_duration.x86_64", 100)], free=True))


def test_keys_that_share_an_allowance_move_together() -> None:
    assert touched([ARM, WRITES]) == {ARM, X86, WRITES}
    assert touched([TRANSITIONS]) == {TRANSITIONS}


# --- lines ------------------------------------------------------------------------------------------------------------


def test_a_line_carries_its_charge_and_its_price() -> None:
    found = rate(
        [charge("orders.by-status.writes", WRITES, "123.5")],
        load_prices("us-east-1", {}), free_tier=False, discount=NONE, today=date(2026, 11, 24),
    )  # fmt: skip
    (line,) = found.lines
    assert (line.id, line.charge_id, line.resource) == ("orders.by-status.writes", "orders.by-status.writes", "orders")
    assert (line.service, line.price_key, line.sku) == ("dynamodb", WRITES, "FGXVD96DKJMUASY3")
    assert (line.consumed_quantity, line.consumed_unit) == (Decimal("123.5"), "unit")
    assert (line.pricing_quantity, line.pricing_unit) == (Decimal("123.5"), "WriteRequestUnits")
    assert (line.list_unit_price, line.list_cost) == (Decimal("0.000000625"), Decimal("0.0000771875"))
    assert (line.charge_frequency, line.price_confidence, line.stale) == ("usage_based", "verified", False)
    assert (line.price_checked, line.price_effective) == (date(2026, 9, 18), None)


def test_a_resource_may_be_told_where_its_name_is_not_the_first_word() -> None:
    one = charge("tables.orders.writes", WRITES, 1)
    prices = load_prices("us-east-1", {})
    found = rate([one], prices, free_tier=False, discount=NONE, today=None, owners={one.id: "orders"})
    assert found.lines[0].resource == "orders"


def test_an_old_price_is_marked() -> None:
    (line,) = rate(
        [charge("m.t", TRANSITIONS, 1)], load_prices("us-west-1", {}), free_tier=False, discount=NONE, today=None
    ).lines
    assert line.stale
    assert line.price_confidence == "secondary"


def test_a_derived_tier_says_so_on_its_line() -> None:
    prices = load_prices("eu-west-3", {})
    found = rate([charge("m.d", EXPRESS, 4_000_000)], prices, free_tier=False, discount=NONE, today=None)
    assert [line.price_confidence for line in found.lines] == ["verified", "derived"]


def test_the_users_own_price_is_flat_and_named() -> None:
    (line,) = rated([charge("f.d", ARM, 10_000_000_000)], prices={ARM: Decimal("0.00001")}).lines
    assert (line.list_cost, line.price_source, line.price_confidence) == (Decimal(100_000), "scenario", "scenario")


def test_all_missing_prices_are_listed_at_once_with_who_needs_them() -> None:
    charges = [
        charge("b.x.writes", "dynamodb.nothing", 1), charge("a.writes", "dynamodb.nothing", 1),
        charge("b.reads", "dynamodb.nothing", 1), charge("j.h", "glue.nothing", 1), charge("z.h", "glue.none", 0),
        charge("t.w", WRITES, 1),
    ]  # fmt: skip
    found = rated(charges)
    assert [(m.key, m.resources) for m in found.missing] == [("dynamodb.nothing", ("b", "a")), ("glue.nothing", ("j",))]
    assert [line.id for line in found.lines] == ["t.w"]


def test_a_discount_comes_off_every_line() -> None:
    (line,) = rated([charge("t.w", WRITES, 1)], discount=Decimal("0.05")).lines
    assert line.list_cost == Decimal("0.000000625")
    assert line.contracted_cost == Decimal("0.0000005938"), "0.00000059375, half up"


@pytest.mark.parametrize(
    "quantity", [Fraction(-1), Decimal("NaN"), Decimal("Infinity"), float("nan"), float("inf"), -0.5]
)
def test_a_quantity_below_zero_or_none_at_all_is_a_bug(quantity: object) -> None:
    broken = Charge("a.x", WRITES, "", cast("Fraction", quantity), "WRU")
    with pytest.raises(AssertionError):
        rated([broken])


@pytest.mark.parametrize(
    ("quantity", "price", "usd"),
    [
        ("0.0001786314", "0.085", "0.0000151837"),
        ("1", "0.00000000005", "0.0000000001"),
        ("1", "0.000000000049", "0"),
        ("999999999999999999.9999999999", "0.0000166667", "16666700000000.0000000000"),
    ],
)
def test_a_line_is_rounded_half_up_at_ten_decimals(quantity: str, price: str, usd: str) -> None:
    assert list_cost(Decimal(quantity), Decimal(price)) == Decimal(usd)


def test_a_quantity_alone_at_its_tiers_is_not_rounded() -> None:
    tiers = [(Fraction(0), Fraction(1, 3)), (Fraction(10), Fraction(1, 7))]
    assert graduated_usd(Fraction(13), tiers, Fraction(2)) == Fraction(10, 3) + Fraction(1, 7)
    assert graduated_usd(Fraction(1), tiers, Fraction(2)) == 0


# --- books ------------------------------------------------------------------------------------------------------------

QUANTITIES = st.fractions(min_value=0, max_value=10**9, max_denominator=10**6)
CHARGES = st.lists(QUANTITIES, min_size=1, max_size=9)
TIERED = [("0", "0.2"), ("1000", "0.1"), ("50000", "0.05")]


def rows(quantities: list[Fraction]) -> list[Charge]:
    return [Charge(f"r{i * 7 % 10}-{i}.x", "k.p", "", q, "u") for i, q in enumerate(quantities)]


@given(CHARGES, st.booleans())
@settings(max_examples=80)
def test_the_parts_of_a_charge_add_up_to_it_and_those_of_a_tier_too(quantities: list[Fraction], free: bool) -> None:  # noqa: FBT001
    charges = rows(quantities)
    lines = on_shelf(charges, shelf("k.p", TIERED, free="777"), free=free).lines
    for one in charges:
        assert sum(x.pricing_quantity for x in lines if x.charge_id == one.id) == to_quantity(one.quantity)
    whole = sum((to_quantity(q) for q in quantities), NONE)
    taken = min(whole, Decimal(777)) if free else NONE
    assert sum(x.pricing_quantity for x in lines if x.id.endswith(".free")) == taken
    wanted = slices(Fraction(whole - taken), [Fraction(0), Fraction(1000), Fraction(50_000)])
    for (_, price), size in zip(TIERED, wanted, strict=True):
        assert sum(Fraction(x.pricing_quantity) for x in lines if x.list_unit_price == Decimal(price)) == size


@given(CHARGES)
@settings(max_examples=50)
def test_every_line_is_its_quantity_times_its_price(quantities: list[Fraction]) -> None:
    for line in on_shelf(rows(quantities), shelf("k.p", TIERED, free="777"), free=True).lines:
        assert line.list_cost == list_cost(line.pricing_quantity, line.list_unit_price)
        assert line.pricing_quantity > 0
        assert line.pricing_quantity == line.consumed_quantity


@given(CHARGES)
@settings(max_examples=50)
def test_ten_times_the_prices_are_ten_times_the_total(quantities: list[Fraction]) -> None:
    whole = [Fraction(int(q)) for q in quantities]
    tenfold = [(begin, str(Decimal(price) * 10)) for begin, price in TIERED]
    once, ten = (on_shelf(rows(whole), shelf("k.p", tiers)) for tiers in (TIERED, tenfold))
    difference = total(once) * 10 - total(ten)
    assert abs(difference) <= Decimal("1E-9") * len(once.lines), "no more than each line's rounding"


@given(st.integers(min_value=0, max_value=10**12))
@settings(max_examples=50)
def test_half_a_charge_and_half_a_charge_cost_what_the_whole_does(tenths: int) -> None:
    whole = [Charge("a.x", "k.p", "", Fraction(2 * tenths), "u")]
    halves = [Charge(f"{name}.x", "k.p", "", Fraction(tenths), "u") for name in "ab"]
    prices = shelf("k.p", TIERED)
    assert total(on_shelf(whole, prices)) == total(on_shelf(halves, prices))


@given(CHARGES, CHARGES)
@settings(max_examples=30)
def test_rating_the_touched_keys_again_moves_no_other_line(arm: list[Fraction], x86: list[Fraction]) -> None:
    charges = [
        Charge(f"f{i}.d", key, "", q, "GB-s") for key, some in ((ARM, arm), (X86, x86)) for i, q in enumerate(some)
    ]
    charges = [Charge(f"{i}{c.id}", c.price, "", c.quantity, "") for i, c in enumerate(charges)]
    others = [charge("t.w", WRITES, 7), charge("m.t", TRANSITIONS, 9_000)]
    every = rated(charges + others, free=True)
    again = rated([c for c in charges + others if c.price in touched([ARM])], free=True)
    assert [x for x in every.lines if x.service == "lambda"] == list(again.lines)


@given(QUANTITIES)
def test_a_quantity_is_what_the_bridge_makes_of_it(quantity: Fraction) -> None:
    lines: tuple[LineItem, ...] = on_shelf([Charge("a.x", "k.p", "", quantity, "u")], shelf("k.p", [("0", "1")])).lines
    shown = [str(line.pricing_quantity) for line in lines]
    assert shown == ([str(to_quantity(quantity))] if to_quantity(quantity) else [])


# --- several Regions --------------------------------------------------------------------------------------------------

STORED = "dynamodb.storage.standard_gb_month"


def test_a_charge_of_another_region_has_its_price_and_its_allowance() -> None:
    """100 GB in each: 75 x 0.25 = 18.75 past us-east-1's 25 free GB, 75 x 0.283 = 21.225 past eu-west-1's own 25."""
    there = Charge("b.storage", STORED, "", Fraction(100), "GB-month", region="eu-west-1")
    found = rated([charge("a.storage", STORED, 100), there], free=True)
    assert [(x.id, x.region, x.contracted_cost) for x in found.lines] == [
        ("a.storage.free", "us-east-1", 0),
        ("a.storage", "us-east-1", Decimal("18.75")),
        ("b.storage.free", "eu-west-1", 0),
        ("b.storage", "eu-west-1", Decimal("21.225")),
    ]


def test_the_users_price_is_of_the_region_that_it_names() -> None:
    there = Charge("b.storage", STORED, "", Fraction(10), "GB-month", region="eu-west-1")
    own = load_prices("us-east-1", {f"eu-west-1/{STORED}": Decimal(1)})
    found = rate([charge("a.storage", STORED, 10), there], own, free_tier=False, discount=Decimal(0), today=None)
    assert [x.contracted_cost for x in found.lines] == [Decimal("2.5"), 10]


def test_a_price_that_is_missing_elsewhere_says_where() -> None:
    there = Charge("b.node", "dynamodb.dax.node_hour.r5.large", "", Fraction(10), "node-hour", region="eu-west-1")
    found = rated([there])
    assert [(m.key, m.region) for m in found.missing] == [("dynamodb.dax.node_hour.r5.large", "eu-west-1")]


def test_the_dearest_architecture_is_the_one_whose_first_tier_is() -> None:
    """400,000 free GB-s: Arm has the dearer first tier, x86 the dearer last one; Arm's 300,000 are free, then 100,000 of x86."""
    arm = shelf(ARM, [("0", "2"), ("1000000", "1")]).price(ARM)
    x86 = shelf(X86, [("0", "1"), ("1000000", "3")]).price(X86)
    assert arm is not None
    assert x86 is not None
    catalogue = cast("Catalogue", Shelf({ARM: arm, X86: x86}))
    found = on_shelf([charge("a.duration", ARM, 300_000), charge("b.duration", X86, 300_000)], catalogue, free=True)
    assert free_of(found) == {"a.duration": Decimal(300_000), "b.duration": Decimal(100_000)}


def test_a_price_that_is_nowhere_is_missing_from_the_first_unit() -> None:
    (missing,) = rated([charge("orders.x", "dynamodb.no_such_price", 1)]).missing
    assert missing.beyond == 0


TWO_TIERS = [("0", "0.10"), ("50", "0.05")]


@pytest.mark.parametrize(
    ("tiers", "total_", "within", "working"),
    [
        ([("0", "0.10")], "1000000", True, "there is one tier"),
        (TWO_TIERS, "0", True, "nothing"),
        (TWO_TIERS, "49.9999999999", True, "below the second tier"),
        (TWO_TIERS, "50", True, "the first 50 are the first tier's"),
        (TWO_TIERS, "50.0000000001", False, "the smallest step beyond is the second tier's"),
        ([*TWO_TIERS, ("500", "0.01")], "60", False, "the second of three tiers"),
        ([("0", "0.10"), ("50", None)], "50", True, "the tier whose price nobody has read is not reached"),
        ([("0", None), ("50", "0.05")], "10", False, "the first tier's price is not known"),
        ([("0", None)], "10", False, "nor that of the only one"),
    ],
)
def test_a_total_within_the_first_tier(
    tiers: list[tuple[str, str | None]], total_: str, within: bool, working: str  # noqa: FBT001  a table's column
) -> None:  # fmt: skip
    catalogue = shelf("k", tiers)
    price = catalogue.price("k")
    assert price is not None
    assert is_in_first_tier(price, steps_of(charge("a.k", "k", total_))) == within, working


@pytest.mark.parametrize(("other", "alike"), [("40", True), ("50", False)])
def test_within_the_first_tier_a_charge_costs_the_same_whatever_the_others_are(other: str, *, alike: bool) -> None:
    # 10 alone cost 1.00 USD; with 40 more all 50 are in the first tier; with 50, a sixth of each is in the second
    catalogue, mine = shelf("k", TWO_TIERS), charge("a.k", "k", "10")
    alone = on_shelf([mine], catalogue).lines
    beside = on_shelf([mine, charge("b.k", "k", other)], catalogue).lines
    assert (alone == tuple(line for line in beside if line.charge_id == "a.k")) == alike
