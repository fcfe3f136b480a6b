"""`capplan simulate`: what happens minute by minute, and second by second in the busiest hour?"""

from enum import StrEnum
from typing import Annotated

import typer

from capplan.cli.options import Ascii, Details, Format, NoColor, OutputFile, Quiet, Scenario, Seed
from capplan.cli.output import FORMATS, emit, output
from capplan.cli.progress import Progress
from capplan.cli.steps import guarded, keep_inputs, load_scenario

Resource = Annotated[
    str | None, typer.Argument(metavar="[RESOURCE]", help="One table or function, with its charts; else all, in short.")
]
Day = Annotated[int | None, typer.Option("--day", help="The day to show, 1 to 28; else the busiest.", min=1, max=28)]


class Events(StrEnum):
    """How much of the log is shown."""

    day = "day"
    all = "all"


def simulate(
    scenario: Scenario,
    resource: Resource = None,
    format: Format = None,
    output_file: OutputFile = None,
    day: Day = None,
    events: Annotated[Events, typer.Option("--events", help="day, or all: the whole log.")] = Events.day,
    mode: Annotated[
        str | None, typer.Option("--mode", help="Run a table so: on-demand, auto-scaled-70 … as in compare-modes.")
    ] = None,
    seed: Seed = 0,
    details: Details = False,
    ascii: Ascii = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
) -> int:
    """What happens when, and why? Capacity, demand, throttles and heat over time.

    Example: capplan simulate scenarios/web-shop/scenario.yaml orders
    """
    known = (*FORMATS, "csv")
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet, known=known)
    keep_inputs(where, [scenario])

    def answer() -> int:
        import capplan  # noqa: PLC0415
        from capplan.report.plan_json import to_json  # noqa: PLC0415
        from capplan.report.simulation_data import simulation_csv, simulation_record  # noqa: PLC0415
        from capplan.report.simulation_text import simulation_text  # noqa: PLC0415
        from capplan.timeline import SimulationRequest  # noqa: PLC0415

        with Progress("simulating", ascii_only=ascii) as progress:
            asked_for = SimulationRequest(day, progress.tell)
            found = capplan.simulate(load_scenario(scenario, None), resource, seed=seed, asked_for=asked_for, mode=mode)
        whole, every = details or resource is not None, events is Events.all
        emit(
            where,
            lambda: to_json(simulation_record(found)),
            lambda style: simulation_text(found, style, whole=whole, all_events=every),
            {"csv": lambda: simulation_csv(found)},
        )
        return 0

    return guarded(where, answer)
