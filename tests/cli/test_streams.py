"""The command line as a process: what goes to which stream, whole files, readers that leave, interrupts."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import HEAD, WEB_SHOP

SMALL = HEAD + "tables:\n  orders: {item_size: 1 KB, items: 1k, access: [{put: 20/s}]}\n"
WRONG = SMALL.replace("items", "itmes")


def run(
    *arguments: str, text: str | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "capplan", *arguments],
        capture_output=True,
        text=True,
        input=text,
        check=False,
        encoding="utf-8",
        env={**os.environ, **(env or {})},
    )


def test_mistakes_go_to_standard_error_and_standard_output_stays_empty() -> None:
    done = run("estimate", "-", text=WRONG)
    assert done.returncode == 2
    assert done.stdout == ""
    assert ":5:29: error: unknown key 'itmes'" in done.stderr
    assert done.stderr.isascii()


def test_usage_errors_are_json_too_where_json_is_asked_for() -> None:
    done = run("estimate", "-", "-f", "json", "--budget", "much", text=SMALL)
    assert done.returncode == 2
    record = json.loads(done.stdout)
    assert record["schema"] == "capplan.errors/1"
    assert "expected an amount" in record["errors"][0]["message"]


def test_usage_errors_are_one_line_where_a_compact_answer_is_asked_for() -> None:
    done = run("estimate", "-", "-f", "compact", "--budget", "much", text=SMALL)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1
    assert "expected an amount" in json.loads(done.stdout)["errors"][0]["message"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("prices", "refresh", "--from", "/nowhere"),
            "Invalid value for --from: expected a folder or an https address",
        ),
        (("verify", "pyproject.toml"), "save one with capplan estimate SCENARIO --format json=plan.json"),
    ],
)
def test_a_wrong_file_is_said_with_what_to_give(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize("formats", [["-f", "table", "-f", "json"], ["-f", "json=a", "-f", "table=a"], ["-f", "json="]])
def test_two_answers_for_one_place_are_refused(formats: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "capplan", "estimate", WEB_SHOP, *formats],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 2
    assert b"capplan.plan/1" not in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_file_is_as_a_pipe_whatever_the_environment_says(tmp_path: Path) -> None:
    target = tmp_path / "plan.txt"
    loud = {"FORCE_COLOR": "1", "COLUMNS": "200", "LANG": "C.UTF-8"}
    assert run("estimate", "-", "-o", str(target), text=SMALL, env=loud).stdout == ""
    assert target.read_text(encoding="utf-8") == run("estimate", "-", text=SMALL).stdout


def test_a_file_that_cannot_be_written_is_the_users_to_mend(tmp_path: Path) -> None:
    done = run("estimate", "-", "-o", str(tmp_path / "no" / "plan.txt"), text=SMALL)
    assert done.returncode == 2
    assert "cannot write" in done.stderr
    assert "Traceback" not in done.stderr


def test_quiet_leaves_the_exit_code_and_files(tmp_path: Path) -> None:
    target = tmp_path / "plan.json"
    done = run("check", "-", "--budget", "1", "--quiet", "-f", "table", "-f", f"json={target}", text=SMALL)
    assert (done.returncode, done.stdout) == (3, "")
    assert json.loads(target.read_text())["gates"][0]["verdict"] == "fail"


def test_a_reader_who_leaves_does_not_turn_a_broken_gate_into_a_pass() -> None:
    command = [sys.executable, "-m", "capplan", "check", WEB_SHOP, "--budget", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 3
    assert said == b""


def test_a_server_without_its_extra_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "mcp.py").write_text("raise ModuleNotFoundError\n")
    done = run("mcp", env={"PYTHONPATH": os.pathsep.join((str(tmp_path), str(Path(__file__).parents[2])))}, text="")
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'capplan[mcp]'" in done.stderr


def test_strict_says_what_the_answer_rests_on() -> None:
    done = run("estimate", WEB_SHOP, "--strict")
    assert done.returncode == 4
    assert done.stdout.startswith("Web shop")
    assert "strict: the answer depends on tables.orders.access.update.changes" in done.stderr


def test_every_wrong_file_is_told_of(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(WRONG)
    done = run("check", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"), WEB_SHOP)
    assert done.returncode == 2
    assert "a.yaml:5:" in done.stderr
    assert "b.yaml:5:" in done.stderr


@pytest.mark.parametrize("day", ["20261124", "2026-02-30", "today"])
def test_a_day_has_one_form(day: str) -> None:
    assert run("estimate", "-", "--today", day, text=SMALL).returncode == 2


def test_help_fits_a_screen_and_names_only_what_exists() -> None:
    text = run("--help").stdout
    assert all(len(line) <= 80 for line in text.splitlines())
    assert len(text.splitlines()) <= 24
    for command in ("estimate", "compare-modes", "explain", "check"):
        assert f"  {command} " in text
        shown = run(command, "--help")
        assert shown.returncode == 0
        assert "\x1b" not in shown.stdout


def test_version_imports_nothing_heavy() -> None:
    code = "import sys; from capplan.cli import answered; answered(['--version'])\n"
    code += "print([m for m in ('typer', 'pydantic', 'yaml', 'rich', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "[]"


def test_json_does_not_need_rich() -> None:
    code = f"import io, sys\nsys.stdin = io.TextIOWrapper(io.BytesIO({SMALL.encode()!r}))\n"
    code += "from capplan.cli import answered\nanswered(['estimate', '-', '-f', 'json'])\n"
    code += "sys.stderr.write(str([m for m in ('rich', 'asyncio') if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interrupt_ends_with_130_and_no_traceback() -> None:
    command = [sys.executable, "-m", "capplan", "estimate", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)  # it waits for standard input
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in said


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", ["--version", "estimate scenarios/orders/scenario.yaml"])
def test_a_stream_that_the_caller_closed_takes_nothing(closed: str, arguments: str) -> None:
    command = f'"{sys.executable}" -m capplan {arguments} {closed}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, encoding="utf-8")  # noqa: S607  the shell that is there
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [("--version",), ("estimate", "scenarios/orders/scenario.yaml", "-f", "json")])
def test_an_answer_that_cannot_be_written_is_told_without_a_traceback(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "capplan", *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    said = "standard output: cannot write the answer: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, said)
