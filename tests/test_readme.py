"""README says what is so."""

import re
from pathlib import Path

import capplan
from capplan.language.load import load
from tests.helpers import WEB_SHOP

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_scenarios_in_readme_are_the_shipped_ones() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert Path(WEB_SHOP).read_text(encoding="utf-8") in blocks
    assert (Path(WEB_SHOP).parent.parent / "orders" / "scenario.yaml").read_text(encoding="utf-8") in blocks


def test_the_first_two_commands_are_one_line_each() -> None:
    commands = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)[:2]
    assert all("\n" not in command for command in commands)


def test_the_python_example_runs() -> None:
    plan = capplan.plan(load(WEB_SHOP))
    assert plan.cost_by_service["dynamodb"] > 0
