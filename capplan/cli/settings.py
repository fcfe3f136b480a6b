"""`--set path=value`: the scenario with another value, without touching the file. It knows no path."""

import hashlib
from typing import Any

import typer

from capplan.errors import CapplanError

HINT = "--set"


def changes_of(settings: list[str] | None) -> tuple[Any, ...]:
    """Each `path=value` as a Change; the value is read as the file's own would be.

    Raises:
        typer.BadParameter: No path, or a value that YAML cannot read.
    """
    from capplan.model import Change  # noqa: PLC0415
    from capplan.reading.yaml_reader import read_yaml  # noqa: PLC0415

    found = []
    for text in settings or []:
        path, sign, value = text.partition("=")
        if not sign or not path.strip() or not value.strip():
            raise typer.BadParameter(f"expected PATH=VALUE, such as region=eu-west-1, found '{text}'", param_hint=HINT)
        try:
            data = read_yaml(f"value: {value}", HINT).data
        except CapplanError as error:
            first = error.diagnostics[0]
            raise typer.BadParameter(f"'{value}': {first.message}; {first.hint}", param_hint=HINT) from None
        found.append(Change(path.strip(), data["value"] if isinstance(data, dict) else None))
    return tuple(found)


def with_changes(scenario: Any, changes: tuple[Any, ...]) -> Any:  # noqa: ANN401  a Scenario
    """The scenario with other values, checked again.

    Raises:
        CapplanError: What is wrong with it now.
    """
    if not changes:
        return scenario
    from capplan.errors import Diagnostic  # noqa: PLC0415
    from capplan.language.load import build  # noqa: PLC0415
    from capplan.language.scenario import with_gates  # noqa: PLC0415
    from capplan.pipeline.what_if import apply  # noqa: PLC0415

    _check_names(scenario, changes)
    try:
        data = apply(scenario.data, changes)
    except (LookupError, ValueError, TypeError, AttributeError):
        paths = ", ".join(change.path for change in changes)
        hint = "a path is keys with dots, a number for a line of a list: functions.api.calls.0.times"
        raise CapplanError((Diagnostic(HINT, 0, 0, f"nothing can stand at {paths}", hint),)) from None
    written = "".join(f"\n{change.path}={change.to}" for change in changes)
    sha256 = hashlib.sha256(f"{scenario.sha256}{written}".encode()).hexdigest()
    changed = build(scenario.doc, scenario.files, sha256, data)
    return with_gates(changed, *(gate for gate in scenario.gates if not gate.line))  # --budget stands in no file


def _check_names(scenario: Any, changes: tuple[Any, ...]) -> None:  # noqa: ANN401  a Scenario
    """A path into a section begins with a name that stands there: a slip of the keyboard makes no new resource."""
    from capplan.errors import Diagnostic  # noqa: PLC0415
    from capplan.reading.nearest import nearest  # noqa: PLC0415
    from capplan.reading.scalars import shown  # noqa: PLC0415
    from capplan.services import SECTIONS  # noqa: PLC0415

    for change in changes:
        section, _, rest = change.path.partition(".")
        names = scenario.data.get(section)
        name = rest.partition(".")[0]
        if section in (*SECTIONS, "traffic") and rest and isinstance(names, dict) and name not in names:
            close = nearest(name, names)
            hint = f"did you mean '{close}'?" if close else f"there stands {', '.join(names)}"
            raise CapplanError((Diagnostic(HINT, 0, 0, f"there is no {shown(f'{section}.{name}')}", hint),))
