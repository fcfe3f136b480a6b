"""How large the results of states get: what called functions answer, and what Maps and Parallels collect of it.

Step Functions Developer Guide, "Service quotas" and "Handling errors" (read 2026-11-23): a result or an output above 256 KB
fails its state (States.DataLimitExceeded), a Task's even where its output keeps only a part of it.
"""

from fractions import Fraction

from capplan.model import Context
from capplan.services.stepfunctions.asl.definition import Graph, State
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.world import NO_OVERRIDE, definition_of, target_of, world_of
from capplan.services.stepfunctions.spec import StateMachine


def largest_result(spec: StateMachine, ctx: Context) -> Fraction:
    """Bytes of the largest result of a state; 0 where none is known."""
    if not ctx.response_bytes:
        return Fraction(0)
    sizes = _Sizes(spec, ctx)
    return max((sizes.result_of(state) for state in definition_of(spec).states.values()), default=Fraction(0))


class _Sizes:
    """Sizes of the states of one machine, in bytes; what is not known counts 0."""

    def __init__(self, spec: StateMachine, ctx: Context) -> None:
        self._spec, self._ctx = spec, ctx
        self._world: World | None = None

    def result_of(self, state: State) -> Fraction:
        """The result of a state's work: a function's answer, what items or branches end with."""
        if state.map is not None:
            each = Fraction(0) if state.map.writes_results else self._output_of(state.map.processor)
            return each * self._iterations(state) if each else each
        if state.branches:
            return sum((self._output_of(branch) for branch in state.branches), Fraction(0))
        target = target_of(state, self._spec.states.get(state.name, NO_OVERRIDE), self._ctx)
        returns = target is not None and target.waits and state.task is not None and state.task.pattern == "request"
        return self._ctx.response_bytes.get(target.address, Fraction(0)) if target and returns else Fraction(0)

    def _iterations(self, state: State) -> Fraction:
        """Items of a Map, or batches of them."""
        if self._world is None:
            self._world = world_of(self._spec, self._ctx)
        written = state.map.items if state.map is not None else None
        return self._world.items.get(state.name, Fraction(written or 0))

    def _output_of(self, graph: Graph) -> Fraction:
        """The largest output with which a graph ends."""
        ends = [s for s in graph.states.values() if s.next is None and s.type not in ("Choice", "Fail")]
        return max((self._output(graph, state, frozenset()) for state in ends), default=Fraction(0))

    def _output(self, graph: Graph, state: State, seen: frozenset[str]) -> Fraction:
        """A state's output: its whole result where it keeps that, its input where it does nothing with it."""
        if state.type in ("Wait", "Succeed", "Choice") and state.name not in seen:
            before = [s for s in graph.states.values() if state.name in (s.next, *s.targets)]
            return max((self._output(graph, s, seen | {state.name}) for s in before), default=Fraction(0))
        return self.result_of(state) if state.keeps_result else Fraction(0)
