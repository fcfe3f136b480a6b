"""`capplan gates`: what can a gate ask of this scenario, and what is it today?"""

from typing import Annotated

import typer

from capplan.cli.options import Ascii, Baseline, Format, NoColor, OutputFile, Quiet, Scenario, Seed
from capplan.cli.output import FORMATS, emit, output
from capplan.cli.sources import baselines, held_against
from capplan.cli.steps import guarded, keep_inputs, load_scenario

Word = Annotated[str | None, typer.Argument(metavar="[WORD]", help="Only observables with this in their name.")]


def gates(
    scenario: Scenario,
    word: Word = None,
    format: Format = None,
    output_file: OutputFile = None,
    baseline: Baseline = None,
    seed: Seed = 0,
    ascii: Ascii = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
) -> int:
    """What can a gate ask? Every observable, its value today, and a gate that holds.

    Example: capplan gates scenarios/web-shop/scenario.yaml orders
    """
    known = (*FORMATS, "csv")
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet, known=known)
    keep_inputs(where, [scenario])

    def answer() -> int:
        from dataclasses import replace  # noqa: PLC0415

        from capplan.commands.plan import plan  # noqa: PLC0415
        from capplan.report.gates_text import gates_csv, gates_record, gates_text  # noqa: PLC0415
        from capplan.report.plan_json import to_json  # noqa: PLC0415

        loaded = replace(load_scenario(scenario, None), gates=())
        base = baselines(baseline, [loaded], None, seed)[0] if baseline else None
        found = plan(loaded, seed=seed, findings=False, baseline=held_against(base, baseline, loaded.name))
        shown = [o for o in found.observed if word is None or word in o.name]
        emit(
            where,
            lambda: to_json(gates_record(found, shown)),
            lambda style: gates_text(found, shown, style),
            {"csv": lambda: gates_csv(shown)},
        )
        return 0

    return guarded(where, answer)
