"""Draws valid state machines: chains with choices, loops, parallel branches, maps, waits, retries and catches; and what a
scenario says of their states.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

_ERRORS = ("States.ALL", "States.Timeout", "States.TaskFailed", "Declined", "Lambda.TooManyRequestsException")
_RESOURCES = (
    "arn:aws:states:::lambda:invoke", "arn:aws:states:::dynamodb:putItem", "arn:aws:states:::sqs:sendMessage",
    "arn:aws:states:::sns:publish", "arn:aws:states:::aws-sdk:s3:getObject", "arn:aws:states:::glue:startJobRun.sync",
    "arn:aws:states:::states:startExecution.sync:2", "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "arn:aws:lambda:us-east-1:123456789012:function:f",
)  # fmt: skip
_MOST_STATES, _DEEPEST = 5, 2


class Machines:
    """Draws one definition. Names are unique over all levels, as AWS wants them."""

    def __init__(self, rng: Random) -> None:
        self._rng, self._count = rng, 0
        self.overrides: dict[str, dict[str, Any]] = {}
        """What `states` of the scenario says."""

    def definition(self) -> dict[str, Any]:
        """A whole definition."""
        out = self._level(0)
        if self._rng.random() < 0.2:
            out["TimeoutSeconds"] = self._rng.choice((1, 60, 3600))
        if self._rng.random() < 0.2:
            out["QueryLanguage"] = "JSONPath"
        return out

    def _level(self, depth: int) -> dict[str, Any]:
        names = [self._name() for _ in range(self._rng.randint(1, _MOST_STATES))]
        states = {name: self._state(names, i, depth) for i, name in enumerate(names)}
        return {"StartAt": names[0], "States": states}

    def _name(self) -> str:
        self._count += 1
        return self._rng.choice(("S{}", "Step {}", "wait-for_{}", "É{}")).format(self._count)

    def _state(self, names: list[str], i: int, depth: int) -> dict[str, Any]:
        rng, name, onward = self._rng, names[i], names[i + 1 :]
        kinds = ["Task", "Task", "Task", "Pass", "Wait"]
        kinds += ["Choice", "Choice"] if onward else ["Succeed", "Fail"]
        kinds += ["Parallel", "Map"] if depth < _DEEPEST else []
        kind = rng.choice(kinds)
        if kind == "Succeed":
            return {"Type": kind}
        if kind == "Fail":
            return {"Type": kind, "Error": rng.choice(_ERRORS[2:]), "Cause": "drawn"}
        if kind == "Choice":
            return self._choice(name, names, i)
        out = {"Type": kind, **dict(self._inside(kind, name, depth))}
        if kind in ("Task", "Parallel", "Map"):
            out |= dict(self._handlers(onward))
        # each state goes on to the next one, so that every one is reached
        return out | ({"Next": onward[0]} if onward else {"End": True})

    def _choice(self, name: str, names: list[str], i: int) -> dict[str, Any]:
        """A branch onward; now and then back, with how often the loop is passed."""
        rng, onward = self._rng, names[i + 1 :]
        targets = [rng.choice(onward) for _ in range(rng.randint(1, 3))]
        if i and rng.random() < 0.3:
            targets.append(names[rng.randrange(i)])
            self.overrides[name] = rng.choice(({"polls": rng.choice((1, 3, 40))}, {"until": "90 s"}, {}))
        elif len({*targets, onward[0]}) > 1 and rng.random() < 0.5:
            self.overrides[name] = {"next": {targets[0]: rng.choice(("0%", "10%", "95%", "100%"))}}
        rules = [{"Variable": "$.x", "NumericEquals": n, "Next": to} for n, to in enumerate(targets)]
        return {"Type": "Choice", "Choices": rules, "Default": onward[0]}

    def _inside(self, kind: str, name: str, depth: int) -> Iterator[tuple[str, Any]]:
        rng = self._rng
        if kind == "Wait":
            yield "Seconds", rng.choice((0, 1, 30, 3600, 99_999_999))
        elif kind == "Pass" and rng.random() < 0.3:
            yield "Result", {"a": [1, 2, 3]}
        elif kind == "Task":
            yield "Resource", rng.choice(_RESOURCES)
            yield (
                "Parameters",
                {"FunctionName": "f", "TableName": "a", "QueueUrl": "q", "StateMachineArn": "x", "JobName": "j"},
            )
            if rng.random() < 0.3:
                yield "TimeoutSeconds", rng.choice((1, 5, 900))
            self.overrides[name] = rng.choice(
                ({}, {}, {"fails": "2%"}, {"fails": "100%"}, {"errors": {"Declined": "3%", "States.Timeout": "1%"}},
                 {"duration": {"p50": "200 ms", "p99": "3 s"}}, {"duration": "12 ms", "fails": "0.01%"})
            )  # fmt: skip
        elif kind == "Parallel":
            yield "Branches", [self._level(depth + 1) for _ in range(rng.randint(1, 3))]
        elif kind == "Map":
            yield from self._map(name, depth)

    def _map(self, name: str, depth: int) -> Iterator[tuple[str, Any]]:
        rng, processor = self._rng, self._level(depth + 1)
        distributed = rng.random() < 0.4
        if distributed:
            processor["ProcessorConfig"] = {
                "Mode": "DISTRIBUTED",
                "ExecutionType": rng.choice(("STANDARD", "EXPRESS")),
            }
        yield "ItemProcessor", processor
        yield "ItemsPath", "$.items"
        if rng.random() < 0.6:
            yield "MaxConcurrency", rng.choice((0, 1, 3, 40))
        if distributed and rng.random() < 0.3:
            yield "ToleratedFailurePercentage", rng.choice((0, 10, 100))
        if distributed and rng.random() < 0.3:
            yield "ItemBatcher", {"MaxItemsPerBatch": rng.choice((1, 50))}
        self.overrides[name] = {"items": rng.choice((0, 1, 3, 2.5, 60, 5000))}

    def _handlers(self, onward: list[str]) -> Iterator[tuple[str, Any]]:
        rng = self._rng
        if rng.random() < 0.5:
            yield "Retry", [dict(self._retrier(error)) for error in self._caught()]
        if onward and rng.random() < 0.4:
            yield "Catch", [{"ErrorEquals": [error], "Next": rng.choice(onward)} for error in self._caught()]

    def _caught(self) -> list[str]:
        """One to three errors; the one that stands for all is the last."""
        named = self._rng.sample(_ERRORS[1:], self._rng.randint(0, 2))
        return [*named, _ERRORS[0]] if not named or self._rng.random() < 0.5 else named

    def _retrier(self, error: str) -> Iterator[tuple[str, Any]]:
        rng = self._rng
        yield "ErrorEquals", [error]
        for key, values in (
            ("MaxAttempts", (0, 1, 3, 8)), ("IntervalSeconds", (1, 10)), ("BackoffRate", (1.0, 1.5, 2)),
            ("MaxDelaySeconds", (20, 60)), ("JitterStrategy", ("FULL", "NONE")),
        ):  # fmt: skip
            if rng.random() < 0.5:
                yield key, rng.choice(values)
