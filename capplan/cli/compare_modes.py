"""`capplan compare-modes`: which capacity mode for each table?"""

import re
from fractions import Fraction
from typing import Annotated

import typer

from capplan.cli.options import Ascii, Details, Format, NoColor, OutputFile, Quiet, Scenario, Seed, Set, Today
from capplan.cli.output import emit, output
from capplan.cli.steps import day_of, guarded, keep_inputs, load_scenario

Times = Annotated[
    list[str] | None, typer.Option("--times", help="A multiple of the traffic to compare at, such as 3x. Repeatable.")
]
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
    settings: Set = None,
    format: Format = None,
    output_file: OutputFile = None,
    today: Today = None,
    seed: Seed = 0,
    times: Times = None,
    details: Details = False,
    ascii: Ascii = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
) -> int:
    """Which capacity mode for each table? On-demand, provisioned, auto scaled and scheduled, with what they throttle.

    Example: capplan compare-modes scenarios/web-shop/scenario.yaml
    """
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet)
    keep_inputs(where, [scenario])

    def answer() -> int:
        import capplan  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.modes import modes_record  # noqa: PLC0415
        from capplan.report.views.compare_modes import modes_text  # noqa: PLC0415

        modes = capplan.compare_modes(
            load_scenario(scenario, None, settings), today=day, seed=seed, multiples=multiples
        )
        emit(where, lambda: to_json(modes_record(modes)), lambda style: modes_text(modes, style, details=details))
        return 0

    day, multiples = day_of(today), multiples_of(times)
    return guarded(where, answer)
