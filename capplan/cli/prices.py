"""`capplan prices`: which prices are there, how old they are, and who vouches for them."""

from typing import Annotated

import typer

from capplan.cli.options import Ascii, Format, NoColor, OutputFile, Quiet
from capplan.cli.output import emit, output
from capplan.cli.steps import guarded

prices = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Which prices are there, how old, from which source? list, show."
)
Region = Annotated[str | None, typer.Argument(metavar="[REGION]", help="AWS's code of a Region; without one, all.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="A price key, such as dynamodb.on_demand.write.")]


@prices.command("list")
def list_prices(
    region: Region = None,
    format: Format = None,
    output_file: OutputFile = None,
    ascii: Ascii = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
) -> int:
    """Every Region with its prices' age, or every price of one Region.

    Example: capplan prices list ap-northeast-2
    """
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet)

    def answer() -> int:
        from capplan.pricing.listing import prices_of, regions_of  # noqa: PLC0415
        from capplan.report import price_lists as report  # noqa: PLC0415

        if region is None:
            known = regions_of()
            emit(where, lambda: report.regions_json(known), lambda style: report.regions_text(known, style))
        else:
            found = prices_of(region)
            emit(where, lambda: report.prices_json(found), lambda style: report.prices_text(region, found, style))
        return 0

    return guarded(where, answer, "Nothing is shown.")


@prices.command("show")
def show_price(
    key: Key,
    region: Region = None,
    format: Format = None,
    output_file: OutputFile = None,
    ascii: Ascii = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
) -> int:
    """One price with its tiers, source, SKU and days; without a Region, in every Region.

    Example: capplan prices show lambda.duration.arm64 us-east-1
    """
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet)

    def answer() -> int:
        from capplan.pricing.listing import everywhere, history_of  # noqa: PLC0415
        from capplan.report import price_lists as report  # noqa: PLC0415

        if region is None:
            found = everywhere(key)
            emit(where, lambda: report.prices_json(found), lambda style: report.everywhere_text(key, found, style))
        else:
            entries = history_of(region, key)
            emit(where, lambda: report.prices_json(entries), lambda style: report.price_text(entries, style))
        return 0

    return guarded(where, answer, "Nothing is shown.")
