"""Steps that several commands share: read option values, load, plan, handle errors, return the exit code."""

import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import typer

from capplan.cli import progress
from capplan.cli.output import Output, emit_errors, report, wants_color
from capplan.errors import CapplanError
from capplan.pipeline.results import Plan

From = TypeVar("From")
To = TypeVar("To")
WRONG_INPUT, GATE_FAILED, NOT_STRICT = 2, 3, 4
_MAX_USD, _MAX_DECIMALS = 10**15, 10
"""A figure of a gate has fewer digits than this; more is a typing error."""


def load_scenario(
    path: str,
    budget: Decimal | None,
    settings: list[str] | None = None,
    overlays: list[str] | None = None,
    *,
    allow_open: bool = False,
    prices: list[str] | None = None,
    on: date | None = None,
) -> Any:  # noqa: ANN401  a Scenario
    """A checked scenario from a file or, for `-`, from standard input, with the files of `--overlay` and the values of `--set`.

    With `allow_open` an answer may leave out what hangs on its open questions. `prices` are the files of `--prices`, and
    `on` is the day of `--on`.
    """
    try:
        layers = [[source_of(one) for one in files or ()] for files in (overlays, prices)]
        return scenario_of(source_of(path), budget, settings, layers, allow_open=allow_open, on=on)
    except CapplanError as error:
        from capplan.commands.told import what_it_is  # noqa: PLC0415  only where it is no scenario

        other = what_it_is(path, error)
        raise error if other is None else other from None


def scenario_of(
    source: Any,  # noqa: ANN401  a Source
    budget: Decimal | None,
    settings: list[str] | None,
    layers: Sequence[Any] = (),
    *,
    allow_open: bool,
    on: date | None,
) -> Any:  # noqa: ANN401  a Scenario
    """A checked scenario from its text, with the texts that are laid over it and its prices. Raises CapplanError."""
    from capplan.cli.settings import changes_of, with_changes  # noqa: PLC0415
    from capplan.language.load import load_source, with_budget  # noqa: PLC0415
    from capplan.record import replace  # noqa: PLC0415

    scenario = with_changes(with_budget(load_source(source, *layers), budget), changes_of(settings))
    scenario = scenario if on is None else replace(scenario, prices_on=on)
    return replace(scenario, allow_open=True) if allow_open and scenario.questions else scenario


def source_of(path: str) -> Any:  # noqa: ANN401  a Source
    """A scenario's text, from a file or, for `-`, from standard input."""
    from capplan.reading.files import read_source  # noqa: PLC0415
    from capplan.reading.yaml_reader import decode  # noqa: PLC0415

    text = decode(sys.stdin.buffer.read(2**20 + 1), "-") if path == "-" else None
    return read_source(path, text)


def plan_of(
    path: str,
    budget: Decimal | None,
    today: date | None,
    seed: int,
    *,
    findings: bool = True,
    settings: list[str] | None = None,
    allow_open: bool = False,
) -> Plan:
    """A file's plan."""
    from capplan.commands.plan import plan  # noqa: PLC0415

    scenario = load_scenario(path, budget, settings, allow_open=allow_open)
    return plan(scenario, today=today, seed=seed, findings=findings, progress=progress.update)


def every(items: Sequence[From], step: Callable[[From], To]) -> list[To]:
    """The results of a step for all items; raises the errors of all of them at once."""
    done: list[To] = []
    errors: list[CapplanError] = []
    for item in items:
        try:
            done.append(step(item))
        except CapplanError as error:
            errors.append(error)
    if errors:
        raise _SeveralError(errors)
    return done


def money(text: str | None) -> Decimal | None:
    """An amount of the command line in USD."""
    if text is None:
        return None
    try:
        amount = Decimal(text.removesuffix("USD").strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < _MAX_USD or amount != round(amount, _MAX_DECIMALS):
        raise typer.BadParameter(f"expected an amount, such as 2500, found '{text}'", param_hint="--budget")
    return amount


def delta(text: str | None) -> Any:  # noqa: ANN401  a Gate or None
    """`--budget-delta`: an amount in USD or a percentage, as a gate."""
    if text is None:
        return None
    from capplan.language.gate_syntax import budget_delta_gate  # noqa: PLC0415

    match = re.fullmatch(r"\s*([+-]?\d{1,12}(?:\.\d{1,6})?)\s*(%|USD|)\s*", text)
    if match is None:
        raise typer.BadParameter(f"expected 50 (USD) or 5%, found '{text}'", param_hint="--budget-delta")
    return budget_delta_gate(Decimal(match[1]), "%" if match[2] == "%" else "USD")


def day_of(text: str | None, option: str = "--today") -> date | None:
    """A day of the command line."""
    if text is None:
        return None
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:  # such as February 30
        pass
    raise typer.BadParameter(f"expected a day, such as 2026-11-24, found '{text}'", param_hint=option)


def strict_code(plans: list[Plan], strict: bool) -> int:  # noqa: FBT001
    """Exit code 4 where the answer depends on unconfirmed assumptions or stale prices, which are reported."""
    if not strict:
        return 0
    unconfirmed = [
        f"{a.assumption.path}: {a.assumption.value}"
        for plan in plans
        for a in plan.assumptions
        if a.assumption.kind == "workload"
    ]
    unconfirmed += [f"stale price: {key}" for plan in plans for key in plan.prices.stale]
    unconfirmed += [f"an open question: {q.path}" for plan in plans for q in plan.open_questions if q.needed]
    for line in unconfirmed:
        report(f"strict: the answer depends on {line}")
    return NOT_STRICT if unconfirmed else 0


class _SeveralError(Exception):
    """The errors of several files, each with its own summary."""

    def __init__(self, errors: list[CapplanError]) -> None:
        super().__init__()
        self.errors = errors


def keep_inputs(where: Output, paths: list[str]) -> None:
    """An answer must not overwrite its own input."""
    inputs = {Path(path).resolve() for path in paths if path != "-"}
    for _, place in where.wanted:
        if place is not None and Path(place).resolve() in inputs:
            raise typer.BadParameter(f"'{place}' is an input: name another file", param_hint="--output")


def guarded(
    where: Output, answer: Callable[[], int], outcome: str = "no estimate produced", doing: str = "planning"
) -> int:
    """The exit code of an answer; errors are reported, and `outcome` says what they prevent.

    A run of more than half a second shows a bar that says what it is `doing`.
    """
    color = wants_color(where.color, os.environ, is_terminal=sys.stderr.isatty())
    try:
        with progress.showing(doing, ascii_only=where.ascii, color=color, quiet=where.quiet):
            return answer()
    except CapplanError as error:
        emit_errors(where, [error], outcome)
    except _SeveralError as error:
        emit_errors(where, error.errors, outcome)
    return WRONG_INPUT
