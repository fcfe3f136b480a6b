"""What a month of the calendar is to a bill: its hours, and how much of each traffic falls into it."""

from collections.abc import Mapping
from fractions import Fraction

from capplan import units
from capplan.record import Record


class BilledMonth(Record, frozen=True):
    """A month of the calendar.

    Attributes:
        hours: 672 to 744.
        volumes: Of each traffic and each start of a resource: its volume in this month, as a multiple of that of a month of
            730 hours.
    """

    hours: int
    volumes: Mapping[str, Fraction]

    @property
    def length(self) -> Fraction:
        """Its hours, as a multiple of 730."""
        return Fraction(self.hours, units.MONTH_HOURS)

    def volume(self, traffic_source: str) -> Fraction:
        """What a traffic source's volume of a month of 730 hours is multiplied by."""
        return self.volumes.get(traffic_source, self.length)
