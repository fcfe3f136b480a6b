"""Quantities as users mistype them: the hint is the quantity that they mean."""

import random
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic_core import PydanticCustomError

from capplan.quantities import text

HINT = re.compile(r"(?:units are case-sensitive:|write) (?P<quantity>\S+(?: \S+)?)")


def hint_of(read: Callable[[object], object], written: object) -> str:
    with pytest.raises(PydanticCustomError) as caught:
        read(written)
    return str((caught.value.context or {})["hint"])


@pytest.mark.parametrize(
    ("read", "written", "hint"),
    [
        (text.read_bytes, "2 kb", "units are case-sensitive: 2 KB"),
        (text.read_bytes, "2kB", "units are case-sensitive: 2 KB"),
        (text.read_bytes, "1G", "write 1 GB"),
        (text.read_bytes, "-5 mb", "expected a size, such as 1.8 KB or 300 B"),
        (text.read_megabytes, "512 mb", "units are case-sensitive: 512 MB"),
        (text.read_ms, "45 MS", "units are case-sensitive: 45 ms"),
        (text.read_ms, "45 msec", "write 45 ms"),
        (text.read_ms, "5 mins", "write 5 min"),
        (text.read_ms, "soon", "expected a duration, such as 45 ms or 22 min"),
        (text.read_count, "1m", "units are case-sensitive: 1M"),
        (text.read_count, "1 million", "write 1M"),
        (text.read_count, "1,000,000", "write 1000000"),
        (text.read_count, "3x", "write 3"),
        (text.read_share, "30 percent", "write 30%"),
        (text.read_factor, "3X", "units are case-sensitive: 3x"),
        (text.read_money, "$500", "write 500 USD"),
        (text.read_money, "500 usd", "units are case-sensitive: 500 USD"),
        (text.read_rate, "60 rps", "write 60/s"),
        (text.read_rate, "300 rpm", "write 300/min"),
        (text.read_rate, "60 requests per second", "write 60/second"),
        (text.read_rate, "2m/month", "units are case-sensitive: 2M/month"),
        (text.read_rate, "60/parsec", "expected a rate, such as 60/s or 150M/month"),
        (text.read_byte_rate, "300 gb/day", "units are case-sensitive: 300 GB/day"),
    ],
)
def test_a_mistyped_quantity_is_written_as_it_is_meant(
    read: Callable[[object], object], written: str, hint: str
) -> None:
    assert hint_of(read, written) == hint


def understood(read: Callable[[object], object], written: str) -> bool:
    """Whether a quantity is read, or is only too large."""
    try:
        read(written)
    except PydanticCustomError as error:
        return "most" in (error.context or {})
    return True


def test_a_hint_is_always_a_quantity_that_is_read() -> None:
    """5,000 quantities with units in mixed case, words for units, separators: what a hint says to write can be read."""
    draw = random.Random(7)  # noqa: S311  drawn examples
    readers = (text.read_bytes, text.read_ms, text.read_count, text.read_money, text.read_rate, text.read_byte_rate)
    words = [*text.BYTES_OF, *text.MS_OF, *text.COUNT_SCALE, "USD", "million", "msec", "g", "rps", "$", "%", "x"]
    hints = 0
    for _ in range(5_000):
        unit = "".join(draw.choice((c.upper(), c.lower())) for c in draw.choice(words))
        amount = draw.choice(("7", "1.5", "1,000", "12_000", "10 000", "0"))
        per = draw.choice(("", f"/{draw.choice([*text.SECONDS_OF]).upper()}", " per second", "/s"))
        written, read = f"{amount}{draw.choice(('', ' '))}{unit}{per}", draw.choice(readers)
        try:
            read(written)
        except PydanticCustomError as error:
            match = HINT.fullmatch(str((error.context or {})["hint"]))
            if match is not None and amount != "0":
                assert understood(read, match["quantity"]), (written, match["quantity"])
                hints += 1
    assert hints > 500


# --- bounds ---

READERS: dict[str, tuple[Callable[[object], object], tuple[str, ...]]] = {
    "a size": (text.read_bytes, tuple(f" {unit}" for unit in text.BYTES_OF)),
    "a duration": (text.read_ms, tuple(f" {unit}" for unit in text.MS_OF)),
    "a count": (text.read_count, tuple(text.COUNT_SCALE)),
    "a factor": (text.read_factor, ("x",)),
    "a share": (text.read_share, ("%",)),
    "USD": (text.read_money, (" USD",)),
    "a rate": (text.read_rate, tuple(f"{scale}/{per}" for scale in text.COUNT_SCALE for per in ("s", "day", "month"))),
    "a data rate": (text.read_byte_rate, tuple(f" {unit}/{per}" for unit in text.BYTES_OF for per in ("s", "day"))),
}


def said_of(read: Callable[[object], object], written: str) -> str:
    """What is said of a quantity that is not taken; empty where it is."""
    try:
        read(written)
    except PydanticCustomError as error:
        return f"{(error.context or {})['shown']}"
    return ""


@pytest.mark.parametrize("kind", text.BOUNDS)
def test_the_ends_are_taken_and_what_is_beyond_is_refused_with_both_figures(kind: str) -> None:
    read, _ = READERS[kind]
    bounds = text.BOUNDS[kind]
    assert said_of(read, bounds.least_written) == said_of(read, bounds.most_written) == ""
    for digit, end in (("", bounds.least_written), ("9", bounds.most_written)):
        beyond = end.replace("0.0", "0.00", 1) if not digit else digit + end
        told = said_of(read, beyond)
        if kind == "a share" and digit:
            continue  # above 100% the expected form is said
        assert beyond in told
        assert end in told


def test_whatever_is_written_is_taken_within_the_bounds_or_refused() -> None:
    """20,000 numbers of any size with units: none ends otherwise, and what is taken lies within the bounds."""
    draw = random.Random(11)  # noqa: S311  drawn examples
    taken = 0
    for _ in range(20_000):
        kind = draw.choice(list(READERS))
        read, units_of = READERS[kind]
        digits = f"{draw.randrange(10 ** draw.randint(1, 18))}"
        fraction = f".{draw.randrange(10 ** draw.randint(1, 18))}" if draw.random() < 0.5 else ""
        exponent = f"e{draw.randint(-99, 99)}" if draw.random() < 0.5 else ""
        written = f"{digits}{fraction}{exponent}{draw.choice(units_of)}"
        try:
            value = read(written)
        except PydanticCustomError:
            continue
        assert isinstance(value, Decimal | Fraction)
        bounds = text.BOUNDS[kind]
        assert value == 0 or bounds.least <= Fraction(value) * (1 + Fraction(1, 10**20)) <= 2 * bounds.most, written
        taken += 1
    assert taken > 2_000
