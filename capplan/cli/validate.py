"""`capplan validate`: is the file valid?"""

from capplan.cli.options import Ascii, Format, OutputFile, Quiet, Scenarios
from capplan.cli.output import emit, output
from capplan.cli.steps import every, guarded, keep_inputs, plan_of


def validate(
    scenarios: Scenarios,
    format: Format = None,
    output_file: OutputFile = None,
    ascii: Ascii = False,
    quiet: Quiet = False,
) -> int:
    """Is the file valid? All errors at once, with line, column and what to write. Exit 2 if not.

    Example: capplan validate scenarios/web-shop/scenario.yaml
    """
    where = output(format, output_file, ascii_only=ascii, no_color=False, quiet=quiet)
    keep_inputs(where, scenarios)

    def answer() -> int:
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.formats.terminal import terminal_text  # noqa: PLC0415
        from capplan.report.records.valid import valid_record  # noqa: PLC0415
        from capplan.report.views.validate import validated_document  # noqa: PLC0415

        plans = every(scenarios, lambda path: plan_of(path, None, None, 0, findings=False))
        emit(where, lambda: to_json(valid_record(plans)), lambda style: terminal_text(validated_document(plans), style))
        return 0

    return guarded(where, answer, "not valid")
