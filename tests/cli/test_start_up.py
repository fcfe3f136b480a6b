"""What a run loads: the smallest scenario needs one service, no series, no other command and no library for those."""

import re
import subprocess
import sys

import pytest

from tests.helpers import SCENARIOS

LIBRARIES = (
    "asyncio",
    "duckdb",
    "email",
    "http",
    "importlib.metadata",
    "jsonschema",
    "mcp",
    "numpy",
    "plotly",
    "sqlglot",
)
"""Packages of which nothing is loaded; each takes between 5 and 100 ms."""
COMMANDS = (
    "capplan.importing",
    "capplan.commands.compare",
    "capplan.commands.drivers",
    "capplan.commands.forecast.months_ahead",
    "capplan.commands.optimize",
    "capplan.commands.profile",
    "capplan.commands.ranges",
    "capplan.commands.reconcile",
    "capplan.commands.simulate",
    "capplan.commands.workflow",
)
ERRORS = ("capplan.gates.suggested_fixes", "capplan.reading.wording")
"""Modules that speak only where something is wrong."""
RICH = ("rich.live", "rich.markdown", "rich.progress", "rich.syntax", "rich.traceback", "pygments")
"""Parts of rich that no table needs."""
ALWAYS = re.compile(r"capplan\.services(\.\w+(\.(manifest|quotas))?)?$")
"""Of a service that the scenario does not use: its page of sections and its limits."""
USED = ("capplan.services.dynamodb.", "capplan.services.cloudwatch.alarms")
"""The table, and what it would imply if it were auto scaled, as is recommended."""


@pytest.fixture(scope="module")
def loaded() -> frozenset[str]:
    """The modules that `estimate` of the smallest scenario leaves behind."""
    code = (
        "import sys\nfrom capplan.cli import answered\n"
        "assert answered(['estimate', 'scenarios/orders/scenario.yaml']) == 0\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=SCENARIOS.parent, capture_output=True, text=True, check=True
    )
    assert "49.54" in done.stdout
    return frozenset(done.stderr.split())


@pytest.mark.parametrize("name", [*LIBRARIES, *COMMANDS, *ERRORS, *RICH])
def test_the_smallest_estimate_does_not_load(name: str, loaded: frozenset[str]) -> None:
    assert [module for module in loaded if f"{module}.".startswith(f"{name}.")] == []


def test_of_services_it_does_not_use_only_the_manifest_is_loaded(loaded: frozenset[str]) -> None:
    services = {module for module in loaded if module.startswith("capplan.services.")}
    assert [module for module in services if not module.startswith(USED) and not ALWAYS.match(module)] == []
    assert "capplan.services.dynamodb.table" in services
