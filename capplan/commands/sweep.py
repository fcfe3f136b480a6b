"""Plans a scenario at several values of one or two settings, and finds where something breaks between two of them."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.gates.judge import without_draws
from capplan.language.scenario import Scenario
from capplan.pipeline.results import Plan
from capplan.record import Record
from capplan.timeline import no_progress

MAX_POINTS = 400
"""More plans than anyone reads are a typing error."""
DEFAULT_STEPS = 9
_TENFOLD = 10
"""From this ratio of the ends on, the steps of a range are equal factors; below, equal differences."""
_HALVINGS = 12
"""How often the values around a break are halved: to less than a thousandth of what lies between two steps."""
_MOST_BREAKS = 12
_DIGITS = Context(prec=3, rounding=ROUND_HALF_UP)
_RANGE = re.compile(r"(?P<low>\S+?\s*\S*?)\s*\.\.\s*(?P<high>.+)")
_QUANTITY = re.compile(r"(?P<number>[+-]?\d+(?:\.\d+)?)(?P<unit>\s*[^\d\s].*)?")


class SweepError(ValueError):
    """Values that cannot be read."""


class SweptSetting(Record, frozen=True):
    """A setting and the values it is planned with.

    Attributes:
        path: Such as traffic.shoppers.rate.
        values: As a scenario writes them.
        is_range: Whether the values between two of them mean something too.
    """

    path: str
    values: tuple[str, ...]
    is_range: bool = False


class SweepPoint(Record, frozen=True):
    """The plan at one combination of values.

    Attributes:
        values: One for each setting.
        monthly_cost: USD; None where the scenario cannot be planned there, for the reason in `why_not`.
        cost_by_service: USD a month.
        failed: Gates that fail.
        exceeded: Limits that are exceeded, as resource and limit.
        tightest: The limit with the least headroom, as resource and limit; empty for none.
        headroom: Share of it that is free.
    """

    values: tuple[str, ...]
    monthly_cost: Decimal | None
    cost_by_service: Mapping[str, Decimal] = {}
    failed: tuple[str, ...] = ()
    exceeded: tuple[tuple[str, str], ...] = ()
    tightest: tuple[str, str] = ("", "")
    headroom: Decimal | None = None
    why_not: str = ""


class SweepBreak(Record, frozen=True):
    """What holds at one value and not at the next.

    Attributes:
        at: The value at which it breaks (or mends), to three digits.
        gate: The gate; empty where it is a limit.
        limit: The resource and the limit; empty where it is a gate.
        mends: Whether it holds from there on.
    """

    at: str
    gate: str = ""
    limit: tuple[str, str] = ("", "")
    mends: bool = False


class Sweep(Record, frozen=True):
    """A scenario at several values of one or two settings."""

    name: str
    file: str
    sha256: str
    region: str
    version: str
    settings: tuple[SweptSetting, ...]
    points: tuple[SweepPoint, ...]
    breaks: tuple[SweepBreak, ...]
    without_draws: tuple[str, ...] = ()
    """Gates on a percentile or a chance: they are judged at the likely values of the ranges."""


ScenarioAt = Callable[[Sequence[tuple[str, str]]], Scenario]
"""The scenario with values at paths. Raises CapplanError where it is wrong with them."""


def swept_setting(path: str, text: str, steps: int = DEFAULT_STEPS) -> SweptSetting | None:
    """A setting of `10/s..500/s` or of `128 MB,256 MB`; None where the text is a single value.

    Raises:
        SweepError: The ends of a range have no common unit, or there are too many values.
    """
    match = _RANGE.fullmatch(text.strip())
    if match is not None:
        return SweptSetting(path, _steps(match["low"].strip(), match["high"].strip(), steps), is_range=True)
    values = tuple(value.strip() for value in text.split(","))
    if len(values) == 1 or text.strip()[:1] in ("[", "{", '"', "'") or "(" in text:
        return None
    if not all(values):
        raise SweepError(f"'{text}' has an empty value: write 128 MB,256 MB or 10/s..500/s")
    return SweptSetting(path, values)


def _steps(low_text: str, high_text: str, steps: int) -> tuple[str, ...]:
    low, unit = _quantity(low_text)
    high, high_unit = _quantity(high_text)
    if unit.strip() != high_unit.strip() and unit.strip() and high_unit.strip():
        raise SweepError(f"'{low_text}' and '{high_text}' have different units: write both in one, such as 10/s..500/s")
    unit = unit or high_unit
    if not low < high:
        raise SweepError(f"'{low_text}..{high_text}' does not go up: write the lower end first")
    if steps > MAX_POINTS:
        raise SweepError(f"{steps} steps are too many: at most {MAX_POINTS}")
    values = [low, *(_between(low, high, Decimal(i) / (steps - 1)) for i in range(1, steps - 1)), high]
    return tuple(dict.fromkeys(f"{value:f}{unit}" for value in values))


def _between(low: Decimal, high: Decimal, share: Decimal) -> Decimal:
    """A value between two, to three digits: by equal factors where they are far apart."""
    far = low > 0 and high / low >= _TENFOLD
    value = low * (high / low) ** share if far else low + (high - low) * share
    return _short(value)


def _short(value: Decimal) -> Decimal:
    rounded = _DIGITS.plus(value)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()


def _quantity(text: str) -> tuple[Decimal, str]:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise SweepError(f"'{text}' is not a number with its unit, such as 10/s")
    try:
        return Decimal(match["number"]), match["unit"] or ""
    except InvalidOperation:  # past all digits
        raise SweepError(f"'{text}' is not a number") from None


def sweep(
    scenario_at: ScenarioAt,
    settings: Sequence[SweptSetting],
    *,
    seed: int = 0,
    progress: Callable[[float, str], None] = no_progress,
) -> Sweep:
    """Plans at every combination of the settings' values, and the values between at which a gate or a limit breaks.

    Breaks are looked for along a single setting that is a range.

    Raises:
        CapplanError: The scenario is wrong at every value.
        SweepError: There are too many combinations.
    """
    combinations = list(itertools.product(*(setting.values for setting in settings)))
    if len(combinations) > MAX_POINTS:
        raise SweepError(f"{len(combinations)} combinations are too many: at most {MAX_POINTS}")
    planned: dict[tuple[str, ...], Plan | CapplanError] = {}

    def at(values: tuple[str, ...]) -> Plan | CapplanError:
        if values not in planned:
            try:
                scenario = scenario_at([(s.path, value) for s, value in zip(settings, values, strict=True)])
                planned[values] = plan(scenario, seed=seed, findings=False)
            except CapplanError as error:
                planned[values] = error
        return planned[values]

    for i, values in enumerate(combinations):
        progress(i / len(combinations), f"value {i + 1} of {len(combinations)}")
        at(values)
    answers = [planned[values] for values in combinations]
    first = next((answer for answer in answers if isinstance(answer, Plan)), None)
    if first is None:
        error = answers[0]
        assert isinstance(error, CapplanError)  # noqa: S101  none of them is a plan
        raise error
    breaks = tuple(_breaks(settings[0], at))[:_MOST_BREAKS] if len(settings) == 1 and settings[0].is_range else ()
    points = tuple(_point(values, planned[values]) for values in combinations)
    return Sweep(
        first.name, first.file, first.sha256, first.region, first.version, tuple(settings), points, breaks,
        tuple(dict.fromkeys(gate for answer in answers if isinstance(answer, Plan) for gate in without_draws(answer.gates))),
    )  # fmt: skip


def _point(values: tuple[str, ...], answer: Plan | CapplanError) -> SweepPoint:
    if isinstance(answer, CapplanError):
        said = answer.diagnostics[0].message if answer.diagnostics else answer.summary
        return SweepPoint(values, None, why_not=said)
    tightest = min(answer.limits, key=lambda limit: limit.headroom, default=None)
    return SweepPoint(
        values,
        answer.monthly_cost,
        {service: cost for service, cost in answer.cost_by_service.items() if cost},
        answer.failed_gates,
        answer.exceeded_limits,
        ("", "") if tightest is None else (tightest.check.resource, tightest.check.limit),
        None if tightest is None else tightest.headroom,
    )


def _breaks(setting: SweptSetting, at: Callable[[tuple[str, ...]], Plan | CapplanError]) -> Iterator[SweepBreak]:
    """What changes between neighbors, by the value at which it does."""
    for low, high in itertools.pairwise(setting.values):
        before, after = at((low,)), at((high,))
        if isinstance(before, CapplanError) or isinstance(after, CapplanError):
            continue
        found: list[tuple[Decimal, SweepBreak]] = []
        for gate in sorted({*before.failed_gates} ^ {*after.failed_gates}):
            mends = gate in before.failed_gates
            edge, text = _edge(low, high, _differs(at, lambda plan: plan.failed_gates, gate, mends=mends))
            found.append((edge, SweepBreak(text, gate=gate, mends=mends)))
        for limit in sorted({*before.exceeded_limits} ^ {*after.exceeded_limits}):
            mends = limit in before.exceeded_limits
            edge, text = _edge(low, high, _differs(at, lambda plan: plan.exceeded_limits, limit, mends=mends))
            found.append((edge, SweepBreak(text, limit=limit, mends=mends)))
        yield from (one for _, one in sorted(found, key=lambda pair: pair[0]))


def _differs(
    at: Callable[[tuple[str, ...]], Plan | CapplanError],
    fails: Callable[[Plan], Sequence[object]],
    what: object,
    *,
    mends: bool,
) -> Callable[[str], bool]:
    """Tells of a value whether something is no longer as it was below the break."""

    def differs(value: str) -> bool:
        answer = at((value,))
        return isinstance(answer, Plan) and (what in fails(answer)) != mends

    return differs


def _edge(low_text: str, high_text: str, differs: Callable[[str], bool]) -> tuple[Decimal, str]:
    """The lowest value found, to three digits, at which something differs from the lower end."""
    low, unit = _quantity(low_text)
    high, _ = _quantity(high_text)
    for _ in range(_HALVINGS):
        middle = _short((low + high) / 2)
        if not low < middle < high:
            break
        if differs(f"{middle:f}{unit}"):
            high = middle
        else:
            low = middle
    return high, f"{high:f}{unit}"
