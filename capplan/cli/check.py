"""`capplan check`: do the gates pass?"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from capplan.cli import progress
from capplan.cli.formats import PLAN_FORMATS, write_checked
from capplan.cli.options import (
    Ascii,
    Baseline,
    Budget,
    BudgetDelta,
    Color,
    ColorChoice,
    Draws,
    FailOn,
    Format,
    On,
    OutputFile,
    Overlay,
    Prices,
    Quiet,
    Scenarios,
    Seed,
    Set,
    Strict,
    Today,
)
from capplan.cli.output import output
from capplan.cli.sources import baseline_of, baselines
from capplan.cli.steps import GATE_FAILED, day_of, delta, every, guarded, keep_inputs, load_scenario, money, strict_code
from capplan.pipeline.results import Plan

if TYPE_CHECKING:
    from capplan.commands.saved_plan import PlanRecord


def check(
    scenarios: Scenarios,
    settings: Set = None,
    overlays: Overlay = None,
    prices: Prices = None,
    on: On = None,
    format: Format = None,
    output_file: OutputFile = None,
    budget: Budget = None,
    baseline: Baseline = None,
    budget_delta: BudgetDelta = None,
    today: Today = None,
    seed: Seed = 0,
    draws: Draws = 10_000,
    strict: Strict = False,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="deny, or warn: warnings fail too.")] = FailOn.deny,
) -> int:
    """Do the gates pass? Exit 3 if not; the report is written first.

    Example: capplan check scenarios/web-shop/scenario.yaml --budget 2500
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet, known=PLAN_FORMATS)
    keep_inputs(where, [*scenarios, *(prices or ()), *([baseline] if baseline else [])])
    max_usd, max_change, day, price_day = money(budget), delta(budget_delta), day_of(today), day_of(on, "--on")
    if (prices or on) and baseline is not None and not baseline.lower().endswith(".json"):
        why = "with --prices or --on it needs a saved JSON, planned with the same prices"
        raise typer.BadParameter(why, param_hint="--baseline")
    if max_change is not None and baseline is None:
        raise typer.BadParameter("it needs --baseline", param_hint="--budget-delta")

    def answer() -> int:
        from capplan.commands.plan import plan  # noqa: PLC0415
        from capplan.language.gate_syntax import budget_gate  # noqa: PLC0415
        from capplan.language.scenario import with_gates  # noqa: PLC0415

        extra = [
            *([budget_gate(max_usd)] if max_usd is not None else []),
            *([max_change] if max_change is not None else []),
        ]
        loaded = every(
            scenarios,
            lambda path: with_gates(load_scenario(path, None, settings, overlays, prices=prices, on=price_day), *extra),
        )
        bases = baselines(baseline, loaded, day, seed) if baseline else [None] * len(loaded)

        def planned(pair: "tuple[Any, PlanRecord | None]") -> Plan:
            base = baseline_of(pair[1], baseline, pair[0].name)
            return plan(
                pair[0], today=day, seed=seed, baseline=base, allow_unjudged=False, draws=draws,
                progress=progress.update,
            )  # fmt: skip

        plans = every(list(zip(loaded, bases, strict=True)), planned)
        write_checked(where, plans, bases, fail_on_warn=fail_on is FailOn.warn)
        levels = ("deny", "warn") if fail_on is FailOn.warn else ("deny",)
        if any(g.verdict == "fail" and g.level in levels for plan in plans for g in plan.gates):
            return GATE_FAILED
        return strict_code(plans, strict)

    return guarded(where, answer)
