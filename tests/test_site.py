"""The site of docs/: every page is in it, no link of it is broken, and it loads nothing from elsewhere."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


def test_every_page_is_in_the_sites_contents() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = [name for block in re.findall(r":hidden:\n(.*?)```", index, re.DOTALL) for name in block.split()]
    pages = {path.stem for path in DOCS.glob("*.md")} - {"index"}
    assert pages - set(listed) == set(), "add it to a toctree of docs/index.md"
    assert len(listed) == len(set(listed))


def build(root: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """The site of a folder, as `poe site` builds it."""
    pytest.importorskip("sphinx")
    words = ["-W", "--keep-going", "-q", "-c", "docs/site", "-b", "html", "docs"]
    line = [sys.executable, "-m", "sphinx", *words, str(target)]
    return subprocess.run(line, cwd=root, capture_output=True, text=True, check=False, encoding="utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    done = build(ROOT, target)
    assert done.returncode == 0, done.stderr
    return target


class _Loaded(HTMLParser):
    """What a page loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in LOADS and given.get("rel") not in ("canonical", "index", "search", "next", "prev"):
            self.places.append(given.get(LOADS[tag]) or "")


def test_a_page_loads_nothing_from_the_network(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > len(list(DOCS.glob("*.md")))
    for path in pages:
        loaded = _Loaded()
        loaded.feed(path.read_text(encoding="utf-8"))
        assert loaded.places
        assert not [place for place in loaded.places if place.startswith(("http:", "https:", "//"))], path.name
    for path in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[there](nowhere.md)", "nowhere.md"),
        ("[there](lambda.md#no-such-heading)", "no-such-heading"),
        ("![there](nowhere.png)", "nowhere.png"),
    ],
)
def test_a_broken_link_fails(text: str, said: str, tmp_path: Path) -> None:
    """A site of two pages, built by the same configuration."""
    for name in ("capplan", "docs/site"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copy(ROOT / "capplan" / "__init__.py", tmp_path / "capplan")
    shutil.copy(DOCS / "site" / "conf.py", tmp_path / "docs" / "site")
    (tmp_path / "docs" / "index.md").write_text("# Site\n\n```{toctree}\nlambda\n```\n")
    (tmp_path / "docs" / "lambda.md").write_text("# Lambda\n\n[the site](index.md#site)\n")
    whole = build(tmp_path, tmp_path / "whole")
    assert whole.returncode == 0, whole.stderr
    (tmp_path / "docs" / "lambda.md").write_text(f"# Lambda\n\n{text}\n")
    broken = build(tmp_path, tmp_path / "broken")
    assert broken.returncode != 0
    assert said in broken.stderr
