"""The runtimes that Lambda knows, and the architectures that each runs on.

Lambda API Reference, CreateFunction, `Runtime`; Lambda Developer Guide, "Lambda runtimes" and "Selecting and configuring
an instruction set architecture" (read 2026-11-30). A runtime that no longer takes new functions still runs old ones.
"""

import re
from collections.abc import Mapping

from capplan.reading.nearest import did_you_mean

OTHER = "other"
"""What a scenario writes for a runtime that is not in the table: nothing is known of its cold starts."""

X86_ONLY = frozenset(
    (
        *("nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x"),
        *("python2.7", "python3.6", "python3.7", "java8", "ruby2.5", "go1.x", "provided"),
        *("dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1"),
    )
)
"""Runtimes on Amazon Linux 1, which has no arm64: Graviton came in September 2021 with Amazon Linux 2."""
RUNTIMES = X86_ONLY | frozenset(
    (
        *(f"nodejs{version}.x" for version in (12, 14, 16, 18, 20, 22, 24, 26)),
        *(f"python3.{version}" for version in range(8, 16)),
        *("java8.al2", "java11", "java17", "java21", "java25", "java8.al2023", "java11.al2023", "java17.al2023"),
        *("dotnetcore3.1", "dotnet5.0", "dotnet6", "dotnet7", "dotnet8", "dotnet9", "dotnet10"),
        *("ruby2.7", "ruby3.2", "ruby3.3", "ruby3.4", "ruby4.0"),
        *("provided.al2", "provided.al2023"),
    )
)
_CUSTOM = re.compile(r"\S.* (provided(?:\.al2|\.al2023)?)")
"""A language on an OS-only runtime, by which its cold starts were measured: "rust provided.al2023"."""
RUNTIME_SCHEMA: Mapping[str, object] = {
    "anyOf": [{"enum": [*sorted(RUNTIMES), OTHER]}, {"type": "string", "pattern": f"^{_CUSTOM.pattern}$"}]
}
"""For editors: the table, or a language on an OS-only runtime."""


def runs_on_arm64(runtime: str | None) -> bool:
    """Whether a runtime runs on arm64; a function without one is a container image or not yet decided, and may."""
    custom = _CUSTOM.fullmatch(runtime or "")
    return (custom[1] if custom is not None else runtime) not in X86_ONLY


def why_unknown(runtime: str) -> str | None:
    """The hint for a runtime that Lambda does not know; None for one it knows."""
    if runtime in RUNTIMES or runtime == OTHER or _CUSTOM.fullmatch(runtime):
        return None
    return did_you_mean(runtime, RUNTIMES, f"write AWS's identifier, such as python3.13, or `runtime: {OTHER}`")
