"""Who may import whom: ground, nouns, work, services, scenario, planning, report, cli. A room never sees another room."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "capplan"
LAYERS: tuple[tuple[str, ...], ...] = (
    ("units", "errors", "quantity_schema", "quantities", "spec_config", "reading"),
    ("flow", "calls", "schedule", "timeline", "model", "breaks"),
    ("pricing", "services.dynamodb", "services.lambda_", "services.stepfunctions", "services.glue"),
    ("services",),
    ("language",),
    ("results",),
    ("pipeline",),
    ("gates",),
    ("commands",),
    ("report",),
    ("cli", "__main__"),
)
ALONE = LAYERS[2]
"""These never see one another."""
PRINTS = ("cli",)


def _part(module: str) -> str:
    """The part of the house a module belongs to."""
    rest = module.removeprefix("capplan").lstrip(".")
    parts = [part for layer in LAYERS for part in layer]
    found = [p for p in parts if rest == p or rest.startswith(f"{p}.")]
    return max(found, key=len) if found else ""


def _modules() -> list[tuple[str, ast.Module]]:
    out = []
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(("capplan", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        out.append((name, ast.parse(path.read_text(encoding="utf-8"))))
    return out


def _imports(tree: ast.Module) -> set[str]:
    """Modules imported at run time; what stands under TYPE_CHECKING is for the reader of types."""
    quiet = {
        id(n)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for n in ast.walk(block)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in quiet:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.startswith("capplan.")}


@pytest.mark.parametrize(("name", "tree"), _modules(), ids=[name for name, _ in _modules()])
def test_a_module_imports_only_from_its_own_layer_or_below(name: str, tree: ast.Module) -> None:
    rank = {part: i for i, layer in enumerate(LAYERS) for part in layer}
    own = _part(name)
    for other in _imports(tree):
        part = _part(other)
        if not own or not part or part == own:
            continue
        assert rank[part] <= rank[own], f"{name} imports {other}, which is above it"
        assert not (own in ALONE and part in ALONE), f"{name} imports {other}: rooms never see one another"


@pytest.mark.parametrize(("name", "tree"), _modules(), ids=[name for name, _ in _modules()])
def test_only_the_command_line_prints_and_reads_clock_or_environment(name: str, tree: ast.Module) -> None:
    if _part(name) in PRINTS or name == "capplan":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("print", "input"), f"{name} talks to the terminal"
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("environ", "getenv", "today", "now", "time_ns"), f"{name} reads {node.attr}"


def test_every_module_has_a_place() -> None:
    homeless = [name for name, _ in _modules() if name != "capplan" and not _part(name)]
    assert not homeless
