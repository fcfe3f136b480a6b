"""`capplan estimate`: what will it cost, are limits exceeded, what should I change?"""

from capplan.cli.formats import PLAN_FORMATS, write_plan
from capplan.cli.options import (
    Ascii,
    Budget,
    Details,
    Format,
    NoColor,
    OutputFile,
    Quiet,
    Scenario,
    Seed,
    Set,
    Strict,
    Today,
    Top,
)
from capplan.cli.output import output
from capplan.cli.steps import day_of, guarded, keep_inputs, money, plan_of, strict_code
from capplan.pipeline.results import Plan
from capplan.report.layout import Style


def estimate(
    scenario: Scenario,
    settings: Set = None,
    format: Format = None,
    output_file: OutputFile = None,
    budget: Budget = None,
    today: Today = None,
    seed: Seed = 0,
    strict: Strict = False,
    details: Details = False,
    top: Top = 10,
    ascii: Ascii = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
) -> int:
    """What will it cost, are limits exceeded, what should I change?

    Example: capplan estimate scenarios/web-shop/scenario.yaml
    """
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet, known=PLAN_FORMATS)
    keep_inputs(where, [scenario])

    def answer() -> int:
        plan = plan_of(scenario, gate, day, seed, settings=settings)
        write_plan(where, plan, lambda style: _text(plan, style, details, top))
        return strict_code([plan], strict)

    gate, day = money(budget), day_of(today)
    return guarded(where, answer)


def _text(plan: Plan, style: Style, details: bool, top: int) -> str:  # noqa: FBT001
    from capplan.report.formats.terminal import terminal_text  # noqa: PLC0415
    from capplan.report.views.estimate import plan_document  # noqa: PLC0415

    return terminal_text(plan_document(plan, top=top), style, details=details)
