"""One module a service, each exporting ADAPTERS: what a case's input means in calls of capplan. They hold no rule of AWS.

An adapter takes the whole case and `Facts` and returns the observed values by the names of the case's expectation (for
a case of rows: one entry a row, each a value or a mapping by metric). It raises `NotCovered` for what capplan does not
compute. A run of a simulator may add its own standard errors as `<metric>_se`.
"""

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from tests.cases.facts import Facts, NotCovered

Adapter = Callable[[dict[str, Any], Facts], Any]
_MODULES = ("dynamodb", "lambda_", "stepfunctions", "glue", "reality", "storage_and_streams")


@lru_cache(maxsize=1)
def all_adapters() -> Mapping[str, Adapter]:
    """Every kind that is known, and the function that observes it."""
    merged: dict[str, Adapter] = {}
    for name in _MODULES:
        full = f"{__name__}.{name}"
        if importlib.util.find_spec(full) is not None:
            for kind, adapter in importlib.import_module(full).ADAPTERS.items():
                merged[kind] = _either(merged[kind], adapter) if kind in merged else adapter
    return merged


def _either(first: Adapter, second: Adapter) -> Adapter:
    """Two files' kinds of one name, told apart by how they call their inputs: `input` (DynamoDB's) or `inputs`.

    Limits are of many services: the adapter that knows what is limited takes the case.
    """

    def adapter(case: dict[str, Any], facts: Facts) -> Any:  # noqa: ANN401  whatever a case observes
        if case["kind"] != "limit":
            return (first if "input" in case else second)(case, facts)
        try:
            return first(case, facts)
        except NotCovered:
            return second(case, facts)

    return adapter
