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

from tests.cases.facts import Facts

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
    """Two files' kinds of one name, told apart by how they call their inputs: `input` (DynamoDB's) or `inputs`."""
    return lambda case, facts: (first if "input" in case else second)(case, facts)
