"""Fills in the variables of a serverless.yml, as far as they are in its files: `${self:custom.stage, 'dev'}`.

Source: Serverless Framework documentation v3, "Variables" (read 2026-11-30).
"""

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from capplan.errors import CapplanError
from capplan.importing.cloudformation.values import text_of
from capplan.importing.given import Given
from capplan.reading.foreign import read_foreign

_VARIABLE = re.compile(r"\$\{((?:self|opt|env|file|ssm|cf|s3|param|sls|aws|strToBool)[:(][^${}]*)\}")
"""An innermost variable; `${AWS::Region}` is CloudFormation's."""
_FILE = re.compile(r"file\(([^()]*)\)(?::(.+))?")
_SWITCH = re.compile(r"strToBool\(([^()]*)\)")
UNRESOLVED = "Fn::Unresolved"
"""Stands in data for a variable that the files do not decide."""
_MAX_STEPS = 20_000
_MAX_TEXT = 1024**2
_MAX_DEPTH = 40
DEFAULT_STAGE, DEFAULT_REGION = "dev", "us-east-1"


class Variables:
    """The variables of one serverless.yml."""

    def __init__(self, given: Given, options: Mapping[str, str]) -> None:
        self.given, self.data = given, given.data
        self.options = options
        self._files: dict[str, object] = {}
        self._steps = 0
        self._open: set[str] = set()
        self.asked: dict[str, None] = {"stage": None, "region": None}
        """Options that the file reads, which a parameter may give."""
        self.read: list[str] = []
        """Files that variables took in, by the name shown."""

    def filled(self, data: object, depth: int = 0) -> Any:  # noqa: ANN401  plain data
        """A copy of data with its variables filled in; what is not decided becomes `{"Fn::Unresolved": why}`."""
        if isinstance(data, Mapping):
            return {key: self.filled(value, depth) for key, value in data.items()}
        if isinstance(data, list):
            return [self.filled(value, depth) for value in data]
        return self._text(data, depth) if isinstance(data, str) and "${" in data else data

    def _text(self, text: str, depth: int) -> object:
        """A text with its variables; one that is a single variable becomes its value."""
        whole = _VARIABLE.fullmatch(text)
        if whole is not None:
            return self._value(whole[1], depth)
        parts: list[object] = []
        while (match := _VARIABLE.search(text)) is not None:
            self._steps += 1
            if self._steps > _MAX_STEPS or len(text) > _MAX_TEXT:
                return {UNRESOLVED: "too many variables"}
            value = self._value(match[1], depth)
            words = text_of(value)
            if words is None:
                parts += [*self._plain(text[: match.start()]), value]
                text = text[match.end() :]
            else:
                text = text[: match.start()] + words + text[match.end() :]
                if _VARIABLE.fullmatch(text):
                    return self._value(text[2:-1], depth)
        return {"Fn::Join": ["", [*parts, *self._plain(text)]]} if parts else text

    def _plain(self, text: str) -> list[object]:
        return [text] if text else []

    def _value(self, inside: str, depth: int) -> object:
        """The value of a variable: the first of its alternatives that is decided."""
        self._steps += 1
        if depth > _MAX_DEPTH or self._steps > _MAX_STEPS or inside in self._open:
            return {UNRESOLVED: f"variable {inside[:60]} refers to itself"}
        self._open.add(inside)
        try:
            for one in _alternatives(inside):
                value = self._one(one.strip(), depth)
                if value is not None:
                    return value
        finally:
            self._open.discard(inside)
        return {UNRESOLVED: f"variable {inside[:60]} is not in the files"}

    def _one(self, word: str, depth: int) -> object | None:  # noqa: PLR0911  one for each source
        """One alternative; None where the files do not decide it."""
        if word[:1] in ("'", '"') and word[-1:] == word[:1]:
            return word[1:-1]
        switch = _SWITCH.fullmatch(word)
        if switch is not None:
            return {"true": True, "1": True, "false": False, "0": False}.get(switch[1].strip().lower())
        file = _FILE.fullmatch(word)
        if file is not None:
            return self._from_file(file[1].strip(), file[2], depth)
        kind, _, rest = word.partition(":")
        if kind == "self":
            return self._at(self.data, rest, depth)
        if kind == "opt" or (kind == "sls" and rest == "stage") or (kind == "aws" and rest == "region"):
            return self._option(rest, depth, is_option=kind == "opt")
        if kind == "param":
            return self._parameter(rest, depth)
        return None if ":" in word else word

    def _option(self, name: str, depth: int, *, is_option: bool) -> object | None:
        """An option of the command line: as given; the stage and the Region else as the provider has them."""
        self.asked[name] = None
        if name in self.options:
            return self.options[name]
        if is_option or name not in ("stage", "region"):
            return None
        return self._at(self.data, f"provider.{name}", depth)

    def _parameter(self, name: str, depth: int) -> object | None:
        stage = text_of(self._option("stage", depth, is_option=False)) or DEFAULT_STAGE
        found = self._at(self.data, f"params.{stage}.{name}", depth)
        return self._at(self.data, f"params.default.{name}", depth) if found is None else found

    def _at(self, data: object, path: str, depth: int) -> object | None:
        """The value at a dotted path, filled in."""
        for key in [part for part in path.split(".") if part]:
            if isinstance(data, str):
                data = self._text(data, depth + 1)
            if isinstance(data, list) and key.isdigit():
                data = data[int(key)] if int(key) < len(data) else None
            else:
                data = data.get(key) if isinstance(data, Mapping) else None
            if data is None:
                return {"provider.stage": DEFAULT_STAGE, "provider.region": DEFAULT_REGION}.get(path)
        filled: object = self.filled(data, depth + 1)
        return filled

    def _from_file(self, path: str, key: str | None, depth: int) -> object | None:
        """A file inside the given folder; code is not run."""
        if not path.endswith((".yml", ".yaml", ".json")):
            return {UNRESOLVED: f"{path[:60]} is code, which is not run"}
        inside = posixpath.normpath(posixpath.join(self.given.folder, path))
        if inside not in self._files:
            try:
                _, name = self.given.named(inside)
                self._files[inside] = read_foreign(self.given.files.read_text(inside), name).data
                self.read.append(name)
            except CapplanError:
                self._files[inside] = None
        data = self._files[inside]
        if data is None:
            return None
        return self.filled(data, depth + 1) if key is None else self._at(data, key, depth)


def _alternatives(inside: str) -> list[str]:
    """The alternatives of a variable, at commas outside of quotes and brackets."""
    out, start, open_, quote = [], 0, 0, ""
    for i, letter in enumerate(inside):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "()":
            open_ += 1 if letter == "(" else -1
        elif letter == "," and not open_:
            out.append(inside[start:i])
            start = i + 1
    return [*out, inside[start:]]
