"""What follows from a job by itself: what it writes to the log groups of Glue.

AWS Glue Developer Guide, "Logging for AWS Glue jobs" (read 2026-11-30): output and errors go to groups that all jobs share;
with continuous logging to /aws-glue/jobs/logs-v2. AWS bills them as logs of one's own.
"""

from capplan.calls import Access
from capplan.model import Implied, RequestStream
from capplan.quantities.distribution import fixed
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage

_GROUP = "/aws-glue/jobs/output"


def implies(name: str, spec: Job, usage: Usage) -> tuple[Implied, ...]:
    """Its log group; a streaming job has no runs."""
    if not spec.logs or usage.always_on or not usage.flow.terms:
        return ()
    group = spec.logs.group or _GROUP
    access = Access.model_construct(op="put-log-events", target=group, payload=fixed(spec.logs.size_bytes))
    return (Implied("log_groups", group, spec.logs.of_group(), (RequestStream(access, usage.flow, f"jobs.{name}"),)),)
