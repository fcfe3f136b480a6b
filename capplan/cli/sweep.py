"""`capplan sweep`: one or two settings over a range."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from capplan.cli import progress
from capplan.cli.options import Ascii, Color, ColorChoice, Format, OutputFile, Overlay, Quiet, Scenario, Seed
from capplan.cli.output import FORMATS, emit_document, output
from capplan.cli.settings import HINT, changes_of, with_changes
from capplan.cli.steps import guarded, keep_inputs, load_scenario

if TYPE_CHECKING:
    from capplan.commands.sweep import SweptSetting

Settings = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="PATH=VALUES",
        help="10/s..500/s, or 128 MB,256 MB; of one or two settings. A single value holds at all of them.",
    ),
]
Steps = Annotated[int, typer.Option("--steps", help="Values of a range, its ends among them.", min=2, max=400)]
_MOST_SWEPT = 2


def sweep(
    scenario: Scenario,
    settings: Settings,
    steps: Steps = 9,
    overlays: Overlay = None,
    format: Format = None,
    output_file: OutputFile = None,
    seed: Seed = 0,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """One or two settings over a range: cost, gates and limits at each value, and where something breaks.

    Example: capplan sweep scenarios/web-shop/scenario.yaml --set traffic.shoppers.rate=10/s..500/s
    """
    known = (*FORMATS, "csv")
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet, known=known)
    keep_inputs(where, [scenario])
    swept, fixed = _read(settings, steps)

    def answer() -> int:
        from capplan.commands.sweep import SweepError  # noqa: PLC0415
        from capplan.commands.sweep import sweep as planned  # noqa: PLC0415
        from capplan.report.formats.csv import sweep_csv  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.sweep import sweep_record  # noqa: PLC0415
        from capplan.report.views.sweep import sweep_document  # noqa: PLC0415

        base = load_scenario(scenario, None, fixed, overlays)

        def at(values: Any) -> Any:  # noqa: ANN401  pairs of path and value; a Scenario
            return with_changes(base, changes_of([f"{path}={value}" for path, value in values]))

        try:
            done = planned(at, swept, seed=seed, progress=progress.update)
        except SweepError as error:
            raise typer.BadParameter(str(error), param_hint=HINT) from None
        emit_document(
            where,
            lambda: to_json(sweep_record(done)),
            lambda: sweep_document(done),
            {"csv": lambda: sweep_csv(done)},
        )
        return 0

    return guarded(where, answer, "nothing swept", doing="planning each value")


def _read(texts: list[str], steps: int) -> "tuple[list[SweptSetting], list[str]]":
    """The settings with several values, and those with one, as --set takes them."""
    from capplan.commands.sweep import SweepError, swept_setting  # noqa: PLC0415

    swept, fixed = [], []
    for text in texts:
        path, sign, values = text.partition("=")
        try:
            setting = swept_setting(path.strip(), values, steps) if sign else None
        except SweepError as error:
            raise typer.BadParameter(str(error), param_hint=HINT) from None
        if setting is None:
            fixed.append(text)
        else:
            swept.append(setting)
    if not 1 <= len(swept) <= _MOST_SWEPT:
        found = "no setting has" if not swept else f"{len(swept)} settings have"
        raise typer.BadParameter(
            f"{found} several values: write them for one or two, such as traffic.shoppers.rate=10/s..500/s",
            param_hint=HINT,
        )
    return swept, fixed
