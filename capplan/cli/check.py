"""`capplan check`: do the gates pass?"""

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from capplan.cli import progress
from capplan.cli.formats import PLAN_FORMATS, write_checked
from capplan.cli.options import (
    DRAWS,
    Ascii,
    Baseline,
    Budget,
    BudgetDelta,
    Color,
    ColorChoice,
    Draws,
    FailOn,
    Fields,
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
    Top,
)
from capplan.cli.output import output
from capplan.cli.sources import baseline_of, baselines
from capplan.cli.steps import GATE_FAILED, day_of, delta, every, guarded, keep_inputs, load_scenario, money, strict_code
from capplan.pipeline.results import Plan
from capplan.record import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    draws: Draws = DRAWS,
    strict: Strict = False,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
    bill: Annotated[
        list[str] | None,
        typer.Option("--bill", help="A month's bill: also fail if too much of it is not explained. Repeatable."),
    ] = None,
    map: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="PATTERN=RESOURCE", help="For --bill: ids, or tag:KEY=VALUE, that are a resource."
        ),
    ] = None,
    max_unexplained: Annotated[
        str | None, typer.Option("--max-unexplained", help="The share of the bill for --bill (5%).")
    ] = None,
    fields: Fields = None,
    top: Top = None,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="deny, or warn: warnings fail too.")] = FailOn.deny,
) -> int:
    """Do the gates pass? Exit 3 if not; the report is written first.

    Example: capplan check scenarios/web-shop/scenario.yaml --budget 2500
    """
    where = output(
        format, output_file, ascii_only=ascii, color=color, quiet=quiet, known=PLAN_FORMATS, fields=fields, top=top
    )
    keep_inputs(where, [*scenarios, *(prices or ()), *([baseline] if baseline else []), *(bill or ())])
    max_usd, max_change, day, price_day = money(budget), delta(budget_delta), day_of(today), day_of(on, "--on")
    if (prices or on) and baseline is not None and not baseline.lower().endswith(".json"):
        why = "with --prices or --on it needs a saved JSON, planned with the same prices"
        raise typer.BadParameter(why, param_hint="--baseline")
    share = share_of_bill(bill, map, max_unexplained, len(scenarios))
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
        of_bill = None
        if bill:
            scenario, of_bill = with_bill(loaded[0], bill, map or (), share, day, seed)
            loaded = [scenario]
        bases = baselines(baseline, loaded, day, seed) if baseline else [None] * len(loaded)

        def planned(pair: "tuple[Any, PlanRecord | None]") -> Plan:
            base = replace(baseline_of(pair[1], baseline, pair[0].name), bill=of_bill)
            return plan(
                pair[0],
                today=day,
                seed=seed,
                baseline=base,
                allow_unjudged=False,
                draws=draws,
                progress=progress.update,
            )

        plans = every(list(zip(loaded, bases, strict=True)), planned)
        write_checked(where, plans, bases, fail_on_warn=fail_on is FailOn.warn)
        levels = ("deny", "warn") if fail_on is FailOn.warn else ("deny",)
        if any(g.verdict == "fail" and g.level in levels for plan in plans for g in plan.gates):
            return GATE_FAILED
        return strict_code(plans, strict)

    return guarded(where, answer)


def share_of_bill(
    bill: "Sequence[str] | None", maps: "Sequence[str] | None", share: str | None, scenarios: int
) -> Decimal | None:
    """`--max-unexplained` in percent; the options of a bill go together."""
    for given, name in ((share, "--max-unexplained"), (maps, "--map")):
        if given and not bill:
            raise typer.BadParameter("it needs --bill", param_hint=name)
    if bill and scenarios > 1:
        raise typer.BadParameter("expected one scenario: a bill is compared with one plan", param_hint="--bill")
    if share is None:
        return None
    match = re.fullmatch(r"\s*(\d{1,3}(?:\.\d{1,6})?)\s*%\s*", share)
    if match is None or Decimal(match[1]) > 100:  # noqa: PLR2004  percent
        raise typer.BadParameter(f"expected a share, such as 5%, found '{share}'", param_hint="--max-unexplained")
    return Decimal(match[1])


def with_bill(
    scenario: Any,  # noqa: ANN401  a Scenario
    bill: "Sequence[str]",
    maps: "Sequence[str]",
    share: Decimal | None,
    day: date | None,
    seed: int,
) -> "tuple[Any, Mapping[str, Decimal | None]]":
    """The scenario with a gate on the unexplained share of a bill, if it has none; and what gates may observe of the bill."""
    from capplan.commands.reconcile.bill import Asked, read_bill  # noqa: PLC0415
    from capplan.commands.reconcile.compare import reconcile  # noqa: PLC0415
    from capplan.commands.reconcile.gate import values_of  # noqa: PLC0415
    from capplan.gates.bill import about_bill  # noqa: PLC0415
    from capplan.language.gate_syntax import unexplained_gate  # noqa: PLC0415
    from capplan.language.scenario import with_gates  # noqa: PLC0415

    values = values_of(reconcile(scenario, read_bill(bill, Asked(), progress.update), maps, today=day, seed=seed))
    if share is None and any(about_bill(gate) for gate in scenario.gates):
        return scenario, values
    source = "--bill" if share is None else "--max-unexplained"
    return with_gates(scenario, unexplained_gate(Decimal(5) if share is None else share, source)), values
