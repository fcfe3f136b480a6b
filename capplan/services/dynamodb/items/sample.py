"""Items measured together: their sizes, their attributes, and the entries an index would hold of them. It counts no units.

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats" (read 2026-11-23).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache

from capplan.quantities.distribution import Distribution, measured
from capplan.services.dynamodb.items.index_writes import IndexShape, entry
from capplan.services.dynamodb.items.size import Item, item_bytes, value_bytes


@dataclass(frozen=True, eq=False)
class Sample:
    """Items of one table, each as likely as any other; at least one. Two samples are the same only if they are one."""

    items: tuple[Item, ...]

    @cached_property
    def sizes(self) -> Distribution:
        """The items' sizes in bytes."""
        return distribution(item_bytes(one) for one in self.items)

    def entries(self, index: IndexShape, table_key: Sequence[str]) -> tuple[Item | None, ...]:
        """Each item's entry in an index; None where it has none."""
        return _entries(self, index, tuple(table_key))


@lru_cache(maxsize=1024)
def _entries(sample: Sample, index: IndexShape, table_key: tuple[str, ...]) -> tuple[Item | None, ...]:
    return tuple(entry(one, index, table_key) for one in sample.items)


@lru_cache(maxsize=1024)
def entry_sizes(sample: Sample, index: IndexShape, table_key: tuple[str, ...]) -> Distribution | None:
    """The sizes of the entries there are; None where no item has one."""
    sizes = [item_bytes(one) for one in _entries(sample, index, table_key) if one is not None]
    return distribution(sizes) if sizes else None


def entry_share(sample: Sample, index: IndexShape, table_key: tuple[str, ...]) -> Fraction:
    """The share of the items that have an entry."""
    entries = _entries(sample, index, table_key)
    return Fraction(sum(one is not None for one in entries), len(entries))


def distribution(sizes: Iterable[int]) -> Distribution:
    """Sizes as a distribution; at least one."""
    return measured({Decimal(size): count for size, count in Counter(sizes).items()})


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute over a sample.

    Attributes:
        name: Its name.
        types: DynamoDB's type words found, the most frequent first.
        present: In how many items it stands.
        name_bytes: Bytes of its name.
        total_bytes: Bytes of names and values in all items together.
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
    for one in items:
        for name, value in one.items():
            sizes.setdefault(name, []).append(len(name.encode()) + value_bytes(value))
            types.setdefault(name, Counter()).update(value.keys())
    found = [_attribute(name, sizes[name], types[name]) for name in sizes]
    return tuple(sorted(found, key=lambda a: (-a.total_bytes, a.name)))


def _attribute(name: str, sizes: Sequence[int], types: Mapping[str, int]) -> Attribute:
    often = tuple(sorted(types, key=lambda kind: (-types[kind], kind)))
    return Attribute(name, often, len(sizes), len(name.encode()), sum(sizes), max(sizes))
