"""Charges of a state machine: transitions of Standard executions, requests and GB-seconds of Express ones.

Source: AWS Step Functions pricing page (read 2026-11-23).
"""

from decimal import Decimal
from fractions import Fraction

from capplan.model import Charge, Context
from capplan.quantities.text import figure
from capplan.services.stepfunctions.quotas import DURATION_STEP_MS
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage, billed_mb, gb_seconds

TRANSITION = "stepfunctions.standard.state_transition"
REQUEST = "stepfunctions.express.request"
DURATION = "stepfunctions.express.duration"
_UNITS = {TRANSITION: "transition", REQUEST: "request", DURATION: "GB-second"}
_WHOLE_FROM = 1_000


def charge(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[Charge, ...]:
    """The month's charges, Distributed Map children included."""
    del spec, ctx
    billed = usage.billed
    charges: list[Charge] = []
    if billed.transitions:
        charges.append(_charge(f"{name}.transitions", TRANSITION, usage, billed.transitions, _transitions(usage)))
    if billed.requests:
        children = "" if usage.express else f"{short(billed.requests)} Map children"
        charges.append(_charge(f"{name}.requests", REQUEST, usage, billed.requests, children))
        charges.append(_charge(f"{name}.duration", DURATION, usage, billed.gb_seconds, _duration(usage)))
    return tuple(charges)


def _charge(line: str, price: str, usage: Usage, per_execution: Fraction, factor: str) -> Charge:
    flow = usage.executions * per_execution
    started = f"{short(usage.executions.monthly)} executions"
    text = f"{started} × {factor}" if factor else started
    return Charge(line, price, text, flow.monthly, _UNITS[price], flow)


def _transitions(usage: Usage) -> str:
    execution = usage.mean
    parts = f"{short(execution.states_entered)} states"
    if execution.retries:
        parts += f" + {short(execution.retries)} retries"
    if usage.overhead:
        parts += f" + {usage.overhead} for start and end"
    children = usage.billed.transitions - execution.states_entered - execution.retries - usage.overhead
    return f"({parts}" + (f" + {short(children)} of Map children)" if children else ")")


def _duration(usage: Usage) -> str:
    if not usage.express:
        return f"{short(usage.billed.gb_seconds)} GB-seconds of Map children"
    return f"{short(usage.billed_ms)} ms × {billed_mb(usage.memory_mb)} MB"


def short(value: Fraction) -> str:
    """A number for a text: whole from 1,000 on, else four digits."""
    return f"{round(value):,}" if value >= _WHOLE_FROM else figure(value, 4)


Exact = Decimal | Fraction


def longest_express_ms(
    transitions: Fraction, transition_usd: Exact, request_usd: Exact, gb_second_usd: Exact, memory_mb: int
) -> int:
    """The longest billed duration at which one Express execution costs no more than these transitions.

    Args:
        transitions: State transitions of one Standard execution.
        transition_usd: First-tier price of a transition, as the next two of theirs; no Free Tier.
        request_usd: Price of a request.
        gb_second_usd: Price of a GB-second.
        memory_mb: Memory used, before rounding.

    Returns:
        Milliseconds in steps of 100; 0 where Express always costs more.
    """
    left_usd = transitions * Fraction(transition_usd) - Fraction(request_usd)
    step_usd = gb_seconds(DURATION_STEP_MS, billed_mb(memory_mb)) * Fraction(gb_second_usd)
    return max(0, int(left_usd // step_usd)) * DURATION_STEP_MS
