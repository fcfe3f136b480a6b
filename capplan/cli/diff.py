"""`capplan diff`: what does this change cost?"""

from typing import Annotated

import typer

from capplan.cli.options import Ascii, Details, Format, NoColor, OutputFile, Quiet, Seed, Today
from capplan.cli.output import emit, output
from capplan.cli.sources import one_of, revision_of, snapshots_at
from capplan.cli.steps import day_of, guarded, keep_inputs

DIFF_FORMATS = ("table", "json", "markdown", "github", "csv")
_WHAT = "a scenario, a saved JSON, or REVISION:SCENARIO such as HEAD~1:scenario.yaml"
Base = Annotated[str, typer.Argument(metavar="BASE", help=f"What was: {_WHAT}; HEAD~1 alone is HEAD as it was.")]
Head = Annotated[str, typer.Argument(metavar="HEAD", help="What is: the same kinds.")]


def diff(
    base: Base,
    head: Head,
    format: Format = None,
    output_file: OutputFile = None,
    today: Today = None,
    seed: Seed = 0,
    details: Details = False,
    ascii: Ascii = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
) -> int:
    """What does this change cost? What was written, the bill, the headroom, by money.

    Example: capplan diff HEAD~1:scenario.yaml scenario.yaml
    """
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet, known=DIFF_FORMATS)
    keep_inputs(where, [base, head])
    if base == head == "-":
        raise typer.BadParameter("only one of them can be standard input", param_hint="BASE HEAD")

    def answer() -> int:
        from capplan.commands.diff import difference  # noqa: PLC0415
        from capplan.report import diff_data  # noqa: PLC0415
        from capplan.report.diff_text import diff_text  # noqa: PLC0415
        from capplan.report.plan_json import to_json  # noqa: PLC0415

        was = revision_of(base, head)
        before, after = snapshots_at(was, day, seed), snapshots_at(head, day, seed)
        new = one_of(after, head, before[0].name if len(before) == 1 < len(after) else None)
        old = one_of(before, base, new.name if len(before) > 1 else None)
        found = difference(old, new, was, head)
        emit(
            where,
            lambda: to_json(diff_data.diff_record(found)),
            lambda style: diff_text(found, style, details=details),
            {
                "markdown": lambda: diff_data.diff_markdown(found),
                "github": lambda: diff_data.diff_annotations(found),
                "csv": lambda: diff_data.diff_csv(found),
            },
        )
        return 0

    day = day_of(today)
    return guarded(where, answer)
