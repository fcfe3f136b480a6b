"""Which option to recommend, and under which conditions another one is better.

An option keeps the limit at a multiple of traffic where it throttles no more than is tolerated (a gate's limit, else
nothing); where every option throttles more, the limit there is what the best of them throttles. Its regret is what it
costs more than the cheapest that keeps it; recommended is the option with the least regret at its worst multiple, among
those that keep the limit at the largest number of multiples. Where the difference is not worth a change, the table as
written is, then the option with the fewest steps to write. A target above AWS's recommended utilization is an alternative
only, and where every option throttles, a table that throttles no more than any stays as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from capplan.pipeline.recommendations import worth_it
from capplan.pipeline.results import AtMultiple, ModeOption
from capplan.record import replace
from capplan.services.dynamodb.capacity.modes import USUAL_TARGET

_CENT = Decimal("0.01")
_ALIKE_SHARE, _ALIKE_PART = Decimal("0.001"), Decimal("0.1")
"""Shares this close to the least are as good: a thousandth of the requests and a tenth of the share."""
Limits = Mapping[Decimal, Decimal]
"""What an option may throttle, by multiple of traffic."""


def limits_of(options: Sequence[ModeOption], tolerated: Decimal) -> Limits:
    """What is tolerated today; at other multiples, and where no option keeps it, about what the one throttles that
    throttles least.
    """
    least: dict[Decimal, Decimal] = {}
    for at in (at for option in options for at in option.at if at.throttled_share is not None):
        share = at.throttled_share or Decimal(0)
        least[at.multiple] = min(least.get(at.multiple, share), share)
    return {
        multiple: tolerated
        if multiple == 1 and share <= tolerated
        else max(tolerated, share * (1 + _ALIKE_PART) + _ALIKE_SHARE)
        for multiple, share in least.items()
    }


def keeps(at: AtMultiple, limits: Limits) -> bool:
    """Whether no more is throttled than may be."""
    return at.throttled_share is not None and at.throttled_share <= limits[at.multiple]


def by_default(option: ModeOption) -> bool:
    """Whether an option may be recommended: without a commitment for years, no target above the recommended one."""
    target = _target(option)
    return option.commitment is None and (target is None or target <= USUAL_TARGET)


def _target(option: ModeOption) -> int | None:
    mode = option.id.partition("/")[0]
    return int(mode.removeprefix("auto-scaled-")) if mode.startswith("auto-scaled-") else None


def with_regret(options: Sequence[ModeOption], limits: Limits) -> list[ModeOption]:
    """The options with their largest regret over the multiples at which they keep the limit."""
    best: dict[Decimal, Decimal] = {}
    for option in filter(by_default, options):
        for at in option.at:
            if at.monthly_cost is not None and keeps(at, limits):
                best[at.multiple] = min(best.get(at.multiple, at.monthly_cost), at.monthly_cost)
    return [replace(option, regret=_regret(option, best, limits)) for option in options]


def _regret(option: ModeOption, best: dict[Decimal, Decimal], limits: Limits) -> Decimal | None:
    if option.monthly_cost is None or not any(at.multiple == 1 and keeps(at, limits) for at in option.at):
        return None
    over = [
        at.monthly_cost - best[at.multiple]
        for at in option.at
        if at.monthly_cost is not None and keeps(at, limits) and at.multiple in best
    ]
    return max(Decimal(0), *over) if over else None


def choose(options: Sequence[ModeOption], tolerated: Decimal, as_written: str) -> str | None:
    """The recommended option's id; None where none has a price.

    Args:
        options: With their regret.
        tolerated: The share of requests that may be throttled.
        as_written: The id of the table as it is.
    """
    limits = limits_of(options, tolerated)
    known = [o for o in options if o.monthly_cost is not None and by_default(o) and o.regret is not None]
    if not known:
        return None
    most = max(_kept(o, limits) for o in known)
    safe = [o for o in known if _kept(o, limits) == most]
    today = limits.get(Decimal(1), tolerated)
    if today > tolerated and any(o.id == as_written for o in safe):
        return as_written
    least = min(safe, key=lambda o: (o.regret or Decimal(0), o.monthly_cost, o.id))
    alike = [o for o in safe if not _worth_it(o, least)]
    return min(alike, key=lambda o: (o.id != as_written, _steps(o), o.regret or Decimal(0), o.monthly_cost, o.id)).id


def _worth_it(option: ModeOption, least: ModeOption) -> bool:
    """Whether the option with the least regret is worth choosing over another."""
    cost, gap = option.monthly_cost or Decimal(0), (option.regret or Decimal(0)) - (least.regret or Decimal(0))
    saved = max(gap, cost - (least.monthly_cost or Decimal(0)))
    return worth_it(saved, cost)


def _steps(option: ModeOption) -> int:
    """Scheduled actions to write."""
    return sum(len(_listed(settings)) for settings in option.settings.values())


def _listed(settings: object) -> Sequence[object]:
    actions = settings.get("scheduled", ()) if isinstance(settings, Mapping) else ()
    return actions if isinstance(actions, list | tuple) else ()


def _kept(option: ModeOption, limits: Limits) -> int:
    return sum(keeps(at, limits) for at in option.at)


def pareto(options: Sequence[ModeOption]) -> list[ModeOption]:
    """The same options, with those marked that no other beats in both cost and throttling."""

    def beats(a: ModeOption, b: ModeOption) -> bool:
        if a.monthly_cost is None or b.monthly_cost is None:
            return False
        left, right = (a.monthly_cost, a.throttled_share or 0), (b.monthly_cost, b.throttled_share or 0)
        return left != right and left[0] <= right[0] and left[1] <= right[1]

    return [replace(o, pareto=o.monthly_cost is not None and not any(beats(x, o) for x in options)) for o in options]


def alternatives(
    options: Sequence[ModeOption], chosen: ModeOption, tolerated: Decimal, missed_share: Decimal | None
) -> tuple[str, ...]:
    """Conditions under which another option is better than the recommended one."""
    limits = limits_of(options, tolerated)
    sentences = [
        _if_more_is_tolerated(options, chosen, tolerated),
        _if_fuller(options, chosen, limits),
        *_if_traffic_differs(options, chosen, limits),
        *_if_it_stays(options, chosen, tolerated),
        _if_unplanned(chosen, missed_share),
        _if_harsh(options, chosen, tolerated),
    ]
    return tuple(sentence for sentence in sentences if sentence)


def not_by_mode(options: Sequence[ModeOption], chosen: ModeOption, reasons: Iterable[str]) -> tuple[str, ...]:
    """Where every mode throttles: why, and what another one costs for as little."""
    cause = f"every mode throttles this load, so the mode is not the cause: {', '.join(reasons)}"
    as_good = [
        o
        for o in options
        if by_default(o) and o.regret is not None and o.monthly_cost is not None and chosen.monthly_cost is not None
        if worth_it(chosen.monthly_cost - o.monthly_cost, chosen.monthly_cost)
    ]
    if not as_good or chosen.monthly_cost is None:
        return (cause,)
    best = min(as_good, key=lambda o: (o.monthly_cost or Decimal(0), o.id))
    gap = chosen.monthly_cost - (best.monthly_cost or Decimal(0))
    return (
        cause,
        f"it stays so: {best.id}, {gap:,.2f} cheaper for what gets through, and too small once the keys are mended",
    )


def _if_more_is_tolerated(options: Sequence[ModeOption], chosen: ModeOption, tolerated: Decimal) -> str:
    cheaper = [
        o
        for o in options
        if o.monthly_cost is not None
        and chosen.monthly_cost is not None
        and chosen.monthly_cost - o.monthly_cost >= _CENT
        and (o.throttled_share or 0) > tolerated
        and o.commitment == chosen.commitment
    ]
    if not cheaper:
        return ""
    best = min(cheaper, key=lambda o: (o.throttled_share or Decimal(0), o.monthly_cost or Decimal(0)))
    gap = (chosen.monthly_cost or Decimal(0)) - (best.monthly_cost or Decimal(0))
    return f"{_percent(best.throttled_share)} throttled is acceptable: {best.id}, {gap:,.2f} cheaper"


def _if_fuller(options: Sequence[ModeOption], chosen: ModeOption, limits: Limits) -> str:
    """A target above the recommended utilization, with what it throttles if delays and bursts are not as assumed."""
    fuller = [
        o
        for o in options
        if o.commitment is None and not by_default(o) and o.monthly_cost is not None
        if o.throttled_range is not None and any(at.multiple == 1 and keeps(at, limits) for at in o.at)
    ]
    if not fuller or chosen.monthly_cost is None:
        return ""
    best = min(fuller, key=lambda o: o.monthly_cost or Decimal(0))
    gap = chosen.monthly_cost - (best.monthly_cost or Decimal(0))
    if not worth_it(gap, chosen.monthly_cost) or best.throttled_range is None:
        return ""
    low, high = map(_percent, best.throttled_range)
    share = low if low == high else f"{low} to {high}"
    return (
        f"a utilization above the {USUAL_TARGET}% that AWS recommends is acceptable: {best.id}, {gap:,.2f} cheaper; it "
        f"throttles {share}, by how delays and bursts turn out"
    )


def _if_traffic_differs(options: Sequence[ModeOption], chosen: ModeOption, limits: Limits) -> list[str]:
    out = []
    for at in chosen.at:
        others = [
            (x.monthly_cost, o.id, x.throttled_share)
            for o in options
            for x in o.at
            if by_default(o) and x.multiple == at.multiple and x.monthly_cost is not None and keeps(x, limits)
        ]
        if at.multiple == 1 or not others or at.monthly_cost is None:
            continue
        cost, best, share = min(others)
        if not keeps(at, limits):
            less = f"{_percent(share)} is" if share else "nothing is"
            out.append(
                f"traffic is {at.multiple:f}x: {_percent(at.throttled_share)} throttled then; with {best} {less}"
            )
        elif worth_it(at.monthly_cost - cost, at.monthly_cost):
            out.append(f"traffic is {at.multiple:f}x: {best} is {at.monthly_cost - cost:,.2f} cheaper then")
    return out


def _if_it_stays(options: Sequence[ModeOption], chosen: ModeOption, tolerated: Decimal) -> list[str]:
    """The cheapest of each commitment that keeps the limit, where it is cheaper than the recommended option."""
    out = []
    for suffix, words in (("/savings-plan", "a year"), ("/reserved-1y", "a year"), ("/reserved-3y", "three years")):
        able = [
            (o.monthly_cost, o.id)
            for o in options
            if o.id.endswith(suffix) and o.monthly_cost is not None and (o.throttled_share or 0) <= tolerated
        ]
        if not able or chosen.monthly_cost is None or chosen.monthly_cost - min(able)[0] < _CENT:
            continue
        cost, best = min(able)
        committed = next(o.commitment for o in options if o.id == best)
        gap = chosen.monthly_cost - cost
        out.append(f"the load stays {words}: {best}, {gap:,.2f} cheaper ({committed})")
    return out


def _if_unplanned(chosen: ModeOption, missed: Decimal | None) -> str:
    if missed is None or not chosen.id.startswith("scheduled"):
        return ""
    return f"a scheduled rise comes at another time: {_percent(missed)} of its requests are throttled"


def _if_harsh(options: Sequence[ModeOption], chosen: ModeOption, tolerated: Decimal) -> str:
    """What AWS does not publish may throttle more than assumed."""
    if chosen.throttled_range is None or chosen.throttled_range[1] <= tolerated:
        return ""
    steady = [
        o
        for o in options
        if o.throttled_range is not None and o.throttled_range[1] <= tolerated and o.monthly_cost is not None
    ]
    worst = f"delays and bursts are at their worst: {_percent(chosen.throttled_range[1])} throttled"
    if not steady:
        return worst
    best = min(steady, key=lambda o: (o.monthly_cost or Decimal(0), o.id))
    return f"{worst}; {best.id} stays within what is tolerated"


def _percent(share: Decimal | None) -> str:
    percent = (share or Decimal(0)) * 100
    if 0 < percent < Decimal("0.1"):
        return "under 0.1%"
    return f"{percent:.0f}%" if percent >= 10 else f"{percent:.1f}%"  # noqa: PLR2004  two digits
