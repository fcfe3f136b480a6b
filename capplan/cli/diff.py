"""`capplan diff`: what does this change cost?"""

from typing import Annotated

import typer

from capplan.cli.options import DRAWS, Ascii, Color, ColorChoice, Details, Format, OutputFile, Quiet, Seed, Today
from capplan.cli.output import FORMATS, emit_document, output
from capplan.cli.sources import one_of, plans_at, revision_of
from capplan.cli.steps import day_of, guarded, keep_inputs

DIFF_FORMATS = (*FORMATS, "github", "csv", "sarif", "junit")
_WHAT = "a scenario, a saved JSON, or REVISION:SCENARIO such as HEAD~1:scenario.yaml"
Base = Annotated[str, typer.Argument(metavar="BASE", help=f"Before: {_WHAT}; HEAD~1 alone is HEAD at that revision.")]
Head = Annotated[str, typer.Argument(metavar="HEAD", help="After: given in the same way.")]


def diff(
    base: Base,
    head: Head,
    format: Format = None,
    output_file: OutputFile = None,
    today: Today = None,
    seed: Seed = 0,
    details: Details = False,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """What does this change cost? Changes of the scenario, its cost, limits and gates.

    Example: capplan diff HEAD~1:scenario.yaml scenario.yaml
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet, known=DIFF_FORMATS)
    keep_inputs(where, [base, head])
    if base == head == "-":
        raise typer.BadParameter("only one of the two can be standard input", param_hint="BASE HEAD")

    def answer() -> int:
        from capplan.commands.diff import difference  # noqa: PLC0415
        from capplan.report.formats.csv import diff_csv  # noqa: PLC0415
        from capplan.report.formats.github import diff_annotations  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.formats.junit import diff_junit  # noqa: PLC0415
        from capplan.report.formats.sarif import diff_sarif  # noqa: PLC0415
        from capplan.report.records.diff import diff_record  # noqa: PLC0415
        from capplan.report.views.diff import diff_document  # noqa: PLC0415

        source = revision_of(base, head)
        before, after = (plans_at(one, day, seed, DRAWS) for one in (source, head))
        new = one_of(after, head, before[0].scenario.name if len(before) == 1 < len(after) else None)
        old = one_of(before, base, new.scenario.name if len(before) > 1 else None)
        change = difference(old, new, source, head)
        emit_document(
            where,
            lambda: to_json(diff_record(change)),
            lambda: diff_document(change),
            {
                "github": lambda: diff_annotations(change),
                "csv": lambda: diff_csv(change),
                "sarif": lambda: diff_sarif(change),
                "junit": lambda: diff_junit(change),
            },
            details=details,
        )
        return 0

    day = day_of(today)
    return guarded(where, answer)
