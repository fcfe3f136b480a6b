"""`capplan check`: do the gates hold?"""

from typing import Annotated

import typer

from capplan.answer import Plan
from capplan.cli.options import (
    Ascii,
    Budget,
    FailOn,
    Format,
    NoColor,
    OutputFile,
    Quiet,
    Scenarios,
    Seed,
    Strict,
    Today,
)
from capplan.cli.output import emit, output
from capplan.cli.steps import GATE_BROKEN, day_of, every, guarded, keep_inputs, money, plan_json, plan_of, strict_code
from capplan.report.document import Style


def check(
    scenarios: Scenarios,
    format: Format = None,
    output_file: OutputFile = None,
    budget: Budget = None,
    today: Today = None,
    seed: Seed = 0,
    strict: Strict = False,
    ascii: Ascii = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="deny, or warn: warnings break too.")] = FailOn.deny,
) -> int:
    """Do the gates hold? Exit 3 if not; the report comes first.

    Example: capplan check scenarios/web-shop/scenario.yaml --budget 2500
    """
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet)
    keep_inputs(where, scenarios)

    def answer() -> int:
        plans = every(scenarios, lambda path: plan_of(path, gate, day, seed))
        emit(where, lambda: plan_json(plans), lambda style: "\n".join(_text(plan, style) for plan in plans))
        levels = ("deny", "warn") if fail_on is FailOn.warn else ("deny",)
        if any(g.verdict == "fail" and g.level in levels for plan in plans for g in plan.gates):
            return GATE_BROKEN
        return strict_code(plans, strict)

    gate, day = money(budget), day_of(today)
    return guarded(where, answer)


def _text(plan: Plan, style: Style) -> str:
    from capplan.report.check_text import check_text  # noqa: PLC0415

    return check_text(plan, style)
