"""Many minutes of draws at a time are those of one call a minute."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from capplan.services.lambda_.simulation.draws import Draws

MINUTES = st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=6), max_size=5)


@given(MINUTES, st.integers(0, 2**32))
def test_blocks_of_minutes_draw_what_numpy_draws_minute_by_minute(
    blocks: list[list[tuple[int, int]]], seed: int
) -> None:
    """So many numbers, then so many indices, each minute; an odd index leaves half of a raw number to the next."""
    at_once, rng = Draws(np.random.Generator(np.random.PCG64(seed))), np.random.Generator(np.random.PCG64(seed))
    for block in blocks:
        counts = np.array(block, dtype=np.int64).reshape(-1, 2)
        numbers, indices = at_once.of_minutes(counts[:, 0], counts[:, 1])
        one_by_one = [(rng.random(n), rng.integers(0, 4096, m)) for n, m in block]
        assert numbers.tolist() == [x for drawn, _ in one_by_one for x in drawn.tolist()]
        assert indices.tolist() == [i for _, drawn in one_by_one for i in drawn.tolist()]
