"""Arguments and options that several commands share. It reads no value."""

from enum import StrEnum
from typing import Annotated

import typer

Scenario = Annotated[str, typer.Argument(metavar="SCENARIO", help="The scenario file; - reads standard input.")]
Scenarios = Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Scenario files; - reads standard input.")]
Format = Annotated[
    list[str] | None,
    typer.Option("--format", "-f", help="table, json and what the command has more; json=FILE writes a file."),
]
OutputFile = Annotated[
    str | None, typer.Option("--output", "-o", help="Write the answer to a file, whole or not at all.")
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Another value, for this answer only: region=eu-west-1. Repeatable."
    ),
]
Budget = Annotated[str | None, typer.Option("--budget", help="A gate more: cost.monthly at most so many USD.")]
Baseline = Annotated[
    str | None,
    typer.Option("--baseline", help="What changes are held against: a saved JSON, a scenario, or REVISION:SCENARIO."),
]
BudgetDelta = Annotated[
    str | None, typer.Option("--budget-delta", help="A gate more: at most so much above the baseline, 50 or 5%.")
]
Today = Annotated[
    str | None, typer.Option("--today", help="The day that prices' age and waivers are held against, YYYY-MM-DD.")
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything drawn.", min=0)]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 4 on assumptions about the workload or stale prices.")]
Details = Annotated[bool, typer.Option("--details", help="Unfold every row.")]
Top = Annotated[int, typer.Option("--top", help="How many resources to show.", min=1)]
Ascii = Annotated[bool, typer.Option("--ascii", help="Plain ASCII symbols.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only the exit code and written files.")]


class FailOn(StrEnum):
    """What breaks `check`."""

    deny = "deny"
    warn = "warn"
