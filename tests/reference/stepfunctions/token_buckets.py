"""Oracle: a token bucket in closed form, to which the simulated buckets are held equal."""

from fractions import Fraction

from capplan.services.stepfunctions.simulation.token_buckets import Bucket


def seconds_to_admit(bucket: Bucket, requests: Fraction | int) -> Fraction:
    """Seconds until requests that all arrive at once are admitted."""
    return max(Fraction(0), (Fraction(requests) - bucket.size) / bucket.refill_per_s)
