"""Recommendations for a secret: that environments keep it."""

from collections.abc import Iterable

from capplan.model import Change, Context, Option, RequestStream, Rule
from capplan.quantities.text import figure

_KEPT = "5 min"
"""As the AWS Parameters and Secrets Lambda Extension keeps an answer by default."""

RULES: tuple[Rule, ...] = (
    Rule(
        "secrets_manager.cache",
        "Read a secret once in an environment",
        "Functions that read a secret at each invocation.",
        "Keep the secret in the environment, by the Parameters and Secrets extension or a client that caches: each call costs, and "
        "adds its time to the invocation.",
        "A rotated secret is seen when the kept one gets old.",
        "Use AWS Secrets Manager secrets in AWS Lambda functions (AWS Secrets Manager User Guide, read 2026-11-30)",
        action="Keep {name} in the environments that read it",
        effort="medium",
    ),
)


def options(name: str, requests: Iterable[RequestStream], ctx: Context) -> Iterable[Option]:
    """Reads of functions at each invocation, made once in five minutes of each environment."""
    found = [
        (stream, stream.line)
        for stream in requests
        if stream.line is not None
        and stream.cause in ctx.with_environments
        and stream.access.op == "get-secret"
        and stream.access.per == "invocation"
    ]
    if not found:
        return
    reads = sum(stream.flow.monthly for stream, _ in found)
    message = (
        f"{name} is read at each invocation, {figure(reads)} times a month; an environment may keep it for {_KEPT}."
    )
    changes = tuple(
        change
        for _, line in found
        for change in (Change(line.at("per"), "cold-start"), Change(line.at("cache"), _KEPT))
    )
    behavior = f"a rotated secret is seen up to {_KEPT} later"
    yield Option("secrets_manager.cache", message, changes, changes_behavior=behavior)
