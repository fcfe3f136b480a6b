"""Reads files as they were at a git revision: `HEAD~1:scenario.yaml`. It changes no repository and fetches nothing."""

import posixpath
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import Files, Source
from capplan.reading.limits import MAX_BYTES, too_big
from capplan.reading.records import MAX_RECORD_BYTES
from capplan.reading.scalars import shown
from capplan.reading.yaml_reader import decode

_REVISION = re.compile(r"[A-Za-z0-9@][A-Za-z0-9@{}^~/._+-]{0,199}")
"""No option (a dash in front), no colon, no blank."""
_SECONDS = 30
_QUIET = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
"""A partial clone does not fetch what it lacks, nobody is asked for a password."""


def is_revision(text: str) -> bool:
    """Whether a text is meant as REVISION:PATH."""
    revision, colon, path = text.partition(":")
    return bool(colon and path and _REVISION.fullmatch(revision)) and not Path(text).exists()


def is_bare_revision(text: str) -> bool:
    """Whether a text is meant as a revision alone: each scenario is then held against itself as it was."""
    looks = _REVISION.fullmatch(text) and not text.lower().endswith((".json", ".yaml", ".yml"))
    return bool(looks) and not Path(text).exists()


def read_same(revision: str, path: str, env: Mapping[str, str]) -> Source | None:
    """A scenario of the working folder as it was, None where there was none. Raises CapplanError."""
    relative = posixpath.relpath(Path(path).absolute().as_posix(), Path.cwd().as_posix())
    asked = f"{revision}:./{relative}"
    git = _Git(asked, {**env, **_QUIET})
    return read_revision(asked, env) if git.holds(git.commit(revision), f"./{relative}") else None


def read_revision(text: str, env: Mapping[str, str]) -> Source:
    """A scenario as it was, with the files beside it as they were. `env` is the caller's environment.

    The path is from the repository's root, as git reads it, else from the working folder. Raises CapplanError.
    """
    revision, _, path = text.partition(":")
    git = _Git(text, {**env, **_QUIET})
    commit = git.commit(revision)
    found = next((p for p in (path, f"./{path}") if git.holds(commit, p)), None)
    if found is None:
        raise _wrong(
            text, f"{shown(path)} is not in git at {shown(revision)}", "the path is from the repository's root"
        )
    folder = posixpath.dirname(found)

    def fetch(relative: str, limit_bytes: int) -> bytes:
        name = f"{revision}:{posixpath.join(folder, relative)}"
        inside = posixpath.normpath(posixpath.join(folder or ".", relative))
        if posixpath.isabs(relative) or not _below(inside, folder or "."):
            raise _wrong(
                name, f"{shown(relative)} is outside the scenario's folder", "put the file beside the scenario"
            )
        place = f"./{inside}" if found.startswith("./") else inside
        if not git.holds(commit, place):
            raise _wrong(name, f"cannot open {shown(relative)}", f"it is not in git at {revision}")
        return git.blob(commit, place, name, limit_bytes)

    raw = git.blob(commit, found, text, MAX_BYTES)
    files = Files(Path(f"{revision}:{posixpath.dirname(path)}" if posixpath.dirname(path) else f"{revision}:"), fetch)
    return Source(decode(raw, text), text, files)


def read_revision_text(text: str, env: Mapping[str, str]) -> str:
    """The text of a saved answer as it was. Raises CapplanError."""
    revision, _, path = text.partition(":")
    git = _Git(text, {**env, **_QUIET})
    commit = git.commit(revision)
    found = next((p for p in (path, f"./{path}") if git.holds(commit, p)), None)
    if found is None:
        raise _wrong(
            text, f"{shown(path)} is not in git at {shown(revision)}", "the path is from the repository's root"
        )
    return decode(git.blob(commit, found, text, MAX_RECORD_BYTES), text, MAX_RECORD_BYTES)


def _below(path: str, folder: str) -> bool:
    inside = posixpath.relpath(path, posixpath.normpath(folder))
    return inside != ".." and not inside.startswith("../")


class _Git:
    """One repository, asked by `git cat-file`; used for one argument of the command line."""

    def __init__(self, asked: str, env: Mapping[str, str]) -> None:
        self.asked, self.env = asked, env

    def commit(self, revision: str) -> str:
        """The revision's hash."""
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if done.returncode:
            told = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
            why = "this is no git repository" if "not a git repository" in told else f"git knows no {shown(revision)}"
            hint = "a clone of CI often has one commit only: fetch more, as with fetch-depth: 0"
            raise _wrong(self.asked, why, "" if "not a git" in told else hint)
        return done.stdout.decode().strip()

    def holds(self, commit: str, path: str) -> bool:
        """Whether there is a file."""
        done = self._run("cat-file", "-t", f"{commit}:{path}")
        if b"outside repository" in done.stderr:
            raise _wrong(self.asked, f"{shown(path)} is outside of this git repository", "run it where the scenario is")
        return done.returncode == 0 and done.stdout.strip() == b"blob"

    def blob(self, commit: str, path: str, name: str, limit_bytes: int) -> bytes:
        """A file's bytes, if they are not too many."""
        size = int(self._run("cat-file", "-s", f"{commit}:{path}").stdout or b"0")
        if size > limit_bytes:
            raise CapplanError((too_big(name, size, limit_bytes),))
        return self._run("cat-file", "blob", f"{commit}:{path}").stdout

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        try:
            return subprocess.run(  # noqa: S603  a fixed program, no shell, no word that begins with a dash
                ["git", *arguments],  # noqa: S607  the user's own git
                capture_output=True,
                env=dict(self.env),
                timeout=_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except FileNotFoundError:
            raise _wrong(self.asked, "git is not installed", "name a file instead") from None
        except subprocess.TimeoutExpired:
            raise _wrong(self.asked, f"git did not answer within {_SECONDS} s", "") from None


def _wrong(name: str, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(name, 0, 0, message, hint),))
