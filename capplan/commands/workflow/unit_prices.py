"""Computes what one transition, one request, 100 ms and one attempt of each Task cost in a planned scenario."""

from decimal import Decimal
from fractions import Fraction

from capplan.commands.workflow.state_costs import StateCosts
from capplan.pipeline.price import Priced
from capplan.pricing.catalogue import Price
from capplan.pricing.rating import LineItem
from capplan.services.stepfunctions import cost
from capplan.services.stepfunctions.execution.by_state import EDGES
from capplan.services.stepfunctions.execution.draws import Weights
from capplan.services.stepfunctions.execution.expectation import all_children, everywhere
from capplan.services.stepfunctions.execution.express import billed_ms
from capplan.services.stepfunctions.execution.model import Expectation
from capplan.services.stepfunctions.quotas import DURATION_STEP_MS
from capplan.services.stepfunctions.usage import Usage, gb_seconds

_KEYS = (cost.TRANSITION, cost.REQUEST, cost.DURATION)


class UnitPrices:
    """What a transition, a request, 100 ms and an attempt of each Task cost in USD, on average over the month."""

    def __init__(self, priced: Priced, usage: Usage, costs: StateCosts) -> None:
        self._catalogue = priced.catalogue
        self._usage = usage
        lines = [x for x in priced.lines if x.price_key in _KEYS]
        self._paid = {key: _average(lines, key) for key in _KEYS}
        attempts = everywhere(usage.mean, "attempts")
        called = {state: sum(by_service.values(), Fraction(0)) for state, by_service in costs.called.items()}
        self.attempt = {s: amount / attempts[s] for s, amount in called.items() if attempts.get(s)}
        self.fixed = called.get(EDGES, Fraction(0))

    @property
    def step(self) -> Fraction:
        """USD of 100 ms of an Express execution."""
        return gb_seconds(DURATION_STEP_MS, self._usage.billed_memory_mb) * self._paid[cost.DURATION]

    def of_mean(self, execution: Expectation) -> Fraction:
        """USD of a mean execution, its Distributed Map children included."""
        attempts = everywhere(execution, "attempts")
        called = sum((self.attempt.get(s, Fraction(0)) * n for s, n in attempts.items()), Fraction(0))
        return self.fixed + called + self._own(execution, express=self._usage.express)

    def _own(self, execution: Expectation, *, express: bool) -> Fraction:
        if express:
            own = self._paid[cost.REQUEST] + self.step * billed_ms(execution.duration_ms) / DURATION_STEP_MS
        else:
            own = self._paid[cost.TRANSITION] * (execution.states_entered + execution.retries + self._usage.overhead)
        for child in execution.children.values():
            own += child.runs * self._own(child.each, express=child.type == "EXPRESS")
        return own

    def weigh(self, execution: Expectation) -> Fraction:
        """What visits add to an execution's cost in USD, start and end not included: additive over visits."""
        attempts = everywhere(execution, "attempts")
        called = sum((self.attempt.get(s, Fraction(0)) * n for s, n in attempts.items()), Fraction(0))
        if self._usage.express:
            return called + self.step * execution.duration_ms / DURATION_STEP_MS
        own = self._paid[cost.TRANSITION] * (execution.states_entered + execution.retries)
        children = (
            child.runs * self._own(child.each, express=child.type == "EXPRESS") for child in execution.children.values()
        )
        return called + own + sum(children, Fraction(0))

    def weights(self) -> Weights:
        """The same for drawn executions, without an Express execution's own request and duration."""
        children = all_children(self._usage.mean)
        express = {name: child.type == "EXPRESS" for name, child in children.items()}
        transition = float(self._paid[cost.TRANSITION])
        request = float(self._paid[cost.REQUEST])
        return Weights(
            0.0 if self._usage.express else transition,
            {state: float(usd) for state, usd in self.attempt.items()},
            {n: request if is_express else transition * self._usage.overhead for n, is_express in express.items()},
            {n: 0.0 if is_express else transition for n, is_express in express.items()},
            {n: float(self.step) if is_express else 0.0 for n, is_express in express.items()},
        )

    def edges(self) -> float:
        """USD that every execution costs whatever its path."""
        own = self._paid[cost.REQUEST] if self._usage.express else self._paid[cost.TRANSITION] * self._usage.overhead
        return float(own + self.fixed)

    def break_even_ms(self) -> int:
        """The longest billed duration at which an Express execution costs no more than this one's transitions; 0 for none."""
        first = {key: _first_tier(self._catalogue.price(key)) for key in self._paid}
        transition, request, second = first[cost.TRANSITION], first[cost.REQUEST], first[cost.DURATION]
        if transition is None or request is None or not second:
            return 0
        usage = self._usage
        transitions = usage.mean.states_entered + usage.mean.retries + usage.overhead
        return cost.longest_express_ms(transitions, transition, request, second, usage.billed_memory_mb)


def _first_tier(price: Price | None) -> Decimal | None:
    return price.tiers[0].price if price is not None and price.tiers else None


def _average(lines: list[LineItem], key: str) -> Fraction:
    of_key = [x for x in lines if x.price_key == key]
    quantity = sum((Fraction(x.pricing_quantity) for x in of_key), Fraction(0))
    return sum((Fraction(x.contracted_cost) for x in of_key), Fraction(0)) / quantity if quantity else Fraction(0)
