"""`capplan prices`: the prices in use, their age and their sources."""

import time
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from capplan.cli import progress
from capplan.cli.options import Ascii, Color, ColorChoice, Format, OutputFile, Quiet, Today
from capplan.cli.output import emit_document, output
from capplan.cli.steps import GATE_FAILED, day_of, guarded

prices = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Prices, their age and their sources: list, show, verify, age, diff, refresh.",
)
Region = Annotated[str | None, typer.Argument(metavar="REGION", help="An AWS Region code; all Regions without one.")]
ServiceOption = Annotated[str | None, typer.Option("--service", help="One service, such as dynamodb; else all.")]
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


@prices.command("verify")
def verify_prices(
    service: ServiceOption = None,
    format: Format = None,
    output_file: OutputFile = None,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """Does every Region have every price that a service can charge? Lists the gaps.

    Example: capplan prices verify --service dynamodb
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet)

    def answer() -> int:
        from capplan.pricing.audit import coverage  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.price_audit import verified_prices_record  # noqa: PLC0415
        from capplan.report.views.price_audit import verified_prices_document  # noqa: PLC0415

        found = coverage(service)
        emit_document(where, lambda: to_json(verified_prices_record(found)), lambda: verified_prices_document(found))
        return 0

    return guarded(where, answer, "no prices verified")


@prices.command("age")
def age_of_prices(
    region: Region = None,
    service: ServiceOption = None,
    today: Today = None,
    format: Format = None,
    output_file: OutputFile = None,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """How old are the prices, by service and Region? Those not checked in 24 months are stale.

    Example: capplan prices age us-east-1
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet)
    day = day_of(today)

    def answer() -> int:
        from capplan.pricing.audit import ages  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.price_audit import ages_record  # noqa: PLC0415
        from capplan.report.views.price_audit import ages_document  # noqa: PLC0415

        found = ages(region, service, day)
        emit_document(where, lambda: to_json(ages_record(found)), lambda: ages_document(found))
        return 0

    return guarded(where, answer, "no prices shown")


@prices.command("diff")
def diff_prices(
    before: Annotated[str, typer.Argument(metavar="A", help="A day, YYYY-MM-DD, or a Region.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Another day, or another Region.")],
    region: Annotated[str | None, typer.Option("--region", help="Between days: one Region; else all.")] = None,
    service: ServiceOption = None,
    format: Format = None,
    output_file: OutputFile = None,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """Which prices differ between two days, or between two Regions?

    Example: capplan prices diff us-east-1 eu-west-1 --service lambda
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet)

    def answer() -> int:
        from capplan.pricing.audit import differences  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.price_audit import price_diff_record  # noqa: PLC0415
        from capplan.report.views.price_audit import price_diff_document  # noqa: PLC0415

        found = differences(before, after, region=region, service=service)
        emit_document(where, lambda: to_json(price_diff_record(found)), lambda: price_diff_document(found))
        return 0

    return guarded(where, answer, "no prices compared")


@prices.command("refresh")
def refresh_prices(
    region: Annotated[list[str] | None, typer.Option("--region", help="A Region; else all. Repeatable.")] = None,
    service: Annotated[list[str] | None, typer.Option("--service", help="A service; else all. Repeatable.")] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="PLACE", help="A folder, or another address than AWS's.")
    ] = None,
    into: Annotated[str | None, typer.Option("--into", metavar="FOLDER", help="Other price files to renew.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Read AWS's CSV instead of its JSON files.")] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="Take prices that changed tenfold or more.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; write nothing.")] = False,
    today: Today = None,
    format: Format = None,
    output_file: OutputFile = None,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """Renew the prices from AWS's public price list: the only command that uses the network. Exit 3 if any is held back.

    Example: capplan prices refresh --region us-east-1 --service lambda --dry-run
    """
    from capplan.reading.web import is_address, reader_of  # noqa: PLC0415

    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet)
    day = day_of(today) or date.today()  # noqa: DTZ011  the user's own day
    if source and not is_address(source) and not Path(source).is_dir():
        raise typer.BadParameter(f"expected a folder or an https address, found '{source}'", param_hint="--from")

    def answer() -> int:
        from capplan.commands.refresh_prices import AWS, Options, refresh  # noqa: PLC0415
        from capplan.pricing.catalogue import FOLDER  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.refresh import refresh_record  # noqa: PLC0415
        from capplan.report.views.refresh import refresh_document  # noqa: PLC0415

        base = source or AWS
        done = refresh(
            reader_of(base, time.monotonic),
            Options(base, Path(into) if into else FOLDER, day, "csv" if csv else "json", confirm, dry_run),
            region or (),
            service or (),
            progress.update,
        )
        emit_document(where, lambda: to_json(refresh_record(done)), lambda: refresh_document(done))
        return 0 if done.is_whole else GATE_FAILED

    return guarded(where, answer, "no prices renewed", doing="reading AWS's price list")
