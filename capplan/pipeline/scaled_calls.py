"""Rewrites `times` of a resource's calls where one invocation does the work of several."""

from fractions import Fraction

from capplan.language.scenario import Resource
from capplan.model import Change, Option
from capplan.quantities.rounding import sig6, to_decimal
from capplan.quantities.text import read_count
from capplan.quantities.uncertain import likely_of
from capplan.record import replace


def with_calls(resource: Resource, option: Option) -> Option | None:
    """The option with the calls that the same work makes; None where a call is not the resource's own to change."""
    changes = changes_with_calls(resource, option.changes, option.calls_factor)
    return None if changes is None else replace(option, changes=changes)


def changes_with_calls(
    resource: Resource, changes: tuple[Change, ...], calls_factor: Fraction
) -> tuple[Change, ...] | None:
    """Changes of a resource, and `times` of its calls; None where a call is not its own to change.

    A larger batch makes fewer invocations of the same records: each of them makes the calls of all its records.
    """
    if calls_factor == 1:
        return changes
    scaled: dict[str, Change] = {}
    for call in resource.calls:
        if call.per_record:  # made for each record, however many an invocation takes
            continue
        if call.line is None:  # inherited: others call so too
            return None
        times = Fraction(read_count(likely_of(call.line.written.get("times", 1)))) * calls_factor
        path = f"{call.line.place}.times"
        scaled[path] = Change(path, to_decimal(sig6(float(times))))
    return (*changes, *scaled.values())
