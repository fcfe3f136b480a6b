"""`capplan optimize`: the cheapest plan that recommendations lead to."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from capplan.cli import progress
from capplan.cli.options import Ascii, Color, ColorChoice, Format, Quiet, Scenario, Seed, Today
from capplan.cli.output import emit_document, output
from capplan.cli.steps import GATE_FAILED, day_of, guarded, money, source_of


class Allowed(StrEnum):
    """What else a step may change."""

    behavior = "behavior"


Allow = Annotated[
    Allowed | None, typer.Option("--allow", help="behavior: steps may change what callers or readers notice.")
]
Budget = Annotated[
    str | None, typer.Option("--budget", help="USD a month to reach: stop there. Exit 3 if that is not possible.")
]
Target = Annotated[str | None, typer.Option("--output", "-o", help="Write the new scenario to this file.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show the change of the scenario as a unified diff.")]


def optimize(
    scenario: Scenario,
    allow: Allow = None,
    budget: Budget = None,
    target: Target = None,
    diff: Diff = False,
    format: Format = None,
    today: Today = None,
    seed: Seed = 0,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """The cheapest plan that recommendations lead to and that keeps every gate and limit, as steps.

    Example: capplan optimize scenarios/web-shop/scenario.yaml --diff
    """
    where, day = output(format, None, ascii_only=ascii, color=color, quiet=quiet), day_of(today)
    amount = money(budget)

    def answer() -> int:
        from capplan.commands.optimize.optimize import optimize as optimized  # noqa: PLC0415
        from capplan.reading.writing import write_atomic  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.optimize import optimize_record  # noqa: PLC0415
        from capplan.report.views.optimize import optimize_document  # noqa: PLC0415

        done = optimized(
            source_of(scenario),
            allow_behavior=allow is not None,
            budget=amount,
            today=day,
            seed=seed,
            progress=progress.update,
        )
        place = None if diff else target
        if place is not None:
            write_atomic(Path(place), done.text)
        emit_document(
            where,
            lambda: to_json(optimize_record(done, place)),
            lambda: optimize_document(done, place, with_diff=diff),
        )
        return GATE_FAILED if done.budget_met is False else 0

    return guarded(where, answer, "nothing optimized", doing="searching")
