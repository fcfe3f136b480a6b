"""`capplan compare-regions`: what does it cost in other Regions?"""

from typing import Annotated

import typer

from capplan.cli import progress
from capplan.cli.options import Ascii, Color, ColorChoice, Format, OutputFile, Overlay, Quiet, Scenario, Seed, Set
from capplan.cli.output import emit_document, output
from capplan.cli.steps import guarded, keep_inputs, load_scenario

Regions = Annotated[
    list[str] | None, typer.Argument(metavar="REGION", help="Such as eu-west-1; without any, all with prices.")
]


def compare_regions(
    scenario: Scenario,
    regions: Regions = None,
    settings: Set = None,
    overlays: Overlay = None,
    format: Format = None,
    output_file: OutputFile = None,
    seed: Seed = 0,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """What does it cost in other Regions, what breaks there, and which prices are missing? The cheapest first.

    Example: capplan compare-regions scenarios/web-shop/scenario.yaml eu-west-1 ap-northeast-2
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet)
    keep_inputs(where, [scenario])

    def answer() -> int:
        from capplan.commands.regions import compare_regions as compared  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.regions import regions_record  # noqa: PLC0415
        from capplan.report.views.regions import regions_document  # noqa: PLC0415

        _known(wanted)
        done = compared(load_scenario(scenario, None, settings, overlays), wanted, seed=seed, progress=progress.update)
        emit_document(where, lambda: to_json(regions_record(done)), lambda: regions_document(done))
        return 0

    wanted = list(dict.fromkeys(regions or ()))
    return guarded(where, answer, "nothing compared", doing="planning each Region")


def _known(wanted: list[str]) -> None:
    """Every Region of the command line must have prices."""
    from capplan.pricing.catalogue import regions  # noqa: PLC0415
    from capplan.reading.nearest import did_you_mean  # noqa: PLC0415

    for region in wanted:
        if region not in regions():
            hint = did_you_mean(region, regions(), f"such as us-east-1; there are {len(regions())}")
            raise typer.BadParameter(f"there are no prices for Region '{region}': {hint}", param_hint="REGION")
