"""Example items: their sizes, their attributes, and the entries of them in an index.

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats" (read 2026-11-23).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache

from capplan.quantities.distribution import Distribution, measured
from capplan.record import Record
from capplan.services.dynamodb.items.index_writes import IndexShape, entry
from capplan.services.dynamodb.items.size import Item, item_bytes, value_bytes


class Sample(Record, frozen=True, eq=False, dict=True):
    """Items of one table, each as likely as any other; at least one. Equal only to itself."""

    items: tuple[Item, ...]

    @cached_property
    def sizes(self) -> Distribution:
        """The items' sizes in bytes."""
        return distribution(item_bytes(item) for item in self.items)

    def entries(self, index: IndexShape, table_key: Sequence[str]) -> tuple[Item | None, ...]:
        """Each item's entry in an index; None where it has none."""
        return _entries(self, index, tuple(table_key))


@lru_cache(maxsize=1024)
def _entries(sample: Sample, index: IndexShape, table_key: tuple[str, ...]) -> tuple[Item | None, ...]:
    return tuple(entry(item, index, table_key) for item in sample.items)


@lru_cache(maxsize=1024)
def entry_sizes(sample: Sample, index: IndexShape, table_key: tuple[str, ...]) -> Distribution | None:
    """The sizes of the entries there are; None where no item has one."""
    sizes = [item_bytes(item) for item in _entries(sample, index, table_key) if item is not None]
    return distribution(sizes) if sizes else None


def entry_share(sample: Sample, index: IndexShape, table_key: tuple[str, ...]) -> Fraction:
    """The share of the items that have an entry."""
    entries = _entries(sample, index, table_key)
    return Fraction(sum(item is not None for item in entries), len(entries))


def distribution(sizes: Iterable[int]) -> Distribution:
    """Sizes as a distribution; at least one."""
    return measured({Decimal(size): count for size, count in Counter(sizes).items()})


class Attribute(Record, frozen=True):
    """One attribute over a sample.

    Attributes:
        name: Its name.
        types: DynamoDB's types in the sample, the most frequent first.
        present: In how many items it is.
        name_bytes: Bytes of its name.
        total_bytes: Bytes of names and values in all items.
        largest_bytes: Name and value where they are largest.
    """

    name: str
    types: tuple[str, ...]
    present: int
    name_bytes: int
    total_bytes: int
    largest_bytes: int


def attributes(items: Sequence[Item]) -> tuple[Attribute, ...]:
    """Every attribute of some items, the most bytes first."""
    sizes: dict[str, list[int]] = {}
    types: dict[str, Counter[str]] = {}
    for item in items:
        for name, value in item.items():
            sizes.setdefault(name, []).append(len(name.encode()) + value_bytes(value))
            types.setdefault(name, Counter()).update(value.keys())
    measured_attributes = (_attribute(name, sizes[name], types[name]) for name in sizes)
    return tuple(sorted(measured_attributes, key=lambda a: (-a.total_bytes, a.name)))


def _attribute(name: str, sizes: Sequence[int], types: Mapping[str, int]) -> Attribute:
    by_frequency = tuple(sorted(types, key=lambda kind: (-types[kind], kind)))
    return Attribute(name, by_frequency, len(sizes), len(name.encode()), sum(sizes), max(sizes))
