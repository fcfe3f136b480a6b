"""The screen of `drivers`: from where to where each input is moved stays, at 80 columns too; the bars go first."""

from decimal import Decimal

import pytest

from capplan.commands.drivers.drivers import Driver, Drivers, Moved
from capplan.report.formats.terminal import terminal_text
from capplan.report.style import Style
from capplan.report.views.drivers import drivers_document

D = Decimal
RATE, LOGS = "functions.place-order.calls.2.chance", "defaults.functions.logs.size"


def moved(path: str, low: str, high: str) -> Driver:
    below, above = Moved(low, D("1558.46"), None, None), Moved(high, D("2290.44"), None, None)
    return Driver(path, "written", "as is", below, above, D("731.98"), D(0))


def text_of(width: int, *found: Driver) -> str:
    answer = Drivers(
        "Shop", "shop.yaml", "", "us-east-1", "", D("1924.59"), "20%", None, None, None, (), None, found, 0, (), D(0), D(0)
    )  # fmt: skip
    return terminal_text(drivers_document(answer), Style(width, ascii=False))


@pytest.mark.parametrize(("width", "bars"), [(80, False), (120, True)])
def test_the_values_stay_at_every_width(width: int, *, bars: bool) -> None:
    text = text_of(width, moved(RATE, "1.6%", "2.4%"), moved(LOGS, "819.2 B", "1228.8 B"))
    assert RATE in text
    assert "819.2 to 1228.8 B" in text
    assert ("█" in text) is bars
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        ("1.44 KB", "2.16 KB", "1.44 to 2.16 KB"),
        ("48/s", "72/s", "48 to 72/s"),
        ("1.6%", "2.4%", "1.6 to 2.4%"),
        ("900 ms", "1.2 s", "900 ms to 1.2 s"),
        ("32M", "48M", "32M to 48M"),  # 32 would be read as 32
        ("8", "12", "8 to 12"),
        ("×0.8", "×1.2", "×0.8 to ×1.2"),
    ],
)
def test_a_unit_of_both_stands_once(low: str, high: str, shown: str) -> None:
    assert f" {shown} " in text_of(120, moved(RATE, low, high))
