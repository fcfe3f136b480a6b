"""The commands and their options. Each loads, asks the planner, renders, and says its exit code."""

import re
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from capplan.answer import Plan
from capplan.cli import INTERRUPTED
from capplan.cli.output import Output, emit, emit_errors, output, put, tell
from capplan.errors import CapplanError, Mistake
from capplan.report.document import Style

WRONG_INPUT, GATE_BROKEN, NOT_STRICT = 2, 3, 4

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Plan cost and capacity of serverless AWS workloads before you deploy them.",
)

_MOST_USD = 10**15
"""More than that is a slip of the keyboard."""

Scenario = Annotated[str, typer.Argument(metavar="SCENARIO", help="The scenario file; - reads standard input.")]
Scenarios = Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Scenario files; - reads standard input.")]
Format = Annotated[list[str] | None, typer.Option("--format", "-f", help="table or json; json=FILE writes a file.")]
OutputFile = Annotated[
    str | None, typer.Option("--output", "-o", help="Write the answer to a file, whole or not at all.")
]
Budget = Annotated[str | None, typer.Option("--budget", help="A gate more: cost.monthly at most so many USD.")]
Today = Annotated[str | None, typer.Option("--today", help="The day against which prices' age is held, YYYY-MM-DD.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything drawn.", min=0)]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 4 on assumptions about the workload or stale prices.")]
Details = Annotated[bool, typer.Option("--details", help="Unfold every row.")]
Top = Annotated[int, typer.Option("--top", help="How many resources to show.", min=1)]
Ascii = Annotated[bool, typer.Option("--ascii", help="Plain ASCII symbols.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only the exit code and written files.")]


class FailOn(StrEnum):
    """What breaks `check`."""

    deny = "deny"
    warn = "warn"


@app.command()
def estimate(
    scenario: Scenario,
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
    """What will it cost, will it hold, what should I change?

    Example: capplan estimate scenarios/web-shop/scenario.yaml
    """
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet)
    _keep_inputs(where, [scenario])

    def answer() -> int:
        plan = _plan(scenario, gate, day, seed)
        emit(where, lambda: _plan_json([plan]), lambda style: _estimate_text(plan, style, details, top))
        return _strict([plan], strict)

    gate, day = _money(budget), _day(today)
    return _guard(where, answer)


@app.command()
def check(
    scenarios: Scenarios,
    format: Format = None,
    output_file: OutputFile = None,
    budget: Budget = None,
    today: Today = None,
    seed: Seed = 0,
    strict: Strict = False,
    ascii: Ascii = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="deny, or warn: warnings break too.")] = FailOn.deny,
) -> int:
    """Do the gates hold? Exit 3 if not; the report comes first.

    Example: capplan check scenarios/web-shop/scenario.yaml --budget 2500
    """
    where = output(format, output_file, ascii_only=ascii, no_color=no_color, quiet=quiet)
    _keep_inputs(where, scenarios)

    def answer() -> int:
        plans = _all(scenarios, lambda path: _plan(path, gate, day, seed))
        emit(where, lambda: _plan_json(plans), lambda style: "\n".join(_check_text(plan, style) for plan in plans))
        levels = ("deny", "warn") if fail_on is FailOn.warn else ("deny",)
        if any(g.verdict == "fail" and g.level in levels for plan in plans for g in plan.gates):
            return GATE_BROKEN
        return _strict(plans, strict)

    gate, day = _money(budget), _day(today)
    return _guard(where, answer)


@app.command("compare-modes")
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
    _keep_inputs(where, [scenario])

    def answer() -> int:
        import capplan  # noqa: PLC0415
        from capplan.report.modes_text import modes_text  # noqa: PLC0415
        from capplan.report.plan_json import modes_record, to_json  # noqa: PLC0415

        modes = capplan.compare_modes(_load(scenario, None), today=day, seed=seed)
        emit(where, lambda: to_json(modes_record(modes)), lambda style: modes_text(modes, style))
        return 0

    day = _day(today)
    return _guard(where, answer)


# --- steps ----------------------------------------------------------------------------------------------------------


