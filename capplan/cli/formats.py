"""Writes the answers of `check` and `estimate` in the formats that are asked for."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from capplan.cli.output import Output, emit, page
from capplan.pipeline.results import Plan
from capplan.report.style import Style

if TYPE_CHECKING:
    from datetime import date

    from capplan.commands.saved_plan import PlanRecord
    from capplan.language.scenario import Scenario
    from capplan.report.checked import Checked
    from capplan.report.document import Document

PLAN_FORMATS = ("table", "json", "markdown", "junit", "sarif", "github", "csv", "html", "compact")
ESTIMATE_FORMATS = (*PLAN_FORMATS, "focus")


def write_checked(
    where: Output, plans: Sequence[Plan], bases: "Sequence[PlanRecord | None]", *, fail_on_warn: bool
) -> None:
    """The verdicts of some scenarios."""
    from capplan.report.checked import Checked  # noqa: PLC0415

    every = [Checked(plan, base, fail_on_warn) for plan, base in zip(plans, bases, strict=True)]

    def documents() -> "list[Document]":
        from capplan.report.views.check import check_document  # noqa: PLC0415

        return [check_document(checked) for checked in every]

    def table(style: Style) -> str:
        from capplan.report.formats.terminal import terminal_text  # noqa: PLC0415

        return "\n".join(terminal_text(document, style) for document in documents())

    def rows() -> str:
        from capplan.report.formats.csv import gates_csv  # noqa: PLC0415

        return gates_csv(every)

    _write(where, every, table, documents, rows, documents)


def write_plan(
    where: Output, scenario: "Scenario", plan: Plan, *, details: bool, top: int, today: "date | None"
) -> None:
    """One scenario's estimate."""

    def documents() -> "list[Document]":
        from capplan.report.views.estimate import plan_document  # noqa: PLC0415

        return [plan_document(plan, top=top)]

    def table(style: Style) -> str:
        from capplan.report.formats.terminal import terminal_text  # noqa: PLC0415
        from capplan.report.views.estimate import plan_document  # noqa: PLC0415

        return terminal_text(plan_document(plan, top=top, details=details), style, details=details)

    if all(name == "table" for name, _ in where.wanted):
        emit(where, str, table)
        return
    from capplan.report.checked import Checked  # noqa: PLC0415

    every = [Checked(plan)]

    def rows() -> str:
        from capplan.report.formats.csv import lines_csv  # noqa: PLC0415

        return lines_csv(every)

    def whole() -> "list[Document]":
        from capplan.commands.page import page as gathered  # noqa: PLC0415
        from capplan.report.views.page import page_document  # noqa: PLC0415

        return [page_document(gathered(scenario, plan), top=top)]

    def focus() -> str:
        from capplan.pricing.catalogue import newest_checked  # noqa: PLC0415
        from capplan.report.formats.focus import plan_focus  # noqa: PLC0415

        return plan_focus(plan, today or newest_checked())

    _write(where, every, table, documents, rows, whole, {"focus": focus})


def _write(
    where: Output,
    every: "Sequence[Checked]",
    table: Callable[[Style], str],
    documents: "Callable[[], Sequence[Document]]",
    rows: Callable[[], str],
    whole: "Callable[[], Sequence[Document]]",
    others: "Mapping[str, Callable[[], str]] | None" = None,
) -> None:
    emit(
        where,
        lambda: _json(every),
        table,
        {
            "markdown": lambda: _markdown(documents()),
            "junit": lambda: _junit(every),
            "sarif": lambda: _sarif(every),
            "github": lambda: _github(every),
            "csv": rows,
            "html": lambda: page(whole()),
            **(others or {}),
        },
    )
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and any(name == "github" for name, _ in where.wanted):
        from capplan.reading.writing import append  # noqa: PLC0415

        append(summary, _markdown(documents()))


def _json(every: "Sequence[Checked]") -> str:
    from capplan.report.formats.json import to_json  # noqa: PLC0415
    from capplan.report.records.plan import checked_record  # noqa: PLC0415

    records = [checked_record(checked.plan, checked.base) for checked in every]
    return to_json(records[0] if len(records) == 1 else records)


def _markdown(documents: "Sequence[Document]") -> str:
    from capplan.report.formats.document_markdown import documents_markdown  # noqa: PLC0415

    return documents_markdown(documents)


def _junit(every: "Sequence[Checked]") -> str:
    from capplan.report.formats.junit import checked_junit  # noqa: PLC0415

    return checked_junit(every)


def _sarif(every: "Sequence[Checked]") -> str:
    from capplan.report.formats.sarif import checked_sarif  # noqa: PLC0415

    return checked_sarif(every)


def _github(every: "Sequence[Checked]") -> str:
    from capplan.report.formats.github import checked_annotations  # noqa: PLC0415

    return checked_annotations(every)
