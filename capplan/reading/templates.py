"""The shipped scenarios, as templates for new ones."""

from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown

_PACKAGE = Path(__file__).parent.parent
_FOLDERS = (_PACKAGE / "templates", _PACKAGE.parent / "scenarios")
"""In an installed package, in a clone of the repository."""
STARTER = _PACKAGE / "language" / "starter.yaml"


def template_names() -> tuple[str, ...]:
    """The names of the shipped scenarios."""
    return tuple(sorted(path.parent.name for path in _folder().glob("*/scenario.yaml")))


def template_files(name: str | None) -> dict[str, str]:
    """A template's files, by file name; the starter without a name. Raises CapplanError for an unknown name."""
    if name is None:
        return {"scenario.yaml": STARTER.read_text(encoding="utf-8")}
    names = template_names()
    if name not in names:
        close = nearest(name, names)
        hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(names)}"
        raise CapplanError((Diagnostic("--template", 0, 0, f"unknown template {shown(name)}", hint),))
    files = sorted(path for path in (_folder() / name).rglob("*") if path.is_file())
    return {path.relative_to(_folder() / name).as_posix(): path.read_text(encoding="utf-8") for path in files}


def _folder() -> Path:
    return next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[0])
