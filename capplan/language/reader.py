"""What all parts of the loader share: the plain data, where things stand, and the mistakes. It knows no part's rules."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from capplan.errors import Diagnostic
from capplan.language.models import NAME
from capplan.language.wording import diagnostics_of, found_kind
from capplan.reading.document import Document
from capplan.reading.files import Files
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.services import SECTIONS

Path = tuple[str | int, ...]
_FEW = 8
"""Names that a hint lists."""
_EXAMPLES = {"traffic": "shoppers: {rate: 60/s}", "defaults": "functions: {memory: 256 MB}"}
"""How an entry is written where no section of a service says it."""


def _example(section: str) -> str:
    example = SECTIONS[section].example if section in SECTIONS else _EXAMPLES.get(section)
    return f"such as {example}" if example else ""


class Reader:
    """A scenario's plain data while it is read, and every mistake found so far; used once."""

    def __init__(self, doc: Document, files: Files, data: dict[str, Any]) -> None:
        self.doc, self.files, self.data = doc, files, data
        self.diagnostics: list[Diagnostic] = []

    def add_error(self, path: Sequence[str | int], message: str, hint: str = "", *, key: bool = False) -> None:
        """Note a mistake at a path of the data."""
        self.add(self.doc.diagnostic(path, message, hint, key=key))

    def add_error_inside(
        self, path: Sequence[str | int], message: str, hint: str, inside: int | None, width: int
    ) -> None:
        """Note a mistake some characters inside a text; at the text's beginning where `inside` is None."""
        whole = self.doc.diagnostic(path, message, hint)
        self.add(whole if inside is None else replace(whole, column=whole.column + inside, width=width))

    def add(self, diagnostic: Diagnostic) -> None:
        """Note a mistake, once: what `defaults` says wrongly is wrong for every resource that inherits it."""
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
        """The pydantic model of some data, or None and its mistakes noted.

        `general` is where the keys stand that the data inherit, and which those are.
        """
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            for diagnostic in diagnostics_of(error, model, self.doc, path, unsupported, general):
                self.add(diagnostic)
            return None

    def written(self, path: Path) -> object:
        """What stands at a path of the data; None where nothing does."""
        here: Any = self.data
        for step in path:
            if isinstance(here, list):
                here = here[int(step)] if int(step) < len(here) else None
            else:
                here = here.get(str(step)) if isinstance(here, Mapping) else None
        return here

    def section(self, name: str) -> dict[str, Any]:
        """A section's names with what stands below each."""
        raw = self.data.get(name)
        if raw is None and name not in self.data:
            return {}
        if not isinstance(raw, Mapping):
            found = found_kind(self.doc.locate([name]))
            self.add_error([name], f"expected names under '{name}', found {found}", _example(name), key=True)
            return {}
        for key in raw:
            if not NAME.fullmatch(key):
                self.add_error(
                    [name, key], f"{shown(key)} is not a name", "letters, digits, - and _; 64 at most", key=True
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
            found = found_kind(self.doc.locate(path))
            self.add_error(path, f"expected a list under '{path[-1]}', found {found}", f"such as - {example}", key=True)
            return []
        return [((*path, i), item) for i, item in enumerate(raw)]

    def inherited(self, section: str) -> Mapping[str, Any]:
        """What `defaults` says for a section."""
        general = self.data.get("defaults")
        own = general.get(section) if isinstance(general, Mapping) else None
        return own if isinstance(own, Mapping) else {}

    def unknown(self, value: object, section: str, path: Sequence[str | int], specs: Mapping[str, Any]) -> None:
        """Note that a name stands for nothing in its section, with the nearest that does."""
        names = [a.partition(".")[2] for a in specs if a.startswith(f"{section}.")]
        what = SECTIONS[section].noun if section in SECTIONS else section
        close = nearest(value, names) if isinstance(value, str) else None
        line = self.doc.locate([section, close], key=True).line if close else 0
        hint = (
            f"did you mean '{close}'? (line {line})"
            if close
            else listed(f"the {what}", names)
            if names
            else f"nothing stands under '{section}'"
        )
        name = shown(value) if isinstance(value, str) else found_kind(self.doc.locate(path))
        self.add_error(path, f"there is no {what} {name}", hint)


def listed(what: str, names: Sequence[str]) -> str:
    """`the only table is orders`, `the tables are orders, stock`; the first few of many."""
    if len(names) == 1:
        return f"{what.replace('the ', 'the only ', 1)} is {names[0]}"
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    plural = what if what.endswith("traffic") else f"{what}s"
    return f"{plural} are {', '.join(names[:_FEW])}{more}"
