"""`capplan size`: how large is an item, and how many units does a request take?"""

import sys
from typing import Annotated

import typer

from capplan.cli.options import Ascii, Color, ColorChoice, Format, OutputFile, Quiet
from capplan.cli.output import Output, emit_document, output
from capplan.cli.steps import guarded, keep_inputs

Item = Annotated[
    str,
    typer.Argument(
        metavar="ITEM", help="A JSON file with one item, or one a line, or a model of NoSQL Workbench; - reads stdin."
    ),
]
TableName = Annotated[str | None, typer.Option("--table", help="Of a model: the table to measure.")]
Region = Annotated[str | None, typer.Option("--region", help="Price a million requests in this Region.")]


def size(
    item: Item,
    format: Format = None,
    output_file: OutputFile = None,
    region: Region = None,
    table: TableName = None,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """How large is an item, attribute by attribute, and how many units does it take?

    Example: capplan size item.json --region us-east-1
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet)
    keep_inputs(where, [item])
    return guarded(where, lambda: _answer(item, region, table, where))


def _answer(item: str, region: str | None, table: str | None, where: Output) -> int:
    from capplan.commands.size import measured_items  # noqa: PLC0415
    from capplan.report.formats.json import to_json  # noqa: PLC0415
    from capplan.report.records.size import size_record  # noqa: PLC0415
    from capplan.report.views.size import size_document  # noqa: PLC0415

    measured = measured_items(item, sys.stdin.buffer if item == "-" else None, region, table)
    emit_document(where, lambda: to_json(size_record(measured)), lambda: size_document(measured))
    return 0
