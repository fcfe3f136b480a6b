"""Keys placed one by one, and requests drawn one by one: slow oracles for the load on each partition."""

from typing import TYPE_CHECKING

from capplan.services.dynamodb.keys.placement import mixed_places, partition_of
from capplan.services.dynamodb.partitions.load import PartitionLoads

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHUNK = 2**20


def loads(keys: int, partitions: int, seed: int = 0) -> "NDArray[np.int64]":
    """How many of so many keys lie in each partition, every one hashed. Shape (partitions,)."""
    import numpy as np

    counts = np.zeros(partitions, dtype=np.int64)
    for start in range(0, keys, _CHUNK):
        places = mixed_places(start, min(_CHUNK, keys - start), seed)
        counts += np.bincount(partition_of(places, partitions), minlength=partitions)
    return counts


def requests_by_partition(heat: PartitionLoads, requests: int, seed: int = 0) -> "NDArray[np.int64]":
    """One draw of how many of so many requests each partition gets (multinomial). Shape (partitions,); sums to it."""
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed))
    return rng.multinomial(requests, heat.shares / heat.shares.sum())
