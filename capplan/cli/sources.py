"""Reads what a comparison names: a scenario, a saved plan, or a git revision of a scenario."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capplan.cli import progress
from capplan.errors import CapplanError, Diagnostic

if TYPE_CHECKING:
    from capplan.commands.saved_plan import PlanRecord
    from capplan.gates.judge import Baseline


def plans_at(source: str, today: date | None, seed: int, draws: int = 0) -> "tuple[PlanRecord, ...]":
    """The plans of a scenario (planned now), of a saved JSON, or of REVISION:SCENARIO. Raises CapplanError.

    Of a scenario's ranges so many draws are made where a gate is on a percentile or a chance.
    """
    from capplan.commands.plan import plan  # noqa: PLC0415
    from capplan.gates.judge import over_draws  # noqa: PLC0415
    from capplan.report.records.plan import plan_record, saved_plans  # noqa: PLC0415

    if source != "-" and source.lower().endswith(".json"):
        return saved_plans(_saved(source), Path(source).as_posix())
    scenario = _scenario(source)
    needed = draws if any(over_draws(gate.test, {}) for gate in scenario.gates) else 0
    planned = plan(scenario, today=today, seed=seed, findings=False, draws=needed, progress=progress.update)
    return (plan_record(planned),)


def baselines(source: str, scenarios: Sequence[Any], today: date | None, seed: int) -> "list[PlanRecord | None]":
    """The baseline of each scenario: the plan of its name, or for a revision alone the same file at that revision.

    Raises:
        CapplanError: The source is wrong, or has a plan of none of the scenarios.
    """
    from capplan.reading.git import is_bare_revision  # noqa: PLC0415

    if source != "-" and is_bare_revision(source):
        return [_at_revision(source, scenario, today, seed) for scenario in scenarios]
    return of_names(plans_at(source, today, seed), source, [scenario.name for scenario in scenarios])


def of_names(plans: "Sequence[PlanRecord]", source: str, wanted: Sequence[str]) -> "list[PlanRecord | None]":
    """The plan of each name. Raises CapplanError where there is none of any, or more than one of some."""
    names = [plan.scenario.name for plan in plans]
    repeated = sorted(name for name in set(wanted) if names.count(name) > 1)
    if repeated:
        message = f"it holds more than one plan of '{repeated[0]}'"
        raise CapplanError((Diagnostic(source, 0, 0, message, "names must differ"),))
    if not set(wanted) & set(names):
        message = f"it holds no plan of {_quoted(wanted)}"
        hint = f"it holds {_quoted(names)}: names must be equal"
        raise CapplanError((Diagnostic(source, 0, 0, message, hint),))
    return [next((plan for plan in plans if plan.scenario.name == name), None) for name in wanted]


def _at_revision(revision: str, scenario: Any, today: date | None, seed: int) -> "PlanRecord":  # noqa: ANN401  a Scenario
    from capplan.commands.plan import plan  # noqa: PLC0415
    from capplan.commands.saved_plan import empty_plan  # noqa: PLC0415
    from capplan.language.load import load_source  # noqa: PLC0415
    from capplan.reading.files import STDIN_NAME  # noqa: PLC0415
    from capplan.reading.git import read_same  # noqa: PLC0415
    from capplan.report.records.plan import plan_record  # noqa: PLC0415

    if scenario.file == STDIN_NAME:
        message = "standard input has no earlier version"
        raise CapplanError((Diagnostic(revision, 0, 0, message, f"name a file: {revision}:scenario.yaml"),))
    source = read_same(revision, scenario.file, os.environ)
    if source is None:
        return empty_plan(scenario.name, scenario.region)
    return plan_record(plan(load_source(source), today=today, seed=seed, findings=False))


def _saved(source: str) -> object:
    from capplan.reading.git import is_revision, read_revision_text  # noqa: PLC0415
    from capplan.reading.saved_json import parse_saved_json, read_saved_json  # noqa: PLC0415

    return (
        parse_saved_json(read_revision_text(source, os.environ), source)
        if is_revision(source)
        else read_saved_json(source)
    )


def _scenario(source: str) -> Any:  # noqa: ANN401  a Scenario
    from capplan.cli.steps import load_scenario  # noqa: PLC0415
    from capplan.language.load import load_source  # noqa: PLC0415
    from capplan.reading.git import is_revision, read_revision  # noqa: PLC0415

    if source != "-" and is_revision(source):
        return load_source(read_revision(source, os.environ))
    return load_scenario(source, None)


def revision_of(base: str, head: str) -> str:
    """The base with its file: `HEAD~1` before `scenario.yaml` means `HEAD~1:./scenario.yaml`."""
    from capplan.reading.git import is_bare_revision, is_revision  # noqa: PLC0415

    if base == "-" or head == "-" or is_revision(head) or not is_bare_revision(base):
        return base
    return f"{base}:./{Path(os.path.relpath(head)).as_posix()}"


def one_of(plans: "Sequence[PlanRecord]", source: str, name: str | None = None) -> "PlanRecord":
    """The only plan of a source, or the one of a name. Raises CapplanError."""
    if len(plans) == 1 and name is None:
        return plans[0]
    named = [plan for plan in plans if plan.scenario.name == name]
    if len(named) == 1:
        return named[0]
    what = f"no plan of '{name}'" if name is not None and not named else "more than one plan"
    hint = f"it holds {_quoted([plan.scenario.name for plan in plans])}"
    raise CapplanError((Diagnostic(source, 0, 0, f"it holds {what}", hint),))


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names[:8])


def baseline_of(plan: "PlanRecord | None", source: str | None, name: str) -> "Baseline":
    """The baseline of gates on a change."""
    from capplan.gates.judge import Baseline  # noqa: PLC0415

    if plan is not None:
        from capplan.commands.saved_plan import observable_values  # noqa: PLC0415

        return Baseline(observable_values(plan))
    return Baseline() if source is None else Baseline(None, f"{source} has no plan of '{name}'")
