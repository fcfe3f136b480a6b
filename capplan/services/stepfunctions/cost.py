"""Under which SKUs a state machine is billed, and how many of each. It multiplies by no price but one it is given.

Source: AWS Step Functions pricing page (read 2026-11-23).
"""

from decimal import Decimal
from fractions import Fraction

from capplan.model import Charge, Context
from capplan.services.stepfunctions.execution.express import DURATION_STEP_MS
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage, billed_mb, gb_seconds

TRANSITION = "stepfunctions.standard.state_transition"
REQUEST = "stepfunctions.express.request"
DURATION = "stepfunctions.express.duration"
_SHORT_BELOW = 1_000


def charge(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[Charge, ...]:
    """Transitions of Standard executions, requests and GB-seconds of Express ones, Map children included."""
    del spec, ctx
    each = usage.each
    found: list[Charge] = []
    if each.transitions:
        found.append(_charge(f"{name}.transitions", TRANSITION, usage, each.transitions, _transitions(usage)))
    if each.requests:
        found.append(_charge(f"{name}.requests", REQUEST, usage, each.requests, _requests(usage)))
        found.append(_charge(f"{name}.duration", DURATION, usage, each.gb_seconds, _duration(usage)))
    return tuple(found)


_UNITS = {TRANSITION: "transition", REQUEST: "request", DURATION: "GB-second"}


def _charge(line: str, price: str, usage: Usage, each: Fraction, working: str) -> Charge:
    flow = usage.executions * each
    started = f"{short(usage.executions.monthly)} executions"
    return Charge(line, price, f"{started} × {working}" if working else started, flow.monthly, _UNITS[price], flow)


def _requests(usage: Usage) -> str:
    return "" if usage.express else f"{short(usage.each.requests)} Map children"


def _transitions(usage: Usage) -> str:
    found = usage.found
    own = found.states_entered + found.retries + usage.overhead
    parts = f"{short(found.states_entered)} states"
    if found.retries:
        parts += f" + {short(found.retries)} retries"
    if usage.overhead:
        parts += f" + {usage.overhead} for start and end"
    children = usage.each.transitions - own
    return f"({parts}" + (f" + {short(children)} of Map children)" if children else ")")


def _duration(usage: Usage) -> str:
    if not usage.express:
        return f"{short(usage.each.gb_seconds)} GB-seconds of Map children"
    return f"{short(usage.billed_ms)} ms × {billed_mb(usage.memory_mb)} MB"


def short(value: Fraction) -> str:
    """A number for a sentence: whole from 1,000 on, else four digits."""
    return f"{round(value):,}" if value >= _SHORT_BELOW else f"{float(value):.4g}"


Exact = Decimal | Fraction


def longest_express_ms(
    transitions: Fraction, transition_usd: Exact, request_usd: Exact, gb_second_usd: Exact, memory_mb: int
) -> int:
    """The largest billed duration at which one Express execution costs no more than these transitions; 0 if none does.

    First tier, no free tier. `memory_mb` is what is used.
    """
    left_usd = transitions * Fraction(transition_usd) - Fraction(request_usd)
    step_usd = gb_seconds(DURATION_STEP_MS, billed_mb(memory_mb)) * Fraction(gb_second_usd)
    return max(0, int(left_usd // step_usd)) * DURATION_STEP_MS
