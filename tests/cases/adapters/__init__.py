"""One module a service, each exporting ADAPTERS: what a case's input means in calls of capplan. They hold no rule of AWS.

An adapter takes the whole case and `Facts` and returns the observed values by the names of the case's expectation (for
a case of rows: one entry a row, each a value or a mapping by metric). It raises `NotCovered` for what capplan does not
compute. A run of a simulator may add its own standard errors as `<metric>_se`.
"""

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from tests.cases.facts import Facts, NotCovered

Adapter = Callable[[dict[str, Any], Facts], Any]
_MODULES = (
    "dynamodb",
    "lambda_",
    "stepfunctions",
    "glue",
    "reality",
    "storage_and_streams",
    "front_doors",
    "queues_and_events",
    "logs_and_keys",
)
_OF_INPUT = "dynamodb"
"""Its cases call their inputs `input`, those of the others `inputs`."""


@lru_cache(maxsize=1)
def all_adapters() -> Mapping[str, Adapter]:
    """Every kind that is known, and the function that observes it."""
    of_kind: dict[str, list[tuple[str, Adapter]]] = {}
    for name in _MODULES:
        full = f"{__name__}.{name}"
        if importlib.util.find_spec(full) is not None:
            for kind, adapter in importlib.import_module(full).ADAPTERS.items():
                of_kind.setdefault(kind, []).append((name, adapter))
    return {kind: members[0][1] if len(members) == 1 else _one_of(members) for kind, members in of_kind.items()}


def _one_of(members: Sequence[tuple[str, Adapter]]) -> Adapter:
    """Several modules' kinds of one name: the first that covers a case observes it."""

    def adapter(case: dict[str, Any], facts: Facts) -> Any:  # noqa: ANN401  as each of them
        reason = NotCovered("no adapter takes its inputs")
        for observe in [observe for name, observe in members if (name == _OF_INPUT) == ("input" in case)]:
            try:
                return observe(case, facts)
            except NotCovered as why:
                reason = why
        raise reason

    return adapter
