"""What Kinesis Data Streams says of itself: its section, its quotas, and how a Task writes to a stream."""

from capplan.service import Emits, Integration, Section, Service
from capplan.services.kinesis.quotas import ALL

SERVICE = Service(
    id="kinesis",
    label="Kinesis Data Streams",
    sections=(
        Section(
            "streams",
            "stream",
            "clicks: {shards: 4, record: 2 KB}",
            "stream:STREAM",
            verbs=("put-records",),
            flow_keys=("access",),
            request_keys=dict.fromkeys(("payload", "batch", "aggregate"), ("put-records",)),
            receives="put-records",
            emits=Emits("stream", "kinesis", settings={"retention": "retention", "record": "payload"}),
        ),
    ),
    quotas=ALL,
    integrations={
        ("kinesis", action): Integration("streams", "put-records", "StreamName")
        for action in ("putrecord", "putrecords")
    },
    limit_labels={
        "kinesis.shard.write_bytes": "bytes written to one shard",
        "kinesis.shard.write_records": "records written to one shard",
        "kinesis.shard.read_bytes": "bytes that consumers read of one shard",
        "kinesis.shard.reads": "reads of one shard",
        "kinesis.shards": "shards of the account",
        "kinesis.record_size": "record size",
        "kinesis.put_records.records": "records of a request",
        "kinesis.put_records.bytes": "size of a request",
        "kinesis.fan_out_consumers": "consumers with enhanced fan-out",
        "kinesis.fan_out_consumers.advantage": "consumers with enhanced fan-out",
        "kinesis.on_demand.streams": "on-demand streams",
        "kinesis.on_demand.write_bytes": "bytes written to an on-demand stream",
        "kinesis.on_demand.doubling.bytes": "bytes written, of twice the former peak",
        "kinesis.on_demand.doubling.records": "records written, of twice the former peak",
    },
)
