"""`capplan reconcile`: a plan beside the bill of a month, and what to correct."""

import re
from pathlib import Path
from typing import Annotated

import typer

from capplan.cli import progress
from capplan.cli.options import (
    Ascii,
    Color,
    ColorChoice,
    Details,
    Format,
    On,
    OutputFile,
    Prices,
    Quiet,
    Scenario,
    Seed,
    Today,
)
from capplan.cli.output import emit_document, output
from capplan.cli.steps import day_of, guarded, keep_inputs, load_scenario, source_of

Bills = Annotated[
    list[str],
    typer.Argument(
        metavar="BILL...", help="A month's bill: Cost and Usage Report, FOCUS (CSV, Parquet), Cost Explorer."
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="PATTERN=RESOURCE", help="Ids, or tag:KEY=VALUE, that are a resource. Repeatable."),
]
Account = Annotated[list[str] | None, typer.Option("--account", help="Only this account. Repeatable.")]
Tag = Annotated[str | None, typer.Option("--tag", metavar="KEY=VALUE", help="Only rows with this tag.")]
Month = Annotated[str | None, typer.Option("--month", help="Which month, where the bill has several: 2026-11.")]
Through = Annotated[str | None, typer.Option("--through", metavar="DAY", help="The last day that the bill covers.")]
Apply = Annotated[bool, typer.Option("--apply", help="Write what the bill corrects into the scenario, comments kept.")]
WritePatch = Annotated[str | None, typer.Option("--write-patch", metavar="FILE", help="Write it as a patch instead.")]
MemoryLimit = Annotated[str, typer.Option("--memory-limit", help="For Parquet, such as 2GB.")]
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_SIZE = re.compile(r"[1-9][0-9]{0,5}(?:MB|GB)")


def reconcile(
    scenario: Scenario,
    bills: Bills,
    map: Map = None,
    account: Account = None,
    tag: Tag = None,
    month: Month = None,
    through: Through = None,
    apply: Apply = False,
    write_patch: WritePatch = None,
    prices: Prices = None,
    on: On = None,
    memory_limit: MemoryLimit = "512MB",
    format: Format = None,
    output_file: OutputFile = None,
    today: Today = None,
    seed: Seed = 0,
    details: Details = False,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """What was planned and what was billed: each difference by cause, the plan's accuracy, and what to correct.

    Example: capplan reconcile scenario.yaml bill.csv.gz --month 2026-11
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet)
    keep_inputs(where, [scenario, *bills, *(prices or ())])
    if month is not None and not _MONTH.fullmatch(month):
        raise typer.BadParameter(f"expected a month, such as 2026-11, found '{month}'", param_hint="--month")
    key, sign, value = (tag or "").partition("=")
    if tag is not None and not (key and sign and value):
        raise typer.BadParameter(f"expected KEY=VALUE, found '{tag}'", param_hint="--tag")
    if not _SIZE.fullmatch(memory_limit):
        raise typer.BadParameter(f"expected a size, such as 512MB, found '{memory_limit}'", param_hint="--memory-limit")
    if scenario == "-":
        raise typer.BadParameter("expected a file: the bill may correct it", param_hint="SCENARIO")
    last, day, price_day = day_of(through, "--through"), day_of(today), day_of(on, "--on")

    def answer() -> int:
        from capplan.commands.apply import difference, with_changes  # noqa: PLC0415
        from capplan.commands.reconcile.bill import Asked, read_bill  # noqa: PLC0415
        from capplan.commands.reconcile.compare import reconcile as reconciled  # noqa: PLC0415
        from capplan.commands.reconcile.correct import corrected  # noqa: PLC0415
        from capplan.language.load import load_source  # noqa: PLC0415
        from capplan.reading.writing import write_atomic  # noqa: PLC0415
        from capplan.record import replace  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.reconcile import reconcile_record  # noqa: PLC0415
        from capplan.report.views.reconcile import reconcile_document  # noqa: PLC0415

        loaded = load_scenario(scenario, None, prices=prices, on=price_day)
        asked = Asked(month or "", last, tuple(account or ()), (key, value), memory_limit)
        bill = read_bill(bills, asked, progress.update)
        done = reconciled(loaded, bill, map or (), today=day, seed=seed)
        fixed = corrected(loaded, bill, done, map or (), today=day, seed=seed)
        done = replace(done, corrected=fixed)
        if fixed is not None and (apply or write_patch is not None):
            source = source_of(scenario)
            text = with_changes(source, load_source(source), fixed.changes)
            if write_patch is not None:
                write_atomic(Path(write_patch), difference(source.text, text, source.display))
            if apply:
                write_atomic(Path(scenario), text)
        emit_document(where, lambda: to_json(reconcile_record(done)), lambda: reconcile_document(done), details=details)
        return 0

    return guarded(where, answer, "nothing reconciled", doing="reconciling")
