"""Every factor between units, by hand."""

from fractions import Fraction

import pytest

from capplan import units


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BYTES_PER_KB", 1_024),
        ("BYTES_PER_MB", 1_048_576),
        ("BYTES_PER_GB", 1_073_741_824),
        ("MB_PER_GB", 1_024),
        ("MS_PER_SECOND", 1_000),
        ("SECONDS_PER_MINUTE", 60),
        ("SECONDS_PER_HOUR", 3_600),
        ("SECONDS_PER_DAY", 86_400),
        ("MINUTES_PER_DAY", 1_440),
        ("DAYS_PER_YEAR", 365),
        ("MONTHS_PER_YEAR", 12),
        ("MONTH_HOURS", 730),  # 365 × 24 / 12
        ("MONTH_SECONDS", 2_628_000),  # 730 × 3,600
        ("PERIOD_DAYS", 28),
        ("PERIOD_MINUTES", 40_320),  # 28 × 1,440
        ("PERIOD_TO_MONTH", Fraction(730, 672)),
    ],
)
def test_a_factor(name: str, value: int | Fraction) -> None:
    assert getattr(units, name) == value


def test_no_factor_is_without_a_line_above() -> None:
    named = {name for name in vars(units) if name.isupper()}
    assert len(named) == 16
