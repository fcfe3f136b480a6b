"""`capplan prices`: the prices in use, their age and their sources."""

from typing import Annotated

import typer

from capplan.cli.options import Ascii, Color, ColorChoice, Format, OutputFile, Quiet
from capplan.cli.output import emit_document, output
from capplan.cli.steps import guarded

prices = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Prices, their age and their sources: list, show."
)
Region = Annotated[str | None, typer.Argument(metavar="REGION", help="An AWS Region code; all Regions without one.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="A price key, such as dynamodb.on_demand.write.")]


@prices.command("list")
def list_prices(
    region: Region = None,
    format: Format = None,
    output_file: OutputFile = None,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """List Regions with the age of their prices, or the prices of one Region.

    Example: capplan prices list ap-northeast-2
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet)

    def answer() -> int:
        from capplan.pricing.listing import prices_of, regions_of  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.prices import prices_record, regions_record  # noqa: PLC0415
        from capplan.report.views import prices as view  # noqa: PLC0415

        if region is None:
            regions = regions_of()
            emit_document(where, lambda: to_json(regions_record(regions)), lambda: view.regions_document(regions))
        else:
            listed = prices_of(region)
            emit_document(where, lambda: to_json(prices_record(listed)), lambda: view.prices_document(region, listed))
        return 0

    return guarded(where, answer, "no prices shown")


@prices.command("show")
def show_price(
    key: Key,
    region: Region = None,
    format: Format = None,
    output_file: OutputFile = None,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """Show one price with its tiers, source, SKU and dates; in all Regions without one.

    Example: capplan prices show lambda.duration.arm64 us-east-1
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet)

    def answer() -> int:
        from capplan.pricing.listing import everywhere, history_of  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.prices import prices_record  # noqa: PLC0415
        from capplan.report.views import prices as view  # noqa: PLC0415

        if region is None:
            listed = everywhere(key)
            emit_document(where, lambda: to_json(prices_record(listed)), lambda: view.everywhere_document(key, listed))
        else:
            entries = history_of(region, key)
            emit_document(where, lambda: to_json(prices_record(entries)), lambda: view.price_document(entries))
        return 0

    return guarded(where, answer, "no prices shown")
