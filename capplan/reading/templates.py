"""The scenarios that are shipped, as files to begin with. It reads no scenario."""

from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown

_PACKAGE = Path(__file__).parent.parent
_PLACES = (_PACKAGE / "templates", _PACKAGE.parent / "scenarios")
"""Where they lie: in an installed package, in a clone of the repository."""
STARTER = _PACKAGE / "language" / "starter.yaml"


def template_names() -> tuple[str, ...]:
    """The names of the shipped scenarios."""
    return tuple(sorted(path.parent.name for path in _folder().glob("*/scenario.yaml")))


def template_files(name: str | None) -> dict[str, str]:
    """What a template writes, by file name: the starter without a name. Raises CapplanError where there is none such."""
    if name is None:
        return {"scenario.yaml": STARTER.read_text(encoding="utf-8")}
    names = template_names()
    if name not in names:
        close = nearest(name, names)
        hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(names)}"
        raise CapplanError((Diagnostic("--template", 0, 0, f"there is no template {shown(name)}", hint),))
    files = sorted(path for path in (_folder() / name).rglob("*") if path.is_file())
    return {path.relative_to(_folder() / name).as_posix(): path.read_text(encoding="utf-8") for path in files}


def _folder() -> Path:
    return next((place for place in _PLACES if place.is_dir()), _PLACES[0])
