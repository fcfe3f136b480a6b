"""A service is files in a folder of its own, one line in the list, and its prices: everything else follows."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[3]
PRICES = {
    "service": "parcels",
    "region": "us-east-1",
    "location": "US East (N. Virginia)",
    "sources": {"page": {"origin": "a page that does not exist"}},
    "prices": {
        "parcel": [
            {
                "free": "0",
                "tiers": [{"begin": "0", "price": "0.000002"}],
                "unit": "Parcels",
                "effective": "2026-11-01",
                "checked": "2026-11-30",
                "confidence": "verified",
                "source": "page",
                "sku": "MADEUP",
            }
        ]
    },
}
SCENARIO = """\
capplan: 1
name: Parcels
region: us-east-1
traffic:
  shoppers: {rate: 100/s}
functions:
  pack: {triggers: shoppers, duration: 20 ms, calls: [{send: outbox, times: 4}]}
  ship: {triggers: [{parcel_queue: outbox, batch: 10, window: 1 s}], duration: 50 ms}
parcel_queues:
  outbox: {retention: 2 d}
gates:
  - cost.parcels < 5000 USD
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package in which the service is one folder, one line and one price file more."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "capplan", home / "capplan", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(Path(__file__).parent / "parcels", home / "capplan" / "services" / "parcels")
    listed = home / "capplan" / "services" / "__init__.py"
    text = listed.read_text(encoding="utf-8")
    longer, count = re.subn(r"^(FOLDERS = \([^)]*)\)$", r'\1    "parcels",\n)', text, flags=re.MULTILINE)
    assert count == 1
    listed.write_text(longer, encoding="utf-8")
    (home / "capplan" / "prices" / "us-east-1" / "parcels.json").write_text(json.dumps(PRICES), encoding="utf-8")
    (home / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    return home


def run(home: Path, *arguments: str, code: int = 0) -> str:
    """What capplan prints there, errors included."""
    return run_python(home, "-m", "capplan", *arguments, code=code)


def run_python(home: Path, *arguments: str, code: int = 0) -> str:
    environment = {**os.environ, "PYTHONPATH": str(home), "COLUMNS": "100"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def test_it_receives_work_from_a_function_and_hands_work_to_one(home: Path) -> None:
    plan = json.loads(run(home, "estimate", "scenario.yaml", "-f", "json"))
    lines = {line["id"]: line for line in plan["line_items"]}
    parcels = 100 * 4 * 2_628_000
    assert Decimal(lines["outbox.parcels"]["consumed_quantity"]) == parcels
    assert Decimal(lines["outbox.parcels"]["list_cost"]) == parcels * Decimal("0.000002")
    assert Decimal(plan["cost_by_service"]["parcels"]) == parcels * Decimal("0.000002")
    usage = {resource["name"]: resource["usage"] for resource in plan["resources"]}
    assert Decimal(usage["ship"]["requests"]) == parcels / 10, "400 a second fill batches of 10 within a second"


def test_its_quota_is_held_against_the_whole_account(home: Path) -> None:
    plan = json.loads(run(home, "estimate", "scenario.yaml", "-f", "json"))
    limit = next(limit for limit in plan["limits"] if limit["limit"] == "parcels.messages")
    assert (limit["load"], limit["quota"], limit["unit"], limit["breached"]) == ("400", "300", "messages/s", True)
    raised = SCENARIO + "account: {quotas: {parcels.messages: 500}}\n"
    (home / "raised.yaml").write_text(raised, encoding="utf-8")
    plan = json.loads(run(home, "estimate", "raised.yaml", "-f", "json"))
    limit = next(limit for limit in plan["limits"] if limit["limit"] == "parcels.messages")
    assert (limit["quota"], limit["breached"]) == ("500", False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("schema",), ("parcel_queues", "send", "parcels.messages", "The account sends 300 messages/s at most")),
        (("prices", "list", "us-east-1"), ("parcels.parcel",)),
        (("prices", "show", "parcels.parcel", "us-east-1"), ("Parcels", "MADEUP")),
        (("gates", "scenario.yaml", "outbox"), ("outbox.cost",)),
        (("explain", "scenario.yaml", "outbox.parcels"), ("1,051,200,000", "send", "pack")),
        (("check", "scenario.yaml"), ("cost.parcels",)),
        (("estimate", "scenario.yaml"), ("Parcels", "outbox")),
    ],
    ids=lambda value: value[0] if isinstance(value[0], str) else "",
)
def test_every_command_knows_it(home: Path, arguments: Sequence[str], words: Sequence[str]) -> None:
    text = run(home, *arguments)
    assert [word for word in words if word not in text] == []


def test_the_editors_schema_takes_the_scenario(home: Path) -> None:
    schema = json.loads(run(home, "schema"))
    validator = jsonschema.Draft202012Validator(schema)
    assert not list(validator.iter_errors(yaml.safe_load(SCENARIO)))
    assert list(validator.iter_errors(yaml.safe_load(SCENARIO.replace("parcel_queue: outbox", "parcel_queu: outbox"))))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("parcel_queues:", "parcel_queue:", "did you mean 'parcel_queues'?"),
        ("send: outbox", "send: outbux", "there is no parcel queue 'outbux'"),
        ("send: outbox", "sent: outbox", "did you mean 'send'?"),
        ("parcel_queue: outbox", "parcel_queue: inbox", "there is no parcel queue 'inbox'"),
        ("{parcel_queue: outbox", "{parcel_queu: outbox", "did you mean 'parcel_queue'?"),
        ("{parcel_queue: outbox", "{parcel_queue: outbox, stream: outbox", "a trigger reads one resource"),
        ("retention", "retentoin", "did you mean 'retention'?"),
        ("outbox: {retention: 2 d}", "outbox: 5", "expected keys and values under 'outbox'"),
        ("  outbox: {retention: 2 d}", "  - outbox", "such as outbox: {retention: 4 d}"),
    ],
)
def test_what_is_misspelled_of_it_is_told(home: Path, old: str, new: str, said: str) -> None:
    assert old in SCENARIO
    (home / "wrong.yaml").write_text(SCENARIO.replace(old, new, 1), encoding="utf-8")
    assert said in run(home, "validate", "wrong.yaml", code=2)


def test_the_tables_of_the_docs_have_it(home: Path) -> None:
    script = f"import sys; sys.path.append({str(ROOT)!r}); from tests.make_docs import keys_page; print(keys_page())"
    page = run_python(home, "-c", script)
    assert "### `parcel_queues`" in page
    assert "How long a parcel is kept (4 d)." in page
