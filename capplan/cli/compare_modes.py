"""`capplan compare-modes`: which capacity mode for each table?"""

from capplan.cli.options import Ascii, Format, NoColor, OutputFile, Quiet, Scenario, Seed, Today
from capplan.cli.output import emit, output
from capplan.cli.steps import day_of, guarded, keep_inputs, load_scenario


def compare_modes(
    scenario: Scenario,
    format: Format = None,
    output_file: OutputFile = None,
    today: Today = None,
    seed: Seed = 0,
    ascii: Ascii = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
) -> int:
    """Which capacity mode for each table? On-demand, provisioned and auto scaled, each planned.

    Example: capplan compare-modes scenarios/web-shop/scenario.yaml
    """
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet)
    keep_inputs(where, [scenario])

    def answer() -> int:
        import capplan  # noqa: PLC0415
        from capplan.report.modes_text import modes_text  # noqa: PLC0415
        from capplan.report.plan_json import modes_record, to_json  # noqa: PLC0415

        modes = capplan.compare_modes(load_scenario(scenario, None), today=day, seed=seed)
        emit(where, lambda: to_json(modes_record(modes)), lambda style: modes_text(modes, style))
        return 0

    day = day_of(today)
    return guarded(where, answer)
