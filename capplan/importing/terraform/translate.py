"""Terraform's resources in the words of CloudFormation, so that one reader knows what each of AWS's resources means.

Source: Terraform AWS provider documentation, the page of each resource (read 2026-11-30).
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from capplan.importing.cloudformation.values import Mixed, Token, Unknown
from capplan.importing.glue_job import with_size
from capplan.importing.terraform.arguments import Arguments, parsed
from capplan.importing.terraform.policies import document
from capplan.record import Record

_FUNCTIONS = ("aws_lambda_function", "aws_lambda_alias")
_STREAMS = ("aws_dynamodb_table", "aws_kinesis_stream", "aws_sqs_queue", "aws_kinesis_stream_consumer")
_TARGETS = (
    *_FUNCTIONS,
    "aws_sfn_state_machine",
    "aws_sqs_queue",
    "aws_sns_topic",
    "aws_kinesis_stream",
    "aws_glue_job",
    "aws_glue_crawler",
    "aws_cloudwatch_event_bus",
)

Properties = Mapping[str, Any]


class Words(Record, frozen=True):
    """CloudFormation's type of a resource, and its properties; a property of None is not given."""

    type: str
    properties: Callable[[Arguments], Properties]


def without_none(value: object) -> Any:  # noqa: ANN401  plain data
    """Properties without those that are not given."""
    if isinstance(value, Mapping):
        return {key: without_none(inner) for key, inner in value.items() if inner is not None and inner != {}}
    return [without_none(inner) for inner in value] if isinstance(value, list) else value


# --- DynamoDB ---


