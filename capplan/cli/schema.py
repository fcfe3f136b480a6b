"""`capplan schema`: the JSON Schema of a scenario, for editors, and of answers, for programs."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from capplan.cli.options import OutputFile, Quiet
from capplan.cli.output import emit, output
from capplan.cli.steps import guarded


class What(StrEnum):
    """What has a schema."""

    scenario = "scenario"
    plan = "plan"
    modes = "modes"
    simulation = "simulation"
    diff = "diff"
    gates = "gates"
    apply = "apply"
    optimize = "optimize"
    forecast = "forecast"
    drivers = "drivers"
    sweep = "sweep"
    regions = "regions"
    reconcile = "reconcile"
    import_ = "import"
    verify = "verify"
    prices_verify = "prices-verify"
    prices_age = "prices-age"
    prices_diff = "prices-diff"
    prices_refresh = "prices-refresh"
    profile = "profile"
    compact = "compact"
    errors = "errors"


def schema(
    what: Annotated[
        What,
        typer.Option(
            "--for",
            help="The scenario, or the JSON of a command: plan (estimate and check), modes, diff ...; or compact.",
        ),
    ] = What.scenario,
    output_file: OutputFile = None,
    quiet: Quiet = False,
) -> int:
    """Print the JSON Schema of a scenario, with which an editor completes, documents and checks it.

    Example: capplan schema -o capplan.schema.json, and in the scenario's first line:
    # yaml-language-server: $schema=capplan.schema.json
    """
    where = output(["json"], output_file, ascii_only=False, quiet=quiet)

    def answer() -> int:
        from capplan.language.schema import scenario_schema  # noqa: PLC0415
        from capplan.report.record import answer_schema  # noqa: PLC0415
        from capplan.report.records.answers import ANSWERS  # noqa: PLC0415
        from capplan.report.short_schema import compact_schema  # noqa: PLC0415

        others = {What.scenario: scenario_schema, What.compact: compact_schema}
        shown = others[what]() if what in others else answer_schema(what.value, ANSWERS[what.value])
        text = json.dumps(shown, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        emit(where, lambda: text, lambda _: text)
        return 0

    return guarded(where, answer)
