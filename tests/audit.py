"""Known weaknesses of the versions that a new installation of capplan gets, by pip-audit.

`python -m tests.audit` fails where one is known, and says when the database could not be asked; with `--must` that fails
too. It needs the extra `release`.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
EXTRAS = "charts,traces,mcp"


class Found(NamedTuple):
    """Weaknesses as sentences, and packages of which nothing could be learned."""

    weak: tuple[str, ...]
    unknown: tuple[str, ...]
    asked: int


def read(report: Mapping[str, Any]) -> Found:
    """What a report of pip-audit says; capplan itself is in no database."""
    rows = [row for row in report["dependencies"] if row["name"] != "capplan"]
    weak = [
        f"{row['name']} {row['version']}: {one['id']}, corrected in {', '.join(one['fix_versions']) or 'no version yet'}"
        for row in rows
        for one in row.get("vulns", ())
    ]
    return Found(tuple(weak), tuple(row["name"] for row in rows if "skip_reason" in row), len(rows))


def verdict(found: Found | None, *, must: bool) -> tuple[int, str]:
    """The exit code and what is said; None where pip-audit gave no report."""
    if found is not None and found.weak:
        return 1, "\n".join(("known weaknesses:", *found.weak))
    if found is None or not found.asked or found.unknown:
        which = f" about {len(found.unknown)} of {found.asked} packages" if found is not None else ""
        return int(must), f"skipped: pip-audit: the database of weaknesses could not be asked{which}"
    return 0, f"no known weakness in {found.asked} packages"


def installed(folder: Path) -> Path:
    """Where the packages of a new environment with capplan and its extras for users are."""
    _run(sys.executable, "-m", "venv", "--without-pip", folder)
    _run(sys.executable, "-m", "pip", "--python", folder, "install", "--quiet", f"{ROOT}[{EXTRAS}]")
    (packages,) = folder.rglob("site-packages")
    return packages


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True)


def report(packages: Path, target: Path) -> Mapping[str, Any] | None:
    """What pip-audit says of a folder of packages; None where it gave up."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pip_audit",
        "--path",
        packages,
        "--format",
        "json",
        "--output",
        target,
    ]
    subprocess.run([*command, "--progress-spinner", "off"], check=False, stderr=subprocess.DEVNULL)
    if not target.exists() or not target.read_text(encoding="utf-8").strip():
        return None
    found: Mapping[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return found


def main(arguments: Sequence[str]) -> int:
    """Audit, print, and give the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        said = report(installed(Path(folder) / "venv"), Path(folder) / "audit.json")
    code, text = verdict(None if said is None else read(said), must="--must" in arguments)
    print(text)  # noqa: T201
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