def _key_schema(block: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The keys of a table or an index; newer providers have them as blocks."""
    listed = block.get("key_schema")
    if isinstance(listed, list) and listed:
        return [{"AttributeName": one.get("attribute_name"), "KeyType": one.get("key_type")} for one in listed]
    keys = (("hash_key", "HASH"), ("range_key", "RANGE"))
    return [{"AttributeName": block[key], "KeyType": kind} for key, kind in keys if block.get(key)] or None


def _units(block: Mapping[str, Any]) -> dict[str, Any] | None:
    read, write = block.get("read_capacity"), block.get("write_capacity")
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write} if read and write else None


def _on_demand(block: Mapping[str, Any]) -> dict[str, Any] | None:
    listed = block.get("on_demand_throughput")
    one = listed[0] if isinstance(listed, list) and listed else {}
    keys = (("max_read_request_units", "MaxReadRequestUnits"), ("max_write_request_units", "MaxWriteRequestUnits"))
    out = {own: one[key] for key, own in keys if one.get(key) is not None and one[key] > 0}
    return out or None


def _warm(block: Mapping[str, Any]) -> dict[str, Any] | None:
    listed = block.get("warm_throughput")
    one = listed[0] if isinstance(listed, list) and listed else {}
    keys = (("read_units_per_second", "ReadUnitsPerSecond"), ("write_units_per_second", "WriteUnitsPerSecond"))
    return {own: one[key] for key, own in keys if one.get(key)} or None


def _index(block: Mapping[str, Any], table: Mapping[str, Any], *, local: bool) -> dict[str, Any]:
    schema = _key_schema({"hash_key": table.get("hash_key"), **block} if local else block)
    return {
        "IndexName": block.get("name"),
        "KeySchema": schema,
        "Projection": {
            "ProjectionType": block.get("projection_type"),
            "NonKeyAttributes": block.get("non_key_attributes") or None,
        },
        "ProvisionedThroughput": None if local else _units(block),
        "OnDemandThroughput": _on_demand(block),
        "WarmThroughput": None if local else _warm(block),
    }


def _table(a: Arguments) -> Properties:
    ttl, recovery, encryption = a.block("ttl"), a.block("point_in_time_recovery"), a.block("server_side_encryption")
    global_indexes = [_index(one, a.known, local=False) for one in a.blocks("global_secondary_index")]
    local_indexes = [_index(one, a.known, local=True) for one in a.blocks("local_secondary_index")]
    mode = a.plain("billing_mode") or "PROVISIONED"
    provisioned = mode == "PROVISIONED"
    if not provisioned:
        for index in global_indexes:
            index["ProvisionedThroughput"] = None
    return {
        "TableName": a.plain("name"),
        "BillingMode": mode,
        "AttributeDefinitions": [
            {"AttributeName": one.get("name"), "AttributeType": one.get("type")} for one in a.blocks("attribute")
        ],
        "KeySchema": _key_schema(a.known),
        "ProvisionedThroughput": _units(a.known) if provisioned else None,
        "OnDemandThroughput": _on_demand(a.known),
        "WarmThroughput": _warm(a.known),
        "GlobalSecondaryIndexes": global_indexes or None,
        "LocalSecondaryIndexes": local_indexes or None,
        "StreamSpecification": {"StreamViewType": a.plain("stream_view_type")}
        if a.known.get("stream_enabled")
        else None,
        "TimeToLiveSpecification": (
            {"AttributeName": ttl.get("attribute_name"), "Enabled": ttl.get("enabled", True)}
            if ttl.get("attribute_name")
            else None
        ),
        "PointInTimeRecoverySpecification": (
            {
                "PointInTimeRecoveryEnabled": recovery.get("enabled"),
                "RecoveryPeriodInDays": recovery.get("recovery_period_in_days"),
            }
            if recovery
            else None
        ),
        "TableClass": a.plain("table_class"),
        "SSESpecification": (
            {
                "SSEEnabled": encryption.get("enabled"),
                "KMSMasterKeyId": a.link("server_side_encryption.kms_key_arn", "aws_kms_key"),
            }
            if encryption
            else None
        ),
        "Replicas": _replicas(a),
    }


def _replicas(a: Arguments) -> list[dict[str, Any]] | None:
    """The table's own Region first, as a global table has them; None for a table in one Region."""
    others = [one for one in a.blocks("replica") if one.get("region_name") not in (None, a.plan.region)]
    for one in a.plan.of_type("aws_dynamodb_table_replica"):
        of_one = Arguments(a.plan, one, a.scope)
        table = of_one.link("global_table_arn", "aws_dynamodb_table")
        if isinstance(table, Token) and table.id == a.resource.address and one.region:
            others.append(
                {"region_name": one.region, "point_in_time_recovery": of_one.known.get("point_in_time_recovery")}
            )
    if not others:
        return None
    own = {"Region": a.plan.region or "own"}
    recovery = [
        {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
        if one.get("point_in_time_recovery")
        else {}
        for one in others
    ]
    return [own, *({"Region": one["region_name"], **more} for one, more in zip(others, recovery, strict=True))]


def _scalable_target(a: Arguments) -> Properties:
    return {
        "ServiceNamespace": a.plain("service_namespace"),
        "ScalableDimension": a.plain("scalable_dimension"),
        "ResourceId": a.around("resource_id", "aws_dynamodb_table", *_FUNCTIONS),
        "MinCapacity": a.plain("min_capacity"),
        "MaxCapacity": a.plain("max_capacity"),
        "ScheduledActions": _scheduled_actions(a) or None,
    }


def _scheduled_actions(a: Arguments) -> list[dict[str, Any]]:
    """The scheduled actions of a scalable target, which are resources of their own."""
    out = []
    for one in a.plan.of_type("aws_appautoscaling_scheduled_action"):
        of_one = Arguments(a.plan, one, a.scope)
        linked = of_one.links("resource_id", "aws_appautoscaling_target")
        own = (a.plain("resource_id"), a.plain("scalable_dimension"))
        named = (of_one.plain("resource_id"), of_one.plain("scalable_dimension")) == own and isinstance(own[0], str)
        if any(token.id == a.resource.address for token in linked) or (named and not linked):
            action = of_one.block("scalable_target_action")
            capacity = {"MinCapacity": action.get("min_capacity"), "MaxCapacity": action.get("max_capacity")}
            times = {"Schedule": of_one.plain("schedule"), "Timezone": of_one.plain("timezone")}
            out.append({**times, "ScalableTargetAction": capacity})
    return out


def _scaling_policy(a: Arguments) -> Properties:
    tracking = a.block("target_tracking_scaling_policy_configuration")
    targets = a.links("resource_id", "aws_appautoscaling_target")
    return {
        "PolicyType": a.plain("policy_type"),
        "ScalingTargetId": targets[0] if targets else None,
        "ResourceId": a.around("resource_id", "aws_dynamodb_table", *_FUNCTIONS),
        "ScalableDimension": a.plain("scalable_dimension"),
        "TargetTrackingScalingPolicyConfiguration": {"TargetValue": tracking.get("target_value")} if tracking else None,
    }


# --- Lambda ---


def _function(a: Arguments) -> Properties:
    snap = a.block("snap_start")
    return {
        "FunctionName": a.plain("function_name"),
        "Runtime": a.plain("runtime"),
        "MemorySize": a.plain("memory_size"),
        "Timeout": a.plain("timeout"),
        "PackageType": a.plain("package_type"),
        "Architectures": a.plain("architectures"),
        "EphemeralStorage": {"Size": a.block("ephemeral_storage").get("size")},
        "ReservedConcurrentExecutions": _reserved(a),
        "SnapStart": {"ApplyOn": snap.get("apply_on")} if snap else None,
        "Layers": a.plain("layers"),
        "Environment": {"Variables": _variables(a)},
        "Role": a.link("role", "aws_iam_role"),
        "TracingConfig": {"Mode": a.block("tracing_config").get("mode")},
        "DeadLetterConfig": {"TargetArn": a.link("dead_letter_config.target_arn", "aws_sqs_queue", "aws_sns_topic")},
        "VpcConfig": {"SubnetIds": a.block("vpc_config").get("subnet_ids")} if a.block("vpc_config") else None,
        "LoggingConfig": {"LogGroup": a.link("logging_config.log_group", "aws_cloudwatch_log_group")},
    }


def _reserved(a: Arguments) -> object:
    """Reserved concurrency; Terraform's -1 is none."""
    value = a.plain("reserved_concurrent_executions")
    return None if isinstance(value, Decimal) and value < 0 else value


def _variables(a: Arguments) -> dict[str, object]:
    """Environment variables; what they refer to is known of all together, so each reference is one more variable."""
    literal = a.block("environment").get("variables")
    out: dict[str, object] = dict(literal) if isinstance(literal, Mapping) else {}
    refs = a.links(
        "environment.variables",
        "aws_dynamodb_table",
        *_TARGETS,
        "aws_s3_bucket",
        "aws_secretsmanager_secret",
        "aws_ssm_parameter",
    )
    return {**out, **{f"#{n}": token for n, token in enumerate(refs)}}


def _alias(a: Arguments) -> Properties:
    return {
        "FunctionName": a.link("function_name", *_FUNCTIONS),
        "ProvisionedConcurrencyConfig": {
            "ProvisionedConcurrentExecutions": a.number("provisioned_concurrent_executions")
        },
    }


def _event_source(a: Arguments) -> Properties:
    keys = (
        ("BatchSize", "batch_size"),
        ("MaximumBatchingWindowInSeconds", "maximum_batching_window_in_seconds"),
        ("ParallelizationFactor", "parallelization_factor"),
        ("BisectBatchOnFunctionError", "bisect_batch_on_function_error"),
        ("FunctionResponseTypes", "function_response_types"),
        ("Enabled", "enabled"),
    )
    set_keys = (
        ("MaximumRetryAttempts", "maximum_retry_attempts"),
        ("MaximumRecordAgeInSeconds", "maximum_record_age_in_seconds"),
    )
    pollers = a.block("provisioned_poller_config")
    plain = {own: a.plain(name) for own, name in keys}
    return {
        **plain,
        **{own: value for own, name in set_keys if isinstance(value := a.plain(name), Decimal) and value >= 0},
        "FunctionName": a.link("function_name", *_FUNCTIONS),
        "EventSourceArn": a.link("event_source_arn", *_STREAMS),
        "FilterCriteria": a.block("filter_criteria") or None,
        "ScalingConfig": {"MaximumConcurrency": a.block("scaling_config").get("maximum_concurrency")},
        "ProvisionedPollerConfig": {
            "MinimumPollers": pollers.get("minimum_pollers"),
            "MaximumPollers": pollers.get("maximum_pollers"),
        },
    }


def _invoke_config(a: Arguments) -> Properties:
    return {
        "FunctionName": a.link("function_name", *_FUNCTIONS),
        "MaximumRetryAttempts": a.plain("maximum_retry_attempts"),
        "MaximumEventAgeInSeconds": a.number("maximum_event_age_in_seconds"),
    }


def _permission(a: Arguments) -> Properties:
    types = (
        "aws_apigatewayv2_api",
        "aws_api_gateway_rest_api",
        "aws_s3_bucket",
        "aws_sns_topic",
        "aws_cloudwatch_event_rule",
    )
    return {
        "FunctionName": a.link("function_name", *_FUNCTIONS),
        "Principal": a.plain("principal"),
        "SourceArn": a.link("source_arn", *types),
        "Action": a.plain("action"),
    }


def _url(a: Arguments) -> Properties:
    return {"TargetFunctionArn": a.link("function_name", *_FUNCTIONS), "AuthType": a.plain("authorization_type")}


# --- Step Functions, Glue ---


def _state_machine(a: Arguments) -> Properties:
    logging = a.block("logging_configuration")
    return {
        "StateMachineName": a.plain("name"),
        "StateMachineType": a.plain("type"),
        "DefinitionString": _definition(a),
        "DefinitionUri": _NO_DEFINITION,
        "RoleArn": a.link("role_arn", "aws_iam_role"),
        "LoggingConfiguration": {
            "Level": logging.get("level"),
            "IncludeExecutionData": logging.get("include_execution_data"),
        },
        "TracingConfiguration": {"Enabled": a.block("tracing_configuration").get("enabled")},
    }


_NO_DEFINITION = Unknown("known only after apply: name its file too, or import `terraform show -json` of the state")


def _definition(a: Arguments) -> str | None:
    """The definition; as it is deployed, where the plan's own is known only after apply."""
    planned, before = a.plain("definition"), a.resource.before.get("definition").data
    return planned if isinstance(planned, str) else before if isinstance(before, str) else None


def _job(a: Arguments) -> Properties:
    return with_size(
        without_none(
            {
                "Name": a.plain("name"),
                "Command": {"Name": a.block("command").get("name")},
                "DefaultArguments": a.plain("default_arguments"),
                "GlueVersion": a.plain("glue_version"),
                "WorkerType": a.plain("worker_type"),
                "NumberOfWorkers": a.number("number_of_workers"),
                "MaxCapacity": a.number("max_capacity"),
                "MaxRetries": a.plain("max_retries"),
                "Timeout": a.number("timeout"),
                "ExecutionClass": a.plain("execution_class"),
                "ExecutionProperty": {"MaxConcurrentRuns": a.block("execution_property").get("max_concurrent_runs")},
                "JobRunQueuingEnabled": a.plain("job_run_queuing_enabled"),
            }
        )
    )


def _crawler(a: Arguments) -> Properties:
    return {"Name": a.plain("name"), "Schedule": {"ScheduleExpression": a.plain("schedule")}}


def _glue_trigger(a: Arguments) -> Properties:
    jobs, crawlers = a.links("actions.job_name", "aws_glue_job"), a.links("actions.crawler_name", "aws_glue_crawler")
    actions: list[dict[str, object]] = [{"JobName": one} for one in jobs]
    actions += [{"CrawlerName": one} for one in crawlers]
    for one in a.blocks("actions"):
        if one.get("job_name") and not jobs:
            actions.append({"JobName": one["job_name"]})
        if one.get("crawler_name") and not crawlers:
            actions.append({"CrawlerName": one["crawler_name"]})
    return {
        "Name": a.plain("name"),
        "Type": a.plain("type"),
        "Schedule": a.plain("schedule"),
        "StartOnCreation": a.plain("enabled"),
        "Actions": actions,
    }


# --- events, queues, topics, streams, buckets ---


def _rule(a: Arguments) -> Properties:
    """A rule with its targets, which are resources of their own."""
    targets = []
    for one in a.plan.of_type("aws_cloudwatch_event_target"):
        of_one = Arguments(a.plan, one, a.scope)
        rule = of_one.link("rule", "aws_cloudwatch_event_rule")
        if isinstance(rule, Token) and rule.id == a.resource.address:
            targets.append(
                {
                    "Id": one.address,
                    "Arn": of_one.link("arn", *_TARGETS),
                    "RoleArn": of_one.link("role_arn", "aws_iam_role"),
                }
            )
    state = a.plain("state") or ("DISABLED" if a.known.get("is_enabled") is False else None)
    return {
        "Name": a.plain("name"),
        "ScheduleExpression": a.plain("schedule_expression"),
        "EventPattern": parsed(a.plain("event_pattern"))
        if isinstance(a.plain("event_pattern"), str)
        else a.plain("event_pattern"),
        "EventBusName": a.link("event_bus_name", "aws_cloudwatch_event_bus"),
        "State": state,
        "Targets": targets,
    }


def _schedule(a: Arguments) -> Properties:
    return {
        "Name": a.plain("name"),
        "ScheduleExpression": a.plain("schedule_expression"),
        "ScheduleExpressionTimezone": a.plain("schedule_expression_timezone"),
        "State": a.plain("state"),
        "Target": {"Arn": a.link("target.arn", *_TARGETS), "RoleArn": a.link("target.role_arn", "aws_iam_role")},
    }


def _pipe(a: Arguments) -> Properties:
    return {
        "Name": a.plain("name"),
        "Source": a.link("source", *_STREAMS),
        "Target": a.link("target", *_TARGETS),
        "Enrichment": a.link("enrichment", *_FUNCTIONS, "aws_sfn_state_machine"),
    }


def _queue(a: Arguments) -> Properties:
    redrive = parsed(a.plain("redrive_policy"))
    dead = a.links("redrive_policy", "aws_sqs_queue")
    policy = dict(redrive) if isinstance(redrive, Mapping) else {}
    arn = policy.get("deadLetterTargetArn")
    if dead or isinstance(arn, str):
        policy["deadLetterTargetArn"] = dead[0] if dead else a.named(str(arn), "aws_sqs_queue")
    return {
        "QueueName": a.plain("name"),
        "FifoQueue": a.plain("fifo_queue"),
        "VisibilityTimeout": a.plain("visibility_timeout_seconds"),
        "MessageRetentionPeriod": a.plain("message_retention_seconds"),
        "DelaySeconds": a.plain("delay_seconds"),
        "ReceiveMessageWaitTimeSeconds": a.plain("receive_wait_time_seconds"),
        "MaximumMessageSize": a.plain("max_message_size"),
        "RedrivePolicy": policy or None,
        "KmsMasterKeyId": a.link("kms_master_key_id", "aws_kms_key"),
        "KmsDataKeyReusePeriodSeconds": a.plain("kms_data_key_reuse_period_seconds"),
    }


def _topic(a: Arguments) -> Properties:
    return {
        "TopicName": a.plain("name"),
        "FifoTopic": a.plain("fifo_topic"),
        "KmsMasterKeyId": a.link("kms_master_key_id", "aws_kms_key"),
    }


def _subscription(a: Arguments) -> Properties:
    return {
        "TopicArn": a.link("topic_arn", "aws_sns_topic"),
        "Protocol": a.plain("protocol"),
        "Endpoint": a.link("endpoint", *_FUNCTIONS, "aws_sqs_queue"),
        "FilterPolicy": parsed(a.plain("filter_policy")),
        "RawMessageDelivery": a.plain("raw_message_delivery"),
    }


def _stream(a: Arguments) -> Properties:
    return {
        "Name": a.plain("name"),
        "ShardCount": a.number("shard_count"),
        "RetentionPeriodHours": a.plain("retention_period"),
        "StreamModeDetails": {"StreamMode": a.block("stream_mode_details").get("stream_mode")},
        "StreamEncryption": {"KeyId": a.link("kms_key_id", "aws_kms_key")},
    }


def _consumer(a: Arguments) -> Properties:
    return {"ConsumerName": a.plain("name"), "StreamARN": a.link("stream_arn", "aws_kinesis_stream")}


def _bucket(a: Arguments) -> Properties:
    """A bucket with its notifications, which are resources of their own."""
    functions: list[dict[str, object]] = []
    queues: list[dict[str, object]] = []
    topics: list[dict[str, object]] = []
    for one in a.plan.of_type("aws_s3_bucket_notification"):
        of_one = Arguments(a.plan, one, a.scope)
        bucket = of_one.link("bucket", "aws_s3_bucket")
        if not (isinstance(bucket, Token) and bucket.id == a.resource.address):
            continue
        functions += [{"Function": t} for t in _each(of_one, "lambda_function", "lambda_function_arn", _FUNCTIONS)]
        queues += [{"Queue": t} for t in _each(of_one, "queue", "queue_arn", ("aws_sqs_queue",))]
        topics += [{"Topic": t} for t in _each(of_one, "topic", "topic_arn", ("aws_sns_topic",))]
    notifications = {
        "LambdaConfigurations": functions or None,
        "QueueConfigurations": queues or None,
        "TopicConfigurations": topics or None,
    }
    return {"BucketName": a.plain("bucket"), "NotificationConfiguration": notifications}


def _each(a: Arguments, block: str, argument: str, types: tuple[str, ...]) -> list[object]:
    """What the blocks of a name lead to: references, else their texts."""
    found: list[object] = list(a.links(f"{block}.{argument}", *types))
    return found or [one[argument] for one in a.blocks(block) if one.get(argument)]


# --- APIs ---


def _http_api(a: Arguments) -> Properties:
    return {"Name": a.plain("name"), "ProtocolType": a.plain("protocol_type"), "Target": a.link("target", *_FUNCTIONS)}


def _integration(a: Arguments) -> Properties:
    return {
        "ApiId": a.link("api_id", "aws_apigatewayv2_api"),
        "IntegrationUri": a.link("integration_uri", *_FUNCTIONS, "aws_sfn_state_machine"),
        "IntegrationType": a.plain("integration_type"),
        "IntegrationSubtype": a.plain("integration_subtype"),
    }


def _route(a: Arguments) -> Properties:
    target = a.links("target", "aws_apigatewayv2_integration")
    return {
        "ApiId": a.link("api_id", "aws_apigatewayv2_api"),
        "RouteKey": a.plain("route_key"),
        "Target": Mixed(("integrations/", target[0])) if target else a.plain("target"),
    }


def _rest_api(a: Arguments) -> Properties:
    return {"Name": a.plain("name"), "Body": parsed(a.plain("body"))}


def _path(a: Arguments) -> Properties:
    return {
        "RestApiId": a.link("rest_api_id", "aws_api_gateway_rest_api"),
        "ParentId": a.link("parent_id", "aws_api_gateway_resource", "aws_api_gateway_rest_api"),
        "PathPart": a.plain("path_part"),
    }


def _method(a: Arguments) -> Properties:
    """A method as its integration has it, which is a resource of its own."""
    return {
        "RestApiId": a.link("rest_api_id", "aws_api_gateway_rest_api"),
        "ResourceId": a.link("resource_id", "aws_api_gateway_resource", "aws_api_gateway_rest_api"),
        "HttpMethod": _http_method(a),
        "Integration": {"Uri": a.link("uri", *_FUNCTIONS), "Type": a.plain("type")},
    }


def _http_method(a: Arguments) -> object:
    method = a.plain("http_method")
    if isinstance(method, str):
        return method
    found = a.plan.referred(a.resource, "http_method", "aws_api_gateway_method")
    return found[0].values.get("http_method").data if found else "ANY"


# --- policies ---


def _role_policy(a: Arguments) -> Properties:
    return {"PolicyDocument": document(a, "policy"), "Roles": [a.link("role", "aws_iam_role")]}


def _managed_policy(a: Arguments) -> Properties:
    """A policy with the roles that attachments give it, which are resources of their own."""
    roles = []
    for one in a.plan.of_type("aws_iam_role_policy_attachment"):
        of_one = Arguments(a.plan, one, a.scope)
        policy = of_one.link("policy_arn", "aws_iam_policy")
        if isinstance(policy, Token) and policy.id == a.resource.address:
            roles.append(of_one.link("role", "aws_iam_role"))
    return {"PolicyDocument": document(a, "policy"), "Roles": roles}


def _role(a: Arguments) -> Properties:
    inline = [{"PolicyDocument": parsed(one.get("policy")) or {}} for one in a.blocks("inline_policy")]
    attached = [
        of_one.link("policy_arn", "aws_iam_policy")
        for one in a.plan.of_type("aws_iam_role_policy_attachment")
        if isinstance(role := (of_one := Arguments(a.plan, one, a.scope)).link("role", "aws_iam_role"), Token)
        and role.id == a.resource.address
    ]
    arns = [arn for arn in attached if isinstance(arn, str)]
    return {"RoleName": a.plain("name"), "Policies": inline or None, "ManagedPolicyArns": arns or None}


# --- others ---


def _log_group(a: Arguments) -> Properties:
    return {
        "LogGroupName": a.plain("name"),
        "RetentionInDays": a.number("retention_in_days"),
        "LogGroupClass": a.plain("log_group_class"),
    }


def _named(**properties: str) -> Callable[[Arguments], Properties]:
    """Properties that are arguments under another name."""
    return lambda a: {own: a.plain(argument) for own, argument in properties.items()}


WORDS: Mapping[str, Words] = {
    "aws_dynamodb_table": Words("AWS::DynamoDB::Table", _table),
    "aws_appautoscaling_target": Words("AWS::ApplicationAutoScaling::ScalableTarget", _scalable_target),
    "aws_appautoscaling_policy": Words("AWS::ApplicationAutoScaling::ScalingPolicy", _scaling_policy),
    "aws_lambda_function": Words("AWS::Lambda::Function", _function),
    "aws_lambda_alias": Words("AWS::Lambda::Alias", _alias),
    "aws_lambda_provisioned_concurrency_config": Words("AWS::Lambda::Alias", _alias),
    "aws_lambda_event_source_mapping": Words("AWS::Lambda::EventSourceMapping", _event_source),
    "aws_lambda_function_event_invoke_config": Words("AWS::Lambda::EventInvokeConfig", _invoke_config),
    "aws_lambda_permission": Words("AWS::Lambda::Permission", _permission),
    "aws_lambda_function_url": Words("AWS::Lambda::Url", _url),
    "aws_sfn_state_machine": Words("AWS::StepFunctions::StateMachine", _state_machine),
    "aws_glue_job": Words("AWS::Glue::Job", _job),
    "aws_glue_crawler": Words("AWS::Glue::Crawler", _crawler),
    "aws_glue_trigger": Words("AWS::Glue::Trigger", _glue_trigger),
    "aws_cloudwatch_event_rule": Words("AWS::Events::Rule", _rule),
    "aws_cloudwatch_event_bus": Words("AWS::Events::EventBus", _named(Name="name")),
    "aws_scheduler_schedule": Words("AWS::Scheduler::Schedule", _schedule),
    "aws_pipes_pipe": Words("AWS::Pipes::Pipe", _pipe),
    "aws_sqs_queue": Words("AWS::SQS::Queue", _queue),
    "aws_sns_topic": Words("AWS::SNS::Topic", _topic),
    "aws_sns_topic_subscription": Words("AWS::SNS::Subscription", _subscription),
    "aws_kinesis_stream": Words("AWS::Kinesis::Stream", _stream),
    "aws_kinesis_stream_consumer": Words("AWS::Kinesis::StreamConsumer", _consumer),
    "aws_s3_bucket": Words("AWS::S3::Bucket", _bucket),
    "aws_apigatewayv2_api": Words("AWS::ApiGatewayV2::Api", _http_api),
    "aws_apigatewayv2_integration": Words("AWS::ApiGatewayV2::Integration", _integration),
    "aws_apigatewayv2_route": Words("AWS::ApiGatewayV2::Route", _route),
    "aws_api_gateway_rest_api": Words("AWS::ApiGateway::RestApi", _rest_api),
    "aws_api_gateway_resource": Words("AWS::ApiGateway::Resource", _path),
    "aws_api_gateway_integration": Words("AWS::ApiGateway::Method", _method),
    "aws_iam_role": Words("AWS::IAM::Role", _role),
    "aws_iam_role_policy": Words("AWS::IAM::Policy", _role_policy),
    "aws_iam_policy": Words("AWS::IAM::ManagedPolicy", _managed_policy),
    "aws_cloudwatch_log_group": Words("AWS::Logs::LogGroup", _log_group),
    "aws_secretsmanager_secret": Words("AWS::SecretsManager::Secret", _named(Name="name")),
    "aws_ssm_parameter": Words("AWS::SSM::Parameter", _named(Name="name", Tier="tier")),
    "aws_kms_key": Words("AWS::KMS::Key", _named(Description="description")),
    "aws_dax_cluster": Words(
        "AWS::DAX::Cluster",
        _named(ClusterName="cluster_name", NodeType="node_type", ReplicationFactor="replication_factor"),
    ),
    "aws_nat_gateway": Words("AWS::EC2::NatGateway", _named(ConnectivityType="connectivity_type")),
    "aws_vpc_endpoint": Words(
        "AWS::EC2::VPCEndpoint", _named(ServiceName="service_name", VpcEndpointType="vpc_endpoint_type")
    ),
}
"""CloudFormation's words by Terraform's type."""
PARTS = frozenset(
    {
        "aws_cloudwatch_event_target",
        "aws_dynamodb_table_replica",
        "aws_appautoscaling_scheduled_action",
        "aws_s3_bucket_notification",
        "aws_iam_role_policy_attachment",
        "aws_api_gateway_method",
    }
)
"""Types that are read as a part of another one."""
