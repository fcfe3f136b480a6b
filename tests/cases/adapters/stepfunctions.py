"""Step Functions' cases as calls of the functions that `estimate` runs, or of the oracles that are held equal to them."""

import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from capplan import units
from capplan.calls import Access
from capplan.flow import DemandFlow, steady
from capplan.model import Context, Demand, RequestStream
from capplan.reading.files import Files
from capplan.service import Quota
from capplan.services.stepfunctions import cost, usage
from capplan.services.stepfunctions.asl.definition import Definition, Retrier
from capplan.services.stepfunctions.asl.read import parse
from capplan.services.stepfunctions.execution import expectation, express, retries
from capplan.services.stepfunctions.execution.history import history_capacities
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.quotas import (
    EXPRESS_START_BUCKET,
    EXPRESS_START_RATE,
    START_BUCKET,
    START_RATE,
    TRANSITION_BUCKET,
    TRANSITION_RATE,
)
from capplan.services.stepfunctions.simulation.token_buckets import Bucket
from capplan.services.stepfunctions.spec import StateMachine
from tests.cases.facts import Facts, NotCovered
from tests.reference.rating import graduated_usd
from tests.reference.stepfunctions import interpreter
from tests.reference.stepfunctions.token_buckets import seconds_to_admit

Case = Mapping[str, Any]
_HOME = "us-east-1"


# --- definitions and scripts ------------------------------------------------------------------------------------------


def read_definition(path: Path) -> Definition:
    """A definition file, JSON or YAML."""
    document = Files(path.parent).read_definition(path.name)
    return parse(document.data, len("\n".join(document.lines).encode()))


def _definition(given: Case, facts: Facts) -> Definition:
    if "definition" in given:
        return parse(given["definition"], len(json.dumps(given["definition"], default=str)))
    if facts.asl is None:
        raise NotCovered("no folder of definitions")
    return read_definition(facts.asl / given["asl"])


def script_of(given: Case) -> interpreter.Script:
    """What the world answers."""
    script = given.get("script") or {}
    return interpreter.Script(
        script.get("task") or {},
        script.get("choice") or {},
        {name: int(n) for name, n in (script.get("items") or {}).items()},
        _amounts(script.get("wait")),
    )


def _amounts(given: Mapping[str, Any] | None) -> dict[str, Fraction]:
    return {name: _fraction(value) for name, value in (given or {}).items()}


def _fraction(value: object) -> Fraction:
    return Fraction(str(value))


def _path(case: Case, facts: Facts) -> dict[str, Any]:
    """One scripted execution."""
    given = case["inputs"]
    done = interpreter.execute(_definition(given, facts), script_of(given))
    return {
        "status": done.status,
        "states_entered": done.states_entered,
        "retries": done.retries,
        "transitions_states_plus_retries": done.transitions,
        "history_events": done.history_events,
        "wait_state_seconds": done.wait_s,
        "retry_wait_seconds": done.retry_wait_s,
        "entered_by_type": dict(done.entered_by_type),
        "map_iterations": done.map_iterations,
        "final_event": done.final_event,
        "children": done.children,
        "children_states_entered": done.children_states_entered,
        "nested_child_executions": done.nested_child_executions,
    }


def _history_limit(case: Case, facts: Facts) -> dict[str, Any]:
    given = case["inputs"]
    definition, vary = _definition(given, facts), given["vary"]
    if len(vary) == 1:
        (varied,) = vary
        state = varied.get("choice", varied.get("items"))
        choices = {name: {targets[-1]: Fraction(1)} for name, targets in script_of(given).choice.items()}
        if "leave" in varied:
            choices[state] = {varied["leave"]: Fraction(1)}
        capacities = history_capacities(definition, World(choices=choices))
        capacity = next(c for c in capacities if c.state == state)
        return {
            "events_fixed": capacity.events_fixed,
            "events_per_unit": capacity.events_each,
            "max_units": capacity.most,
        }
    loops = [interpreter.Loop(v["choice"], v["stay"], v["leave"]) for v in vary if "choice" in v]
    maps = [v["items"] for v in vary if "items" in v]
    joint = interpreter.history_capacity(definition, script_of(given), loops, maps, int(given["limit"]))
    return {"events_fixed": joint.events_fixed, "events_per_unit": joint.events_per_unit, "max_units": joint.max_units}


# --- expectations -----------------------------------------------------------------------------------------------------


def _expected(case: Case, facts: Facts) -> dict[str, Any]:
    given = case["inputs"]
    error = given.get("error", retries.DEFAULT_ERROR)
    world = World(
        fails={n: {error: p} for n, p in _amounts(given.get("p_fail_per_attempt")).items()},
        choices={n: _amounts(odds) for n, odds in (given.get("choice") or {}).items()},
        items=_amounts(given.get("items")),
        wait_s=_amounts(given.get("wait")),
    )
    found = expectation.expect(_definition(given, facts).graph, world)
    return {
        "states_entered": found.states_entered,
        "retries": found.retries,
        "history_events": found.history_events,
        "wait_state_seconds": found.wait_s,
        "expected_retry_wait_s": found.retry_wait_s,
        "p_success": found.p_success,
        "visits": dict(found.visits),
    }


