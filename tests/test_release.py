"""A release: wheel and source distribution in fresh environments, CHANGELOG, SBOM, and what is known of weaknesses."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest

import capplan
from tests import audit, release, sbom

ROOT = Path(__file__).parent.parent


def lowest() -> list[str]:
    """The lowest version of each dependency, as a line of a constraints file: `numpy==1.26`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [dependency.replace(">=", "==") for dependency in project["dependencies"]]


def names() -> list[str]:
    """The names of the dependencies."""
    return [dependency.partition("==")[0] for dependency in lowest()]


def run(*command: str | Path, cwd: Path, path: str = "") -> str:
    """What a command prints, with nothing on PYTHONPATH but what is given."""
    env = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def estimate(folder: Path, programs: Path | None = None) -> str:
    """The JSON for a folder's scenario: by the capplan installed beside `programs`, or by this clone's."""
    words = ("estimate", "scenario.yaml", "--format", "json")
    if programs:
        return run(programs / "capplan", *words, cwd=folder)
    return run(sys.executable, "-m", "capplan", *words, cwd=folder, path=str(ROOT))


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution, made as `poe build` makes them."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "--directory", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


def installed(folder: Path, *arguments: str | Path) -> Path:
    """The folder of programs of a new environment into which pip has installed something."""
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    pip = (sys.executable, "-m", "pip", "--python", folder, "install", "--quiet")
    run(*pip, *arguments, cwd=folder.parent)
    return folder / ("Scripts" if os.name == "nt" else "bin")


def test_the_wheel_is_named_by_the_packages_version(wheel: Path) -> None:
    assert wheel.name == f"capplan-{capplan.__version__}-py3-none-any.whl"


