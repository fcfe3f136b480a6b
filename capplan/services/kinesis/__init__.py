"""Amazon Kinesis Data Streams: streams of records, by shards or on demand."""
