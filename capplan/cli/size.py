"""`capplan size`: how large is an item, and what does reading and writing it take?"""

import sys
from typing import Annotated

import typer

from capplan.cli.options import Ascii, Format, NoColor, OutputFile, Quiet
from capplan.cli.output import Output, emit, output
from capplan.cli.steps import guarded, keep_inputs

Item = Annotated[
    str,
    typer.Argument(metavar="ITEM", help="A JSON file: an item, plain or DynamoDB JSON, or one a line; - reads stdin."),
]
Region = Annotated[str | None, typer.Option("--region", help="Price a million requests in this Region.")]


def size(
    item: Item,
    format: Format = None,
    output_file: OutputFile = None,
    region: Region = None,
    ascii: Ascii = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
) -> int:
    """How large is an item, attribute by attribute, and how many units does it take?

    Example: capplan size item.json --region us-east-1
    """
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet)
    keep_inputs(where, [item])
    return guarded(where, lambda: _answer(item, region, where))


def _answer(item: str, region: str | None, where: Output) -> int:
    from capplan.commands.size import measured_items  # noqa: PLC0415
    from capplan.report.plan_json import to_json  # noqa: PLC0415
    from capplan.report.size_text import size_record, size_text  # noqa: PLC0415

    found = measured_items(item, sys.stdin.buffer if item == "-" else None, region)
    emit(where, lambda: to_json(size_record(found)), lambda style: size_text(found, style))
    return 0