def test_the_wheel_holds_the_package_and_the_templates_and_nothing_else(wheel: Path) -> None:
    names = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    sources = (path for path in (ROOT / "capplan").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    templates = (path for path in (ROOT / "scenarios").rglob("*") if path.is_file())
    expected = [path.relative_to(ROOT).as_posix() for path in sources]
    expected += [f"capplan/templates/{path.relative_to(ROOT / 'scenarios').as_posix()}" for path in templates]
    assert sorted(names) == sorted(expected)


def test_the_source_distribution_gives_the_same_wheel(dist: Path, wheel: Path, tmp_path: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    shutil.unpack_archive(sdist, tmp_path, filter="data")
    source = tmp_path / sdist.name.removesuffix(".tar.gz")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path, cwd=source)
    again = zipfile.ZipFile(tmp_path / wheel.name)
    first = zipfile.ZipFile(wheel)
    assert {i.filename: i.CRC for i in again.infolist()} == {i.filename: i.CRC for i in first.infolist()}


def test_the_installed_wheel_estimates_a_template(wheel: Path, tmp_path: Path) -> None:
    programs = installed(tmp_path / "venv", "--no-deps", "--no-index", wheel)
    (packages,) = (tmp_path / "venv").rglob("site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))  # those of this environment
    assert run(programs / "capplan", "--version", cwd=tmp_path) == f"capplan {capplan.__version__}\n"
    place = run(programs / "python", "-c", "import capplan; print(capplan.__file__)", cwd=tmp_path)
    assert Path(place.strip()).is_relative_to(tmp_path), "the clone was imported"
    run(programs / "capplan", "init", "--template", "web-shop", cwd=tmp_path)
    assert estimate(tmp_path, programs) == estimate(ROOT / "scenarios" / "web-shop")


@pytest.mark.release
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="newer Pythons have no wheels of the lowest versions")
def test_the_lowest_versions_give_the_answers_of_the_newest(wheel: Path, tmp_path: Path) -> None:
    same_answers(installed(tmp_path / "venv", wheel, *lowest()))


@pytest.mark.release
def test_the_newest_versions_give_the_answers_of_the_installed_ones(dist: Path, tmp_path: Path) -> None:
    """From the source distribution, so that it too is built and installed where nothing else is."""
    (sdist,) = dist.glob("*.tar.gz")
    programs = installed(tmp_path / "venv", sdist)
    same_answers(programs)


def same_answers(programs: Path) -> None:
    """The installed capplan answers as this clone's does."""
    for folder in sorted((ROOT / "scenarios").iterdir()):
        assert estimate(folder, programs) == estimate(folder)
    for words in (("simulate", "scenario.yaml"), ("--help",), ("estimate", "--help")):
        assert run(programs / "capplan", *words, cwd=folder)


def test_what_the_tests_read_is_in_the_source_distribution(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    tracked = run("git", "ls-files", cwd=ROOT).split("\n") if (ROOT / ".git").exists() else []
    missing = {name for name in tracked if name} - inside - {".editorconfig", ".gitignore"}
    assert not missing


# --- the tag ---------------------------------------------------------------------------------------------------------

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_changelog_has_a_section_for_the_version_or_for_what_is_unreleased() -> None:
    found = release.sections(CHANGELOG)
    assert found[0].version in (release.UNRELEASED, capplan.__version__)
    released = [section for section in found if section.version != release.UNRELEASED]
    assert all(section.day for section in released), "## 0.2.0 - 2027-01-31"
    days = [section.day or "" for section in released]
    assert days == sorted(days, reverse=True)
    assert capplan.__version__ in {section.version for section in released} or found[0].text, "nothing to release"


@pytest.mark.parametrize(
    ("tag", "text", "said"),
    [
        ("v0.3.0", "## 0.2.0 - 2027-01-31\n\n- A.\n", "tag v0.2.0"),
        ("v0.2.0", "## Unreleased\n\n- A.\n", "no section"),
        ("v0.2.0", "## 0.2.0\n\n- A.\n", "no section"),
        ("v0.2.0", "## 0.2.0 - 2027-01-31\n\n## 0.1.0 - 2026-12-01\n\n- B.\n", "empty"),
        ("v0.2.0", "## 0.2.0 - 2027-01-31\n\n- A.\n\n### P\n\n- Q.\n\n## 0.1.0 - 2026-12-01\n\n- B.\n", None),
    ],
)
def test_a_tag_is_the_version_with_its_section(tag: str, text: str, said: str | None) -> None:
    if said is None:
        assert release.notes(tag, "0.2.0", "# Changelog\n\n" + text) == "- A.\n\n### P\n\n- Q.\n"
        return
    with pytest.raises(ValueError, match=said):
        release.notes(tag, "0.2.0", "# Changelog\n\n" + text)


def test_the_version_is_one_that_can_be_released() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", capplan.__version__)


# --- what comes with it ----------------------------------------------------------------------------------------------


@pytest.mark.release
def test_the_sbom_names_what_the_wheel_brings(dist: Path) -> None:
    pytest.importorskip("cyclonedx_py")
    written = json.loads(sbom.write(dist).read_text(encoding="utf-8"))
    assert written["bomFormat"] == "CycloneDX"
    assert written["metadata"]["component"]["purl"] == f"pkg:pypi/capplan@{capplan.__version__}"
    listed = {component["name"].lower(): component["version"] for component in written["components"]}
    assert {name.lower() for name in names()} <= listed.keys()
    assert "pytest" not in listed
    assert "pip" not in listed


PYTHON_OF_2020 = {"name": "pyyaml", "version": "5.3", "vulns": [{"id": "CVE-2020-14343", "fix_versions": ["5.4"]}]}
CLEAN = {"name": "rich", "version": "15.0.0", "vulns": []}
SKIPPED = {"name": "numpy", "skip_reason": "Dependency not found on PyPI and could not be audited: numpy (2.4.6)"}
OURS = {"name": "capplan", "skip_reason": "Dependency not found on PyPI and could not be audited: capplan (0.1.0)"}


@pytest.mark.parametrize(
    ("rows", "must", "code", "said"),
    [
        ([CLEAN, OURS], True, 0, "no known weakness in 1 packages"),
        ([CLEAN, PYTHON_OF_2020], False, 1, "pyyaml 5.3: CVE-2020-14343, corrected in 5.4"),
        ([SKIPPED, PYTHON_OF_2020], False, 1, "pyyaml 5.3: CVE-2020-14343, corrected in 5.4"),
        ([SKIPPED, CLEAN], False, 0, "could not be asked about 1 of 2 packages"),
        ([SKIPPED, CLEAN], True, 1, "could not be asked about 1 of 2 packages"),
        ([OURS], True, 1, "could not be asked"),
        (None, False, 0, "could not be asked"),
        (None, True, 1, "could not be asked"),
    ],
)
def test_an_audit_that_could_not_be_made_is_never_a_clean_one(
    rows: list[object] | None,
    must: bool,  # noqa: FBT001  a column of the table
    code: int,
    said: str,
) -> None:
    found = audit.verdict(None if rows is None else audit.read({"dependencies": rows}), must=must)
    assert found[0] == code
    assert said in found[1]
    assert found[1].startswith("skipped") == ("could not" in said)
