"""`python -m tests.mutation --module rating`: changes a module in a copy of the project, one place at a time, and runs its tests.

The changes are those of cosmic-ray (`pip install -e '.[mutation]'`), which also changes constants of a module, as `units` is
made of, and two kinds of our own: `min` for `max` and the like, and a statement left out. Each change has a process of its
own, forked from one that has loaded what takes long. A change that no test sees is shown with its diff;
docs/contributing.md names those that are understood.
"""

import argparse
import ast
import contextlib
import difflib
import gc
import os
import random
import resource
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
_COPIED = ("capplan", "tests", "scenarios", "docs", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE")
_MEMORY_BYTES = 3 * 2**30
"""Of tests that fill the memory: they are killed, and so is the change."""
_PYTEST: tuple[str, ...] = (
    "-n",
    "0",
    "-x",
    "-q",
    "-p",
    "no:cacheprovider",
    "--capture=sys",
    "--hypothesis-profile",
    "mutation",
)
_PYTEST += ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""One process, the first failure is enough; what is loaded before pytest begins is not rewritten by it, nor need be."""
_OPERATORS = (
    *(f"ReplaceComparisonOperator_{name}" for name in (
        "Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is",
        "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt",
    )),
    *(f"ReplaceBinaryOperator_{name}" for name in (
        "Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Div", "Mod_Mul", "Pow_Mul", "BitOr_BitAnd", "BitAnd_BitOr",
    )),
    "ReplaceUnaryOperator_USub_UAdd", "ReplaceUnaryOperator_Delete_Not", "AddNot",
    "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop", "NumberReplacer",
)  # fmt: skip
"""At each comparison its bound and its contrary, at each sum one other sum: more of a place says the same again."""
_NO_TESTS = 5
"""pytest's exit code where it found none."""
_OUT, _UNSEEN, _TEMPORARY = "pytest.txt", "unseen.txt", "temporary"
_SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any", "in": "not in"}
_NO_FIGURE = frozenset(("frozen", "strict", "maxsize"))
"""Arguments that change no answer: mypy refuses writes to a frozen record, `strict` is an assertion, `maxsize` is a cache's."""


class Target(NamedTuple):
    """Files that are changed, the tests that should see it, fast ones first, and seconds after which these no longer end."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    cpu_s: int = 20


TARGETS: Mapping[str, Target] = {
    "units": Target(("capplan/units.py",), ("tests/test_units.py", "tests/quantities")),
    "rating": Target(("capplan/pricing/rating.py",), ("tests/pricing/test_rating.py",)),
    "buckets": Target(
        ("capplan/token_bucket.py", "capplan/services/dynamodb/capacity/burst_bucket.py"),
        ("tests/services/dynamodb/capacity/test_burst_bucket.py", "tests/test_token_bucket.py"),
    ),
    "flow": Target(
        ("capplan/flow.py", "capplan/pipeline/solve.py"),
        ("tests/test_flow.py", "tests/pipeline/test_solve.py", "tests/language/test_load_profiles.py"),
    ),
    "served": Target(("capplan/pipeline/flow.py",), ("tests/pipeline/test_flow.py", "tests/pipeline/test_handed_on.py"), 60),
    "reader": Target(
        ("capplan/reading/yaml_reader.py", "capplan/reading/scalars.py"),
        ("tests/reading/test_scalars.py", "tests/reading/test_yaml_reader.py"),
    ),
}  # fmt: skip


class Change(NamedTuple):
    """One place of a file, written otherwise."""

    file: str
    line: int
    operator: str
    before: str
    after: str

    def diff(self) -> str:
        """The lines that differ."""
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=0, lineterm="")
        return "\n".join([*lines][2:])

    @contextlib.contextmanager
    def made(self, folder: Path) -> Iterator[None]:
        """For a while the file of a folder is the changed one."""
        (folder / self.file).write_text(self.after, encoding="utf-8")
        try:
            yield
        finally:
            (folder / self.file).write_text(self.before, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Mutate each module that is asked for; exit code 1 where a change survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--module", action="append", choices=TARGETS, help="all of them without one")
    parser.add_argument("--most", type=int, default=10_000, help="at most so many changes of each module, drawn")
    parser.add_argument("--seed", type=int, default=1, help="which are drawn (1)")
    parser.add_argument("--only", default="", help="only changes at places that begin so, such as capplan/flow.py:57")
    options = parser.parse_args(arguments)
    _load_what_takes_long()
    left = 0
    for name in options.module or TARGETS:
        target = TARGETS[name]
        changes = [
            c for file in target.files for c in changes_of(file) if f"{c.file}:{c.line}".startswith(options.only)
        ]
        if len(changes) > options.most:
            changes = random.Random(options.seed).sample(changes, options.most)  # noqa: S311  no secret
        survivors = 0
        for one in surviving(changes, target):
            survivors += 1
            sys.stdout.write(f"--- {one.file}:{one.line} {one.operator}\n{one.diff()}\n")
            sys.stdout.flush()
        sys.stdout.write(f"{name}: {len(changes)} changes, {survivors} survive\n")
        left += survivors
    return 1 if left else 0


# --- what is changed --------------------------------------------------------------------------------------------------


def changes_of(file: str) -> Iterator[Change]:
    """Every change of a file that could change an answer, in the order of its lines."""
    source = (ROOT / file).read_text(encoding="utf-8")
    left_out = _spans_without_figures(source)
    found = [
        Change(file, line, name, source, changed)
        for name, (line, column), changed in [*_by_operator(source), *_left_out_statements(source)]
        if not any(start <= (line, column) < end for start, end in left_out)
    ]
    yield from sorted(found, key=lambda change: change.line)


def _by_operator(source: str) -> Iterator[tuple[str, tuple[int, int], str]]:
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    tree = get_ast(source)
    operators = {name: get_operator(f"core/{name}")() for name in _OPERATORS} | {"Swapped": _swapped()}
    for name, operator in operators.items():
        places = [(node, start) for node in ast_nodes(tree) for start, _ in operator.mutation_positions(node)]
        for occurrence, (node, start) in enumerate(places):
            if node.parent is None or node.parent.type != "parameters":  # the `*` before named ones is no product
                yield name, start, mutate_code(source, operator, occurrence)


def _swapped() -> Any:  # noqa: ANN401  the library's own type
    """An operator of cosmic-ray: a word for its contrary."""
    from cosmic_ray.operators.operator import Operator

    class Swapped(Operator):  # type: ignore[misc]
        def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
            loop = node.type == "keyword" and node.parent.type != "comparison"
            if node.type in {"name", "keyword"} and node.value in _SWAPPED and not loop:
                yield node.start_pos, node.end_pos

        def mutate(self, node: Any, index: int) -> Any:  # noqa: ANN401, ARG002
            node.value = _SWAPPED[node.value]
            return node

        @classmethod
        def examples(cls) -> tuple[Any, ...]:
            return ()

    return Swapped()


def _left_out_statements(source: str) -> Iterator[tuple[str, tuple[int, int], str]]:
    """A call, or an assignment to what exists already, left out: any other makes a name that is missed at once."""
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        is_change = isinstance(node, ast.Assign) and not all(isinstance(t, ast.Name) for t in node.targets)
        if is_call or is_change or isinstance(node, ast.AugAssign | ast.Raise):
            assert isinstance(node, ast.stmt)
            last = node.end_lineno or node.lineno
            indent = lines[node.lineno - 1][: node.col_offset]
            blank = ["\n"] * (last - node.lineno)
            yield (
                "LeftOut",
                (node.lineno, node.col_offset),
                "".join([*lines[: node.lineno - 1], f"{indent}pass\n", *blank, *lines[last:]]),
            )


def _spans_without_figures(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where a change makes no difference to any answer: annotations, imports for types, and `_NO_FIGURE`."""
    nodes: list[Any] = []
    for node in ast.walk(ast.parse(source)):
        nodes += [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            nodes.append(node)
        if isinstance(node, ast.keyword) and node.arg in _NO_FIGURE:
            nodes.append(node)
    return [((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset)) for n in nodes if n is not None]


# --- what the tests see -----------------------------------------------------------------------------------------------


def surviving(changes: Sequence[Change], target: Target) -> Iterator[Change]:
    """The changes that no test of the target sees.

    Most changes lie inside of functions: a process that has collected the tests is forked, and the functions get their
    changed code. Where that cannot be done, or no test has failed, all is imported anew.
    """
    with tempfile.TemporaryDirectory(prefix="capplan-mutation-") as name:
        folder = Path(name)
        _copy(folder)
        if not _passes(folder, target):
            raise SystemExit(f"the tests fail before anything is changed:\n{(folder / _OUT).read_text()[-2000:]}")
        for file in target.files:  # else a change that is as long as the original would not be compiled
            for compiled in (folder / file).parent.glob(f"__pycache__/{Path(file).stem}.*"):
                compiled.unlink()
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        sys.dont_write_bytecode = True
        in_place = _InPlace(folder, changes)
        assert _passes(folder, target, in_place), (folder / _OUT).read_text()
        for number in map(int, (folder / _UNSEEN).read_text().split()):
            change = changes[number]
            with change.made(folder):
                survives = _passes(folder, target)
            if survives:
                yield change


def _passes(folder: Path, target: Target, *plugins: object) -> bool:
    """Whether tests pass in a folder: in a child of this process, so that each begins with what is loaded here."""
    child = os.fork()
    if not child:
        code = 1
        try:
            _become(folder, target.cpu_s)
            import pytest

            code = int(
                pytest.main(
                    [*_PYTEST, f"--basetemp={folder / _TEMPORARY}", *target.tests], plugins=[_TablesFirst(), *plugins]
                )
            )
        except BaseException:  # noqa: BLE001  whatever it is, no test has passed
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    code = _code_of(child)
    assert code != _NO_TESTS, target.tests
    return code == 0


def _code_of(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _become(folder: Path, cpu_s: int) -> None:
    """Makes this process one that runs the tests of a folder, and writes into a file of it."""
    out = os.open(folder / _OUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.chdir(folder)
    os.environ["PYTHONPATH"] = sys.path[0] = str(folder)
    for name in [n for n in sys.modules if n.partition(".")[0] in {"tests", "capplan"}]:
        del sys.modules[name]
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))


class _InPlace:
    """A plugin of pytest: instead of running what was collected, forks a process for each change that runs it.

    Writes the numbers of the changes that no test saw, or that cannot be made so, into a file of the folder.
    """

    def __init__(self, folder: Path, changes: Sequence[Change]) -> None:
        self.folder, self.changes = folder, changes

    def pytest_runtestloop(self) -> bool | None:
        """Called by pytest. In a forked process it returns None, and pytest runs the tests."""
        files = {str(self.folder / change.file): change.file for change in self.changes}
        live: dict[str, list[FunctionType]] = {file: [] for file in files.values()}
        for thing in gc.get_objects():
            if isinstance(thing, FunctionType) and thing.__code__.co_filename in files:
                live[files[thing.__code__.co_filename]].append(thing)
        gc.freeze()
        unchanged = os.fork()
        if not unchanged:
            return None
        assert _code_of(unchanged) == 0, "the tests fail in a forked process, whatever is changed"
        unseen = []
        for number, change in enumerate(self.changes):
            new = _changed_code(change)
            functions = [f for f in live[change.file] if new and new.get(f.__code__, f.__code__) != f.__code__]
            if (
                not new
                or not functions
                or any(f.__code__.co_freevars != new[f.__code__].co_freevars for f in functions)
            ):
                unseen.append(number)
                continue
            with change.made(self.folder):
                child = os.fork()
                if not child:
                    for function in functions:
                        function.__code__ = new[function.__code__]
                    return None
                if _code_of(child) == 0:
                    unseen.append(number)
        (self.folder / _UNSEEN).write_text(" ".join(map(str, unseen)))
        return True


def _changed_code(change: Change) -> Mapping[CodeType, CodeType] | None:
    """A file's functions with what each becomes; None where what runs on import changes too."""
    try:
        pairs = list(_pairs(compile(change.before, "", "exec"), compile(change.after, "", "exec")))
    except (SyntaxError, ValueError):
        return None
    for old, new in pairs:
        if not old.co_flags & CO_OPTIMIZED and _without_functions(old) != _without_functions(new):
            return None
    return dict(pairs)


def _pairs(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    yield old, new
    inner = [[const for const in code.co_consts if isinstance(const, CodeType)] for code in (old, new)]
    for pair in zip(*inner, strict=True):
        yield from _pairs(*pair)


def _without_functions(code: CodeType) -> tuple[object, ...]:
    """What a module or the body of a class does, but for the functions in it."""
    return code.co_code, code.co_names, [repr(const) for const in code.co_consts if not isinstance(const, CodeType)]


class _TablesFirst:
    """A plugin of pytest: tests that draw their inputs come last, as they take the longest."""

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Called by pytest."""
        items.sort(key=lambda item: hasattr(getattr(item, "obj", None), "hypothesis"))


def _load_what_takes_long() -> None:
    """What the tests' processes share; and how hypothesis draws: as ever, without a search for the smallest failure."""
    import hypothesis
    import numpy as np  # noqa: F401
    import pydantic  # noqa: F401
    import pytest  # noqa: F401
    import yaml  # noqa: F401

    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutation", hypothesis.settings.get_profile("ci"), phases=phases)


def _copy(folder: Path) -> None:
    """The project in another folder: a run that is interrupted leaves nothing changed behind."""
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)


if __name__ == "__main__":
    sys.exit(main())
