"""AWS's schedule expressions: how often a month, and when."""

from fractions import Fraction

import pytest

from capplan.schedule import ScheduleError, read_schedule


@pytest.mark.parametrize(
    ("text", "per_year", "first", "working"),
    [
        ("cron(0 3 * * ? *)", Fraction(365), 180, "daily at 03:00"),
        ("cron(0 8 ? * MON-FRI *)", Fraction(365 * 5, 7), 480, "five days of seven, whatever day the year begins with"),
        ("cron(0/15 * * * ? *)", Fraction(365 * 96), 0, "every quarter of an hour"),
        ("cron(0 8,20 1 * ? *)", Fraction(24), 480, "twice on the first of each month"),
        ("cron(0 8 L * ? *)", Fraction(12), 27 * 1440 + 480, "the last day, day 28 of the window"),
        ("cron(0 8 ? * 6#3 *)", Fraction(12), 18 * 1440 + 480, "the third Friday: day 19, as day 1 is a Monday"),
        ("cron(0 8 ? * 6L *)", Fraction(12), 25 * 1440 + 480, "the last Friday: day 26"),
        ("rate(5 minutes)", Fraction(365 * 288), 0, "288 a day"),
        ("rate(1 hour)", Fraction(365 * 24), 0, "24 a day"),
    ],
)
def test_runs_a_year_and_the_first_minute(text: str, per_year: Fraction, first: int, working: str) -> None:
    found = read_schedule(text)
    assert found.per_year == per_year, working
    assert found.minutes[0] == first, working


@pytest.mark.parametrize(
    "text",
    [
        "cron(0 3 * * *)", "cron(0 3 * * * *)", "cron(0 3 ? * ? *)", "cron(61 3 * * ? *)", "cron(0 3 * * ? 2027)",
        "rate(1 minutes)", "rate(0 minutes)", "rate(5 minute)", "every day", "cron(x 3 * * ? *)", "cron(0 8 ? * 6#9 *)",
        "cron(0/0 * * * ? *)",
    ],
)  # fmt: skip
def test_what_aws_would_refuse_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError):
        read_schedule(text)
