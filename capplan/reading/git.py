"""Reads files at a git revision, such as `HEAD~1:scenario.yaml`, without fetching or changing anything."""

import posixpath
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import Files, Source
from capplan.reading.limits import MAX_BYTES, MAX_SAVED_BYTES, too_big
from capplan.reading.scalars import shown
from capplan.reading.yaml_reader import decode

_REVISION = re.compile(r"[A-Za-z0-9@][A-Za-z0-9@{}^~/._+-]{0,199}")
"""Not an option (leading dash), no colon, no blank."""
_SECONDS = 30
_QUIET = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
"""A partial clone fetches nothing, and git asks for no password."""


def is_revision(text: str) -> bool:
    """Whether a text is meant as REVISION:PATH."""
    revision, colon, path = text.partition(":")
    return bool(colon and path and _REVISION.fullmatch(revision)) and not Path(text).exists()


def is_bare_revision(text: str) -> bool:
    """Whether a text is meant as a revision alone: each scenario is then compared with itself at that revision."""
    looks = _REVISION.fullmatch(text) and not text.lower().endswith((".json", ".yaml", ".yml"))
    return bool(looks) and not Path(text).exists()


def read_same(revision: str, path: str, env: Mapping[str, str]) -> Source | None:
    """A scenario of the working folder at a revision, None where it was not there. Raises CapplanError."""
    relative = posixpath.relpath(Path(path).absolute().as_posix(), Path.cwd().as_posix())
    argument = f"{revision}:./{relative}"
    git = _Git(argument, {**env, **_QUIET})
    return read_revision(argument, env) if git.has_file(git.commit(revision), f"./{relative}") else None


def read_revision(text: str, env: Mapping[str, str]) -> Source:
    """A scenario at a revision, with the files beside it at that revision. `env` is the caller's environment.

    The path is from the repository's root, as git reads it, else from the working folder. Raises CapplanError.
    """
    git, revision, path, commit, place = _locate(text, env)
    folder = posixpath.dirname(place)

    def fetch(relative: str, limit_bytes: int) -> bytes:
        name = f"{revision}:{posixpath.join(folder, relative)}"
        inside = posixpath.normpath(posixpath.join(folder or ".", relative))
        if posixpath.isabs(relative) or not _below(inside, folder or "."):
            raise _wrong(
                name, f"{shown(relative)} is outside the scenario's folder", "put the file beside the scenario"
            )
        blob = f"./{inside}" if place.startswith("./") else inside
        if not git.has_file(commit, blob):
            raise _wrong(name, f"cannot open {shown(relative)}", f"it is not in git at {revision}")
        return git.blob(commit, blob, name, limit_bytes)

    raw = git.blob(commit, place, text, MAX_BYTES)
    files = Files(Path(f"{revision}:{posixpath.dirname(path)}" if posixpath.dirname(path) else f"{revision}:"), fetch)
    return Source(decode(raw, text), text, files)


def read_revision_text(text: str, env: Mapping[str, str]) -> str:
    """The text of a saved answer at a revision. Raises CapplanError."""
    git, _, _, commit, place = _locate(text, env)
    return decode(git.blob(commit, place, text, MAX_SAVED_BYTES), text, MAX_SAVED_BYTES)


def _locate(text: str, env: Mapping[str, str]) -> "tuple[_Git, str, str, str, str]":
    """Of REVISION:PATH the repository, both halves, the commit's hash, and the path as git takes it."""
    revision, _, path = text.partition(":")
    git = _Git(text, {**env, **_QUIET})
    commit = git.commit(revision)
    place = next((p for p in (path, f"./{path}") if git.has_file(commit, p)), None)
    if place is None:
        raise _wrong(
            text, f"{shown(path)} is not in git at {shown(revision)}", "the path is from the repository's root"
        )
    return git, revision, path, commit, place


def _below(path: str, folder: str) -> bool:
    inside = posixpath.relpath(path, posixpath.normpath(folder))
    return inside != ".." and not inside.startswith("../")


class _Git:
    """The repository, read by `git cat-file`, for one argument of the command line."""

    def __init__(self, argument: str, env: Mapping[str, str]) -> None:
        self.argument, self.env = argument, env

    def commit(self, revision: str) -> str:
        """The revision's hash."""
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if done.returncode:
            if b"not a git repository" in done.stderr:
                raise _wrong(self.argument, "this is not a git repository", "")
            hint = "a CI clone often has one commit only: fetch more, as with fetch-depth: 0"
            raise _wrong(self.argument, f"unknown git revision {shown(revision)}", hint)
        return done.stdout.decode().strip()

    def has_file(self, commit: str, path: str) -> bool:
        """Whether there is a file at a path."""
        done = self._run("cat-file", "-t", f"{commit}:{path}")
        if b"outside repository" in done.stderr:
            raise _wrong(
                self.argument, f"{shown(path)} is outside of this git repository", "run it where the scenario is"
            )
        return done.returncode == 0 and done.stdout.strip() == b"blob"

    def blob(self, commit: str, path: str, name: str, limit_bytes: int) -> bytes:
        """A file's bytes. Raises CapplanError past the limit."""
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
            raise _wrong(self.argument, "git is not installed", "give a file instead") from None
        except subprocess.TimeoutExpired:
            raise _wrong(self.argument, f"git did not answer within {_SECONDS} s", "") from None


def _wrong(name: str, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(name, 0, 0, message, hint),))
