"""Gives all parts of the loader the scenario's plain data, and collects their errors."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ValidationError

from capplan.errors import Diagnostic
from capplan.language.models import NAME, PATH_NAME
from capplan.language.wording import describe, diagnostics_of, names_are_keys
from capplan.quantities.of_profile import Profiles
from capplan.reading.document import Document
from capplan.reading.files import Files
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.record import replace
from capplan.services import SECTIONS

Path = tuple[str | int, ...]
RATED = re.compile(r"\d\S*/\w+|(?:rate|cron)\(.*\)")
"""A rate or a schedule, such as 60/s or rate(5 minutes)."""
_FEW = 8
"""Names that a hint lists."""
_EXAMPLES = {"traffic": "shoppers: {rate: 60/s}", "defaults": "functions: {memory: 256 MB}"}
"""Entries of sections that belong to no service."""


def _example(section: str) -> str:
    return SECTIONS[section].example if section in SECTIONS else _EXAMPLES.get(section, "")


def _such_as(example: str) -> str:
    return f"such as {example}" if example else ""


class Reader:
    """A scenario's plain data and the errors found so far; used for one load."""

    def __init__(self, doc: Document, files: Files, data: dict[str, Any]) -> None:
        self.doc, self.files, self.data = doc, files, data
        self.diagnostics: list[Diagnostic] = []

    def add_error(self, path: Sequence[str | int], message: str, hint: str = "", *, key: bool = False) -> None:
        """Add an error at a path of the data; at the key where `key` is set, else at its value."""
        self.add(self.doc.diagnostic(path, message, hint, key=key))

    def add_error_inside(
        self, path: Sequence[str | int], message: str, hint: str, inside: int | None, width: int
    ) -> None:
        """Add an error `inside` characters into a text; at its start where `inside` is None."""
        diagnostic = self.doc.diagnostic(path, message, hint)
        if inside is not None:
            diagnostic = replace(diagnostic, column=diagnostic.column + inside, width=width)
        self.add(diagnostic)

    def add(self, diagnostic: Diagnostic) -> None:
        """Add an error once: an error under `defaults` is found for each resource that inherits it."""
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)

    def model(
        self,
        model: type[BaseModel],
        raw: object,
        path: Path,
        unsupported: Mapping[str, str],
        general: tuple[Path, frozenset[str]] = ((), frozenset()),
    ) -> Any:  # noqa: ANN401
        """The pydantic model of some data; None, with its errors added, where they are invalid.

        `general` is the path of the keys that the data inherit, and those keys.
        """
        try:
            return model.model_validate(raw, context=self.profiles(path))
        except ValidationError as error:
            for diagnostic in diagnostics_of(error, model, self.doc, path, unsupported, general):
                self.add(diagnostic)
            return None

    def profiles(self, path: Path) -> Profiles:
        """What a value at a path may know of profiles."""
        return Profiles(self.files, self._of_traffic, str(path[1]) if len(path) > 1 else "")

    @cached_property
    def _of_traffic(self) -> tuple[str, ...]:
        traffic = self.data.get("traffic")
        entries = traffic.values() if isinstance(traffic, Mapping) else ()
        named = (entry.get("profile") for entry in entries if isinstance(entry, Mapping))
        return tuple(dict.fromkeys(name for name in named if isinstance(name, str)))

    def written(self, path: Path) -> object:
        """The value at a path of the data; None where there is none."""
        return value_at(self.data, path)

    def section(self, name: str) -> dict[str, Any]:
        """A section's entries by name."""
        raw = self.data.get(name)
        if raw is None and name not in self.data:
            return {}
        if not isinstance(raw, Mapping):
            mark = self.doc.locate([name])
            hint = names_are_keys(mark, _example(name)) or _such_as(_example(name))
            self.add_error([name], f"expected names under '{name}', found {describe(mark)}", hint, key=True)
            return {}
        slashes = name in SECTIONS and SECTIONS[name].slashes
        for key in raw:
            if not (PATH_NAME if slashes else NAME).fullmatch(key):
                signs = "-, _ and /, at most 256" if slashes else "- and _, at most 64"
                self.add_error(
                    [name, key], f"{shown(key)} is not a name", f"expected letters, digits, {signs}", key=True
                )
        return dict(raw)

    def listed(self, raw: object, path: Path) -> list[tuple[Path, Any]]:
        """A list's lines, each with its path."""
        if raw is None:
            return []
        if not isinstance(raw, list):
            example = {"gates": "cost.monthly <= 2500 USD", "access": "{get: 100/s}"}.get(
                str(path[-1]), "{get: orders}"
            )
            actual = describe(self.doc.locate(path))
            message = f"expected a list under '{path[-1]}', found {actual}"
            hint = f"write - {raw[:80]}" if isinstance(raw, str) and path == ("gates",) else f"such as - {example}"
            self.add_error(path, message, hint, key=True)
            return []
        return [((*path, i), item) for i, item in enumerate(raw)]

    def inherited(self, section: str) -> Mapping[str, Any]:
        """The keys under `defaults` for a section."""
        inherited = value_at(self.data, ("defaults", section))
        return inherited if isinstance(inherited, Mapping) else {}

    def unknown(self, value: object, section: str, path: Sequence[str | int], specs: Mapping[str, Any]) -> None:
        """Add an error for a name that its section does not declare."""
        names = [a.partition(".")[2] for a in specs if a.startswith(f"{section}.")]
        noun = SECTIONS[section].noun if section in SECTIONS else section
        close = nearest(_name_in(value), names) if isinstance(value, str) else None
        line = self.doc.locate([section, close], key=True).line if close else 0
        hint = f"did you mean '{close}'? (line {line})" if close else listed(noun, names)
        if section == "traffic" and isinstance(value, str) and RATED.fullmatch(value.strip()):
            word = "schedule" if "(" in value else "rate"
            hint = f"write traffic: {{NAME: {{{word}: {value[:60]}}}}}, and NAME here"
        if not isinstance(value, str):
            actual = describe(self.doc.locate(path))
            self.add_error(path, f"expected the name of a {noun}, found {actual}", f"one name a line; {hint}")
            return
        self.add_error(path, f"there is no {noun} {shown(value)}", hint)


def _name_in(value: str) -> str:
    """The name in an ARN or in GetAtt's form, such as `table/orders` in `arn:aws:dynamodb:...:table/orders`."""
    return re.split(r"[:/]", value)[-1] if value.startswith("arn:") else value


def value_at(data: Any, path: Iterable[str | int]) -> Any:  # noqa: ANN401  plain data
    """The value at a path of plain data; None where there is none."""
    for step in path:
        if isinstance(data, list):
            data = data[int(step)] if str(step).isdigit() and int(step) < len(data) else None
        else:
            data = data.get(str(step)) if isinstance(data, Mapping) else None
    return data


def listed(noun: str, names: Sequence[str]) -> str:
    """`the only table is orders`, `the tables are orders, stock`; the first few of many."""
    if len(names) == 1:
        return f"the only {noun} is {names[0]}"
    plural = "traffic sources" if noun == "traffic" else f"{noun}es" if noun.endswith("s") else f"{noun}s"
    if not names:
        return f"no {noun if noun == 'traffic' else plural} declared"
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"the {plural} are {', '.join(names[:_FEW])}{more}"
