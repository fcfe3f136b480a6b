"""Lists the files of a folder named on the command line: regular files, bounded, without what tools generate."""

import os
from pathlib import Path

from capplan.errors import CapplanError, Diagnostic

MAX_LEVELS_DOWN = 8
MAX_FILES = 20_000
_SKIPPED = frozenset({"node_modules", "__pycache__", "venv", "site-packages", "dist", "build", "target"})
"""Folders of packages and of build results; those that begin with a dot are skipped too."""


def files_in(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    """Its files with one of some endings, by path; no link is followed. Raises CapplanError where there are too many."""
    out: list[Path] = []
    seen = 0
    for where, folders, names in os.walk(folder):
        depth = len(Path(where).relative_to(folder).parts)
        folders[:] = sorted(
            name for name in folders if depth < MAX_LEVELS_DOWN and name not in _SKIPPED and not name.startswith(".")
        )
        seen += len(names)
        if seen > MAX_FILES:
            message, hint = f"more than {MAX_FILES:,} files are in this folder", "name the files themselves"
            raise CapplanError((Diagnostic(folder.as_posix(), 0, 0, message, hint),))
        paths = (Path(where) / name for name in sorted(names) if name.lower().endswith(endings))
        out += [path for path in paths if path.is_file() and not path.is_symlink()]
    return out
