"""Names of a scenario for what has other names elsewhere: allowed letters, 64 at most, stable, each once in its section."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from capplan.importing.model import Block

MAX_NAME = 64
_OTHER = re.compile(r"[^A-Za-z0-9_-]+")
_DIGEST = 8
_USUAL = ("template", "templates", "serverless", "stack", "plan", "tfplan", "main", "samtemplate", "cloudformation")
"""Names of files that say nothing of what is in them."""


def name_of(text: str) -> str:
    """A name made of any text; the same text always gives the same name.

    Letters that a name cannot have become `-`. A longer name keeps its beginning and ends with 8 letters of its digest.
    """
    name = _OTHER.sub("-", text).strip("-_") or "unnamed"
    if len(name) <= MAX_NAME:
        return name
    return f"{name[: MAX_NAME - _DIGEST - 1].rstrip('-_')}-{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


def stack_of(file: str) -> str:
    """What a file is about: its name without endings, or its folder's where its own says nothing."""
    path = Path(file)
    stem = path.name.partition(".")[0]
    parent = path.resolve().parent.name
    return name_of(parent if stem.lower() in _USUAL and parent else stem)


def unique_names(blocks: Sequence[Block]) -> list[str]:
    """The name of each block; where blocks of a section share one, all but the first say which file they are from."""
    taken: set[tuple[str, str]] = set()
    out: list[str] = []
    for block in blocks:
        name = next(name for name in _candidates(block) if (block.section, name.lower()) not in taken)
        taken.add((block.section, name.lower()))
        out.append(name)
    return out


def _candidates(block: Block) -> Iterable[str]:
    """Names for a block, the best first."""
    yield name_of(block.name)
    yield name_of(f"{stack_of(block.origin.file)}-{block.name}")
    yield name_of(f"{block.name}-{_digest(f'{block.origin.file}#{block.origin.address}')}")
    number = 2
    while True:
        yield name_of(f"{block.name}-{number}")
        number += 1
