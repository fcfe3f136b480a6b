"""`capplan gates`: what can a gate observe, and what is its value today?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from capplan.cli.options import Ascii, Baseline, Color, ColorChoice, Format, OutputFile, Overlay, Quiet, Scenario, Seed
from capplan.cli.output import FORMATS, emit_document, output
from capplan.cli.sources import baseline_of, baselines
from capplan.cli.steps import guarded, keep_inputs, load_scenario

if TYPE_CHECKING:
    from capplan.errors import CapplanError

Word = Annotated[str | None, typer.Argument(metavar="WORD", help="Only metrics with this in their name.")]


def gates(
    scenario: Scenario,
    word: Word = None,
    format: Format = None,
    output_file: OutputFile = None,
    overlays: Overlay = None,
    baseline: Baseline = None,
    seed: Seed = 0,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """What can a gate observe? Every metric, its value today, and a gate that passes.

    Example: capplan gates scenarios/web-shop/scenario.yaml orders
    """
    known = (*FORMATS, "csv")
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet, known=known)
    keep_inputs(where, [scenario])

    def answer() -> int:
        from capplan.commands.forecast.breaks_in import unplanned  # noqa: PLC0415
        from capplan.commands.plan import plan  # noqa: PLC0415
        from capplan.gates.observed import observed  # noqa: PLC0415
        from capplan.record import replace  # noqa: PLC0415
        from capplan.report.formats.csv import observables_csv  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.gates import gates_record  # noqa: PLC0415
        from capplan.report.views.gates import gates_document  # noqa: PLC0415

        loaded = replace(load_scenario(scenario, None, None, overlays), gates=())
        base = baselines(baseline, [loaded], None, seed)[0] if baseline else None
        planned = plan(loaded, seed=seed, findings=False, baseline=baseline_of(base, baseline, loaded.name))
        every = (*planned.observed, *observed(unplanned().metrics))
        shown = [o for o in every if word is None or word in o.name]
        if not shown and word is not None:
            raise _no_metric(word, [o.name for o in every], loaded.file)
        emit_document(
            where,
            lambda: to_json(gates_record(planned, shown)),
            lambda: gates_document(planned, shown),
            {"csv": lambda: observables_csv(shown)},
        )
        return 0

    return guarded(where, answer, "no metrics shown")


def _no_metric(word: str, names: Sequence[str], file: str) -> "CapplanError":
    """The error for a word that is in no metric's name, with the nearest part of one."""
    from capplan.errors import CapplanError, Diagnostic  # noqa: PLC0415
    from capplan.reading.nearest import did_you_mean  # noqa: PLC0415
    from capplan.reading.scalars import shown  # noqa: PLC0415

    parts = dict.fromkeys(part for name in names for part in (name, *name.split(".")))
    hint = did_you_mean(word, parts, "without a word all are listed")
    return CapplanError((Diagnostic(file, 0, 0, f"no metric has {shown(word)} in its name", hint),))
