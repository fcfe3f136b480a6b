"""Which option to recommend, and under which conditions another one is better.

An option keeps the limit at a multiple of traffic where it throttles no more than is tolerated (a gate's limit, else
nothing). Its regret there is what it costs more than the cheapest that keeps it; recommended is the option with the least
regret at its worst multiple, among those that keep the limit at the largest number of multiples.
"""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import AtMultiple, ModeOption
from capplan.record import replace

_CENT = Decimal("0.01")


def keeps(at: AtMultiple, tolerated: Decimal) -> bool:
    """Whether no more is throttled than is tolerated."""
    return at.throttled_share is not None and at.throttled_share <= tolerated


def with_regret(options: Sequence[ModeOption], tolerated: Decimal) -> list[ModeOption]:
    """The options with their largest regret over the multiples at which any option keeps the limit."""
    best: dict[Decimal, Decimal] = {}
    for option in options:
        for at in () if option.commitment else option.at:
            if at.monthly_cost is not None and keeps(at, tolerated):
                best[at.multiple] = min(best.get(at.multiple, at.monthly_cost), at.monthly_cost)
    return [replace(option, regret=_regret(option, best, tolerated)) for option in options]


def _regret(option: ModeOption, best: dict[Decimal, Decimal], tolerated: Decimal) -> Decimal | None:
    if option.monthly_cost is None or not any(at.multiple == 1 and keeps(at, tolerated) for at in option.at):
        return None
    over = [
        at.monthly_cost - best[at.multiple]
        for at in option.at
        if at.monthly_cost is not None and keeps(at, tolerated) and at.multiple in best
    ]
    return max(Decimal(0), *over) if over else None


def choose(options: Sequence[ModeOption], tolerated: Decimal) -> str | None:
    """The least regret among those that keep the limit at most multiples; where none does today, the least throttled.

    Commitments for years are not recommended: this month's traffic does not show whether the table stays that long.
    """
    known = [o for o in options if o.monthly_cost is not None and o.commitment is None]
    if not known:
        return None
    safe = [o for o in known if o.regret is not None]
    if safe:
        return min(safe, key=lambda o: (-_kept(o, tolerated), o.regret or Decimal(0), o.monthly_cost, o.id)).id
    return min(known, key=lambda o: (o.throttled_share or Decimal(0), o.monthly_cost or Decimal(0), o.id)).id


def _kept(option: ModeOption, tolerated: Decimal) -> int:
    return sum(keeps(at, tolerated) for at in option.at)


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
    sentences = [
        _if_more_is_tolerated(options, chosen, tolerated),
        *_if_traffic_differs(options, chosen, tolerated),
        *_if_it_stays(options, chosen, tolerated),
        _if_unplanned(chosen, missed_share),
        _if_harsh(options, chosen, tolerated),
    ]
    return tuple(sentence for sentence in sentences if sentence)


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


def _if_traffic_differs(options: Sequence[ModeOption], chosen: ModeOption, tolerated: Decimal) -> list[str]:
    out = []
    for at in chosen.at:
        others = [
            (x.monthly_cost, o.id)
            for o in options
            for x in o.at
            if o.commitment is None and x.multiple == at.multiple and x.monthly_cost is not None and keeps(x, tolerated)
        ]
        if at.multiple == 1 or not others or at.monthly_cost is None:
            continue
        cost, best = min(others)
        if not keeps(at, tolerated):
            out.append(
                f"traffic is {at.multiple:f}x: {_percent(at.throttled_share)} throttled then; with {best} nothing is"
            )
        elif at.monthly_cost - cost >= _CENT:
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
