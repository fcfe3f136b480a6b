"""Gaps, age and differences of the price files, on copies with a known change."""

import ast
import fnmatch
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from capplan.errors import CapplanError
from capplan.pricing.audit import ages, coverage, differences
from capplan.pricing.catalogue import known_keys, load_prices, regions, services
from capplan.report.formats.terminal import terminal_text
from capplan.report.style import Style
from capplan.report.views.price_audit import verified_prices_document
from tests.pricing.folder import add_entry, copy_of, forget, use

ROOT = Path(__file__).parent.parent.parent
TRANSITION = "stepfunctions.standard.state_transition"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = copy_of(tmp_path / "prices", "us-east-1", "eu-west-1", "us-gov-west-1")
    use(folder, monkeypatch)
    yield folder
    monkeypatch.undo()
    forget()


@pytest.mark.usefixtures("home")
def test_a_gap_names_the_regions_that_lack_a_price() -> None:
    """Express Workflows have no price in GovCloud (prices/README.md); Standard ones are everywhere."""
    (found,) = coverage("stepfunctions")
    assert (found.keys, found.regions, found.unread) == (3, ("eu-west-1", "us-east-1", "us-gov-west-1"), ())
    assert {gap.key: gap.lacks for gap in found.gaps} == {
        "stepfunctions.express.duration": ("us-gov-west-1",),
        "stepfunctions.express.request": ("us-gov-west-1",),
    }
    (queues,) = coverage("sqs")
    assert queues.unread == ("us-gov-west-1",)


def test_every_price_of_every_region_is_there_or_in_the_list() -> None:
    for found in coverage():
        gaps = {(gap.key, region) for gap in found.gaps for region in gap.lacks}
        for region in found.regions:
            catalogue = load_prices(region, {})
            for key in known_keys(found.service):
                is_there = catalogue.price(key) is not None or catalogue.reserved(key) is not None
                assert is_there is ((key, region) not in gaps), (key, region)
        assert {*found.regions, *found.unread} == set(regions())
    assert [found.service for found in coverage()] == list(services())


def charged_keys() -> set[str]:
    """Price keys that the code names where it charges, "*" for what it fills in, and those of every shipped scenario's plan."""
    out: set[str] = set()
    for path in (ROOT / "capplan" / "services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Charge" and len(node.args) > 1:
                key = node.args[1]
                if isinstance(key, ast.Constant):
                    out.add(str(key.value))
                elif isinstance(key, ast.JoinedStr):
                    out.add("".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in key.values))
    for path in (ROOT / "tests" / "golden" / "json").glob("*/estimate.json"):
        out |= {line["price_key"] for line in json.loads(path.read_bytes())["line_items"]}
    return out


def test_every_price_that_is_charged_is_one_that_verify_looks_for() -> None:
    """So that a price which no Region has, or only some, is a gap."""
    looked_for = {key for found in coverage() for key in known_keys(found.service)}
    looked_for |= {f"{key}.{part}" for key in looked_for if ".reserved." in key for part in ("hourly", "upfront")}
    charged = charged_keys()
    assert len(charged) > 80
    assert {key for key in charged if not fnmatch.filter(looked_for, key)} == set()


@pytest.mark.parametrize("width", [80, 120])
def test_the_screen_names_every_gap_and_every_region_of_it(width: int) -> None:
    """A Region stands in its price's list, or the list is all Regions but those that it names."""
    for found in coverage():
        text = "".join(terminal_text(verified_prices_document((found,)), Style(width=width)).split())  # words may break
        for gap in found.gaps:
            _, is_there, after = text.partition(gap.key)
            assert is_there
            listed = after.partition("notin")[2]
            for region in gap.lacks:
                assert region in listed or f"{len(gap.lacks)}Regions:allbut{','.join(gap.has)}" in listed
            assert not gap.unknown_from or "uppertiersnotknownin" in after
        for region in found.unread:
            assert region in text or f"{len(found.unread)}Regions:allbut{','.join(found.regions)}" in text


def test_the_age_of_a_services_prices(home: Path) -> None:
    add_entry(home, "us-east-1", TRANSITION, checked="2020-01-01")
    forget()
    (row,) = ages("us-east-1", "stepfunctions", date(2026, 11, 30))
    assert (row.prices, row.oldest, row.newest) == (3, date(2020, 1, 1), date(2026, 9, 11))
    assert (row.undated, row.stale) == (0, 1)
    add_entry(home, "us-east-1", TRANSITION, checked=None)
    forget()
    (row,) = ages("us-east-1", "stepfunctions", date(2026, 11, 30))
    assert (row.undated, row.stale) == (1, 1)


def test_two_days_differ_by_the_entries_between_them(home: Path) -> None:
    """0.000025 -> 0.00003 USD is +20 %."""
    tiers = [{"begin": "0", "price": "0.00003"}]
    add_entry(home, "us-east-1", TRANSITION, tiers=tiers, effective="2026-10-01", checked="2026-10-02")
    forget()
    found = differences("2026-09-30", "2026-10-01", region="us-east-1", service="stepfunctions")
    (change,) = found.changes
    assert (change.key, change.region, change.change, found.same) == (TRANSITION, "us-east-1", Decimal("0.2"), 2)
    found = differences("2026-09-10", "2026-09-30", region="us-east-1", service="stepfunctions")
    assert all(change.before is None for change in found.changes)
    assert len(found.changes) == 3


@pytest.mark.usefixtures("home")
def test_two_regions_differ_where_a_price_or_an_allowance_does() -> None:
    found = differences("us-east-1", "us-gov-west-1", service="stepfunctions")
    assert {change.key for change in found.changes if change.after is None} == {
        "stepfunctions.express.duration",
        "stepfunctions.express.request",
    }
    assert differences("us-east-1", "us-east-1").changes == ()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("us-east-1", "2026-01-01", "cannot compare"),
        ("us-east-1", "us-east-9", "no prices for Region"),
        ("2026-02-30", "2026-03-01", "cannot compare"),
    ],
)
def test_what_cannot_be_compared(before: str, after: str, message: str) -> None:
    with pytest.raises(CapplanError, match=message):
        differences(before, after)
    with pytest.raises(CapplanError, match="no prices of service"):
        coverage("dynamo")
