"""Cases of queues, topics, buses and pipes as calls of the functions that `estimate` runs."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan import units
from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import RequestStream
from capplan.services.eventbridge.buses.limits import invocations_per_second
from capplan.services.eventbridge.pipes.usage import most_at_once
from capplan.services.eventbridge.pipes.usage import requests as pipe_requests
from capplan.services.lambda_.admission.dead_letters import dead_letters
from capplan.services.lambda_.admission.lanes import lanes_of
from capplan.services.lambda_.attempts import attempts
from capplan.services.lambda_.quotas import SQS_CONCURRENCY_STEP
from capplan.services.lambda_.sources.event_source_mappings import EventSourceMapping, max_concurrency
from capplan.services.lambda_.spec import Function
from capplan.services.sns.limits import messages_per_second
from capplan.services.sns.retries import retries
from capplan.services.sqs.polling import idle_requests
from capplan.services.sqs.requests import batch_requests, kms_requests
from tests.cases.facts import Facts, NotCovered

Case = Mapping[str, Any]
Given = Mapping[str, Any]


def _number(value: object) -> Fraction:
    return Fraction(str(value))


# --- SQS --------------------------------------------------------------------------------------------------------------


def _sqs_batch(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    size = _number(given["message_kb"]) * units.BYTES_PER_KB
    calls, requests = batch_requests(int(given["messages"]), int(given["batch"]), size)
    return {"calls": calls, "requests": requests}


def _sqs_idle(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    wait_s = 1 / _number(given["polls_per_s"]) if "polls_per_s" in given else _number(given["wait_s"])
    requests = idle_requests(_number(given["pollers"]), _number(given["seconds"]), wait_s)
    return {"requests": requests, **({"usd": requests * _number(given["usd"])} if "usd" in given else {})}


def _sqs_kms(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    period, reuse = _number(given["period_s"]), _number(given["reuse_s"])
    each = (kms_requests(period, reuse, int(q["producers"]), int(q["consumers"])) for q in given["queues"])
    return {"kms_requests": sum(each, Fraction(0))}


def _esm_ramp(case: Case, _: Facts) -> dict[str, Any]:
    """Minutes until a mapping has as many concurrent batches; its step is the case's, or AWS's where it gives none."""
    given = case["inputs"]
    step = _number(given.get("per_minute", SQS_CONCURRENCY_STEP))
    return {"minutes": (_number(given["target"]) - _number(given["start"])) / step}


def _fifo(given: Given) -> dict[str, Any]:
    return {"messages_per_s": _number(given["tps"]) * int(given["batch"])}


def _fifo_lambda(given: Given) -> dict[str, Any]:
    maximum = given.get("maximum_concurrency")
    mapping = EventSourceMapping("sqs_fifo", message_groups=int(given["groups"]), maximum_concurrency=maximum)
    concurrency = max_concurrency(mapping)
    return {"concurrency": concurrency, "messages_per_s": concurrency * int(given["batch"]) / _number(given["seconds"])}


def _in_flight(given: Given) -> dict[str, Any]:
    in_flight = _number(given["receive_per_s"]) * _number(given["seconds"])
    return {"in_flight": in_flight, "within": in_flight <= _number(given["quota"])}


def _attempts(given: Given) -> dict[str, Any]:
    """A function that fails so often reads a queue message by message."""
    spec = Function.model_validate(
        {
            "duration": "1 ms",
            "fails": f"{Decimal(str(given['error'])) * 100}%",
            "triggers": [{"traffic": "t", "via": "sqs", "batch": 1, "max_receive_count": given["max_receive"]}],
        }
    )
    access = Access(op="invoke")
    stream = RequestStream(access, DemandFlow.zero(), "triggers", 0)
    (lane,) = lanes_of(spec, (stream,))
    return {
        "expected_invocations": attempts(spec, access, spec.triggers[0]),
        "dlq_share": dead_letters(spec, lane, Fraction(1)),
    }


# --- SNS, EventBridge -------------------------------------------------------------------------------------------------


def _publish(given: Given) -> dict[str, Any]:
    single, batches = (Decimal(str(given.get(key, 0))) for key in ("publish_per_s", "batches_per_s"))
    rate = messages_per_second(single, batches, int(given.get("batch", 1)))
    return {"messages_per_s": rate, "within": rate <= Decimal(str(given["quota"]))}


def _retry_attempts(given: Given) -> dict[str, Any]:
    return {"attempts": retries(tuple(int(count) for count in given["phases"]))}


def _bus(given: Given) -> dict[str, Any]:
    rate = invocations_per_second(
        Decimal(str(given["events_per_s"])), int(given["matching_rules"]), int(given["targets_per_rule"])
    )
    return {"invocations_per_s": rate, "delayed": rate > Decimal(str(given["quota"]))}


def _pipe_concurrency(given: Given) -> dict[str, Any]:
    """What a pipe has at once by its source, or executions a second that last so long, beside the account's quota."""
    out: dict[str, Any] = {}
    if "source" in given or "shards" in given or "partitions" in given:
        source = str(given.get("source", "kafka" if "partitions" in given else "kinesis"))
        concurrency = Fraction(
            most_at_once(
                {"sqs_fifo": "sqs-fifo", "dynamodb_streams": "dynamodb"}.get(source, source),
                shards=int(given.get("shards", 1)),
                factor=int(given.get("parallelization_factor", given.get("factor", 1))),
                partitions=int(given.get("partitions", 1)),
                groups=int(given["groups"]) if "groups" in given else None,
            )
        )
    elif "batches_per_s" in given and "seconds" in given:
        concurrency = _number(given["batches_per_s"]) * _number(given["seconds"])
    elif "events_per_s" in given and "seconds" in given:
        rate = _number(given["events_per_s"]) * _number(given.get("match", 1)) / _number(given.get("batch", 1))
        concurrency = rate * _number(given["seconds"])
    else:
        raise NotCovered("a pipe's concurrency from other inputs")
    out["concurrency"] = out["concurrent"] = concurrency
    if "quota" in given:
        out["within"] = concurrency <= _number(given["quota"])
    return out


def _pipes(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    size = _number(given["event_kb"]) * units.BYTES_PER_KB
    requests = pipe_requests(_number(given["events"]), _number(given["match"]), int(given["batch"]), size)
    return {"requests": requests, **({"usd": requests * _number(given["usd"])} if "usd" in given else {})}


_LIMITS: Mapping[str, Callable[[Given], dict[str, Any]]] = {
    "sqs_fifo": _fifo,
    "fifo_lambda": _fifo_lambda,
    "sqs_in_flight": _in_flight,
    "attempts": _attempts,
    "sns_publish": _publish,
    "retry_attempts": _retry_attempts,
    "eventbridge": _bus,
    "pipe_concurrency": _pipe_concurrency,
}


def _limit(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    if given["what"] not in _LIMITS:
        raise NotCovered(f"no adapter for the limit {given['what']}")
    return _LIMITS[given["what"]](given)


ADAPTERS = {
    "sqs_batch": _sqs_batch,
    "sqs_idle": _sqs_idle,
    "sqs_kms": _sqs_kms,
    "esm_ramp": _esm_ramp,
    "pipes": _pipes,
    "limit": _limit,
}
