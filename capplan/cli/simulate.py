"""`capplan simulate`: what happens minute by minute, and second by second in the busiest hour?"""

from enum import StrEnum
from typing import Annotated

import typer

from capplan.cli import progress
from capplan.cli.options import Ascii, Color, ColorChoice, Details, Format, OutputFile, Quiet, Scenario, Seed
from capplan.cli.output import FORMATS, emit_document, output
from capplan.cli.steps import guarded, keep_inputs, load_scenario

Resource = Annotated[
    str | None,
    typer.Argument(
        metavar="[RESOURCE]", help="One table or function, with its charts; all, without charts, if not given."
    ),
]
Day = Annotated[
    int | None, typer.Option("--day", help="The day to show, 1 to 28; the busiest if not given.", min=1, max=28)
]


class Events(StrEnum):
    """Which events are shown."""

    day = "day"
    all = "all"


def simulate(
    scenario: Scenario,
    resource: Resource = None,
    format: Format = None,
    output_file: OutputFile = None,
    day: Day = None,
    events: Annotated[Events, typer.Option("--events", help="Events of the day, or all.")] = Events.day,
    mode: Annotated[
        str | None,
        typer.Option("--mode", help="A capacity mode of compare-modes, such as on-demand or auto-scaled-70."),
    ] = None,
    seed: Seed = 0,
    details: Details = False,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """What happens when, and why? Demand, capacity, throttling and load per partition over time.

    Example: capplan simulate scenarios/web-shop/scenario.yaml orders
    """
    known = (*FORMATS, "csv")
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet, known=known)
    keep_inputs(where, [scenario])

    def answer() -> int:
        import capplan  # noqa: PLC0415
        from capplan.report.formats.csv import simulation_csv  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.simulation import simulation_record  # noqa: PLC0415
        from capplan.report.views.simulate import simulation_document  # noqa: PLC0415
        from capplan.timeline import SimulationRequest  # noqa: PLC0415

        request = SimulationRequest(day, progress.update)
        loaded = load_scenario(scenario, None)
        simulation = capplan.simulate(loaded, resource, seed=seed, asked_for=request, mode=mode)
        whole, every = details or resource is not None, events is Events.all
        emit_document(
            where,
            lambda: to_json(simulation_record(simulation)),
            lambda: simulation_document(simulation, whole=whole, all_events=every),
            {"csv": lambda: simulation_csv(simulation)},
            details=details,
        )
        return 0

    return guarded(where, answer, doing="simulating")
