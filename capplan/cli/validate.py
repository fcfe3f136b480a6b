"""`capplan validate`: is the file valid?"""

from capplan.cli.options import Ascii, Color, ColorChoice, Format, OutputFile, Quiet, Scenarios
from capplan.cli.output import emit_document, output
from capplan.cli.steps import every, guarded, keep_inputs, plan_of


def validate(
    scenarios: Scenarios,
    format: Format = None,
    output_file: OutputFile = None,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """Is the file valid? All errors at once, with line, column and what to write. Exit 2 if not.

    Example: capplan validate scenarios/web-shop/scenario.yaml
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet)
    keep_inputs(where, scenarios)

    def answer() -> int:
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.valid import valid_record  # noqa: PLC0415
        from capplan.report.views.validate import validated_document  # noqa: PLC0415

        plans = every(scenarios, lambda path: plan_of(path, None, None, 0, findings=False, allow_open=True))
        emit_document(where, lambda: to_json(valid_record(plans)), lambda: validated_document(plans))
        return 0

    return guarded(where, answer, "not valid")
