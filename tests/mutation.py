"""`python -m tests.mutation --module rating`: changes a module in a copy of the project, one place at a time, and runs its tests.

The changes are those of cosmic-ray (`pip install -e '.[mutation]'`), which also changes constants of a module, as `units` is
made of. mutmut changes functions only. A change that no test sees is shown with its diff; docs/contributing.md names those
that are understood.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
_COPIED = ("capplan", "tests", "scenarios", "docs", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE")
_TIMEOUT_S = 120
_PYTEST = ("-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile", "ci")
"""One process, the first failure is enough, and no test fails because the machine is busy."""
_SAME: tuple[str, ...] = (
    "NumberReplacer",
    "ReplaceComparisonOperator",
    "ReplaceBinaryOperator",
    "ReplaceUnaryOperator",
    "ReplaceTrue",
)
_SAME += ("ReplaceFalse", "ReplaceAnd", "ReplaceOr", "AddNot", "ZeroIteration", "ReplaceBreak", "ReplaceContinue")


class Target(NamedTuple):
    """Files that are changed, and the tests that should see it."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


TARGETS: Mapping[str, Target] = {
    "units": Target(("capplan/units.py",), ("tests/test_units.py", "tests/quantities")),
    "rating": Target(("capplan/pricing/rating.py",), ("tests/pricing/test_rating.py",)),
    "buckets": Target(
        ("capplan/token_bucket.py", "capplan/services/dynamodb/capacity/burst_bucket.py"),
        ("tests/test_token_bucket.py", "tests/services/dynamodb/capacity/test_over_time.py", "tests/services/dynamodb/capacity/test_burst_bucket.py"),
    ),
    "flow": Target(
        ("capplan/flow.py",), ("tests/pipeline/test_solve.py", "tests/language/test_load_profiles.py", "tests/pipeline/test_flow.py")
    ),
    "reader": Target(
        ("capplan/reading/yaml_reader.py", "capplan/reading/scalars.py"),
        ("tests/reading/test_yaml_reader.py", "tests/language/test_wrong.py"),
    ),
}  # fmt: skip


class Survivor(NamedTuple):
    """A change that no test sees."""

    file: str
    line: int
    operator: str
    diff: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Mutate each module that is asked for; exit code 1 where a change survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--module", action="append", choices=TARGETS, help="all of them without one")
    parser.add_argument("--most", type=int, default=10_000, help="at most so many changes of each module, drawn")
    parser.add_argument("--seed", type=int, default=1, help="which are drawn (1)")
    options = parser.parse_args(arguments)
    left = 0
    for name in options.module or TARGETS:
        killed, survivors = mutate(TARGETS[name], options.most, options.seed)
        left += len(survivors)
        sys.stdout.write(f"{name}: {killed + len(survivors)} changes, {len(survivors)} survive\n")
        for one in survivors:
            sys.stdout.write(f"--- {one.file}:{one.line} {one.operator}\n{one.diff}\n")
    return 1 if left else 0


def mutate(target: Target, most: int, seed: int) -> tuple[int, list[Survivor]]:
    """How many changes the tests see, and which they do not."""
    from cosmic_ray.work_db import WorkDB, use_db

    with tempfile.TemporaryDirectory(prefix="capplan-mutation-") as name:
        folder = Path(name)
        _copy(folder)
        command = [sys.executable, *_PYTEST, *target.tests]
        before = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
        if before.returncode:
            raise SystemExit(f"the tests fail before anything is changed:\n{before.stdout[-2000:]}")
        (folder / "cosmic.toml").write_text(_config(target, command), encoding="utf-8")
        _cosmic_ray(folder, "init", "cosmic.toml", "session.sqlite")
        with use_db(folder / "session.sqlite", WorkDB.Mode.open) as db:
            _skip_all_but(db, most, seed)
        _cosmic_ray(folder, "exec", "cosmic.toml", "session.sqlite")
        with use_db(folder / "session.sqlite", WorkDB.Mode.open) as db:
            results = {job: result for job, result in db.results if result.test_outcome is not None}
            survivors = [
                Survivor(f"{m.module_path}", m.start_pos[0], m.operator_name, results[item.job_id].diff or "")
                for item in db.work_items
                if item.job_id in results and not results[item.job_id].is_killed
                for m in item.mutations
            ]
    return len(results) - len(survivors), survivors


def _copy(folder: Path) -> None:
    """The project in another folder: a run that is interrupted leaves nothing changed behind."""
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)


def _config(target: Target, command: Sequence[str]) -> str:
    files = ", ".join(f'"{file}"' for file in target.files)
    return (
        f"[cosmic-ray]\nmodule-path = [{files}]\ntimeout = {_TIMEOUT_S}.0\nexcluded-modules = []\n"
        f'test-command = "{" ".join(command)}"\n[cosmic-ray.distributor]\nname = "local"\n'
    )


def _cosmic_ray(folder: Path, *words: str) -> None:
    subprocess.run([sys.executable, "-m", "cosmic_ray.cli", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _skip_all_but(db: Any, most: int, seed: int) -> None:  # noqa: ANN401  the library's own type
    """Leaves changes of arithmetic, comparisons, constants and loops; of these as many as are asked for."""
    from cosmic_ray.work_item import WorkerOutcome, WorkResult

    every = list(db.work_items)
    meant = list(_meant(every))
    drawn = set(meant if len(meant) <= most else random.Random(seed).sample(meant, most))  # noqa: S311  no secret
    for item in every:
        if item.job_id not in drawn:
            db.set_result(item.job_id, WorkResult(WorkerOutcome.SKIPPED))


def _meant(items: Sequence[Any]) -> Iterator[str]:
    """The jobs of changes that can change a figure; one of each kind at a place, of the many that replace an operator."""
    seen = set()
    for item in items:
        (mutation,) = item.mutations
        kind = mutation.operator_name.rpartition("/")[2]
        place = (str(mutation.module_path), mutation.start_pos, kind.partition("_")[0])
        if kind.startswith(_SAME) and (place not in seen or kind == "NumberReplacer"):
            seen.add(place)
            yield item.job_id


if __name__ == "__main__":
    sys.exit(main())
