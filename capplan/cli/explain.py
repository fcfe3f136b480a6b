"""`capplan explain`: where does a figure come from, and what does a rule look at?"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from capplan.cli.options import Ascii, Color, ColorChoice, Fields, Format, OutputFile, Overlay, Quiet, Seed, Today, Top
from capplan.cli.output import Output, emit_document, output
from capplan.cli.steps import day_of, guarded, keep_inputs, load_scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capplan.model import Rule

ALL_RULES = "rules"
LONGEST_NUMBER = 9
Subject = Annotated[str, typer.Argument(metavar="SCENARIO|RULE", help="A scenario, a rule's id, or the word rules.")]
Line = Annotated[
    str | None,
    typer.Argument(metavar="LINE|N", help="A line item's id, such as orders.writes, or a recommendation's number."),
]


def explain(
    subject: Subject,
    line: Line = None,
    format: Format = None,
    output_file: OutputFile = None,
    overlays: Overlay = None,
    today: Today = None,
    seed: Seed = 0,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
    fields: Fields = None,
    top: Top = None,
) -> int:
    """Where does a figure come from? One line item with all digits, recommendation 2, or what one rule looks at.

    Example: capplan explain scenarios/web-shop/scenario.yaml orders.writes
    """
    where = output(format, output_file, ascii_only=ascii, color=color, quiet=quiet, fields=fields, top=top)
    day = day_of(today)

    def answer() -> int:
        if line is None and not _is_file(subject):
            _rule(subject, where)
            return 0
        keep_inputs(where, [subject])
        from capplan.commands.explain import explain, line_items  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.explain import explain_record, lines_record  # noqa: PLC0415
        from capplan.report.views.explain import explained_document, lines_document  # noqa: PLC0415

        scenario = load_scenario(subject, None, None, overlays)
        if line is not None and is_number(line):
            _recommendation(scenario, int(line), day, seed, where)
        elif line is None:
            lines = line_items(scenario, today=day, seed=seed)
            emit_document(where, lambda: to_json(lines_record(lines)), lambda: lines_document(scenario.name, lines))
        else:
            explained = explain(scenario, line, today=day, seed=seed)
            emit_document(where, lambda: to_json(explain_record(explained)), lambda: explained_document(explained))
        return 0

    return guarded(where, answer, "nothing explained")


def _recommendation(scenario: Any, number: int, day: date | None, seed: int, where: Output) -> None:  # noqa: ANN401  a Scenario
    """One recommendation by its number: why, the working, what to write, how to go back."""
    from capplan.commands.explain_recommendation import explain_recommendation  # noqa: PLC0415
    from capplan.report.formats.json import to_json  # noqa: PLC0415
    from capplan.report.records.explain import recommendation_record  # noqa: PLC0415
    from capplan.report.views.explain_recommendation import recommendation_document  # noqa: PLC0415

    explained = explain_recommendation(scenario, number, today=day, seed=seed)
    emit_document(where, lambda: to_json(recommendation_record(explained)), lambda: recommendation_document(explained))


def is_number(line: str) -> bool:
    """Whether a word is the number of a recommendation."""
    return line.isdecimal() and len(line) <= LONGEST_NUMBER


def _is_file(subject: str) -> bool:
    return subject == "-" or Path(subject).exists() or Path(subject).suffix in (".yaml", ".yml")


def _rule(word: str, where: Output) -> None:
    """Rules by a word."""
    from capplan.report.formats.json import to_json  # noqa: PLC0415
    from capplan.report.records.explain import rules_record  # noqa: PLC0415
    from capplan.report.views.explain import rules_document  # noqa: PLC0415

    named = rules_named(word)
    all_rules = word == ALL_RULES
    emit_document(where, lambda: to_json(rules_record(named)), lambda: rules_document(named, all_rules=all_rules))


def rules_named(word: str) -> "Sequence[Rule]":
    """The rules of an id or of the last part of it; all for the word rules. Raises CapplanError for an unknown one."""
    from capplan.errors import CapplanError, Diagnostic  # noqa: PLC0415
    from capplan.reading.nearest import nearest  # noqa: PLC0415
    from capplan.reading.scalars import shown  # noqa: PLC0415
    from capplan.services import all_rules  # noqa: PLC0415

    rules = all_rules()
    if word == ALL_RULES:
        return rules
    named = [rule for rule in rules if word in (rule.id, rule.id.partition(".")[2])]
    if not named:
        close = nearest(word, [name for rule in rules for name in (rule.id, rule.id.partition(".")[2])])
        hint = f"did you mean '{close}'?" if close else "capplan explain rules lists all"
        raise CapplanError((Diagnostic("explain", 0, 0, f"{shown(word)} is neither a file nor a rule", hint),))
    return named
