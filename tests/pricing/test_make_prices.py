"""How the price files are made from a collection of figures."""

import importlib
import importlib.util
from pathlib import Path
from typing import Any

import pytest

_SPEC = importlib.util.spec_from_file_location("make_prices", Path(__file__).parent.parent / "make_prices.py")
assert _SPEC is not None
assert _SPEC.loader is not None
make: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(make)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-09-11", "2026-09-11"),
        ("2026-05", "2026-05-01"),
        ("2026", "2026-01-01"),
        ("2020-05-07 or older", "2020-05-07"),
        ("printed 2025-03-25; see source note", "2025-03-25"),
        ("2026 (undated)", None),
        (None, None),
    ],
)
def test_a_note_means_its_first_day(text: str | None, day: str | None) -> None:
    assert make.day(text) == day


@pytest.mark.parametrize(
    ("unit", "tiers", "free", "paid"),
    [
        ("GB-Mo", [("0", "0"), ("25", "0.25")], "25", [("0", "0.25")]),
        ("100,000 objects-month", [("0", "0"), ("1000000 objects", "1.00")], "10", [("0", "1")]),
        ("1,000,000 requests", [("0", "0"), ("1000000 requests", "1")], "1", [("0", "1")]),
        ("GB-Seconds", [("0", "0.5"), ("100", "0.4000")], "0", [("0", "0.5"), ("100", "0.4")]),
        ("GB", [("0", "0"), ("10", "0.5"), ("110", "0.4")], "10", [("0", "0.5"), ("100", "0.4")]),
    ],
)
def test_a_leading_tier_at_no_price_is_an_allowance(
    unit: str, tiers: list[tuple[str, str]], free: str, paid: list[tuple[str, str]]
) -> None:
    found = make.tiers_of({"unit": unit, "tiers": [{"begin": b, "price": p} for b, p in tiers]})
    assert found == (free, [{"begin": b, "price": p} for b, p in paid])


def test_a_lone_first_tier_of_lambda_is_completed() -> None:
    entry = {"tiers": [make.tier(0, "0.0000166667")]}
    make.add_lambda_tiers({"duration.x86_64": entry})
    assert entry["tiers"] == [
        {"begin": "0", "price": "0.0000166667"},
        {"begin": "6000000000", "price": "0.000015", "confidence": "derived"},
        {"begin": "15000000000", "price": "0.0000133334", "confidence": "derived"},
    ]


def test_beyond_the_tiers_that_were_read_a_price_is_unknown() -> None:
    """The next tier begins where it does in a Region of which all tiers were read."""
    around: Any = importlib.import_module("tests.make_prices_around")
    tier = {"price": "0.3", "unit": "Metrics", "as_of": "2026-09", "source": "a", "confidence": "secondary"}
    whole = {**tier, "tiers": [{"begin": "0", "price": "0.3"}, {"begin": "10000", "price": "0.1"}]}
    data = {
        "sources": {"a": {"origin": "a list"}},
        "regions": {"us-east-1": {"s": {"m": whole}}, "here": {"s": {"m.first_tier": tier}}},
    }
    found = around.prices_of(data, "here", "s")["m"]
    assert found["tiers"] == [{"begin": "0", "price": "0.3"}, {"begin": "10000", "price": None}]
    assert found["checked"] == "2026-09-01"


def test_logs_of_aws_services_begin_at_the_price_of_ones_own() -> None:
    around: Any = importlib.import_module("tests.make_prices_around")
    own = {"tiers": [{"begin": "0", "price": "0.57"}], "confidence": "verified", "source": "a", "sku": "X", "note": "n"}
    prices: dict[str, Any] = {"ingest.standard_gb": own}
    around._add_vended(prices)  # noqa: SLF001
    vended = prices["ingest.vended_standard_gb"]
    assert vended["tiers"] == [{"begin": "0", "price": "0.57"}, {"begin": "10240", "price": None}]
    assert (vended["confidence"], vended["sku"]) == ("derived", None)
