"""Parameter Store's quotas, each with its source and the day it was read."""

from collections.abc import Mapping
from datetime import date

from capplan.service import Quota

READ = date(2026, 11, 30)
_THROUGHPUT = "AWS Systems Manager User Guide, Changing Parameter Store throughput"

RATE = Quota("parameter_store.rate", 40, "requests/s", _THROUGHPUT, READ, shared=True)
"""Standard throughput: GetParameter, GetParameters and GetParametersByPath together."""
GET_RATE = Quota("parameter_store.get_parameter_rate", 10_000, "requests/s", _THROUGHPUT, READ, shared=True)
GET_MANY_RATE = Quota("parameter_store.get_parameters_rate", 1000, "requests/s", _THROUGHPUT, READ, shared=True)
BY_PATH_RATE = Quota("parameter_store.get_parameters_by_path_rate", 100, "requests/s", _THROUGHPUT, READ, shared=True)
"""Of higher throughput, each call apart."""
NAMES_MAX = Quota("parameter_store.names", 10, "parameters", "AWS Systems Manager API Reference, GetParameters", READ)
"""Of one GetParameters or GetParametersByPath call."""

ALL: tuple[Quota, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Quota))
HIGHER: Mapping[str, Quota] = {
    "get-parameter": GET_RATE,
    "get-parameters": GET_MANY_RATE,
    "get-parameters-by-path": BY_PATH_RATE,
}
"""The quotas of higher throughput by verb."""
