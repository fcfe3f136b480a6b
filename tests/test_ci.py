"""Recipes of docs/ci.md, the action, the hooks and this project's own CI: valid by their schemas, and run as far as can be."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.benchmarks.guard import RECORDED, Benchmark, guard
from tests.cli.test_compared import GATES, git, written

ROOT = Path(__file__).parent.parent
CI_PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
BASH = shutil.which("bash") or ""
pytestmark = pytest.mark.skipif(os.name != "posix" or not BASH, reason="scripts of a shell")

_PYTHON3 = f"""#!{BASH}
# stands for python3 where something would be installed: there is nothing to fetch, and capplan is here
if [ "$1" = -m ] && {{ [ "$2" = pip ] || [ "$2" = venv ]; }}; then exit 0; fi
if [[ "$1" = */pip ]]; then exit 0; fi
exec {sys.executable} "$@"
"""
_CAPPLAN = f'#!{BASH}\nexec {sys.executable} -m capplan "$@"\n'
_GH = f"""#!{BASH}
# stands for GitHub: keeps every call, one a line, and the body it was given
echo "$*" >> "$GH_CALLS"
for word in "$@"; do
  case "$word" in body=@*) cp "${{word#body=@}}" "$GH_CALLS.body" ;; esac
done
case "$*" in *--jq*) cat "$GH_CALLS.found" 2> /dev/null || true ;; *) exit "${{GH_CODE:-0}}" ;; esac
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A clone with a scenario on main and a dearer one in the working folder; programs that stand for the world."""
    repository, programs = tmp_path / "clone", tmp_path / "bin"
    repository.mkdir()
    programs.mkdir()
    for name, text in (("python3", _PYTHON3), ("capplan", _CAPPLAN), ("gh", _GH)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    git(repository, "init", "-q", "-b", "main")
    written(repository, gates=GATES)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "first")
    git(repository, "update-ref", "refs/remotes/origin/main", "HEAD")
    written(repository, rate=55, gates=GATES)
    return tmp_path


def shell(place: Path, script: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A script as the runner starts it: bash, stops at the first error, in the clone."""
    path = f"{place / 'bin'}:{os.environ['PATH']}"
    mine = {"PATH": path, "HOME": str(place), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **env}
    command = [BASH, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
    return subprocess.run(
        command, cwd=place / "clone", env=mine, capture_output=True, text=True, check=False, encoding="utf-8"
    )


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", CI_PAGE, re.DOTALL)


def recipe(name: str) -> dict[Any, Any]:
    text = next(block for block in blocks("yaml") if block.startswith(f"# {name}\n"))
    found: dict[Any, Any] = yaml.safe_load(text)
    return found


def with_on(workflow: dict[Any, Any]) -> dict[str, Any]:
    """A workflow whose key `on` is one: YAML 1.1 reads it as true."""
    return {("on" if key is True else key): value for key, value in workflow.items()}


def schema(name: str) -> dict[str, Any]:
    vendored = pytest.importorskip("check_jsonschema")
    folder = Path(vendored.__file__).parent / "builtin_schemas" / "vendor"
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


# --- the action ------------------------------------------------------------------------------------------------------


def step(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in ACTION["runs"]["steps"] if s["name"] == name)
    return found


def checked(place: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """The check step with the action's defaults and some inputs, and what it gave out."""
    given = {key: str(value.get("default", "")) for key, value in ACTION["inputs"].items()}
    given |= {"baseline": "", "today": "2026-11-24", **{k.replace("_", "-"): v for k, v in inputs.items()}}
    env = {
        key: given[re.findall(r"inputs\.([a-z-]+)", value)[0]] for key, value in step("Check the gates")["env"].items()
    }
    output = place / "output"
    output.unlink(missing_ok=True)
    files = {
        "RUNNER_TEMP": str(place / "temp"),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(place / "sum.md"),
    }
    done = shell(place, step("Check the gates")["run"], **env, **files)
    return done, dict(line.split("=", 1) for line in output.read_text().splitlines()) if output.exists() else {}


def test_the_action_is_one_by_githubs_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(ACTION, schema("github-actions"))


def test_no_script_of_the_action_holds_an_expression() -> None:
    for one in ACTION["runs"]["steps"]:
        assert "${{" not in one.get("run", ""), "an input would be a part of the script"


PINNED = re.compile(r"uses: ([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$")
USES = re.compile(r"^ *(?:- )?(uses: (?!\./).*)$", re.MULTILINE)


def test_every_used_action_is_a_commit_with_its_version_beside_it_and_the_same_everywhere() -> None:
    files = ["action.yml", "docs/ci.md", *(f".github/workflows/{path.name}" for path in WORKFLOWS)]
    used = {(name, line) for name in files for line in USES.findall((ROOT / name).read_text(encoding="utf-8"))}
    assert len(used) > 8
    pins: dict[str, set[tuple[str, str]]] = {}
    for name, line in sorted(used):
        match = PINNED.fullmatch(line)
        assert match, f"{name}: {line}: write the commit of a version, and the version as a comment"
        pins.setdefault("/".join(match[1].split("/")[:2]), set()).add((match[2], match[3]))
    assert {action for action, versions in pins.items() if len(versions) > 1} == set()


def test_the_action_brings_the_version_that_is_asked_for(place: Path) -> None:
    """Programs stand for those of the new environment; pip writes down what it is asked to install."""
    programs = place / "temp" / "capplan-venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(f'#!{BASH}\necho "$*" >> "$RUNNER_TEMP/pip"\n')
    (programs / "capplan").write_text(f"#!{BASH}\necho capplan 0.2.0\n")
    for program in programs.iterdir():
        program.chmod(0o755)

    def install(**env: str) -> subprocess.CompletedProcess[str]:
        given = {"ACTION_PATH": "/action", "CONSTRAINTS": "", "VERSION": "", "RUNNER_TEMP": str(place / "temp"), **env}
        return shell(place, step("Install capplan")["run"], **given)

    assert install().returncode == 0
    assert install(VERSION="0.2.0", CONSTRAINTS="c d.txt").returncode == 0
    wrong = install(VERSION="0.1.0")
    assert wrong.returncode == 2
    assert "brings capplan 0.2.0, expected 0.1.0" in wrong.stdout
    asked = (place / "temp" / "pip").read_text().splitlines()
    assert asked[:2] == ["-m pip install --quiet /action", "-m pip install --quiet --constraint c d.txt /action"]


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({}, "0"),
        ({"fail_on": "warn"}, "3"),
        ({"budget": "1"}, "3"),
        ({"baseline": "origin/main", "budget_delta": "5%"}, "3"),
        ({"baseline": "origin/main", "budget_delta": "15%"}, "0"),
        ({"scenarios": "**/scenario.yaml\n\n  *.yaml  "}, "0"),
        ({"scenarios": "none.yaml"}, "2"),
        ({"scenarios": "**/none.yaml"}, "2"),
        ({"scenarios": "$(touch owned).yaml; touch owned"}, "2"),
        ({"budget": "1; touch owned"}, "2"),
        ({"baseline": "$(touch owned)"}, "2"),
    ],
)
def test_the_action_checks_and_gives_out_the_code(inputs: dict[str, str], code: str, place: Path) -> None:
    done, out = checked(place, **inputs)
    assert done.returncode == 0, "the verdict is the last step's"
    assert out["exit-code"] == code, done.stderr
    assert not (place / "clone" / "owned").exists()
    assert sorted(p.name for p in Path(out["folder"]).iterdir()) == (
        [] if code == "2" else ["capplan.sarif", "comment.md", "junit.xml", "plan.json"]
    )
    verdict = shell(place, step("Verdict")["run"], CODE=out["exit-code"])
    assert verdict.returncode == int(code)
    if code != "2":
        assert done.stdout.splitlines()[-1].startswith("::notice file=scenario.yaml")
        assert (place / "sum.md").read_text().startswith("<!-- capplan: Test -->")


