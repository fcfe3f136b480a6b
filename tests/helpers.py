"""A scenario from text, for tests."""

from pathlib import Path

from capplan.scenario.load import load
from capplan.scenario.records import Scenario

WEB_SHOP = str(Path(__file__).parent.parent / "scenarios" / "web-shop" / "scenario.yaml")
HEAD = "capplan: 1\nname: Test\nregion: us-east-1\n"


def scenario(body: str, folder: Path, head: str = HEAD) -> Scenario:
    """Write a scenario's text into a folder and load it."""
    path = folder / "scenario.yaml"
    path.write_text(head + body, encoding="utf-8")
    return load(str(path))
