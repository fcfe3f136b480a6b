"""Shows every observable with its value today and a gate that passes, so that writing a gate is picking one."""

from collections.abc import Sequence

from capplan.language.gate_tokens import plain_name
from capplan.pipeline.results import Observed, Plan
from capplan.report import numbers
from capplan.report.layout import Style, columns, finish, left, right, row, safe, title, wrap
from capplan.report.passing_gate import passing_gate
from capplan.report.verdicts import rounded

_MAX_NAME = 40
_HOW = (
    "Write one under gates: `- orders.throttled < 0.1%`, or `- {warn: orders.throttled < 0.1%}`. Combine them with and, "
    "or, not, and figures with + - * /. With --baseline, each also has .change and .change_percent."
)


def gates_text(plan: Plan, shown: Sequence[Observed], style: Style) -> str:
    """The answer of `gates`."""
    counted = numbers.count(len(shown), "observable")
    head = title(plan.name, plan.region, f"{counted}, each with a gate that passes", style)
    if not shown:
        return finish([[head], ["No observable has that in its name. Without a word all are listed."]])
    name = min(max(columns(safe(plain_name(o.name), style)) for o in shown), _MAX_NAME) + 1
    today = name + 16
    out = row(style, left(0, "OBSERVABLE"), right(today, "today"), left(today + 1, "gate that passes"), colour="bold")
    for observed in shown:
        value = "unknown" if observed.value is None else rounded(observed.value, observed.unit)
        out += row(
            style, left(0, plain_name(observed.name)), right(today, value), left(today + 1, passing_gate(observed))
        )
    return finish([[head], out, wrap(_HOW, 0, style)])