def commented(place: Path, folder: str, **env: str) -> list[str]:
    calls = place / "calls"
    calls.unlink(missing_ok=True)
    given = {"FOLDER": folder, "KEY": "capplan", "NUMBER": "7", "REPOSITORY": "a/b", "GH_TOKEN": "t", **env}
    done = shell(place, step("Comment on the pull request")["run"], GH_CALLS=str(calls), **given)
    assert done.returncode == 0, done.stderr
    return [*(calls.read_text().splitlines() if calls.exists() else []), *done.stdout.splitlines()]


def test_the_comment_is_written_once_and_then_kept_up_to_date(place: Path) -> None:
    folder = checked(place, baseline="origin/main")[1]["folder"]
    first = commented(place, folder)
    assert first[-1].startswith("api --silent -X POST repos/a/b/issues/7/comments -F body=@")
    body = (place / "calls.body").read_text()
    assert body.startswith("<!-- capplan-action: capplan -->\n<!-- capplan: Test -->\n**Test** ")
    (place / "calls.found").write_text("99\n")
    assert commented(place, folder)[-1].startswith("api --silent -X PATCH repos/a/b/issues/comments/99 -F body=@")
    denied = commented(place, folder, GH_CODE="1")
    assert denied[-1].startswith("::notice title=capplan::no comment")
    assert "takes letters" in commented(place, folder, KEY='x" or true')[-1]
    assert commented(place, str(place)) == [], "nothing was judged, nothing is said"


