"""`capplan workflow`: what does one execution of a state machine do and cost, state by state?"""

from typing import Annotated

import typer

from capplan.cli.options import Ascii, Color, ColorChoice, Details, OutputFile, Quiet, Scenario, Seed, Today
from capplan.cli.output import FORMATS, emit_document, output
from capplan.cli.steps import day_of, guarded, keep_inputs, load_scenario

Name = Annotated[str | None, typer.Argument(metavar="NAME", help="The state machine; not needed if there is only one.")]
Format = Annotated[
    list[str] | None,
    typer.Option("--format", "-f", help="table, json, markdown or mermaid; mermaid=FILE writes a file."),
]
Draws = Annotated[int | None, typer.Option("--draws", help="Number of simulated executions.", min=2, max=1_000_000)]


def workflow(
    scenario: Scenario,
    name: Name = None,
    format: Format = None,
    output_file: OutputFile = None,
    draws: Draws = None,
    today: Today = None,
    seed: Seed = 0,
    details: Details = False,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """What does an execution of a state machine do and cost, state by state?

    Example: capplan workflow scenarios/web-shop/scenario.yaml fulfil
    """
    known = (*FORMATS, "mermaid")
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet, known=known)
    keep_inputs(where, [scenario])
    day = day_of(today)

    def answer() -> int:
        import capplan  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.formats.mermaid import mermaid  # noqa: PLC0415
        from capplan.report.records.workflow import workflow_record  # noqa: PLC0415
        from capplan.report.views.workflow import workflow_document  # noqa: PLC0415
        from capplan.report.views.workflow_graph import workflow_graph  # noqa: PLC0415

        analyzed = capplan.workflow(load_scenario(scenario, None), name, seed=seed, draws=draws, today=day)
        emit_document(
            where,
            lambda: to_json(workflow_record(analyzed)),
            lambda: workflow_document(analyzed),
            {"mermaid": lambda: mermaid(workflow_graph(analyzed))},
            details=details,
        )
        return 0

    return guarded(where, answer, doing="running executions")
