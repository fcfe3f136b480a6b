"""`capplan explain`: where does this number come from, and what does this rule look at?"""

from pathlib import Path
from typing import Annotated

import typer

from capplan.cli.options import Ascii, Format, NoColor, OutputFile, Quiet, Seed, Today
from capplan.cli.output import Output, emit, output
from capplan.cli.steps import day_of, guarded, keep_inputs, load_scenario

Subject = Annotated[str, typer.Argument(metavar="SCENARIO|RULE", help="A scenario, a rule's id, or the word rules.")]
Line = Annotated[str | None, typer.Argument(metavar="[LINE]", help="A line's id, such as orders.writes.")]


def explain(
    subject: Subject,
    line: Line = None,
    format: Format = None,
    output_file: OutputFile = None,
    today: Today = None,
    seed: Seed = 0,
    ascii: Ascii = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
) -> int:
    """Where does this number come from? Every digit of one line, or what one rule of FINDINGS looks at.

    Example: capplan explain scenarios/web-shop/scenario.yaml orders.writes
    """
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet)
    day = day_of(today)

    def answer() -> int:
        if line is None and not _is_file(subject):
            _rule(subject, where)
            return 0
        keep_inputs(where, [subject])
        from capplan.commands.explain import explain, line_ids  # noqa: PLC0415
        from capplan.report.explain_json import explain_json, lines_json  # noqa: PLC0415
        from capplan.report.explain_text import explain_text, lines_text  # noqa: PLC0415

        scenario = load_scenario(subject, None)
        if line is None:
            found = line_ids(scenario, today=day, seed=seed)
            emit(where, lambda: lines_json(found), lambda style: lines_text(scenario.name, found, style))
        else:
            one = explain(scenario, line, today=day, seed=seed)
            emit(where, lambda: explain_json(one), lambda style: explain_text(one, style))
        return 0

    return guarded(where, answer, "Nothing is explained.")


def _is_file(subject: str) -> bool:
    return subject == "-" or Path(subject).exists() or Path(subject).suffix in (".yaml", ".yml")


def _rule(word: str, where: Output) -> None:
    """One rule by its id or the last part of it, or all of them."""
    from capplan.errors import CapplanError, Diagnostic  # noqa: PLC0415
    from capplan.reading.nearest import nearest  # noqa: PLC0415
    from capplan.reading.scalars import shown  # noqa: PLC0415
    from capplan.report.explain_json import rules_json  # noqa: PLC0415
    from capplan.report.explain_text import rule_text, rules_text  # noqa: PLC0415
    from capplan.services import all_rules  # noqa: PLC0415

    rules = all_rules()
    if word == "rules":
        emit(where, lambda: rules_json(rules), lambda style: rules_text(rules, style))
        return
    found = [rule for rule in rules if word in (rule.id, rule.id.partition(".")[2])]
    if not found:
        close = nearest(word, [name for rule in rules for name in (rule.id, rule.id.partition(".")[2])])
        hint = f"did you mean '{close}'?" if close else "capplan explain rules names all"
        raise CapplanError((Diagnostic("explain", 0, 0, f"{shown(word)} is no file and no rule", hint),))
    emit(where, lambda: rules_json(found), lambda style: "\n".join(rule_text(rule, style) for rule in found))
