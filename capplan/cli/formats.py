"""The forms a plan's answer comes in, for `check` and `estimate`. It renders nothing itself."""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from capplan.cli.output import Output, emit
from capplan.pipeline.results import Plan
from capplan.report.document import Style

if TYPE_CHECKING:
    from capplan.commands.saved_plan import Snapshot
    from capplan.report.checked import Checked

PLAN_FORMATS = ("table", "json", "markdown", "junit", "sarif", "github", "csv")


def write_checked(
    where: Output, plans: Sequence[Plan], bases: "Sequence[Snapshot | None]", *, fail_on_warn: bool
) -> None:
    """The verdicts of some scenarios."""
    from capplan.report.checked import Checked  # noqa: PLC0415

    every = [Checked(plan, base, fail_on_warn) for plan, base in zip(plans, bases, strict=True)]

    def table(style: Style) -> str:
        from capplan.report.check_text import check_text  # noqa: PLC0415

        return "\n".join(check_text(one, style) for one in every)

    def rows() -> str:
        from capplan.report.plan_csv import gates_csv  # noqa: PLC0415

        return gates_csv(every)

    _write(where, every, table, rows)


def write_plan(where: Output, plan: Plan, table: Callable[[Style], str]) -> None:
    """One scenario's estimate."""
    if all(name == "table" for name, _ in where.wanted):
        emit(where, str, table)
        return
    from capplan.report.checked import Checked  # noqa: PLC0415

    every = [Checked(plan)]

    def rows() -> str:
        from capplan.report.plan_csv import lines_csv  # noqa: PLC0415

        return lines_csv(every)

    _write(where, every, table, rows)


def _write(where: Output, every: "Sequence[Checked]", table: Callable[[Style], str], rows: Callable[[], str]) -> None:
    emit(
        where,
        lambda: _json(every),
        table,
        {
            "markdown": lambda: _markdown(every),
            "junit": lambda: _junit(every),
            "sarif": lambda: _sarif(every),
            "github": lambda: _github(every),
            "csv": rows,
        },
    )
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and any(name == "github" for name, _ in where.wanted):
        from capplan.reading.writing import append  # noqa: PLC0415

        append(summary, _markdown(every))


def _json(every: "Sequence[Checked]") -> str:
    from capplan.report.plan_json import checked_record, to_json  # noqa: PLC0415

    records = [checked_record(one.plan, one.base) for one in every]
    return to_json(records[0] if len(records) == 1 else records)


def _markdown(every: "Sequence[Checked]") -> str:
    from capplan.report.markdown import checked_markdown  # noqa: PLC0415

    return checked_markdown(every)


def _junit(every: "Sequence[Checked]") -> str:
    from capplan.report.junit import checked_junit  # noqa: PLC0415

    return checked_junit(every)


def _sarif(every: "Sequence[Checked]") -> str:
    from capplan.report.sarif import checked_sarif  # noqa: PLC0415

    return checked_sarif(every)


def _github(every: "Sequence[Checked]") -> str:
    from capplan.report.annotations import checked_annotations  # noqa: PLC0415

    return checked_annotations(every)
