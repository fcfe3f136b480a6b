"""`capplan compare-modes`: which capacity mode for each table?"""

import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from capplan.cli import progress
from capplan.cli.options import (
    Ascii,
    Color,
    ColorChoice,
    Details,
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
    Today,
    Top,
)
from capplan.cli.output import emit_document, output, report
from capplan.cli.steps import day_of, guarded, keep_inputs, load_scenario, source_of

if TYPE_CHECKING:
    from capplan.pipeline.results import Modes

Times = Annotated[
    list[str] | None, typer.Option("--times", help="A multiple of the traffic to compare at, such as 3x. Repeatable.")
]
TableName = Annotated[str | None, typer.Argument(metavar="TABLE", help="One table; all tables without it.")]
Apply = Annotated[bool, typer.Option("--apply", help="Write TABLE's recommended mode into the scenario.")]
_MAX_MULTIPLE = 1000


def multiples_of(texts: list[str] | None) -> tuple[Fraction, ...]:
    """Multiples of the command line: 0.5x, 1x and 2x where none is given."""
    if not texts:
        return (Fraction(1, 2), Fraction(1), Fraction(2))
    out = []
    for text in texts:
        if (
            not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?x?", text)
            or not 0 < Fraction(text.rstrip("x")) <= _MAX_MULTIPLE
        ):
            raise typer.BadParameter(f"expected a multiple, such as 2x, found '{text}'", param_hint="--times")
        out.append(Fraction(text.rstrip("x")))
    return tuple(out)


def compare_modes(
    scenario: Scenario,
    table: TableName = None,
    settings: Set = None,
    overlays: Overlay = None,
    prices: Prices = None,
    on: On = None,
    format: Format = None,
    output_file: OutputFile = None,
    today: Today = None,
    seed: Seed = 0,
    times: Times = None,
    apply: Apply = False,
    details: Details = False,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
    fields: Fields = None,
    top: Top = None,
) -> int:
    """Which capacity mode for each table? On-demand, provisioned, auto scaled and scheduled, with what they throttle.

    Example: capplan compare-modes scenarios/web-shop/scenario.yaml
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet, fields=fields, top=top)
    keep_inputs(where, [scenario, *(prices or ())])
    if apply and (table is None or settings or prices or on or scenario == "-"):
        raise typer.BadParameter(
            "it needs a file and one TABLE, without --set, --prices and --on", param_hint="--apply"
        )

    def answer() -> int:
        import capplan  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.modes import modes_record  # noqa: PLC0415
        from capplan.report.views.compare_modes import modes_document  # noqa: PLC0415

        modes = capplan.compare_modes(
            load_scenario(scenario, None, settings, overlays, prices=prices, on=price_day),
            today=day,
            seed=seed,
            multiples=multiples,
            progress=progress.update,
        )
        shown = modes if table is None else of_table(modes, table)
        emit_document(where, lambda: to_json(modes_record(shown)), lambda: modes_document(shown), details=details)
        if apply:
            _write(scenario, shown)
        return 0

    day, price_day, multiples = day_of(today), day_of(on, "--on"), multiples_of(times)
    return guarded(where, answer, doing="comparing modes")


def _write(path: str, modes: "Modes") -> None:
    """The recommended mode of the one table, into the scenario's own text, comments kept."""
    from capplan.commands.apply import with_changes  # noqa: PLC0415
    from capplan.model import Change  # noqa: PLC0415
    from capplan.reading.writing import write_atomic  # noqa: PLC0415
    from capplan.report.views.compare_modes import to_write  # noqa: PLC0415

    changes = [Change(change.path, change.new) for table in modes.tables for change in to_write(table)]
    if not changes:
        report(f"{path} is as recommended: nothing written")
        return
    source = source_of(path)
    write_atomic(Path(path), with_changes(source, load_scenario(path, None), changes))
    report(f"written to {path}: {', '.join(change.path for change in changes)}")


def of_table(modes: "Modes", table: str) -> "Modes":
    """The answer for one table, without the account's sums. Raises CapplanError for an unknown one."""
    from capplan.errors import CapplanError, Diagnostic  # noqa: PLC0415
    from capplan.reading.nearest import did_you_mean  # noqa: PLC0415
    from capplan.record import replace  # noqa: PLC0415

    named = tuple(compared for compared in modes.tables if compared.name == table)
    if not named:
        names = list(dict.fromkeys(compared.name for compared in modes.tables))
        hint = did_you_mean(table, names, f"it has {', '.join(names)}" if names else "")
        raise CapplanError((Diagnostic(modes.file, 0, 0, f"there is no table '{table}'", hint),))
    return replace(modes, tables=named, account=None)
