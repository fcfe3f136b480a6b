"""`capplan apply`: write recommendations into the scenario."""

from pathlib import Path
from typing import Annotated

import typer

from capplan.cli.options import Ascii, Color, ColorChoice, Format, Quiet, Scenario, Seed, Today
from capplan.cli.output import emit_document, output, put
from capplan.cli.steps import day_of, guarded, source_of

Numbers = Annotated[
    list[int], typer.Argument(metavar="N...", help="Numbers of recommendations, as estimate shows them.")
]
Target = Annotated[str | None, typer.Option("--output", "-o", help="Write the scenario to this file instead.")]
Diff = Annotated[bool, typer.Option("--diff", help="Print the change as a unified diff; write nothing.")]


def apply(
    scenario: Scenario,
    numbers: Numbers,
    target: Target = None,
    diff: Diff = False,
    format: Format = None,
    today: Today = None,
    seed: Seed = 0,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """Write recommendations into the scenario, its comments and layout kept. Standard input is answered with the text.

    Example: capplan apply scenarios/web-shop/scenario.yaml 2 3 --diff
    """
    where, day = output(format, None, ascii_only=ascii, color=color, quiet=quiet), day_of(today)

    def answer() -> int:
        from capplan.commands.apply import applied  # noqa: PLC0415
        from capplan.reading.writing import write_atomic  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.apply import apply_record  # noqa: PLC0415
        from capplan.report.views.apply import apply_document  # noqa: PLC0415

        done = applied(source_of(scenario), numbers, today=day, seed=seed)
        place = None if diff else target or (None if scenario == "-" else scenario)
        if place is not None:
            write_atomic(Path(place), done.text)
        plain = [name for name, _ in where.wanted] == ["table"]
        if plain and (diff or place is None):
            put(done.diff if diff else done.text)
        else:
            emit_document(where, lambda: to_json(apply_record(done, place)), lambda: apply_document(done, place))
        return 0

    return guarded(where, answer, "nothing applied")
