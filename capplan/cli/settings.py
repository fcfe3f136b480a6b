"""`--set path=value`: overrides a value of the scenario for one run."""

import hashlib
from typing import Any, NamedTuple

import typer

from capplan.errors import CapplanError

HINT = "--set"
_DOTTED = ("account.quotas", "account.in_use", "prices")
"""Mappings whose keys have dots, such as lambda.concurrency."""
_SHOWN = 60
"""Characters of a value in the name of an error's place."""


class Setting(NamedTuple):
    """A path of the scenario, its new value (None removes the key), and the value as typed."""

    path: str
    to: object
    text: str


def changes_of(settings: list[str] | None) -> tuple[Setting, ...]:
    """Each `path=value`; the value is read as the file's own would be.

    Raises:
        typer.BadParameter: No path, or a value that YAML cannot read.
    """
    from capplan.reading.yaml_reader import read_yaml  # noqa: PLC0415

    changes = []
    for text in settings or []:
        path, sign, value = text.partition("=")
        if not sign or not path.strip():
            raise typer.BadParameter(f"expected PATH=VALUE, such as region=eu-west-1, found '{text}'", param_hint=HINT)
        if not value.strip():
            raise typer.BadParameter(f"'{text}' has no value: {path.strip()}=null removes a key", param_hint=HINT)
        try:
            data = read_yaml(f"value: {value}", HINT).data
        except CapplanError as error:
            first = error.diagnostics[0]
            raise typer.BadParameter(f"'{value}': {first.message}; {first.hint}", param_hint=HINT) from None
        changes.append(Setting(path.strip(), data["value"] if isinstance(data, dict) else None, value.strip()))
    return tuple(changes)


def with_changes(scenario: Any, changes: tuple[Setting, ...]) -> Any:  # noqa: ANN401  a Scenario
    """The scenario with the changes, checked again.

    Raises:
        CapplanError: The scenario is wrong with them.
    """
    if not changes:
        return scenario
    from capplan.errors import Diagnostic  # noqa: PLC0415
    from capplan.language.load import build  # noqa: PLC0415
    from capplan.language.scenario import with_gates  # noqa: PLC0415
    from capplan.model import Change  # noqa: PLC0415
    from capplan.pipeline.what_if import apply  # noqa: PLC0415

    changes = _with_dotted_keys(scenario.data, changes)
    _check_names(scenario, changes)
    try:
        data = apply(scenario.data, [Change(change.path, change.to) for change in changes])
    except (LookupError, ValueError, TypeError, AttributeError):
        paths = ", ".join(change.path for change in changes)
        hint = "a path is keys joined by dots, and numbers for list items: functions.api.calls.0.times"
        raise CapplanError((Diagnostic(HINT, 0, 0, f"no value can be set at {paths}", hint),)) from None
    written = "".join(f"\n{change.path}={change.to}" for change in changes)
    sha256 = hashlib.sha256(f"{scenario.sha256}{written}".encode()).hexdigest()
    try:
        changed = build(_with_values(scenario.doc, changes), scenario.files, sha256, data)
    except CapplanError as error:
        raise CapplanError(tuple(_said_of(d, changes) for d in error.diagnostics), error.summary) from None
    return with_gates(changed, *(gate for gate in scenario.gates if not gate.line))  # --budget stands in no file


def _with_dotted_keys(data: Any, changes: tuple[Setting, ...]) -> tuple[Setting, ...]:  # noqa: ANN401  plain data
    """The settings, where one inside a mapping whose keys have dots sets the whole mapping."""
    from capplan.language.reader import value_at  # noqa: PLC0415

    out: list[Setting] = []
    whole: dict[str, dict[str, object]] = {}
    for change in changes:
        parent = next((path for path in _DOTTED if change.path.startswith(f"{path}.")), None)
        if parent is None:
            out.append(change)
            continue
        key = change.path.removeprefix(f"{parent}.")
        written = value_at(data, parent.split("."))
        keys = whole.setdefault(parent, dict(written) if isinstance(written, dict) else {})
        keys[key] = change.to
        if change.to is None:
            del keys[key]
        out.append(Setting(parent, dict(keys), f"{{{key}: {change.text}}}"))
    return tuple(out)


def _with_values(doc: Any, changes: tuple[Setting, ...]) -> Any:  # noqa: ANN401  a Document
    """The scenario's document, where an error in a value of `--set` names the option and quotes that value."""
    from capplan.reading.document import ReplacedValues  # noqa: PLC0415
    from capplan.reading.yaml_reader import read_yaml  # noqa: PLC0415

    values = {}
    for change in changes:
        *parents, last = change.path.split(".")
        values[(*parents, last)] = read_yaml(f"value: {change.text}", f"{HINT} {change.path}={change.text[:_SHOWN]}")
        inner = change.text
        for end in range(len(parents), 0, -1):  # a value that is set inside what is no mapping in the file
            if doc.locate(parents[:end]).places is not None:
                break
            inner = f"{{{change.path.split('.')[end]}: {inner}}}"
            values[tuple(parents[:end])] = read_yaml(f"value: {inner}", f"{HINT} {change.path}={change.text[:_SHOWN]}")
    return ReplacedValues(doc.file, doc.data, doc.mark, doc.lines, values)


def _said_of(diagnostic: Any, changes: tuple[Setting, ...]) -> Any:  # noqa: ANN401  a Diagnostic
    """An error at a line of the file, which was valid without `--set`, says with what it is not."""
    from capplan.record import replace  # noqa: PLC0415

    paths = ", ".join(f"{HINT} {change.path}" for change in changes)
    return replace(diagnostic, message=f"{diagnostic.message} (with {paths})") if diagnostic.line else diagnostic


def _check_names(scenario: Any, changes: tuple[Setting, ...]) -> None:  # noqa: ANN401  a Scenario
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
