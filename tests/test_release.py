"""The wheel: built by the project's own backend, installed into a fresh environment, and run from there."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

import capplan

ROOT = Path(__file__).parent.parent


def lowest() -> list[str]:
    """The lowest version of each dependency, as a line of a constraints file: `numpy==1.26`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [dependency.replace(">=", "==") for dependency in project["dependencies"]]


def run(*command: str | Path, cwd: Path, path: str = "") -> str:
    """What a command prints, with nothing on PYTHONPATH but what is given."""
    env = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


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
    programs = installed(tmp_path / "venv", wheel, *lowest())
    for folder in sorted((ROOT / "scenarios").iterdir()):
        assert estimate(folder, programs) == estimate(folder)
    for words in (("simulate", "scenario.yaml"), ("--help",), ("estimate", "--help")):
        assert run(programs / "capplan", *words, cwd=folder)
