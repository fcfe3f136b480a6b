"""How often SNS delivers again, by its delivery policy.

Amazon SNS Developer Guide, "Message delivery retries" (read 2026-11-30): server errors and 429 are tried again.
"""


def retries(phases: tuple[int, ...]) -> int:
    """Retries of a policy: those of its phases together."""
    return sum(phases)
