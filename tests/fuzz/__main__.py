"""`python -m tests.fuzz`: mutated and drawn inputs for every command; each finding is reduced and written as files.

A case is its seed and number, so a finding is run again with `--seed N --only NUMBER`.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from tests.fuzz.answers import LIMIT
from tests.fuzz.cases import lay_out
from tests.fuzz.corpus import KINDS
from tests.fuzz.run import Counts, Failure, batch, failure_of, reduced

_BATCH, _BATCHES_A_PROCESS = 20, 5
_SHOWN = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Run cases until the number or the time is up; exit code 1 if any breaks a law."""
    options = _parser().parse_args(arguments)
    os.environ[LIMIT] = str(options.limit)  # for the processes of the runs too
    kinds = tuple(options.kind or ())
    if options.only is not None:
        found = failure_of(options.seed, options.only, kinds)
        failures, counts, seconds = [found] if found else [], Counts(1), 0.0
    else:
        started = time.monotonic()
        counts, failures = _all(options.seed, options.runs, options.seconds, options.jobs, kinds)
        seconds = time.monotonic() - started
    first = {failure.signature: failure for failure in reversed(failures)}
    into = Path(options.into or tempfile.mkdtemp(prefix="capplan-fuzz-"))
    for signature, failure in sorted(first.items(), key=lambda pair: pair[1].number):
        numbers = sorted(one.number for one in failures if one.signature == signature)
        _show(reduced(failure, options.seed) if options.reduce else failure, numbers, into)
    ran = f"{counts.run} runs with seed {options.seed} in {seconds:.0f} s, {counts.answered} of them answered"
    sys.stdout.write(f"{ran}: {len(first)} findings in {len(failures)} runs\n")
    return 1 if failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000, help="at most so many runs (10000)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="at most so long")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other cases (1)")
    parser.add_argument("--limit", type=float, default=5.0, help="seconds of processor time that a run may take (5)")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="one case again")
    parser.add_argument("--kind", action="append", choices=sorted(KINDS), help="only these kinds of input")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time (1)")
    parser.add_argument("--into", metavar="FOLDER", help="where the files of findings go")
    parser.add_argument("--no-reduce", dest="reduce", action="store_false", help="keep findings as they were found")
    return parser


def _all(seed: int, runs: int, seconds: float, jobs: int, kinds: tuple[str, ...]) -> tuple[Counts, list[Failure]]:
    """Batches in processes of their own: what a run leaves in memory is gone with its process."""
    until = time.monotonic() + seconds
    starts = iter(range(0, runs, _BATCH))
    counts = Counts()
    failures: list[Failure] = []
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, context, max_tasks_per_child=_BATCHES_A_PROCESS) as pool:
        running: set[Future[tuple[Counts, list[Failure]]]] = set()
        while True:
            while len(running) < jobs and time.monotonic() < until and (start := next(starts, None)) is not None:
                running.add(pool.submit(batch, seed, start, min(_BATCH, runs - start), kinds, until))
            if not running:
                return counts, failures
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for one in ended:
                try:
                    more, found = one.result()
                except BrokenProcessPool:
                    sys.stdout.write("a process died: see the cases that it was given, with --jobs 1\n")
                    raise
                known = {failure.signature for failure in failures}
                counts, failures = counts + more, failures + found
                for failure in found:
                    if failure.signature not in known:
                        sys.stderr.write(f"{counts.run}: number {failure.number}: {failure.wrong[:150]!a}\n")


def _show(failure: Failure, numbers: Sequence[int], into: Path) -> None:
    """What was found, in which cases, by which command, and where its files are."""
    folder = into / str(failure.number)
    folder.mkdir(parents=True, exist_ok=True)
    lay_out(failure.case, folder)
    words = " ".join(failure.case.words)
    sys.stdout.write(
        f"--- {len(numbers)} ×: {failure.wrong}\n    numbers {', '.join(map(str, numbers))}\n    number {failure.number}: cd {folder} && capplan {words!a}\n"
    )
    for line in failure.trace.rstrip().splitlines()[-6:] if failure.trace else ():
        sys.stdout.write(f"    {line[:160]!a}\n")
    for name in failure.case.files:
        text = (folder / name).read_bytes()
        if len(text) < _SHOWN * 40:
            sys.stdout.write(f"    {name}: {text.decode('utf-8', 'replace')!a}\n")


if __name__ == "__main__":
    sys.exit(main())
