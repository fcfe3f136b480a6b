"""Files of tests: written into a folder and imported, as the command does it."""

import json
from pathlib import Path

from capplan.commands.import_files import draft_of
from capplan.importing.draft import Draft, Entry
from capplan.importing.render import rendered

FILES = Path(__file__).parent / "files"


def write(folder: Path, name: str, data: object) -> str:
    """A file with some JSON, or with a text as it is."""
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data, indent=1), encoding="utf-8")
    return str(path)


def imported(folder: Path, *files: object, **named: object) -> Draft:
    """The draft of some files, each given by its data."""
    paths = [write(folder, f"file-{n}.json", data) for n, data in enumerate(files)]
    paths += [write(folder, name.replace("__", "."), data) for name, data in named.items()]
    return draft_of(paths, folder=folder)


def entry(draft: Draft, name: str) -> Entry:
    """The entry of a name."""
    (found,) = [one for one in draft.entries if one.name == name]
    return found


def text_of(draft: Draft) -> str:
    """The scenario's text."""
    return rendered(draft, "capplan import")
