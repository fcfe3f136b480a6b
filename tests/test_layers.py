"""Imports by folder: each layer imports only lower ones, and no service imports another."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "capplan"
LAYERS = (
    *(
        "",
        "pricing",
        "services/*",
        "services",
        "language",
        "pipeline",
        "gates",
        "importing",
        "commands",
        "report",
        "cli",
    ),
)
"""Folders, the lowest first; "" is the package's files and the folders of BASE, "services/*" each service's folder."""
BASE = ("reading", "quantities")
PRINTS = "cli"


def _folder(module: str) -> str:
    """The folder of a module as LAYERS has it."""
    parts = module.split(".")[1:]
    if len(parts) > 1 and parts[0] == "services" and (ROOT / "services" / parts[1]).is_dir():
        return "services/*"
    is_folder = bool(parts) and (ROOT / parts[0]).is_dir()
    return parts[0] if is_folder and parts[0] not in BASE else ""


def _service(module: str) -> str:
    """The service of a module; empty for none."""
    return module.split(".")[2] if _folder(module) == "services/*" else ""


def _modules() -> list[tuple[str, ast.Module]]:
    out = []
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(("capplan", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        out.append((name, ast.parse(path.read_text(encoding="utf-8"))))
    return out


def _imports(tree: ast.Module) -> set[str]:
    """Modules imported at run time, without those under TYPE_CHECKING."""
    for_types = {
        id(n)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for n in ast.walk(block)
    }
    names = set()
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name.startswith("capplan.")}


MODULES = _modules()
IDS = [name for name, _ in MODULES]
ENTRY = ("capplan", "capplan.__main__")
"""What Python imports or runs first; it imports the rest on first use."""


@pytest.mark.parametrize(("name", "tree"), MODULES, ids=IDS)
def test_a_module_imports_only_its_layer_or_lower_ones(name: str, tree: ast.Module) -> None:
    if name in ENTRY:
        return
    rank = LAYERS.index(_folder(name))
    for other in _imports(tree):
        assert LAYERS.index(_folder(other)) <= rank, f"{name} imports {other} of a higher layer"
        assert not _service(name) or _service(other) in ("", _service(name)), f"{name} imports another service: {other}"


@pytest.mark.parametrize(("name", "tree"), MODULES, ids=IDS)
def test_only_the_command_line_prints_and_reads_clock_or_environment(name: str, tree: ast.Module) -> None:
    if _folder(name) == PRINTS or name == "capplan":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("print", "input"), f"{name} uses the terminal"
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("environ", "getenv", "today", "now", "time_ns"), f"{name} reads {node.attr}"


def test_every_folder_has_a_layer() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and list(path.glob("*.py"))}
    assert folders - set(BASE) == {layer for layer in LAYERS if layer and "/" not in layer}
