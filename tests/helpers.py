"""A scenario from text, for tests."""

from pathlib import Path

from capplan.language.load import load
from capplan.language.scenario import Scenario

SCENARIOS = Path(__file__).parent.parent / "scenarios"
WEB_SHOP = str(SCENARIOS / "web-shop" / "scenario.yaml")
HEAD = "capplan: 1\nname: Test\nregion: us-east-1\n"


def scenario(body: str, folder: Path, head: str = HEAD) -> Scenario:
    """Write a scenario's text into a folder and load it."""
    path = folder / "scenario.yaml"
    path.write_text(head + body, encoding="utf-8")
    return load(str(path))
