"""`--on DAY` and `--prices FILE`: the prices of a day, and the user's own, in every plan that follows from a scenario."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from capplan.cli.steps import load_scenario
from capplan.commands.forecast.forecast import forecast
from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.language.scenario import Scenario
from capplan.pipeline.results import Plan
from capplan.pricing.catalogue import known_since, load_prices
from tests.pricing.folder import add_entry, copy_of, forget, use

WRITE = "dynamodb.on_demand.write_request_unit.standard"
READ = "dynamodb.on_demand.read_request_unit.standard"
STORAGE = "dynamodb.storage.standard_gb_month"
OLD: dict[str, object] = {
    "tiers": [{"begin": "0", "price": "0.00000125"}],
    "effective": "2018-11-28",
    "checked": "2024-10-01",
}
NEW_SINCE = date(2024, 11, 1)
TEXT = """\
capplan: 1
name: Orders
region: us-east-1
traffic: {buyers: {rate: 1M/month}}
tables:
  orders: {item_size: 1 KB, items: 0, access: [{put: buyers}]}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Prices of a write unit: 1.25 USD a million until 2024-10-31, half of it from 2024-11-01 (made up after AWS's cut)."""
    folder = copy_of(tmp_path / "prices", "us-east-1", "eu-west-1")
    use(folder, monkeypatch)
    add_entry(folder, "us-east-1", WRITE, effective=str(NEW_SINCE))
    add_entry(folder, "us-east-1", WRITE, at=0, **OLD)
    add_entry(folder, "us-east-1", STORAGE, at=0, effective="2012-01-18")
    forget()
    (tmp_path / "scenario.yaml").write_text(TEXT)
    yield tmp_path
    monkeypatch.undo()
    forget()


def price_on(day: date | None) -> Decimal | None:
    found = load_prices("us-east-1", {}, day).price(WRITE)
    return None if found is None else found.tiers[0].price


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("day", "usd"),
    [
        (None, "0.000000625"),
        (date(2026, 11, 30), "0.000000625"),
        (date(2024, 11, 1), "0.000000625"),
        (date(2024, 10, 31), "0.00000125"),
        (date(2018, 11, 28), "0.00000125"),
        (date(2018, 11, 27), None),
    ],
)
def test_the_price_of_a_day(day: date | None, usd: str | None) -> None:
    assert price_on(day) == (None if usd is None else Decimal(usd))


@pytest.mark.usefixtures("home")
def test_an_entry_without_a_day_of_effect_is_known_from_the_day_it_was_read() -> None:
    assert known_since("us-east-1", READ) == date(2026, 9, 18)
    assert load_prices("us-east-1", {}, date(2026, 9, 17)).price(READ) is None
    assert load_prices("us-east-1", {}, date(2026, 9, 18)).price(READ) is not None


def scenario(home: Path, day: date | None = None, prices: list[str] | None = None) -> Scenario:
    loaded: Scenario = load_scenario(str(home / "scenario.yaml"), None, prices=prices, on=day)
    return loaded


def writes(answer: Plan) -> Decimal:
    return next(line.list_cost for line in answer.lines if line.id == "orders.writes")


def test_a_plan_and_what_follows_from_it_use_the_day(home: Path) -> None:
    """1 M writes: 1.25 USD before the cut, 0.625 USD after; and each month of a forecast the same."""
    before, after = date(2024, 10, 31), date(2026, 10, 1)
    assert writes(plan(scenario(home, before))) == Decimal("1.25")
    assert writes(plan(scenario(home, after))) == Decimal("0.625")
    assert plan(scenario(home, before)).prices.on == before
    pairs = zip(forecast(scenario(home, before), 3).months, forecast(scenario(home, after), 3).months, strict=True)
    assert {old.monthly_cost - new.monthly_cost for old, new in pairs} == {Decimal("0.625")}
    assert plan(scenario(home, before)).prices.sha256 != plan(scenario(home, after)).prices.sha256


def test_an_unknown_day_is_an_error_that_says_since_when(home: Path) -> None:
    with pytest.raises(CapplanError, match=r"on 2018-01-01: it is known since 2018-11-28"):
        plan(scenario(home, date(2018, 1, 1)))


@pytest.mark.parametrize(
    ("name", "text", "usd"),
    [
        ("r.yaml", f"{WRITE}: 0.0000005 USD\n", "0.5"),
        ("r.yaml", f"prices:\n  {WRITE}: 0.0000005 USD\n", "0.5"),
        ("r.yaml", f"us-east-1:\n  {WRITE}: 0.0000004 USD\neu-west-1:\n  {WRITE}: 9 USD\n", "0.4"),
        ("r.yaml", f"eu-west-1:\n  {WRITE}: 9 USD\n", "0.625"),
        ("r.json", f'{{"us-east-1": {{\t"{WRITE}": "0.0000003 USD"}}}}', "0.3"),
    ],
)
def test_negotiated_rates_of_a_file(home: Path, name: str, text: str, usd: str) -> None:
    (home / name).write_text(text)
    assert writes(plan(scenario(home, prices=[str(home / name)]))) == Decimal(usd)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (f"# rates\n{WRITE}: 0.5\n", 2, "0.5 has no unit"),
        (f"eu-west-1:\n  {WRITE}s: 1 USD\n", 2, "unknown price key"),
        ("- a\n", 1, "expected price keys and prices"),
        ("{}\n", 1, "expected price keys and prices"),
    ],
)
def test_a_wrong_file_is_told_at_its_own_line(home: Path, text: str, line: int, message: str) -> None:
    (home / "r.yaml").write_text(text)
    with pytest.raises(CapplanError) as error:
        scenario(home, prices=[str(home / "r.yaml")])
    (found,) = error.value.diagnostics
    assert (Path(found.file).name, found.line) == ("r.yaml", line)
    assert message in found.message


def test_a_price_is_stale_by_the_day_that_is_replayed(home: Path) -> None:
    """Checked on 2024-10-01: fresh on 2024-10-31, stale today."""
    before = date(2024, 10, 31)
    assert plan(scenario(home, before)).prices.stale == ()
    assert WRITE in plan(scenario(home, before), today=date(2026, 11, 30)).prices.stale
