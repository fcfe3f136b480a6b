"""Lists what may follow on a command line: the words that a shell offers at a Tab."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

VARIABLE = "_CAPPLAN_COMPLETE"
"""Set by the script of `capplan completion`: the arguments are then the words typed so far, the last maybe empty."""
_REVISIONS = ("HEAD", "HEAD~1")


def completions(words: Sequence[str]) -> list[str]:
    """What may stand in place of the last word; empty where a file name is expected, which the shell knows better."""
    from capplan.cli.app import COMMANDS  # noqa: PLC0415

    *before, last = [word for word in words if word != "="] or [""]  # bash takes `--format=json` for three words
    if not before:
        return _beginning(COMMANDS, last)
    name, *done = before
    command = _command(name)
    inner: Mapping[str, Any] = getattr(command, "commands", None) or {}
    if inner and done:
        name, command, done = f"{name} {done[0]}", inner.get(done[0]), done[1:]
    elif inner:
        return _beginning(inner, last)
    return [] if command is None else _in_command(name, command, done, last)


def _in_command(name: str, command: Any, done: Sequence[str], last: str) -> list[str]:  # noqa: ANN401  Typer's command
    """What may follow inside a command: the value of an option, an option, an argument."""
    options = {opt: param for param in command.params for opt in param.opts if opt.startswith("-")}
    arguments = _arguments(done, options)
    waits = options.get(done[-1]) if done else None
    if waits is not None and not getattr(waits, "is_flag", False):
        return _beginning(_values(name, waits, arguments), last)
    option, sign, value = last.partition("=")
    if sign and option in options:
        return [f"{option}={found}" for found in _beginning(_values(name, options[option], arguments), value)]
    if last.startswith("-"):
        return _beginning([*(opt for opt in options if opt.startswith("--")), "--help"], last)
    return _beginning(_argument(name, arguments), last)


def _command(name: str) -> Any:  # noqa: ANN401  Typer's command, whose base class is private
    import typer  # noqa: PLC0415

    from capplan.cli.app import COMMANDS, app_of  # noqa: PLC0415

    return typer.main.get_command(app_of([name])).commands[name] if name in COMMANDS else None  # type: ignore[attr-defined]


def _beginning(words: Iterable[str], typed: str) -> list[str]:
    return [word for word in dict.fromkeys(words) if word.startswith(typed)]


def _arguments(words: Sequence[str], options: Mapping[str, Any]) -> list[str]:
    """The words that are neither options nor their values."""
    out, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and word != "-":
            skip = word in options and not getattr(options[word], "is_flag", False)
        else:
            out.append(word)
    return out


def formats_of(command: str) -> tuple[str, ...]:
    """The formats of a command."""
    from capplan.cli.diff import DIFF_FORMATS  # noqa: PLC0415
    from capplan.cli.formats import ESTIMATE_FORMATS, PLAN_FORMATS  # noqa: PLC0415
    from capplan.cli.output import FORMATS  # noqa: PLC0415

    more = dict.fromkeys(("gates", "simulate", "forecast", "drivers", "sweep"), ("csv",)) | {"workflow": ("mermaid",)}
    of_plans = {"estimate": ESTIMATE_FORMATS, "check": PLAN_FORMATS, "diff": DIFF_FORMATS}
    return of_plans.get(command, (*FORMATS, *more.get(command, ())))


def _values(command: str, option: Any, arguments: Sequence[str]) -> Iterable[str]:  # noqa: ANN401  Typer's option
    """The values of an option."""
    if isinstance(option.default, Enum):
        return [member.value for member in type(option.default)]
    if option.name == "format":
        return formats_of(command)
    if option.name == "template":
        from capplan.reading.templates import template_names  # noqa: PLC0415

        return ("list", *template_names())
    if option.name == "settings" and arguments:
        return [f"{path}=" for path in _paths(arguments[0])]
    return _REVISIONS if option.name == "baseline" else ()


def _argument(command: str, arguments: Sequence[str]) -> Iterable[str]:
    """What stands at the next place for an argument; empty for files."""
    after_scenario: Mapping[str, Callable[[str], Iterable[str]]] = {
        "simulate": lambda file: _names(file, _SIMULATED),
        "compare-modes": lambda file: _names(file, ("tables",)),
        "workflow": lambda file: _names(file, ("state_machines",)),
        "gates": lambda file: _names(file, None),
    }
    if len(arguments) == 1 and command in after_scenario:
        return after_scenario[command](arguments[0])
    if command == "completion" and not arguments:
        from capplan.cli.completion import Shell  # noqa: PLC0415

        return [shell.value for shell in Shell]
    if command == "explain" and not arguments:
        from capplan.services import all_rules  # noqa: PLC0415

        return ("rules", *(rule.id for rule in all_rules()))
    return _of_prices(command, arguments)


def _of_prices(command: str, arguments: Sequence[str]) -> Iterable[str]:
    from capplan.pricing.catalogue import known_keys, regions, services  # noqa: PLC0415

    if (command, len(arguments)) in (("prices list", 0), ("prices show", 1)):
        return regions()
    if (command, len(arguments)) == ("prices show", 0):
        return [key for service in services() for key in known_keys(service)]
    return ()


_SIMULATED = ("tables", "functions")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def _data(file: str) -> Mapping[str, Any]:
    """A scenario's plain data, as far as it can be read; empty where it cannot."""
    from pathlib import Path  # noqa: PLC0415

    from capplan.reading.files import bytes_of  # noqa: PLC0415
    from capplan.reading.limits import MAX_BYTES  # noqa: PLC0415
    from capplan.reading.yaml_reader import decode, read_leniently  # noqa: PLC0415

    try:
        document, _, _ = read_leniently(decode(bytes_of(Path(file), file, MAX_BYTES), file), file)
    except Exception:  # noqa: BLE001  a Tab never fails: what cannot be read has nothing to offer
        return {}
    return document.data if document is not None and isinstance(document.data, Mapping) else {}


def _names(file: str, sections: Sequence[str] | None) -> list[str]:
    """The names of a scenario's resources, in the sections or in all of them; only what is safe for a shell."""
    from capplan.services import SECTIONS  # noqa: PLC0415

    data = _data(file)
    groups = [data.get(section) for section in (sections or SECTIONS)]
    return [name for group in groups if isinstance(group, Mapping) for name in group if _NAME.fullmatch(name)]


def _paths(file: str) -> list[str]:
    """Paths of plain values in a scenario, for --set."""

    def below(value: object, path: str) -> Iterable[str]:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                if _NAME.fullmatch(key):
                    yield from below(inner, f"{path}.{key}" if path else key)
        elif not isinstance(value, list):
            yield path

    return list(below(_data(file), ""))
