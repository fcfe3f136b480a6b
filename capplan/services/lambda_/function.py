"""AWS Lambda: what functions cost, how many run at once, what refuses them. It never sees another service."""

from fractions import Fraction

from capplan.calls import Access
from capplan.model import Call, Context, ResourceType, Simulator
from capplan.services.lambda_.advice.memory import resolve
from capplan.services.lambda_.advice.options import options
from capplan.services.lambda_.advice.rules import RULES
from capplan.services.lambda_.assumptions import assume, exclude
from capplan.services.lambda_.billing import capped_mean_ms
from capplan.services.lambda_.cost import charge
from capplan.services.lambda_.limits import check, pool_quota, pools
from capplan.services.lambda_.observables import observe
from capplan.services.lambda_.sources.batches import POLLS, QUEUE_WINDOW_MS, max_records, records_per_invocation
from capplan.services.lambda_.spec import UNSUPPORTED, Function, Trigger
from capplan.services.lambda_.usage import Usage, meter, summary

__all__ = [
    "KIND",
    "POLLS",
    "QUEUE_WINDOW_MS",
    "Function",
    "Trigger",
    "Usage",
    "max_records",
    "pool_quota",
    "records_per_invocation",
]


def _calls(name: str, spec: Function, ctx: Context) -> tuple[Call, ...]:  # noqa: ARG001  every room's signature
    """What a function calls stands in its `calls`, which the loader reads."""
    return ()


def _duration_ms(name: str, spec: Function, ctx: Context) -> Fraction:  # noqa: ARG001  every room's signature
    """Mean time of an invocation, cut at its time-out."""
    return capped_mean_ms(spec.duration, spec.timeout_ms)


def _no_records(spec: Function, access: Access) -> Fraction:  # noqa: ARG001  every room's signature
    return Fraction(0)


def _no_shards(usage: Usage) -> int:  # noqa: ARG001  every room's signature
    return 0


def _simulator() -> Simulator[Function, Usage]:
    """Loaded when somebody follows something over time."""
    from capplan.services.lambda_.simulation.simulate import SIMULATOR  # noqa: PLC0415

    return SIMULATOR


KIND: ResourceType[Function, Usage] = ResourceType(
    name="lambda.function",
    section="functions",
    service="lambda",
    spec=Function,
    unsupported=UNSUPPORTED,
    calls=_calls,
    duration_ms=_duration_ms,
    meter=meter,
    check=check,
    pools=pools,
    charge=charge,
    options=options,
    summary=summary,
    observe=observe,
    assume=assume,
    records=_no_records,
    shards=_no_shards,
    exclude=exclude,
    rules=RULES,
    complete=resolve,
    simulate=_simulator,
)
