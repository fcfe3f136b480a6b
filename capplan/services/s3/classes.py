"""The storage classes: what is billed of an object at least, for how long at least, and under which prices.

Amazon S3 User Guide, "Understanding and managing Amazon S3 storage classes"; pricing page (read 2026-11-30).
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from capplan import units
from capplan.quantities.distribution import Distribution, capped_mean, mean

_128_KB = 128 * units.BYTES_PER_KB


class StorageClass(NamedTuple):
    """A storage class.

    Attributes:
        prices: The part of its price keys: "standard_ia" in `s3.standard_ia.storage_gb_month`.
        minimum_bytes: A smaller object is billed as so many bytes.
        minimum_days: An object that is gone earlier is billed for so long.
        index_bytes, name_bytes: What is stored beside each object, at the price of the class and of S3 Standard.
        retrieval: Whether each GB that is read costs extra.
        archived: Whether an object must be restored before it is read.
        own_requests: Whether requests have other prices than those of S3 Standard.
    """

    prices: str
    minimum_bytes: int = 0
    minimum_days: int = 0
    index_bytes: int = 0
    name_bytes: int = 0
    retrieval: bool = False
    archived: bool = False
    own_requests: bool = True


CLASSES: Mapping[str, StorageClass] = {
    "standard": StorageClass("standard", own_requests=False),
    "intelligent-tiering": StorageClass("intelligent_tiering", own_requests=False),
    "standard-ia": StorageClass("standard_ia", _128_KB, 30, retrieval=True),
    "one-zone-ia": StorageClass("one_zone_ia", _128_KB, 30, retrieval=True),
    "glacier-instant": StorageClass("glacier_instant", _128_KB, 90, retrieval=True),
    "glacier-flexible": StorageClass(
        "glacier_flexible", 0, 90, 32 * units.BYTES_PER_KB, 8 * units.BYTES_PER_KB, archived=True
    ),
    "glacier-deep-archive": StorageClass(
        "deep_archive", 0, 180, 32 * units.BYTES_PER_KB, 8 * units.BYTES_PER_KB, archived=True
    ),
}
"""By the scenario's word."""
MONITORED_BYTES = _128_KB
"""Intelligent-Tiering monitors objects of this size or more; smaller ones stay in its frequent tier, without a fee."""
MOVED_BYTES = _128_KB
"""Lifecycle rules do not move smaller objects, by default (since September 2024).
Source: Amazon S3 User Guide, "Lifecycle transitions, constraints" (read 2026-11-30)."""
TIERS = ("infrequent", "archive-instant")
"""Intelligent-Tiering's tiers below the frequent one: after 30 and 90 days without access."""
_DAYS_PER_MONTH = Fraction(units.MONTH_HOURS, 24)


def billed_bytes(class_: StorageClass, size: Distribution) -> Fraction:
    """Mean bytes that are billed of an object at the class's own price."""
    least = Fraction(class_.minimum_bytes)
    if size.fixed or not least:
        return max(mean(size), least) + class_.index_bytes
    return mean(size) + least - capped_mean(size, least) + class_.index_bytes


def early_gb_months(
    gb: Fraction, kept_days: Fraction, minimum_days: int, month_days: Fraction = _DAYS_PER_MONTH
) -> Fraction:
    """GB-months that are billed for the days that removed data lacks of the class's minimum."""
    return gb * max(Fraction(0), minimum_days - kept_days) / month_days


def price_of(class_: StorageClass, what: str) -> str:
    """A price key of a class: its storage, its requests, its retrieval."""
    if what.startswith("request.") and not class_.own_requests:
        return f"s3.{what}"
    return f"s3.{class_.prices}.{what}"