def test_the_pull_requests_base_is_fetched_where_the_clone_lacks_it(place: Path) -> None:
    git(place, "clone", "-q", "--bare", str(place / "clone"), "far.git")
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607
        cwd=place / "clone",
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    git(place, "init", "-q", "-b", "main", "near")
    git(place / "near", "remote", "add", "origin", f"file://{place / 'far.git'}")
    git(place / "far.git", "config", "uploadpack.allowAnySHA1InWant", "true")
    shutil.copy(place / "clone" / "scenario.yaml", place / "near" / "scenario.yaml")
    shutil.rmtree(place / "clone")
    (place / "near").rename(place / "clone")
    done, out = checked(place, baseline=head, budget_delta="5%")
    assert out["exit-code"] == "3", done.stderr


# --- the recipes -----------------------------------------------------------------------------------------------------


def test_the_workflows_are_ones_by_githubs_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for name in (".github/workflows/capplan.yml", ".github/workflows/capplan-plain.yml"):
        workflow = with_on(recipe(name))
        jsonschema.validate(workflow, schema("github-workflows"))
        assert workflow["permissions"] == {"contents": "read"}, "no right that is not needed"


def test_the_workflow_gives_the_action_what_it_takes(place: Path) -> None:
    steps = recipe(".github/workflows/capplan.yml")["jobs"]["check"]["steps"]
    given = next(s["with"] for s in steps if s["uses"].startswith("./"))
    assert given.keys() <= ACTION["inputs"].keys()
    done, out = checked(place, baseline="origin/main", **{k.replace("-", "_"): v for k, v in given.items()})
    assert out["exit-code"] == "0", done.stderr


def test_nothing_is_promised_that_is_not_published() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for text in (readme, CI_PAGE):
        assert not re.search(r"pip install[^\n]* capplan\b", text), "capplan is not on PyPI"
        assert not re.search(r"capplan@v|rev: v", text), "there is no tag"


def test_the_plain_workflow_runs(place: Path) -> None:
    steps = recipe(".github/workflows/capplan-plain.yml")["jobs"]["check"]["steps"]
    for one in steps:
        if "run" in one:
            done = shell(place, one["run"], GITHUB_BASE_REF="main")
            assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("::notice file=scenario.yaml")


