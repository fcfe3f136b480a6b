"""The SBOM of a release, CycloneDX: what an installation of the wheel in `dist/` brings, without its extras.

`python -m tests.sbom` writes it beside the wheel. It needs the extra `release`.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import capplan

ROOT = Path(__file__).parent.parent


def write(dist: Path) -> Path:
    """Install the wheel of a folder into a new environment and list what is there, beside the wheel."""
    (wheel,) = dist.glob(f"capplan-{capplan.__version__}-*.whl")
    target = dist / f"capplan-{capplan.__version__}.cdx.json"
    with tempfile.TemporaryDirectory() as folder:
        venv = Path(folder) / "venv"
        _run("-m", "venv", "--without-pip", venv)
        _run("-m", "pip", "--python", venv, "install", "--quiet", wheel)
        _run("-m", "cyclonedx_py", "environment", venv, "--pyproject", ROOT / "pyproject.toml",
             "--output-reproducible", "--output-file", target)  # fmt: skip
    target.write_text(named(target.read_text(encoding="utf-8"), wheel), encoding="utf-8")
    return target


def named(text: str, wheel: Path) -> str:
    """The SBOM with what pyproject.toml does not say of capplan: its version, and the digest of the wheel."""
    sbom = json.loads(text)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    sbom["metadata"]["component"] |= {
        "version": capplan.__version__,
        "purl": f"pkg:pypi/capplan@{capplan.__version__}",
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }
    return json.dumps(sbom, indent=2) + "\n"


def _run(*arguments: str | Path) -> None:
    subprocess.run((sys.executable, *arguments), check=True)


if __name__ == "__main__":
    print(write(ROOT / "dist").relative_to(ROOT))  # noqa: T201
