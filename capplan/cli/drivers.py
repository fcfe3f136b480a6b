"""`capplan drivers`: which inputs move the bill and the nearest limit?"""

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from capplan.commands.drivers.inputs import Step

By = Annotated[str, typer.Option("--by", help="How far plain quantities are moved: 20% or 2x.")]
Draws = Annotated[
    int, typer.Option("--draws", help="Draws of ranges, to find which to measure first.", min=0, max=100_000)
]
_BY = re.compile(r"(?P<number>\d{1,4}(?:\.\d{1,4})?)\s*(?P<unit>%|x)")
_HINT = "--by"


def drivers(
    scenario: Scenario,
    by: By = "20%",
    draws: Draws = 2000,
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
    """Which inputs move the bill, the nearest limit and the nearest gate? Each is moved by itself, and all is planned again.

    Example: capplan drivers scenarios/orders/scenario.yaml
    """
    known = (*FORMATS, "csv")
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet, known=known)
    keep_inputs(where, [scenario, *(prices or ())])
    step, gate, day, price_day = _step(by), money(budget), day_of(today), day_of(on, "--on")

    def answer() -> int:
        from capplan.commands.drivers.drivers import drivers as moved  # noqa: PLC0415
        from capplan.report.formats.csv import drivers_csv  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.drivers import drivers_record  # noqa: PLC0415
        from capplan.report.views.drivers import drivers_document  # noqa: PLC0415

        loaded = load_scenario(scenario, gate, settings, overlays, prices=prices, on=price_day)
        done = moved(loaded, step, draws=draws, today=day, seed=seed, progress=progress.update)
        emit_document(
            where,
            lambda: to_json(drivers_record(done)),
            lambda: drivers_document(done),
            {"csv": lambda: drivers_csv(done)},
            details=details,
        )
        return 0

    return guarded(where, answer, "no input moved", doing="moving each input")


def _step(text: str) -> "Step":
    from capplan.commands.drivers.inputs import Step  # noqa: PLC0415

    match = _BY.fullmatch(text.strip())
    number = Fraction(match["number"]) if match is not None else Fraction(0)
    if match is not None and match["unit"] == "%" and 0 < number < 100:  # noqa: PLR2004  percent
        return Step(1 - number / 100, 1 + number / 100, f"{match['number']}%")
    if match is not None and match["unit"] == "x" and number > 1:
        return Step(1 / number, number, f"{match['number']}x")
    raise typer.BadParameter(f"expected a share or a factor, such as 20% or 2x, found '{text}'", param_hint=_HINT)