def test_the_gitlab_job_runs_and_leaves_its_artifacts(place: Path) -> None:
    jobs = recipe(".gitlab-ci.yml")
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(jobs, schema("gitlab-ci"))
    job = jobs["capplan"]
    script = "\n".join([*job["before_script"], *job["script"]])
    done = shell(place, script, CI_MERGE_REQUEST_DIFF_BASE_SHA="origin/main")
    assert done.returncode == 0, done.stderr
    clone = place / "clone"
    artifacts = [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
    assert all((clone / name).is_file() for name in artifacts)
    broken = shell(
        place, script.replace("scenario.yaml", "scenario.yaml --budget 1"), CI_MERGE_REQUEST_DIFF_BASE_SHA="HEAD"
    )
    assert broken.returncode == 3
    assert 'failures="1"' in (clone / "capplan.xml").read_text()


def test_the_shells_recipe_runs(place: Path) -> None:
    before, after = next(block for block in blocks("sh") if "base.json" in block).split("# … the change …\n")
    assert shell(place, before).returncode == 0
    written(place / "clone", rate=50, gates=GATES)
    done = shell(place, after)
    assert done.returncode == 0, done.stderr
    assert "traffic.shoppers.rate" in done.stdout
    written(place / "clone", rate=100, gates=GATES)
    assert shell(place, after.split("capplan check", 1)[1].join(["capplan check", ""])).returncode == 3


def test_the_gates_of_the_page_are_understood() -> None:
    from capplan.language.gate_syntax import read_gate

    listed = next(yaml.safe_load(block)["gates"] for block in blocks("yaml") if block.startswith("gates:"))
    texts = [g if isinstance(g, str) else g.get("warn") or g["deny"] for g in listed]
    assert len(texts) == 6
    assert all(read_gate(text) for text in texts)
    assert read_gate("`cost.tag.team=check out` < 500 USD")


# --- before a commit -------------------------------------------------------------------------------------------------


def test_the_hook_is_one_by_pre_commits_own_reader(tmp_path: Path) -> None:
    reader = pytest.importorskip("pre_commit.clientlib")
    manifest = reader.load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    page = tmp_path / "config.yaml"
    page.write_text(next(block for block in blocks("yaml") if block.startswith("# .pre-commit-config.yaml")))
    asked = [hook["id"] for repo in reader.load_config(str(page))["repos"] for hook in repo["hooks"]]
    assert set(asked) <= {hook["id"] for hook in manifest}


def test_the_hook_runs_as_pre_commit_would_run_it(place: Path) -> None:
    hook = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]
    arguments = recipe(".pre-commit-config.yaml")["repos"][0]["hooks"][0]["args"]
    assert re.search(hook["files"], "shop/scenario.yaml")
    assert re.search(hook["files"], "scenario.yml")
    assert not re.search(hook["files"], "shop/other-scenario.yaml")
    good = shell(place, f"{hook['entry']} {' '.join(arguments)} scenario.yaml")
    assert good.returncode == 0, good.stderr
    assert shell(place, f"{hook['entry']} --budget 1 scenario.yaml").returncode == 3


def test_scripts_of_this_file_are_programs(place: Path) -> None:
    for name in ("python3", "capplan", "gh"):
        assert (place / "bin" / name).stat().st_mode & stat.S_IXUSR


