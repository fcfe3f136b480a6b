"""The command line on a terminal: colour, NO_COLOR, ASCII, wide and narrow; the words are the same in all of them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import HEAD

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo terminals")
SMALL = HEAD + "tables:\n  orders: {item_size: 1 KB, items: 1k, access: [{put: 20/s}]}\ngates: [cost.monthly < 1 USD]\n"


def on_terminal(path: Path, columns: int, *arguments: str, command: str = "estimate", **env: str) -> str:
    """What a terminal of so many columns is sent."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    environment = {**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", **env}
    line = [sys.executable, "-m", "capplan", command, str(path), *arguments]
    sent = b""
    with subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other side has closed it
                break
            if not part:
                break
            sent += part
        process.wait(60)
    os.close(ours)
    text = sent.decode("utf-8").replace("\r\n", "\n")
    return re.sub(r"\x1b\[\?25l.*\x1b\[2K", "", text, flags=re.DOTALL)  # progress, where the machine is slow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "s.yaml"
    found.write_text(SMALL, encoding="utf-8")
    return found


def test_colour_is_on_a_terminal_and_no_color_leaves_the_same_words(path: Path) -> None:
    coloured = on_terminal(path, 80)
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    for other in (on_terminal(path, 80, NO_COLOR="1"), on_terminal(path, 80, "--no-color")):
        assert [line.rstrip() for line in other.splitlines()] == [line.rstrip() for line in plain.splitlines()]
    assert "×" in plain


def test_ascii_is_asked_for_or_what_the_terminal_takes(path: Path) -> None:
    assert on_terminal(path, 80, "--ascii", "--no-color").isascii()
    assert on_terminal(path, 80, TERM="dumb").isascii()


def test_a_wide_terminal_gets_more_columns_and_nothing_is_wider(path: Path) -> None:
    narrow, wide = on_terminal(path, 80, "--no-color"), on_terminal(path, 140, "--no-color")
    assert "SKU" in wide
    assert "SKU" not in narrow
    assert max(map(len, narrow.splitlines())) <= 80
    assert max(map(len, wide.splitlines())) <= 140


def test_the_verdict_is_in_the_last_lines(path: Path) -> None:
    for command in ("estimate", "check"):
        shown = on_terminal(path, 80, "--no-color", command=command).rstrip()
        assert "1 gate failed" in shown.rpartition("╭")[2], "in the frame, which ends the answer"
        assert shown.endswith("╯")


def test_help_is_framed_on_a_terminal_and_plain_in_a_pipe(path: Path) -> None:
    shown = on_terminal(path, 80, "--help", command="compare-modes")
    assert "╭─ Options" in re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "\x1b[" in shown
    piped = subprocess.run(
        [sys.executable, "-m", "capplan", "compare-modes", "--help"], capture_output=True, check=True
    )
    assert b"--times" in piped.stdout
    assert piped.stdout.isascii()


def test_errors_are_in_color_on_a_terminal_only(path: Path) -> None:
    path.write_text(SMALL.replace("items:", "itmes:"), encoding="utf-8")
    shown = on_terminal(path, 80)
    assert f"\x1b[1m{path}:5:29\x1b[0m: \x1b[31merror\x1b[0m: \x1b[1munknown key 'itmes'\x1b[0m" in shown
    assert f"{path}:5:29: error: unknown key 'itmes'" in on_terminal(path, 80, NO_COLOR="1")
    piped = subprocess.run(
        [sys.executable, "-m", "capplan", "estimate", str(path)],
        capture_output=True,
        check=False,
        env={**os.environ, "FORCE_COLOR": "1"},
    )
    assert b"\x1b" not in piped.stderr
