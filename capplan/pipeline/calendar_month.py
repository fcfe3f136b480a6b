"""Turns the charges of a month of 730 hours into those of a month of the calendar."""

from collections.abc import Iterable
from fractions import Fraction

from capplan.language.billed_month import BilledMonth
from capplan.model import Charge
from capplan.record import replace

_BY_TIME = ("hour", "GB-s", "requests")
"""Units of fixed charges that run with the clock; any other fixed charge is for a month, as long as it is."""


def in_calendar_month(charges: Iterable[Charge], month: BilledMonth) -> tuple[Charge, ...]:
    """The charges with the quantities of a month: tiers and allowances then see what AWS would meter."""
    return tuple(_in_month(charge, month) for charge in charges)


def _in_month(charge: Charge, month: BilledMonth) -> Charge:
    """A charge by the request or the hour, longer or shorter; a GB-month stays one, since it is a mean over the month."""
    factor = _factor(charge, month)
    return charge if factor == 1 else replace(charge, quantity=charge.quantity * factor)


def _factor(charge: Charge, month: BilledMonth) -> Fraction:
    if charge.frequency == "one_time" or "month" in charge.unit:
        return Fraction(1)
    if charge.flow is not None and charge.flow.monthly:
        volumes = charge.flow.by_traffic_source()
        here = sum((volume * month.volume(source) for source, volume in volumes.items()), Fraction(0))
        return here / sum(volumes.values(), Fraction(0))
    if charge.frequency == "recurring" and not any(word in charge.unit for word in _BY_TIME):
        return Fraction(1)
    return month.length
