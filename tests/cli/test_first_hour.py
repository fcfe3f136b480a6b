"""The commands of the first hour: init, validate, schema, explain, prices, completion."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.test_cli import SMALL, run
from tests.helpers import SCENARIOS, WEB_SHOP

COMMANDS = ("estimate", "check", "compare-modes", "simulate", "explain", "init", "validate", "schema", "prices list")


@pytest.mark.parametrize("command", [*COMMANDS, "prices show", "completion"])
def test_every_command_has_an_example_in_its_help(command: str) -> None:
    done = run(*command.split(), "--help")
    assert done.returncode == 0
    assert f"Example: capplan {command}" in " ".join(done.stdout.split())
    assert len(done.stdout.splitlines()) <= 40


def test_a_starter_estimates_at_once_and_is_never_overwritten(tmp_path: Path) -> None:
    assert run("init", str(tmp_path)).returncode == 0
    path = tmp_path / "scenario.yaml"
    first = path.read_text()
    assert run("check", str(path)).returncode == 0
    path.write_text("mine")
    done = run("init", str(tmp_path))
    assert (done.returncode, path.read_text()) == (2, "mine")
    assert "nothing written" in done.stderr
    assert run("init", str(tmp_path), "--force").returncode == 0
    assert path.read_text() == first


@pytest.mark.parametrize("name", sorted(p.parent.name for p in SCENARIOS.glob("*/scenario.yaml")))
def test_every_shipped_scenario_is_a_template(name: str, tmp_path: Path) -> None:
    assert run("init", str(tmp_path / "new"), "--template", name).returncode == 0
    assert run("validate", str(tmp_path / "new" / "scenario.yaml")).returncode == 0


def test_an_unknown_template_names_the_near_one(tmp_path: Path) -> None:
    done = run("init", str(tmp_path), "-t", "webshop")
    assert done.returncode == 2
    assert "did you mean 'web-shop'?" in done.stderr
    assert not list(tmp_path.iterdir())


def test_validate_says_what_stands_in_a_file_and_2_for_a_wrong_one() -> None:
    done = run("validate", WEB_SHOP)
    assert done.returncode == 0
    assert "✔ valid" in done.stdout
    assert "3 tables, 5 functions, 1 state machine, 1 job, 1 api, 5 gates" in " ".join(done.stdout.split())
    assert json.loads(run("validate", WEB_SHOP, "-f", "json").stdout)["schema"] == "capplan.valid/1"
    wrong = run("validate", "-", text=SMALL + "gates: [orders.throtled < 1%]\n")
    assert wrong.returncode == 2
    assert "did you mean 'orders.throttled'?" in wrong.stderr


@pytest.mark.parametrize("what", ["plan", "modes", "errors"])
def test_answers_follow_their_schemas(what: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(run("schema", "--for", what).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    asked = {
        "plan": ("check", WEB_SHOP),
        "modes": ("compare-modes", WEB_SHOP),
        "errors": ("estimate", "nowhere.yaml"),
    }[what]
    answer = json.loads(run(*asked, "-f", "json").stdout)
    jsonschema.Draft202012Validator(schema).validate(answer)
    del answer["schema"]
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(answer))


def test_explain_shows_the_working_whose_parts_add_up() -> None:
    record = json.loads(run("explain", WEB_SHOP, "orders.writes", "-f", "json").stdout)
    assert record["schema"] == "capplan.explain/1"
    parts = [Decimal(cause["quantity"]) for cause in record["causes"]]
    assert abs(sum(parts) + Decimal(record["together"]) - Decimal(record["quantity"])) < Decimal("0.000000001")
    put = record["causes"][0]
    assert put["cause"] == "functions.place-order"
    assert Decimal(put["quantity"]) == 4 * Decimal(put["monthly"]), "2 KB in started KB, twice in a transaction"
    line = record["line_items"][0]
    exact = Decimal(line["pricing_quantity"]) * Decimal(line["list_unit_price"])
    assert abs(exact - Decimal(line["list_cost"])) <= Decimal("0.00000000005")


def test_every_line_of_the_web_shop_can_be_explained() -> None:
    from capplan.commands.explain import explain, line_items
    from capplan.language.load import load
    from capplan.report.formats.terminal import terminal_text
    from capplan.report.style import Style
    from capplan.report.views.explain import explained_document

    scenario = load(WEB_SHOP)
    for line in line_items(scenario):
        found = explain(scenario, line.id)
        assert found.together >= 0, line.id
        text = terminal_text(explained_document(found), Style(80))
        assert all(len(row) <= 80 for row in text.splitlines()), text
        assert f"{line.list_cost:f}" in text


def test_explain_without_a_line_names_all_and_a_wrong_one_the_near_one() -> None:
    assert "orders.writes " in run("explain", WEB_SHOP).stdout
    done = run("explain", WEB_SHOP, "order.writes")
    assert done.returncode == 2
    assert "did you mean 'orders.writes'?" in done.stderr
    assert "its line items are orders." in run("explain", WEB_SHOP, "orders").stderr


def test_every_rule_can_be_explained_by_its_id_and_its_last_word() -> None:
    rules = json.loads(run("explain", "rules", "-f", "json").stdout)["rules"]
    assert rules
    one = rules[0]
    assert one["looks_at"].split()[0] in run("explain", one["id"]).stdout
    assert one["title"] in run("explain", one["id"].partition(".")[2]).stdout
    assert run("explain", "no-such-rule").returncode == 2


def test_prices_by_region_by_key_and_one_whole() -> None:
    assert "ap-northeast-2" in run("prices", "list").stdout
    listed = run("prices", "list", "ap-northeast-2").stdout
    assert all(len(line) <= 100 for line in listed.splitlines())
    record = json.loads(run("prices", "show", "lambda.duration.arm64", "us-east-1", "-f", "json").stdout)["prices"][0]
    assert record["tiers"][0]["price"] == "0.0000133334"
    assert record["checked"]
    assert record["source"]
    everywhere = run("prices", "show", "lambda.duration.arm64").stdout
    assert "us-east-1 " in everywhere
    assert "eu-west-1 " in everywhere
    for wrong in (["list", "us-esat-1"], ["show", "lambda.duration.arm46"], ["show", "lambda.duration.arm64", "mars"]):
        assert run("prices", *wrong).returncode == 2


def test_set_answers_for_another_value_and_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(SMALL)

    def cost(*settings: str) -> Decimal:
        words = [word for one in settings for word in ("--set", one)]
        return Decimal(json.loads(run("estimate", str(path), "-f", "json", *words).stdout)["monthly_cost"])

    once = cost()
    assert cost("tables.orders.access.0.put=40/s") > Decimal("1.9") * once
    assert cost("region=ap-northeast-2") > once
    assert cost("tables.orders.items=2k", "tables.orders.item_size=2 KB") > once
    assert path.read_text() == SMALL
    assert run("check", str(path), "--set", "gates=[cost.monthly < 1 USD]").returncode == 3
    for wrong in ("region", "=1", "region={", "tables.order.item_size=1 KB", "tables.orders.access.9.put=1/s"):
        done = run("estimate", str(path), "--set", wrong)
        assert done.returncode == 2, wrong
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("tables.orders.item_size=2 kb", "'2 kb' is not understood\n        units are case-sensitive: 2 KB"),
        ("tables.orders.item_size=2048", "2048 has no unit"),
        ("tables.orders.itemsize=2 KB", "unknown key 'itemsize'\n        did you mean 'item_size'?"),
        ("tables.orders.items.likely=5", "a range has low, likely and high, and nothing else"),
        ("region=us-esat-1", "there are no prices for Region 'us-esat-1'\n        did you mean 'us-east-1'?"),
        ("budget=50", "unknown key 'budget'\n        write gates: [cost.monthly <= 50 USD]"),
        ("tables.orders.access.0.put=fast", "there is no traffic 'fast'"),
        ("account.quotas.lambda.concurency=5", "there is no quota 'lambda.concurency'\n        did you mean"),
    ],
)
def test_an_error_in_a_set_value_names_the_option_and_quotes_the_value(tmp_path: Path, setting: str, said: str) -> None:
    """None of these values is in the file: an error that quoted a line of it would quote what is right."""
    path = tmp_path / "s.yaml"
    path.write_text(SMALL)
    done = run("estimate", str(path), "--set", setting)
    assert done.returncode == 2
    assert done.stderr.startswith(f"--set {setting.partition('=')[0][:14]}")
    assert f": error: {said}" in done.stderr
    assert "s.yaml" not in done.stderr


def test_what_a_set_value_breaks_elsewhere_is_shown_there_and_says_with_what(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(SMALL + "functions:\n  f: {duration: 1 ms, calls: [{get: orders}]}\n")
    done = run("estimate", str(path), "--set", "tables.orders=null")
    assert "s.yaml:7:37: error: there is no table 'orders' (with --set tables.orders)" in done.stderr


def test_a_quota_is_set_by_its_name_with_dots(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(SMALL + "traffic: {t: {rate: 100/s}}\nfunctions:\n  f: {duration: 1 s, triggers: t}\n")
    settings = ("--set", "account.quotas.lambda.concurrency=200", "--set", "account.quotas.lambda.request_rate=5k")
    answer = json.loads(run("estimate", str(path), "-f", "json", *settings).stdout)
    quotas = {limit["limit"]: limit["quota"] for limit in answer["limits"]}
    assert quotas["lambda.concurrency"] == "200"
    assert quotas["lambda.request_rate"] == "5000"
