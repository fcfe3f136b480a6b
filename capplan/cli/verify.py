"""`capplan verify`: does a saved plan add up?"""

from pathlib import Path
from typing import Annotated

import typer

from capplan.cli.options import Ascii, Color, ColorChoice, Format, OutputFile, Quiet
from capplan.cli.output import emit_document, output
from capplan.cli.steps import GATE_FAILED, guarded, keep_inputs

Result = Annotated[str, typer.Argument(metavar="RESULT", help="A saved JSON of estimate or check.")]


def verify(
    result: Result,
    format: Format = None,
    output_file: OutputFile = None,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """Does a saved plan add up? Lines, totals, flows and verdicts, by arithmetic of its own. Exit 3 if not.

    Example: capplan estimate scenario.yaml --format json=plan.json; capplan verify plan.json
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet)
    keep_inputs(where, [result])

    def answer() -> int:
        from capplan.commands.verify import verify as verified  # noqa: PLC0415
        from capplan.reading.saved_json import read_saved_json  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.verify import verify_record  # noqa: PLC0415
        from capplan.report.views.verify import verify_document  # noqa: PLC0415

        name = Path(result).as_posix()
        plans = verified(
            read_saved_json(result, "save one with capplan estimate SCENARIO --format json=plan.json"), name
        )
        emit_document(where, lambda: to_json(verify_record(plans, name)), lambda: verify_document(plans, name))
        return 0 if all(plan.adds_up for plan in plans) else GATE_FAILED

    return guarded(where, answer, "nothing verified", doing="adding up")