def _load(path: str, budget: Decimal | None) -> Any:  # noqa: ANN401  a Scenario
    from capplan.reading.yaml_reader import decode  # noqa: PLC0415
    from capplan.scenario.load import load  # noqa: PLC0415

    text = decode(sys.stdin.buffer.read(2**20 + 1), "-") if path == "-" else None
    return load(path, text=text, budget=budget)


def _plan(path: str, budget: Decimal | None, today: date | None, seed: int) -> Plan:
    from capplan.planner import plan  # noqa: PLC0415

    return plan(_load(path, budget), today=today, seed=seed)


def _all(paths: list[str], one: Callable[[str], Plan]) -> list[Plan]:
    """Every file planned, or every file's mistakes together."""
    plans: list[Plan] = []
    errors: list[CapplanError] = []
    for path in paths:
        try:
            plans.append(one(path))
        except CapplanError as error:
            errors.append(error)
    if errors:
        raise _SeveralError(errors)
    return plans


def _money(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text.removesuffix("USD").strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= _MOST_USD:
        raise typer.BadParameter(f"expected an amount, such as 2500, found '{text}'", param_hint="--budget")
    return amount


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:  # such as February 30
        pass
    raise typer.BadParameter(f"expected a day, such as 2026-11-24, found '{text}'", param_hint="--today")


def _plan_json(plans: list[Plan]) -> str:
    from capplan.report.plan_json import plan_record, to_json  # noqa: PLC0415

    records = [plan_record(plan) for plan in plans]
    return to_json(records[0] if len(records) == 1 else records)


def _estimate_text(plan: Plan, style: Style, details: bool, top: int) -> str:  # noqa: FBT001
    from capplan.report.plan_text import plan_text  # noqa: PLC0415

    return plan_text(plan, style, details=details, top=top)


def _check_text(plan: Plan, style: Style) -> str:
    from capplan.report.check_text import check_text  # noqa: PLC0415

    return check_text(plan, style)


def _strict(plans: list[Plan], strict: bool) -> int:  # noqa: FBT001
    """Exit code 4 where the answer rests on something nobody confirmed; says what."""
    if not strict:
        return 0
    rests = [
        f"{a.assumption.path}: {a.assumption.value}"
        for plan in plans
        for a in plan.assumptions
        if a.assumption.kind == "workload"
    ]
    rests += [f"stale price: {key}" for plan in plans for key in plan.prices.stale]
    for line in rests:
        tell(f"strict: the answer rests on {line}")
    return NOT_STRICT if rests else 0


class _SeveralError(Exception):
    """The mistakes of several files, each file's with its own summary."""

    def __init__(self, errors: list[CapplanError]) -> None:
        super().__init__()
        self.errors = errors


def _keep_inputs(where: Output, paths: list[str]) -> None:
    """An answer never replaces the file it answers."""
    inputs = {Path(path).resolve() for path in paths if path != "-"}
    for _, place in where.wanted:
        if place is not None and Path(place).resolve() in inputs:
            raise typer.BadParameter(f"'{place}' is the scenario itself: name another file", param_hint="--output")


def _guard(where: Output, answer: Callable[[], int]) -> int:
    try:
        return answer()
    except CapplanError as error:
        emit_errors(where, [error])
    except _SeveralError as error:
        emit_errors(where, error.errors)
    return WRONG_INPUT


def run(arguments: list[str]) -> int:
    """The exit code of a command line. What nobody foresaw keeps its traceback."""
    command = typer.main.get_command(app)
    try:
        code = command.main(arguments, prog_name="capplan", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        show = getattr(error, "show", None)  # a usage error of Typer's, which keeps its base class to itself
        if show is None:
            raise
        if _wants_json(arguments):
            from capplan.report.errors import errors_json  # noqa: PLC0415

            put(errors_json([Mistake("command line", 0, 0, error.format_message())]) + "\n")  # type: ignore[attr-defined]
        else:
            show()
        return WRONG_INPUT
    return code if isinstance(code, int) else 0


def _wants_json(arguments: list[str]) -> bool:
    """Whether JSON was asked for, in a command line that could not be read."""
    pairs = pairwise(arguments)
    return any(a in ("-f", "--format") and b.startswith("json") for a, b in pairs) or any(
        a.startswith(("--format=json", "-fjson")) for a in arguments
    )