# --- this project's own ----------------------------------------------------------------------------------------------

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CI: dict[str, Any] = with_on(yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")))


RELEASE: dict[str, Any] = with_on(yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")))


def test_the_workflows_of_this_project_are_ones_by_githubs_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for workflow in (CI, RELEASE):
        jsonschema.validate(workflow, schema("github-workflows"))
    jsonschema.validate(yaml.safe_load((ROOT / ".github/dependabot.yml").read_text()), schema("dependabot"))
    assert CI["permissions"] == {"contents": "read"}
    assert all(job.get("timeout-minutes") for job in (*CI["jobs"].values(), *list(RELEASE["jobs"].values())[1:]))


def test_a_linter_of_workflows_finds_nothing() -> None:
    pytest.importorskip("pip_audit", reason="the extra release has both")
    program = str(Path(sys.executable).with_name("zizmor"))
    line = [program, "--offline", "--no-progress", "--min-severity", "medium", ".github", "action.yml"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_release_is_tested_built_once_and_signed_and_no_job_may_do_more_than_it_does() -> None:
    jobs = RELEASE["jobs"]
    assert RELEASE["permissions"] == {}
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "ci": {"contents": "read"},
        "build": {"contents": "read"},
        "attest": {"contents": "read", "id-token": "write", "attestations": "write"},
        "pypi": {"id-token": "write"},
        "github": {"contents": "write"},
    }
    order = [jobs[name].get("needs") for name in ("ci", "build", "attest", "pypi", "github")]
    assert order == [None, "ci", "build", "attest", "pypi"]
    assert jobs["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert "workflow_call" in CI["on"]
    built = [name for name, job in jobs.items() if "poe build" in str(job)]
    checked_out = [name for name, job in jobs.items() if "actions/checkout@" in str(job)]
    assert built == checked_out == ["build"], (
        "what is signed and published is what was built, and no other job runs our code"
    )
    assert "secrets." not in str(RELEASE)


def test_each_supported_python_runs_readmes_second_command() -> None:
    pythons = CI["jobs"]["tests"]["strategy"]["matrix"]["python"]
    assert PROJECT["project"]["requires-python"] == f">={pythons[0]}"
    second = re.findall(r"```sh\n(.*?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    assert CI["jobs"]["tests"]["steps"][-1]["run"] == second


def test_the_lowest_versions_are_those_declared(tmp_path: Path) -> None:
    script = next(one["run"] for one in CI["jobs"]["lowest"]["steps"] if one.get("name") == "Install")
    line = next(line for line in script.splitlines() if "lowest()" in line)
    env = {**os.environ, "RUNNER_TEMP": str(tmp_path)}
    subprocess.run([BASH, "-euc", line.replace(".venv/bin/python", sys.executable)], cwd=ROOT, env=env, check=True)
    lines = (tmp_path / "lowest.txt").read_text().splitlines()
    assert len(lines) == len(PROJECT["project"]["dependencies"])
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", one) for one in lines)


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.name
)
def test_a_template_for_issues_is_one_by_githubs_schema(path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    kind = "github-issue-config" if path.name == "config.yml" else "github-issue-forms"
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), schema(kind))


def test_hooks_docs_and_ci_name_tasks_that_exist() -> None:
    files = (".ci/run", ".pre-commit-config.yaml", "docs/ci.md", "docs/contributing.md", ".github/workflows/ci.yml")
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in files]
    named = {name for text in texts for name in re.findall(r"(?:`|bin/)poe ([a-z]+)", text)}
    assert named
    assert named <= PROJECT["tool"]["poe"]["tasks"].keys()


def test_the_hooks_of_this_project_are_ones_by_pre_commits_own_reader() -> None:
    reader = pytest.importorskip("pre_commit.clientlib")
    (repo,) = reader.load_config(str(ROOT / ".pre-commit-config.yaml"))["repos"]
    assert [hook["id"] for hook in repo["hooks"]] == ["lint", "types"]


def test_a_ratio_that_doubles_fails_and_is_measured_again_before(capsys: pytest.CaptureFixture[str]) -> None:
    def benchmark(*ratios: float) -> Benchmark:
        rest = iter(ratios)
        return lambda: [("P", next(rest), 1.0)]

    assert guard({"P": 1.0}, [benchmark(1.9)]) == []
    assert guard({"P": 1.0}, [benchmark(5.0, 1.1)]) == [], "a busy moment"
    assert guard({"P": 1.0}, [benchmark(5.0, 2.1)]) == ["P: 2.10 is more than twice the recorded ratio"]
    assert guard({}, [benchmark(0.1, 0.1)]), "what is not recorded is not guarded"
    assert guard({"P": 1.0, "Q": 1.0}, [benchmark(1.0)]) == ["Q is recorded and was not measured"]
    assert "recorded     1.00" in capsys.readouterr().out


def test_every_recorded_ratio_is_a_number_and_has_its_day() -> None:
    record = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", record["measured"])
    assert all(ratio > 0 for ratio in record["ratios"].values())
