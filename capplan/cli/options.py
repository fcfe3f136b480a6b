"""Arguments and options that several commands share."""

from enum import StrEnum
from typing import Annotated

import typer


class ColorChoice(StrEnum):
    """When an answer has color."""

    auto = "auto"
    always = "always"
    never = "never"


Scenario = Annotated[str, typer.Argument(metavar="SCENARIO", help="The scenario file; - reads standard input.")]
Scenarios = Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Scenario files; - reads standard input.")]
Format = Annotated[
    list[str] | None,
    typer.Option("--format", "-f", help="table, json or another; json=FILE writes a file."),
]
OutputFile = Annotated[str | None, typer.Option("--output", "-o", help="Write to a file (atomically).")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Override a value: region=eu-west-1. Repeatable."),
]
Overlay = Annotated[
    list[str] | None,
    typer.Option("--overlay", metavar="FILE", help="A file laid over it: prod.yaml. Repeatable."),
]
Prices = Annotated[
    list[str] | None,
    typer.Option("--prices", metavar="FILE", help="Your own rates, as under `prices`. Repeatable."),
]
On = Annotated[str | None, typer.Option("--on", metavar="DAY", help="Use the prices of a day, YYYY-MM-DD.")]
Budget = Annotated[str | None, typer.Option("--budget", help="Fail if the monthly cost exceeds this many USD.")]
Baseline = Annotated[
    str | None,
    typer.Option("--baseline", help="A saved JSON, a scenario, or REVISION:SCENARIO."),
]
BudgetDelta = Annotated[
    str | None,
    typer.Option("--budget-delta", help="Fail if 50 (USD) or 5% above the baseline."),
]
Today = Annotated[str | None, typer.Option("--today", help="The day for waivers and the age of prices.")]
Seed = Annotated[int, typer.Option("--seed", help="Random seed.", min=0)]
DRAWS = 10_000
Draws = Annotated[
    int, typer.Option("--draws", help="Draws of the scenario's ranges.", min=1, max=100_000, show_default=str(DRAWS))
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 4 on assumptions or stale prices.")]
Details = Annotated[bool, typer.Option("--details", help="Show all rows.")]
Fields = Annotated[
    list[str] | None,
    typer.Option("--fields", metavar="PATHS", help="With -f compact: these keys of the JSON answer."),
]
ShownResources = Annotated[
    int | None,
    typer.Option("--top", help="Resources (10), or with -f compact entries (5).", min=1),
]
RESOURCES_SHOWN = 10
Top = Annotated[int | None, typer.Option("--top", help="With -f compact: entries of each list (5).", min=1)]
Ascii = Annotated[bool, typer.Option("--ascii", help="Plain ASCII symbols.")]
Color = Annotated[
    ColorChoice,
    typer.Option("--color", help="--no-color is never."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only the exit code and written files.")]


class FailOn(StrEnum):
    """What fails `check`."""

    deny = "deny"
    warn = "warn"