def _attempts(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    entry = Retrier((retries.DEFAULT_ERROR,), max_attempts=int(given["max_retries"]))
    tried = retries.tries([entry], {retries.DEFAULT_ERROR: _fraction(given["p_fail_per_attempt"])})
    return {
        "expected_attempts": tried.attempts,
        "expected_failures": tried.attempts - tried.p_success,
        "p_success": tried.p_success,
    }


def _schedule(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
    retry = [{"ErrorEquals": [retries.DEFAULT_ERROR], **given["retrier"]}]
    (entry,) = parse({"StartAt": "A", "States": {"A": {**task, "Retry": retry}}}, 0).states["A"].retry
    failures = int(given["failures"])
    numbers = range(1, min(failures, entry.max_attempts) + 1)
    return {
        "delays_s": [retries.delay_s(entry, number) for number in numbers],
        "expected_delays_s": [retries.mean_delay_s(entry, number) for number in numbers],
        "outcome": "exhausted" if failures > entry.max_attempts else "retried",
    }


# --- money, quotas ----------------------------------------------------------------------------------------------------


def _standard_cost(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    transitions = _fraction(given["transitions_per_execution"]) * int(given["executions_per_month"])
    billable = max(Fraction(0), transitions - int(given["free_tier_transitions"]))
    usd = graduated_usd(billable, [(Fraction(0), Fraction(_decimal(given["price_per_transition"])))])
    return {"transitions": transitions, "billable": billable, "cost": usd, "cost_usd": usd}


def _decimal(given: object) -> Decimal:
    return Decimal(str(given))


def _prices(facts: Facts, region: str, key: str) -> list[tuple[Fraction, Fraction]]:
    """A price as (from quantity, price of one unit), in growing order; what the account has free is the first tier."""
    free, paid = Fraction(facts.allowance(key)), facts.tiers(region, key)
    tiers = [(free + begin, Fraction(usd)) for begin, usd in paid]
    return [(Fraction(0), Fraction(0)), *tiers] if free else tiers


def _express(executions: int, duration_ms: object, memory_mb: object, region: str, facts: Facts) -> dict[str, Any]:
    """What so many Express executions are billed for, and cost."""
    ms, mb = express.billed_ms(_fraction(duration_ms)), usage.billed_mb(_fraction(memory_mb))
    gb_seconds = executions * usage.gb_seconds(ms, mb)
    requests_usd = graduated_usd(Fraction(executions), _prices(facts, region, cost.REQUEST))
    duration_usd = graduated_usd(gb_seconds, _prices(facts, region, cost.DURATION))
    return {
        "billed_duration_ms": ms,
        "billed_memory_mb": mb,
        "gb_seconds": gb_seconds,
        "gb_hours": gb_seconds / units.SECONDS_PER_HOUR,
        "request_cost_usd": requests_usd,
        "duration_cost_usd": duration_usd,
        "total_usd": requests_usd + duration_usd,
    }


def _express_cost(case: Case, facts: Facts) -> dict[str, Any]:
    given = case["inputs"]
    region = given.get("region", _HOME)
    return _express(int(given["requests_per_month"]), given["avg_duration_ms"], given["memory_mb"], region, facts)


def _express_memory(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    kb = (_fraction(given["definition_kb"]), _fraction(given["payload_kb_per_step"]))
    used = usage.estimated_mb(*kb, _fraction(given["parallel_or_map_steps"]))
    return {"used_mb": used, "billed_mb": usage.billed_mb(used)}


def _recorded_billing(case: Case, _: Facts) -> dict[str, Any]:
    """The measured duration is echoed where the rule allows it: a billed duration that is not below the retry waits."""
    measured = int(case["expected"]["billed_duration_ms"])
    least = express.billed_ms(_fraction(case["inputs"].get("retry_wait_seconds", 0)) * units.MS_PER_SECOND)
    allowed = measured >= least and express.billed_ms(measured) == measured
    return {
        "billed_duration_ms": measured if allowed else least,
        "billed_memory_mb": usage.billed_mb(0),
        "status": case["expected"].get("status"),
        "at_least_ms": least,
    }


def _compare(case: Case, facts: Facts) -> dict[str, Any]:
    given = case["inputs"]
    region = given.get("region", _HOME)
    executions, each = int(given["executions"]), _fraction(given["standard_transitions"])
    transition_usd = _prices(facts, region, cost.TRANSITION)[-1][1]
    request_usd = _prices(facts, region, cost.REQUEST)[0][1]
    gb_second_usd = _prices(facts, region, cost.DURATION)[0][1]
    found: dict[str, Any] = {
        "standard_cost_usd": graduated_usd(executions * each, [(Fraction(0), Fraction(transition_usd))]),
        "last_cheaper_billed_ms": cost.longest_express_ms(
            each, transition_usd, request_usd, gb_second_usd, given["express_mb"]
        ),
    }
    if "express_ms" in given:
        express = _express(executions, given["express_ms"], given["express_mb"], region, facts)
        found["express_cost_usd"] = express["total_usd"]
        found["cheaper"] = "EXPRESS" if express["total_usd"] < found["standard_cost_usd"] else "STANDARD"
    return found


def _distributed_map(given: Case, child_type: str, states_per_child: int, states_of_parent: int) -> usage.Usage:
    """A month of one execution of a Distributed Map, with Pass states around it and a Task of some time in each child."""
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
    child = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": child_type}, **_chain(states_per_child, task)}
    batcher = {"MaxItemsPerBatch": int(given.get("items_per_batch", given.get("batch", 1)))}
    rows = {"Type": "Map", "ItemProcessor": child, "ItemBatcher": batcher, "End": True}
    words: dict[str, Any] = {"last": {"items": Decimal(str(given["items"]))}}
    words["last inside"] = {"duration": f"{given.get('child_duration_ms', 0)} ms"}
    spec = StateMachine.model_validate(
        {
            "definition": "a.asl.json",
            "overhead": 0,
            "memory": f"{given.get('child_memory_mb', 64)} MB",
            "states": words,
        }
    ).model_copy(update={"asl": parse(_chain(states_of_parent, rows, inside=False), 0)})
    started_once = DemandFlow.of(steady("once", recurring=False), Fraction(1, units.MONTH_SECONDS))
    demand = Demand((RequestStream(Access(op="start"), started_once, "traffic.once"),))
    return usage.meter(spec, demand, Context(given.get("region", _HOME)))


def _chain(count: int, last: dict[str, Any], *, inside: bool = True) -> dict[str, Any]:
    """So many states, all but the last of them Pass."""
    end = "last inside" if inside else "last"
    names = [f"{end} {i}" for i in range(1, count)]
    following = [*names, end][1:]
    passes = {name: {"Type": "Pass", "Next": to} for name, to in zip(names, following, strict=True)}
    return {"StartAt": [*names, end][0], "States": {**passes, end: last}}


def _distributed_map_cost(case: Case, facts: Facts) -> dict[str, Any]:
    given = case["inputs"]
    region = given.get("region", _HOME)
    month = _distributed_map(
        given, given["child_type"], int(given["states_per_child"]), int(given["parent_transitions"])
    )
    tiers = _prices(facts, region, cost.TRANSITION)
    if not given.get("free_tier"):
        tiers = [(Fraction(0), tiers[-1][1])]
    usd = graduated_usd(month.billed.transitions, tiers)
    usd += graduated_usd(month.billed.requests, _prices(facts, region, cost.REQUEST))
    usd += graduated_usd(month.billed.gb_seconds, _prices(facts, region, cost.DURATION))
    return {
        "children": month.mean.children["last"].runs,
        "child_transitions": month.billed.transitions - month.mean.states_entered,
        "express_requests": month.billed.requests,
        "cost_usd": usd,
    }


def _quota(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    region, express = given.get("region", _HOME), given.get("type") == "EXPRESS"
    if "items" in given:
        month = _distributed_map(given, given["child_type"], 1, 1)
        return {
            "children": month.mean.children["last"].runs,
            "min_dispatch_seconds": month.mean.duration_ms / units.MS_PER_SECOND,
        }
    starts = (EXPRESS_START_BUCKET, EXPRESS_START_RATE) if express else (START_BUCKET, START_RATE)
    if "burst_transitions" in given:
        return _burst((TRANSITION_BUCKET, TRANSITION_RATE), region, int(given["burst_transitions"]), "seconds_to_drain")
    if "start_executions" in given:
        return _burst(starts, region, int(given["start_executions"]), "seconds_to_start_all")
    rate = _fraction(given["executions_per_s"])
    transitions = rate * _fraction(given["transitions_per_execution"])
    return {
        "transitions_per_s": transitions,
        "within_transition_quota": express or transitions <= Fraction(TRANSITION_RATE.in_region(region)),
        "within_start_quota": rate <= Fraction(starts[1].in_region(region)),
    }


def _burst(quotas: tuple[Quota, Quota], region: str, requests: int, key: str) -> dict[str, Any]:
    size, refill = (int(quota.in_region(region)) for quota in quotas)
    return {"bucket": size, "refill_per_s": refill, key: seconds_to_admit(Bucket(size, refill), requests)}


ADAPTERS = {
    "asl_path": _path,
    "sfn_history_recorded": _path,
    "sfn_history_limit": _history_limit,
    "asl_expected": _expected,
    "attempts_expected": _attempts,
    "asl_retry_schedule": _schedule,
    "sfn_standard_cost": _standard_cost,
    "sfn_express_cost": _express_cost,
    "sfn_express_memory": _express_memory,
    "sfn_express_recorded_billing": _recorded_billing,
    "sfn_compare": _compare,
    "sfn_distributed_map_cost": _distributed_map_cost,
    "sfn_quota": _quota,
}
