"""The time a caller waits, by percentile: a mixture of warm and cold invocations."""

from functools import lru_cache

from capplan.quantities.distribution import Distribution, fixed, quantile, share_above

_SLICES = 24
"""Init times of equal share over which a cold invocation's time is averaged."""
_HALVINGS = 48
Mixture = tuple[tuple[float, Distribution, Distribution], ...]
"""Parts of all invocations: their share, the time of their init, and that of the invocation after it."""


def percentile_ms(
    share: float, warm: Distribution, init: Distribution, first_call: Distribution, cold_share: float
) -> float:
    """Milliseconds that `share` of all invocations stay below; a cold one takes its init and its first call."""
    return mixed_percentile_ms(share, ((1 - cold_share, fixed(0), warm), (cold_share, init, first_call)))


@lru_cache(maxsize=4096)
def mixed_percentile_ms(share: float, mixture: Mixture) -> float:
    """Milliseconds that `share` of a mixture stay below."""
    parts = [(weight, slices_of(init), invocation) for weight, init, invocation in mixture]

    def share_beyond(ms: float) -> float:
        return sum(
            weight * sum(share_above(invocation, ms - init_ms) for init_ms in inits) / len(inits)
            for weight, inits, invocation in parts
        )

    low, high = 0.0, max(max(inits) + quantile(invocation, 1 - 1e-9) for _, inits, invocation in parts)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if share_beyond(middle) > 1 - share else (low, middle)
    return high


def slices_of(init: Distribution) -> list[float]:
    """Init times of equal share."""
    if init.fixed:
        return [quantile(init, 0.5)]
    return [quantile(init, (i + 0.5) / _SLICES) for i in range(_SLICES)]
