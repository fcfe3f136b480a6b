"""`--set path=value`: overrides a value of the scenario for one run."""

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

    changes = []
    for text in settings or []:
        path, sign, value = text.partition("=")
        if not sign or not path.strip() or not value.strip():
            raise typer.BadParameter(f"expected PATH=VALUE, such as region=eu-west-1, found '{text}'", param_hint=HINT)
        try:
            data = read_yaml(f"value: {value}", HINT).data
        except CapplanError as error:
            first = error.diagnostics[0]
            raise typer.BadParameter(f"'{value}': {first.message}; {first.hint}", param_hint=HINT) from None
        changes.append(Change(path.strip(), data["value"] if isinstance(data, dict) else None))
    return tuple(changes)


def with_changes(scenario: Any, changes: tuple[Any, ...]) -> Any:  # noqa: ANN401  a Scenario
    """The scenario with the changes, checked again.

    Raises:
        CapplanError: The scenario is wrong with them.
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
        hint = "a path is keys joined by dots, and numbers for list items: functions.api.calls.0.times"
        raise CapplanError((Diagnostic(HINT, 0, 0, f"no value can be set at {paths}", hint),)) from None
    written = "".join(f"\n{change.path}={change.to}" for change in changes)
    sha256 = hashlib.sha256(f"{scenario.sha256}{written}".encode()).hexdigest()
    changed = build(scenario.doc, scenario.files, sha256, data)
    return with_gates(changed, *(gate for gate in scenario.gates if not gate.line))  # --budget stands in no file


def _check_names(scenario: Any, changes: tuple[Any, ...]) -> None:  # noqa: ANN401  a Scenario
    """A path into a section must name an existing resource: a typing error must not create one."""
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
            hint = f"did you mean '{close}'?" if close else f"it has {', '.join(names)}"
            raise CapplanError((Diagnostic(HINT, 0, 0, f"unknown resource {shown(f'{section}.{name}')}", hint),))
