"""What AWS Lambda says of itself: its section, its quotas, the calls that invoke a function."""

from capplan.service import Integration, Section, Service
from capplan.services.lambda_ import quotas

SERVICE = Service(
    id="lambda",
    label="Lambda",
    sections=(
        Section(
            "functions",
            "function",
            "place-order: {duration: 45 ms}",
            "function:FUNCTION",
            verbs=("invoke",),
            flow_keys=("calls",),
            request_keys={"async": ("invoke",), "payload": ("invoke",)},
            receives="invoke",
        ),
    ),
    quotas=quotas.ALL,
    integrations={("lambda", "invoke"): Integration("functions", "invoke", "FunctionName", waits=True)},
    limit_labels={
        "lambda.concurrency": "concurrent Lambda executions",
        "lambda.request_rate": "synchronous Lambda requests a second",
        "lambda.init": "init time",
        "lambda.timeout": "duration before the timeout",
        "lambda.caller_timeout": "duration before the caller's timeout",
        "lambda.visibility_timeout": "visibility timeout",
        "lambda.reserved_concurrency": "reserved concurrency",
        "lambda.reservable_concurrency": "concurrency that can be reserved",
        "lambda.reserved_request_rate": "requests a second by reserved concurrency",
        "lambda.stream_time": "time of a streamed response",
        "lambda.event_source.dynamodb_stream": "stream concurrency",
        "lambda.event_source.kinesis": "stream concurrency",
        "lambda.kinesis_shard.records": "records written to a shard each second",
        "lambda.kinesis_shard.bytes": "bytes written to a shard each second",
        "lambda.event_source.sqs_standard": "queue concurrency",
        "lambda.event_source.sqs_fifo": "queue concurrency (message groups)",
        "lambda.event_source.sqs_provisioned": "queue pollers",
        "lambda.event_source.kafka_provisioned": "Kafka pollers",
    },
)
