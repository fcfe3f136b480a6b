"""Demand and tables for tests of DynamoDB. It holds no expected figure."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from capplan.calls import Access
from capplan.flow import DemandFlow, LoadProfile, Peak
from capplan.model import Context, Demand, RequestStream
from capplan.resource_type import DeclaredResource
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.table import TABLE
from capplan.services.dynamodb.usage import Usage
from capplan.units import MONTH_SECONDS, PERIOD_MINUTES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CTX = Context("us-east-1", seed=1)
_SPIKE = (16_440, 16_470)


def row(*values: object) -> tuple[object, ...]:
    """Values side by side, exact numbers of whatever type."""
    return values


def flat(per_second: Fraction | int) -> DemandFlow:
    """The same rate in every minute."""

    def expand() -> "NDArray[np.float64]":
        import numpy as np

        return np.ones(PERIOD_MINUTES)

    shape = LoadProfile(
        "steady", recurring=True, monthly=Fraction(MONTH_SECONDS), peak=Peak(1.0, 0), flat=True, expand=expand
    )
    return DemandFlow.of(shape, Fraction(per_second))


def spiky(per_second: Fraction | int, times: int) -> DemandFlow:
    """The same rate but for 30 minutes, once in the month, at a multiple of it."""
    start, end = _SPIKE

    def expand() -> "NDArray[np.float64]":
        import numpy as np

        levels = np.ones(PERIOD_MINUTES)
        levels[start:end] = times
        return levels

    monthly = Fraction(MONTH_SECONDS + (times - 1) * (end - start) * 60)
    shape = LoadProfile("spiky", True, monthly, Peak(float(times), start), False, expand, (_SPIKE,))
    return DemandFlow.of(shape, Fraction(per_second))


def spikes(per_second: Fraction | int, times: int, count: int) -> DemandFlow:
    """The same rate but for 30 minutes a week, in the first weeks of the month, at a multiple of it."""
    spans = tuple((start, start + 30) for start in range(600, 600 + count * 10_080, 10_080))

    def expand() -> "NDArray[np.float64]":
        import numpy as np

        levels = np.ones(PERIOD_MINUTES)
        for start, end in spans:
            levels[start:end] = times
        return levels

    monthly = Fraction(MONTH_SECONDS + (times - 1) * 1800 * count)
    shape = LoadProfile("spikes", True, monthly, Peak(float(times), spans[0][0]), False, expand, spans)
    return DemandFlow.of(shape, Fraction(per_second))


def table(**said: Any) -> Table:  # noqa: ANN401  words of the language
    """A table as a scenario says it."""
    return TABLE.spec.model_validate(said)


def access(**said: Any) -> Access:  # noqa: ANN401  words of the language
    """An access as a scenario says it."""
    return Access.model_validate(said)


def metered(spec: Table, *works: tuple[Mapping[str, Any], DemandFlow], ctx: Context = CTX) -> Usage:
    """The usage of a table named orders under these accesses."""
    return TABLE.meter(
        DeclaredResource("orders", spec, ctx),
        Demand(tuple(RequestStream(access(**a), flow, "traffic.web") for a, flow in works)),
    )
