"""What all parts of the loader share: the plain data, where things stand, and the mistakes. It knows no part's rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from capplan.errors import Mistake
from capplan.reading.document import Document
from capplan.reading.files import Files
from capplan.reading.nearest import nearest
from capplan.scenario.models import NAME
from capplan.scenario.wording import mistakes_of

Path = tuple[str | int, ...]


class Reader:
    """A scenario's plain data while it is read, and every mistake found so far; used once."""

    def __init__(self, doc: Document, files: Files, data: dict[str, Any]) -> None:
        self.doc, self.files, self.data = doc, files, data
        self.mistakes: list[Mistake] = []

    def say(self, path: Sequence[str | int], message: str, hint: str = "", *, key: bool = False) -> None:
        """Note a mistake at a path of the data."""
        self.mistakes.append(self.doc.mistake(path, message, hint, key=key))

    def model(self, model: type[BaseModel], raw: object, path: Path, not_yet: Mapping[str, str]) -> Any:  # noqa: ANN401
        """The pydantic model of some data, or None and its mistakes noted."""
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            self.mistakes += mistakes_of(error, model, self.doc, path, not_yet)
            return None

    def section(self, name: str) -> dict[str, Any]:
        """A section's names with what stands below each."""
        """The pydantic model of some data, or None and its mistakes noted."""
        raw = self.data.get(name)
        if raw is None and name not in self.data:
            return {}
        if not isinstance(raw, Mapping):
            self.say([name], f"'{name}' is wrong", "expected names, each with keys and values below it")
            return {}
        for key in raw:
            if not NAME.fullmatch(key):
                self.say([name, key], f"'{key}' is not a name", "letters, digits, - and _; 64 at most", key=True)
        return dict(raw)

    def listed(self, raw: object, path: Path) -> list[tuple[Path, Any]]:
        """A list's lines, each with its path."""
        if raw is None:
            return []
        if not isinstance(raw, list):
            example = "cost.monthly <= 2500 USD" if path[-1] == "gates" else "{get: products}"
            self.say(path, f"'{path[-1]}' is wrong", f"expected a list: - {example}")
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
        what = {
            "tables": "table",
            "functions": "function",
            "state_machines": "state machine",
            "jobs": "job",
            "traffic": "traffic",
        }[section]
        close = nearest(value, names) if isinstance(value, str) else None
        line = self.doc.locate([section, close], key=True).line if close else 0
        hint = (
            f"did you mean '{close}'? (line {line})"
            if close
            else f"there is {', '.join(names)}"
            if names
            else f"there is no section {section}"
        )
        self.say(path, f"there is no {what} '{value}'", hint)
