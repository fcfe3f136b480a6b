"""Amazon S3: objects in buckets, the requests for them, and the events that they cause."""
