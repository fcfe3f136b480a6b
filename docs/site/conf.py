"""The site of docs/, by Sphinx: `poe site` builds it to build/site, and fails on a broken link or anchor."""

import re
from pathlib import Path

from sphinx.application import Sphinx

import capplan

project = "capplan"
version = release = capplan.__version__
extensions = ["myst_parser"]
root_doc = "index"
exclude_patterns = ["site"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = f"capplan {release}"
html_copy_source = False
html_show_sphinx = False
highlight_language = "text"
suppress_warnings = ["misc.highlighting_failure"]  # a cron expression in { } is YAML; its lexer does not know


def setup(app: Sphinx) -> None:
    """The first page is README, over the contents that docs/index.md lists."""
    app.connect("source-read", _with_readme)


def _with_readme(_: Sphinx, name: str, source: list[str]) -> None:
    readme = Path(__file__).parents[2] / "README.md"
    if name == root_doc and readme.exists():
        source[0] = _LINK.sub(_of_the_site, readme.read_text(encoding="utf-8")) + source[0]


def _of_the_site(link: re.Match[str]) -> str:
    """A link to a page of docs/ leads to it; one to another file of the repository stays as its words."""
    mark, words, place = link.groups()
    if place.startswith("docs/"):
        return f"{mark}[{words}]({place.removeprefix('docs/')})"
    return link[0] if "://" in place or place.startswith("#") else words


_LINK = re.compile(r"(!?)\[([^\]\n]+)\]\(([^)\s]+)\)")
