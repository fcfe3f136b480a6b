"""What one run of the fuzzer is given: files and a command line."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Case(NamedTuple):
    """Files by name, as plain data (written as JSON, which is YAML too) or as text, and the words of one command."""

    kind: str
    files: Mapping[str, Any]
    words: tuple[str, ...]


def written(content: object) -> bytes:
    """A file's bytes. Half of a surrogate pair, which a mutation may cut out, is written as it is."""
    if isinstance(content, bytes):
        return content
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    return text.encode("utf-8", "surrogatepass")


def lay_out(case: Case, folder: Path) -> None:
    """Writes the files of a case into an empty folder."""
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(content))
