"""Plans and states of Terraform: modules, counts, references through variables and outputs, values known only after apply."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from capplan.commands.import_files import draft_of
from capplan.errors import CapplanError
from capplan.importing.draft import Draft
from capplan.importing.terraform.plan import matches, plan_of
from capplan.importing.terraform.read import is_free
from capplan.importing.value import Value
from capplan.language.load import load
from capplan.reading.foreign_json import read_foreign_json
from capplan.services import SECTIONS
from tests.importing.drafts import FILES, entry, imported, text_of, write

PLAN = FILES / "shop.tfplan.json"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    return draft_of([str(PLAN)], folder=tmp_path_factory.mktemp("shop"))


def test_each_instance_is_an_entry_named_as_in_aws(shop: Draft) -> None:
    names = {(one.section, one.name) for one in shop.entries}
    assert {
        ("tables", "shop-orders"),
        ("tables", "shop-stock"),
        ("functions", "worker-0"),
        ("functions", "worker-1"),
    } <= names
    assert shop.region == "eu-west-1", "the default of the variable that the provider's Region is"


def test_provenance_is_the_line_and_the_address(shop: Draft) -> None:
    (origin,) = entry(shop, "shop-orders").origins
    line = next(n for n, text in enumerate(PLAN.read_text().splitlines(), 1) if '.aws_dynamodb_table.this"' in text)
    assert origin.address == 'module.tables["orders"].aws_dynamodb_table.this'
    assert origin.line in (line, line - 1)


def test_a_table_with_its_index_stream_and_ttl(shop: Draft) -> None:
    found = entry(shop, "shop-orders").values
    assert found["indexes"] == {"by-status": {"partition_key": "status", "sort_key": "created", "project": ["total"]}}
    assert (found["capacity"], found["stream"], found["ttl"]) == ("on-demand", "new-and-old-images", "expires")
    assert found["point_in_time_recovery"] is True or "point_in_time_recovery" in found


def test_auto_scaling_of_a_module_is_of_the_instance_in_that_module(shop: Draft) -> None:
    capacity = entry(shop, "shop-stock").values["capacity"]
    assert capacity == {
        "mode": "provisioned",
        "write": Decimal(10),
        "read": {"min": Decimal(20), "max": Decimal(100), "target": "65%"},
    }


def test_a_reference_with_an_index_is_to_that_instance(shop: Draft) -> None:
    triggers: Any = entry(shop, "worker-0").values["triggers"]
    assert triggers[0]["stream"] == "shop-orders", "the output stream_arn of module.tables[orders]"
    assert (triggers[0]["batch"], triggers[0]["window"], triggers[0]["retries"]) == (100, "5 s", 3)
    assert "triggers" not in entry(shop, "worker-1").values


def test_a_policy_document_read_only_at_apply_still_says_what_is_called(shop: Draft) -> None:
    calls = entry(shop, "place-order").values["calls"]
    assert {"put": "shop-orders"} in calls  # type: ignore[operator]
    assert {"query": "shop-orders"} in calls  # type: ignore[operator]
    assert not any("shop-stock" in call.values() for call in calls)  # type: ignore[attr-defined]
    assert entry(shop, "place-order").confirm


def test_provisioned_concurrency_and_a_triggers_schedule_go_to_what_they_are_of(shop: Draft) -> None:
    assert entry(shop, "place-order").values["provisioned_concurrency"] == 5
    assert entry(shop, "settlement").values["schedule"] == "cron(0 4 * * ? *)"
    assert entry(shop, "settlement").values["auto_scaling"] is True


def test_a_machine_whose_definition_is_known_only_after_apply_is_told(shop: Draft) -> None:
    assert all(one.name != "fulfil" for one in shop.entries)
    (why,) = [row.why for row in shop.unused if row.what == "state_machines.fulfil"]
    assert why == (
        "no file given says its definition: known only after apply: name its file too, or import `terraform show -json` of the state"
    )


def test_a_definition_beside_the_plan_is_of_the_machine_of_its_name(tmp_path: Path) -> None:
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    path = write(tmp_path, "fulfil.asl.json", definition)
    draft = draft_of([str(PLAN), path], folder=tmp_path)
    found = entry(draft, "fulfil").values
    assert found == {"type": "standard", "definition": "fulfil.asl.json", "triggers": ["fulfil-nightly"]}
    assert entry(draft, "fulfil-nightly").values == {"schedule": "cron(0 3 * * ? *)"}
    assert {"start": "fulfil"} in entry(draft, "place-order").values["calls"]  # type: ignore[operator]
    assert all(one.name != "fulfil-executions" for one in draft.entries), "the plan says what starts it"


def test_what_is_not_used_is_listed_by_its_type(shop: Draft) -> None:
    assert ("aws_instance", "seen and not used yet") in {(row.what, row.why) for row in shop.unused}
    assert not any("appautoscaling" in row.what for row in shop.unused), "they are the capacity of a table"


@pytest.mark.parametrize(
    ("type_", "free"),
    [
        ("aws_vpc", True),
        ("aws_vpc_endpoint", False),
        ("aws_route", True),
        ("aws_route53_record", False),
        ("aws_iam_role", True),
        ("aws_nat_gateway", False),
    ],
)
def test_only_what_is_billed_by_nothing_is_called_free(type_: str, *, free: bool) -> None:
    assert is_free(type_) == free


# --- small plans ---


def _resource(address: str, values: dict[str, object]) -> dict[str, object]:
    type_, name = address.split(".")[-2:]
    return {"address": address, "mode": "managed", "type": type_, "name": name, "values": values}


def _plan(*resources: dict[str, object], **more: object) -> dict[str, object]:
    return {"format_version": "1.2", "planned_values": {"root_module": {"resources": list(resources)}}, **more}


def _refs(**expressions: Any) -> Any:  # noqa: ANN401  plain data
    return expressions


_TABLE: dict[str, object] = {"name": "t", "hash_key": "id", "attribute": [{"name": "id", "type": "N"}]}


@pytest.mark.parametrize(
    ("values", "capacity", "working"),
    [
        ({"billing_mode": "PAY_PER_REQUEST"}, "on-demand", "as written"),
        (
            {"read_capacity": 3, "write_capacity": "2"},
            {"mode": "provisioned", "write": 2, "read": 3},
            "omitted: provisioned",
        ),
    ],
)
def test_a_billing_mode_that_is_omitted_is_provisioned(
    values: dict[str, object], capacity: object, working: str, tmp_path: Path
) -> None:
    found = entry(imported(tmp_path, _plan(_resource("aws_dynamodb_table.t", {**_TABLE, **values}))), "t").values
    assert found["capacity"] == capacity, working
    assert found["partition_key"] == {"name": "id", "type": "number"}


def test_a_literal_name_finds_its_table_only_where_one_has_it(tmp_path: Path) -> None:
    target = {
        "resource_id": "table/t",
        "scalable_dimension": "dynamodb:table:ReadCapacityUnits",
        "min_capacity": 4,
        "max_capacity": 8,
    }
    provisioned = {**_TABLE, "read_capacity": 3, "write_capacity": 2}
    one = imported(
        tmp_path,
        _plan(_resource("aws_dynamodb_table.a", provisioned), _resource("aws_appautoscaling_target.r", target)),
    )
    assert entry(one, "t").values["capacity"]["read"] == {"min": 4, "max": 8}  # type: ignore[index]
    several = _plan(
        _resource("aws_dynamodb_table.a", provisioned),
        _resource("aws_dynamodb_table.b", provisioned),
        _resource("aws_appautoscaling_target.r", target),
    )
    assert [row.why for row in imported(tmp_path, several).unused] == [
        "what it scales is not in the plan, or several resources have its name"
    ]


def test_a_state_is_wired_by_its_arns(tmp_path: Path) -> None:
    arn = "arn:aws:dynamodb:eu-central-1:111122223333:table/t/stream/2026-01-01T00:00:00.000"
    function = "arn:aws:lambda:eu-central-1:111122223333:function:f"
    resources = [
        _resource(
            "aws_dynamodb_table.t",
            {
                **_TABLE,
                "billing_mode": "PAY_PER_REQUEST",
                "stream_enabled": True,
                "stream_view_type": "KEYS_ONLY",
                "stream_arn": arn,
                "arn": arn.partition("/stream")[0],
            },
        ),
        _resource("aws_lambda_function.f", {"function_name": "f", "memory_size": 128, "timeout": 3, "arn": function}),
        _resource(
            "aws_lambda_event_source_mapping.m", {"event_source_arn": arn, "function_name": function, "batch_size": 10}
        ),
    ]
    state = {"format_version": "1.0", "terraform_version": "1.9.8", "values": {"root_module": {"resources": resources}}}
    draft = imported(tmp_path, state)
    assert entry(draft, "f").values["triggers"] == [{"stream": "t", "batch": Decimal(10)}]
    assert draft.region == "eu-central-1"


@pytest.mark.parametrize(
    "keys",
    [
        {"hash_key": "status", "range_key": "at"},
        {
            "key_schema": [
                {"attribute_name": "status", "key_type": "HASH"},
                {"attribute_name": "at", "key_type": "RANGE"},
            ]
        },
    ],
    ids=["arguments", "blocks, as newer providers have them"],
)
def test_an_index_has_keys_and_capacity_of_its_own_that_is_scaled(keys: dict[str, object], tmp_path: Path) -> None:
    index = {"name": "by-status", "projection_type": "KEYS_ONLY", "read_capacity": 5, "write_capacity": 6, **keys}
    table = {**_TABLE, "read_capacity": 3, "write_capacity": 2, "global_secondary_index": [index]}
    target = {"scalable_dimension": "dynamodb:index:WriteCapacityUnits", "min_capacity": 6, "max_capacity": 60}
    where = {"references": ["aws_dynamodb_table.t.name", "aws_dynamodb_table.t"]}
    plan = _plan(
        _resource("aws_dynamodb_table.t", table),
        _resource("aws_appautoscaling_target.w", {**target, "resource_id": "table/t/index/by-status"}),
        configuration={
            "root_module": {"resources": [_config("aws_appautoscaling_target.w", "aws", resource_id=where)]}
        },
    )
    found: Any = entry(imported(tmp_path, plan), "t").values
    assert found["indexes"]["by-status"] == {
        "partition_key": "status",
        "sort_key": "at",
        "project": "keys-only",
        "capacity": {"write": {"min": 6, "max": 60}, "read": 5},
    }


def test_scheduled_scaling_is_steps_of_the_capacity(tmp_path: Path) -> None:
    table = {**_TABLE, "read_capacity": 3, "write_capacity": 2}
    target = {"resource_id": "table/t", "scalable_dimension": "dynamodb:table:WriteCapacityUnits"}
    actions = [
        ("up", "cron(0 8 ? * MON-FRI *)", {"min_capacity": 300, "max_capacity": 900}, "UTC"),
        ("down", "cron(0 20 ? * MON-FRI *)", {"min_capacity": "6", "max_capacity": None}, "Etc/UTC"),
        ("once", "at(2026-12-24T00:00:00)", {"min_capacity": 9}, "UTC"),
        ("elsewhere", "cron(0 8 * * ? *)", {"min_capacity": 9}, "Asia/Tokyo"),
    ]
    plan = _plan(
        _resource("aws_dynamodb_table.t", table),
        _resource("aws_appautoscaling_target.w", {**target, "min_capacity": 6, "max_capacity": 60}),
        *(
            _resource(
                f"aws_appautoscaling_scheduled_action.{name}",
                {**target, "schedule": at, "scalable_target_action": [new], "timezone": zone},
            )
            for name, at, new, zone in actions
        ),
    )
    draft = imported(tmp_path, plan)
    assert [row.why for row in draft.unused] == ["it happens once", "its times are in Asia/Tokyo, a scenario's in UTC"]
    found = entry(draft, "t").values
    assert found["capacity"] == {
        "mode": "provisioned",
        "write": {"min": 6, "max": 60},
        "read": 3,
        "scheduled": [
            {"at": "cron(0 8 ? * MON-FRI *)", "write": {"min": 300, "max": 900}},
            {"at": "cron(0 20 ? * MON-FRI *)", "write": {"min": 6}},
        ],
    }


@pytest.mark.parametrize(("days", "period"), [(35, None), (7, "7 d")])
def test_a_recovery_period_is_written_where_it_is_not_awss_default(
    days: int, period: str | None, tmp_path: Path
) -> None:
    recovery = [{"enabled": True, "recovery_period_in_days": days}]
    table = {**_TABLE, "billing_mode": "PAY_PER_REQUEST", "point_in_time_recovery": recovery}
    found = entry(imported(tmp_path, _plan(_resource("aws_dynamodb_table.t", table))), "t").values
    assert (found["point_in_time_recovery"], found.get("recovery_period")) == (True, period)


@pytest.mark.parametrize(
    ("planned", "before", "starts", "working"),
    [
        ('{"StartAt": "New", "States": {"New": {"Type": "Succeed"}}}', None, "New", "known in the plan"),
        (None, '{"StartAt": "Old", "States": {"Old": {"Type": "Succeed"}}}', "Old", "as deployed"),
    ],
)
def test_a_definition_is_the_plans_or_the_one_deployed(
    planned: str | None, before: str | None, starts: str, working: str, tmp_path: Path
) -> None:
    values: dict[str, object] = {"name": "m", "type": "EXPRESS", **({"definition": planned} if planned else {})}
    change = {"address": "aws_sfn_state_machine.m", "change": {"before": {"definition": before} if before else None}}
    config = {
        "root_module": {
            "resources": [
                {
                    "address": "aws_sfn_state_machine.m",
                    "mode": "managed",
                    "type": "aws_sfn_state_machine",
                    "name": "m",
                    "expressions": {"definition": {"references": ["aws_x.y.arn", "aws_x.y"]}},
                }
            ]
        }
    }
    plan = _plan(_resource("aws_sfn_state_machine.m", values), resource_changes=[change], configuration=config)
    draft = imported(tmp_path, plan)
    assert entry(draft, "m").values["type"] == "express"
    assert f'"StartAt": "{starts}"' in draft.beside["m.asl.json"], working


@pytest.mark.skipif("queues" not in SECTIONS, reason="there is no section for queues")
def test_queues_topics_and_buckets_are_declared_and_read(tmp_path: Path) -> None:
    resources = [
        _resource(
            "aws_sqs_queue.jobs",
            {
                "name": "jobs",
                "visibility_timeout_seconds": 60,
                "fifo_queue": False,
                "redrive_policy": '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:dead","maxReceiveCount":5}',
            },
        ),
        _resource("aws_sqs_queue.dead", {"name": "dead"}),
        _resource("aws_lambda_function.f", {"function_name": "f", "memory_size": 128, "timeout": 3}),
        _resource("aws_lambda_event_source_mapping.m", {"batch_size": 10}),
    ]
    queue, function = (
        ["aws_sqs_queue.jobs.arn", "aws_sqs_queue.jobs"],
        ["aws_lambda_function.f.arn", "aws_lambda_function.f"],
    )
    expressions = {"event_source_arn": {"references": queue}, "function_name": {"references": function}}
    mapping = {
        "address": "aws_lambda_event_source_mapping.m",
        "mode": "managed",
        "type": "aws_lambda_event_source_mapping",
        "name": "m",
        "expressions": expressions,
    }
    draft = imported(tmp_path, _plan(*resources, configuration={"root_module": {"resources": [mapping]}}))
    assert entry(draft, "f").values["triggers"] == [{"queue": "jobs", "batch": Decimal(10)}]
    assert entry(draft, "jobs").values["max_receive_count"] == 5
    assert entry(draft, "jobs").values["dead_letters"] == "dead"


def test_a_bucket_whose_objects_are_not_known_is_an_open_question(tmp_path: Path) -> None:
    policy = '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::files/*"}]}'
    refs = {"references": ["aws_s3_bucket.files.arn", "aws_s3_bucket.files"]}
    role = {"references": ["aws_iam_role.r.id", "aws_iam_role.r"]}
    listed = [
        _config("aws_lambda_function.f", "aws", role={"references": ["aws_iam_role.r.arn", "aws_iam_role.r"]}),
        _config("aws_iam_role_policy.p", "aws", role=role, policy=refs),
    ]
    plan = _plan(
        _resource("aws_s3_bucket.files", {"bucket": "files"}),
        _resource("aws_lambda_function.f", {"function_name": "f", "memory_size": 128, "timeout": 3}),
        _resource("aws_iam_role.r", {"name": "r"}),
        _resource("aws_iam_role_policy.p", {"name": "p", "policy": policy}),
        configuration={"root_module": {"resources": listed}},
    )
    draft = imported(tmp_path, plan)
    assert entry(draft, "f").values["calls"] == [{"get-object": "files"}]
    scenario = load(write(tmp_path, "scenario.yaml", text_of(draft)))
    assert "buckets.files.object_size" in {question.path for question in scenario.questions if question.needed}


# --- Regions ---


def _config(address: str, provider: str, **expressions: object) -> dict[str, object]:
    type_, name = address.split(".")
    return {
        "address": address,
        "mode": "managed",
        "type": type_,
        "name": name,
        "provider_config_key": provider,
        "expressions": expressions,
    }


def _two_regions() -> dict[str, object]:
    table = {**_TABLE, "billing_mode": "PAY_PER_REQUEST"}
    providers = {
        "aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}},
        "aws.us": {"name": "aws", "alias": "us", "expressions": {"region": {"constant_value": "us-west-2"}}},
    }
    refs = {"references": ["aws_dynamodb_table.a.arn", "aws_dynamodb_table.a"]}
    listed = [
        _config("aws_dynamodb_table.a", "aws"),
        _config("aws_dynamodb_table.b", "aws.us"),
        _config("aws_dynamodb_table_replica.a", "aws.us", global_table_arn=refs),
    ]
    return _plan(
        _resource("aws_dynamodb_table.a", {**table, "name": "a"}),
        _resource("aws_dynamodb_table.b", {**table, "name": "b"}),
        _resource("aws_dynamodb_table_replica.a", {"point_in_time_recovery": True}),
        configuration={"provider_config": providers, "root_module": {"resources": listed}},
    )


def test_a_replica_that_is_a_resource_of_its_own_belongs_to_its_table(tmp_path: Path) -> None:
    assert entry(imported(tmp_path, _two_regions()), "a").values["replicas"] == ["us-west-2"]


def test_what_is_in_another_region_is_told_and_imported_when_asked_for(tmp_path: Path) -> None:
    draft = imported(tmp_path, _two_regions())
    assert [one.name for one in draft.entries] == ["a"]
    (why,) = [row.why for row in draft.unused if row.what == "aws_dynamodb_table"]
    assert (
        why == "it is in us-west-2, and a scenario has one Region: --parameter AWS::Region=us-west-2 imports that one"
    )
    path = write(tmp_path, "plan.json", _two_regions())
    other = draft_of([path], folder=tmp_path, parameters={"AWS::Region": "us-west-2"})
    assert (other.region, [one.name for one in other.entries]) == ("us-west-2", ["b"])


# --- addresses ---


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (
            "module.db.aws_dynamodb_table.t",
            ['module.db["a"].aws_dynamodb_table.t[0]', 'module.db["b"].aws_dynamodb_table.t[0]'],
        ),
        ('module.db["a"].aws_dynamodb_table.t', ['module.db["a"].aws_dynamodb_table.t[0]']),
        ("module.db.aws_dynamodb_table.t[1]", []),
        ("aws_dynamodb_table.t", []),
    ],
)
def test_an_address_without_an_index_means_every_instance(pattern: str, found: list[str]) -> None:
    resources = [_resource(f'module.db["{key}"].aws_dynamodb_table.t[0]', {}) | {"name": "t"} for key in "ab"]
    document = read_foreign_json(__import__("json").dumps(_plan(*resources)), "plan.json")
    plan = plan_of(Value(document.data, document))
    assert [one.address for one in plan.resources if matches(one, pattern)] == found


# --- what is refused ---


def test_sources_are_refused_with_the_line_to_run(tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        draft_of(
            [write(tmp_path, "main.tf", 'resource "aws_dynamodb_table" "t" {\n  name = var.name\n}\n')], folder=tmp_path
        )
    (diagnostic,) = error.value.diagnostics
    assert "terraform plan -out plan.bin && terraform show -json plan.bin > plan.json" in diagnostic.hint


def test_a_raw_state_is_refused_with_the_line_to_run(tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        imported(tmp_path, {"version": 4, "terraform_version": "1.9.8", "lineage": "x", "resources": []})
    assert "terraform show -json" in error.value.diagnostics[0].hint


def test_the_log_of_a_plan_is_refused_with_the_line_to_run(tmp_path: Path) -> None:
    lines = '{"@level":"info","@message":"Terraform 1.9.8","@module":"terraform.ui","type":"version"}\n' * 2
    with pytest.raises(CapplanError) as error:
        draft_of([write(tmp_path, "plan.json", lines)], folder=tmp_path)
    assert "terraform show -json plan.bin > plan.json" in error.value.diagnostics[0].hint


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (
            _plan({"mode": "managed"}),
            "expected a text at planned_values.root_module.resources[0].address, found nothing",
        ),
        ({"format_version": "1.2", "planned_values": {"root_module": {"resources": {}}}}, "expected a list at"),
    ],
)
def test_a_wrong_shape_is_named_with_line_and_path(plan: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        imported(tmp_path, plan)
    (diagnostic,) = error.value.diagnostics
    assert message in diagnostic.message
    assert diagnostic.line > 1


def test_the_whole_scenario_is_one_that_the_language_takes(shop: Draft, tmp_path: Path) -> None:
    text = text_of(shop)
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    scenario = load(str(tmp_path / "scenario.yaml"))
    assert {question.path for question in scenario.questions} >= {
        "functions.place-order.duration",
        "tables.shop-orders.items",
    }
    assert "    # duration: 120 ms   how long does one invocation take?\n" in text
    assert "shop.tfplan.json:" in text
