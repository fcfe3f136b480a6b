"""What a command may be pointed at: a scenario, a saved JSON, a git revision of a scenario. It compares nothing."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capplan.errors import CapplanError, Diagnostic

if TYPE_CHECKING:
    from capplan.commands.saved_plan import Snapshot
    from capplan.gates.judge import Baseline


def snapshots_at(source: str, today: date | None, seed: int) -> "tuple[Snapshot, ...]":
    """The plans of a scenario (planned now), of a saved JSON, or of REVISION:SCENARIO. Raises CapplanError."""
    from capplan.commands.plan import plan  # noqa: PLC0415
    from capplan.commands.saved_plan import snapshot, snapshots_of_json  # noqa: PLC0415

    if source != "-" and source.lower().endswith(".json"):
        return snapshots_of_json(_saved(source), Path(source).as_posix())
    return (snapshot(plan(_scenario(source), today=today, seed=seed, findings=False)),)


def baselines(asked: str, scenarios: Sequence[Any], today: date | None, seed: int) -> "list[Snapshot | None]":
    """What each scenario is held against: the plan of its name, or with a revision alone itself as it was.

    Raises:
        CapplanError: The baseline is wrong, or holds none of them.
    """
    from capplan.reading.git import is_bare_revision  # noqa: PLC0415

    if asked != "-" and is_bare_revision(asked):
        return [_as_it_was(asked, one, today, seed) for one in scenarios]
    found = snapshots_at(asked, today, seed)
    names = [one.name for one in found]
    twice = sorted({name for name in names if names.count(name) > 1} & {one.name for one in scenarios})
    if twice:
        raise CapplanError(
            (Diagnostic(asked, 0, 0, f"it holds more than one plan of '{twice[0]}'", "names must differ"),)
        )
    bases = [next((one for one in found if one.name == scenario.name), None) for scenario in scenarios]
    if not any(bases):
        raise _none_of_them(asked, names, [one.name for one in scenarios])
    return bases


def _as_it_was(revision: str, scenario: Any, today: date | None, seed: int) -> "Snapshot":  # noqa: ANN401  a Scenario
    from capplan.commands.plan import plan  # noqa: PLC0415
    from capplan.commands.saved_plan import nothing, snapshot  # noqa: PLC0415
    from capplan.language.load import load_source  # noqa: PLC0415
    from capplan.reading.files import STDIN_NAME  # noqa: PLC0415
    from capplan.reading.git import read_same  # noqa: PLC0415

    if scenario.file == STDIN_NAME:
        message = "standard input has no earlier version"
        raise CapplanError((Diagnostic(revision, 0, 0, message, f"name a file: {revision}:scenario.yaml"),))
    source = read_same(revision, scenario.file, os.environ)
    if source is None:
        return nothing(scenario.name, scenario.region)
    return snapshot(plan(load_source(source), today=today, seed=seed, findings=False))


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
    """`HEAD~1` before `scenario.yaml` means that scenario as it was: `HEAD~1:./scenario.yaml`."""
    from capplan.reading.git import is_bare_revision, is_revision  # noqa: PLC0415

    if base == "-" or head == "-" or is_revision(head) or not is_bare_revision(base):
        return base
    return f"{base}:./{Path(os.path.relpath(head)).as_posix()}"


def one_of(found: "Sequence[Snapshot]", source: str, name: str | None = None) -> "Snapshot":
    """The only plan of a source, or the one of a name. Raises CapplanError."""
    if len(found) == 1 and name is None:
        return found[0]
    same = [one for one in found if one.name == name]
    if len(same) == 1:
        return same[0]
    names = ", ".join(f"'{one.name}'" for one in found[:8])
    what = f"no plan of '{name}'" if name is not None and not same else "more than one plan"
    raise CapplanError((Diagnostic(source, 0, 0, f"it holds {what}", f"it holds {names}"),))


def _none_of_them(asked: str, held: Sequence[str], wanted: Sequence[str]) -> CapplanError:
    """The baseline is of other scenarios altogether."""
    message = f"it holds no plan of {' or '.join(map(repr, wanted[:8]))}"
    return CapplanError(
        (Diagnostic(asked, 0, 0, message, f"it holds {', '.join(map(repr, held[:8]))}: names must be equal"),)
    )


def held_against(base: "Snapshot | None", asked: str | None, name: str) -> "Baseline":
    """What gates on a change are held against."""
    from capplan.gates.judge import Baseline  # noqa: PLC0415

    if base is not None:
        return Baseline(base.known)
    if asked is None:
        return Baseline()
    return Baseline(None, f"{asked} has no plan of '{name}'")
