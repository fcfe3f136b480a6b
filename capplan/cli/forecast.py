"""`capplan forecast`: month by month, and the first month in which something breaks."""

import re
from typing import Annotated

import typer

from capplan.cli import progress
from capplan.cli.options import (
    Ascii,
    Budget,
    Color,
    ColorChoice,
    Details,
    Format,
    On,
    OutputFile,
    Overlay,
    Prices,
    Quiet,
    Scenario,
    Seed,
    Set,
    Today,
)
from capplan.cli.output import FORMATS, emit_document, output
from capplan.cli.steps import day_of, guarded, keep_inputs, load_scenario, money

Months = Annotated[int, typer.Option("--months", help="How many months.", min=1, max=120)]
From = Annotated[str | None, typer.Option("--from", help="The first month, such as 2027-01.")]
MeanMonths = Annotated[bool, typer.Option("--mean-months", help="With --from: months of 730 hours, as estimate has.")]
Draws = Annotated[int, typer.Option("--draws", help="Draws of ranges, each planned in every month.", min=0, max=1000)]
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def forecast(
    scenario: Scenario,
    months: Months = 24,
    first: From = None,
    mean_months: MeanMonths = False,
    draws: Draws = 40,
    settings: Set = None,
    overlays: Overlay = None,
    prices: Prices = None,
    on: On = None,
    format: Format = None,
    output_file: OutputFile = None,
    budget: Budget = None,
    today: Today = None,
    seed: Seed = 0,
    details: Details = False,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """Month by month: the bill, and the first month in which a budget, a limit or a gate breaks, with what moves it.

    Example: capplan forecast scenarios/web-shop/scenario.yaml --months 12
    """
    known = (*FORMATS, "csv")
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet, known=known)
    keep_inputs(where, [scenario, *(prices or ())])
    if mean_months and first is None:
        raise typer.BadParameter(
            "months have 730 hours already: it goes with --from 2027-01", param_hint="--mean-months"
        )
    start, gate, day, price_day = _first(first), money(budget), day_of(today), day_of(on, "--on")

    def answer() -> int:
        from capplan.commands.forecast.forecast import forecast as forecasted  # noqa: PLC0415
        from capplan.report.formats.csv import forecast_csv  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.forecast import forecast_record  # noqa: PLC0415
        from capplan.report.views.forecast import forecast_document  # noqa: PLC0415

        loaded = load_scenario(scenario, gate, settings, overlays, prices=prices, on=price_day)
        done = forecasted(
            loaded,
            months,
            first=start,
            mean_months=mean_months,
            today=day,
            seed=seed,
            draws=draws,
            progress=progress.update,
        )
        emit_document(
            where,
            lambda: to_json(forecast_record(done)),
            lambda: forecast_document(done),
            {"csv": lambda: forecast_csv(done)},
            details=details,
        )
        return 0

    return guarded(where, answer, "nothing forecast", doing="planning each month")


def _first(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = _MONTH.fullmatch(text)
    if match is None:
        raise typer.BadParameter(f"expected a month, such as 2027-01, found '{text}'", param_hint="--from")
    return int(match[1]), int(match[2])
