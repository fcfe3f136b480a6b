"""`capplan estimate`: what will it cost, are limits exceeded, what should I change?"""

from capplan.cli import progress
from capplan.cli.formats import ESTIMATE_FORMATS, write_plan
from capplan.cli.options import (
    DRAWS,
    RESOURCES_SHOWN,
    Ascii,
    Budget,
    Color,
    ColorChoice,
    Details,
    Draws,
    Fields,
    Format,
    On,
    OutputFile,
    Overlay,
    Prices,
    Quiet,
    Scenario,
    Seed,
    Set,
    ShownResources,
    Strict,
    Today,
)
from capplan.cli.output import output
from capplan.cli.steps import day_of, guarded, keep_inputs, load_scenario, money, strict_code


def estimate(
    scenario: Scenario,
    settings: Set = None,
    overlays: Overlay = None,
    prices: Prices = None,
    on: On = None,
    format: Format = None,
    output_file: OutputFile = None,
    budget: Budget = None,
    today: Today = None,
    seed: Seed = 0,
    draws: Draws = DRAWS,
    strict: Strict = False,
    details: Details = False,
    top: ShownResources = None,
    fields: Fields = None,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """What will it cost, are limits exceeded, what should I change?

    Example: capplan estimate scenarios/web-shop/scenario.yaml
    """
    where = output(
        format, output_file, ascii_only=ascii, color=color, quiet=quiet, known=ESTIMATE_FORMATS, fields=fields, top=top
    )
    keep_inputs(where, [scenario, *(prices or ())])

    def answer() -> int:
        from capplan.commands.plan import plan as planned  # noqa: PLC0415

        loaded = load_scenario(scenario, gate, settings, overlays, allow_open=True, prices=prices, on=price_day)
        plan = planned(loaded, today=day, seed=seed, draws=draws, progress=progress.update)
        write_plan(where, loaded, plan, details=details, top=top or RESOURCES_SHOWN, today=day)
        return strict_code([plan], strict)

    gate, day, price_day = money(budget), day_of(today), day_of(on, "--on")
    return guarded(where, answer)
