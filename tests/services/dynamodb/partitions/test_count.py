"""How many partitions are planned, row by row."""

import pytest

from capplan.services.dynamodb.partitions.count import partition_count


@pytest.mark.parametrize(
    ("size", "write", "read", "on_demand", "count", "working"),
    [
        (0, 0, 0, True, 4, "a new on-demand table"),
        (0, 0, 0, False, 1, "a provisioned one"),
        (25 * 2**30, 0, 0, False, 3, "ceil(25 / 10)"),
        (0, 2000, 5000, False, 4, "AWS's old example: 2 + 1.67"),
        (0, 1000, 3000, False, 2, "1 + 1"),
    ],
)
def test_partitions_fit_bytes_and_peak(
    size: int, write: int, read: int, *, on_demand: bool, count: int, working: str
) -> None:
    assert partition_count(size, write, read, on_demand=on_demand) == count, working
