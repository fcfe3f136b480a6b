"""What follows from a job by itself: what it writes to the log groups of Glue.

AWS Glue Developer Guide, "Logging for AWS Glue jobs" (read 2026-11-30): output and errors go to groups that all jobs share;
with continuous logging to /aws-glue/jobs/logs-v2. AWS bills them as logs of one's own.
"""

from fractions import Fraction

from capplan.model import Implied
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage
from capplan.written_logs import written_logs

_GROUP = "/aws-glue/jobs/output"


def implies(name: str, spec: Job, usage: Usage) -> tuple[Implied, ...]:
    """Its log group; a streaming job has no runs."""
    if not spec.logs or usage.always_on or not usage.flow.terms:
        return ()
    size = Fraction(spec.logs.size_bytes)
    return (written_logs(spec.logs, _GROUP, size, usage.flow, f"jobs.{name}", vended=False),)
