"""How figures of a table are written in sentences."""


def percent(share: float) -> str:
    """A share as a percentage; small ones are not 0."""
    return f"{share:.1%}" if share >= 0.001 else "<0.1%"  # noqa: PLR2004  the smallest that is shown
