"""The time a caller waits, by percentile: a mixture of warm and cold invocations."""

from functools import lru_cache

from capplan.quantities.distribution import Distribution, quantile, share_above

_SLICES = 24
"""Init times of equal share over which a cold invocation's time is averaged."""
_HALVINGS = 48


@lru_cache(maxsize=4096)
def percentile_ms(
    share: float, warm: Distribution, init: Distribution, first_call: Distribution, cold_share: float
) -> float:
    """Milliseconds that `share` of all invocations stay below; a cold one takes its init and its first call."""
    inits = [quantile(init, (i + 0.5) / _SLICES) for i in range(_SLICES)]

    def share_beyond(ms: float) -> float:
        cold = sum(share_above(first_call, ms - init_ms) for init_ms in inits) / _SLICES
        return (1 - cold_share) * share_above(warm, ms) + cold_share * cold

    low, high = 0.0, quantile(warm, 1 - 1e-9) + max(inits) + quantile(first_call, 1 - 1e-9)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if share_beyond(middle) > 1 - share else (low, middle)
    return high
